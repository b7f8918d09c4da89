-- One row: a school in a school year, its pupils (mean over months) and possible units.
SELECT
    school_id,
    school_year,
    avg(pupils) AS pupils,
    nullif(sum(possible), 0) AS possible,
    max(CASE WHEN status <> 'exact' THEN status END) AS status
FROM enrolment
WHERE breakdown = 'all'
GROUP BY school_id, school_year
ORDER BY school_id NULLS LAST, school_year NULLS LAST
