-- One row: the half-days absent of one code in a school on one half-day of the week, and those possible.
WITH
taught AS (
    SELECT school_id, school_year, month, weekday, half_day, count(*) AS half_days
    FROM school_half_day
    GROUP BY school_id, school_year, month, weekday, half_day
),
possible AS (
    SELECT
        taught.school_id,
        taught.school_year,
        taught.weekday,
        taught.half_day,
        sum(enrolment.pupils * taught.half_days) AS possible
    FROM enrolment
    INNER JOIN taught
        ON enrolment.school_id = taught.school_id
        AND enrolment.school_year = taught.school_year
        AND coalesce(enrolment.month, taught.month) = taught.month
    WHERE enrolment.breakdown = 'all'
    GROUP BY taught.school_id, taught.school_year, taught.weekday, taught.half_day
    HAVING sum(enrolment.pupils) > 0
),
registered AS (
    SELECT DISTINCT school_id, school_year
    FROM register
),
coded AS (
    SELECT school_year, code FROM code_seen
    UNION
    SELECT school_year, code FROM register
),
counted AS (
    SELECT school_id, school_year, weekday, half_day, code, sum(units) AS units
    FROM register
    GROUP BY school_id, school_year, weekday, half_day, code
)
SELECT
    possible.school_id,
    possible.school_year,
    possible.weekday,
    possible.half_day,
    coded.code,
    coalesce(counted.units, 0) AS units,
    possible.possible
FROM possible
INNER JOIN registered
    ON possible.school_id = registered.school_id
    AND possible.school_year = registered.school_year
INNER JOIN coded
    ON possible.school_year = coded.school_year
LEFT JOIN counted
    ON possible.school_id = counted.school_id
    AND possible.school_year = counted.school_year
    AND possible.weekday = counted.weekday
    AND possible.half_day = counted.half_day
    AND coded.code = counted.code
ORDER BY
    possible.school_id NULLS LAST,
    possible.school_year NULLS LAST,
    possible.weekday NULLS LAST,
    possible.half_day NULLS LAST,
    coded.code NULLS LAST
