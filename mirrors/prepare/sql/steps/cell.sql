-- One row: a cell of a school with its pupils and the possible half-days of one pupil in the school year.
-- Pupils are those of the year as given, else of February (the reference month), else the mean of the months.
SELECT
    school_id,
    school_year,
    breakdown,
    member,
    lower(member) AS spelled,
    coalesce(
        max(CASE WHEN month IS NULL THEN pupils END),
        max(CASE WHEN month = 2 THEN pupils END),
        cast(floor(avg(pupils) + 0.5) AS BIGINT)
    ) AS pupils,
    sum(CASE WHEN pupils > 0 THEN possible / pupils END) AS possible_each
FROM enrolment
GROUP BY school_id, school_year, breakdown, member
