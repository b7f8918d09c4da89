-- One row: one count that a school's provider made from its own registers, for the whole school in one school year.
-- Where only groups were counted, the groups together.
WITH whole AS (
    SELECT DISTINCT school_id, school_year, measure FROM measure WHERE member IS NULL
)

SELECT
    counted.school_id,
    counted.school_year,
    counted.measure,
    sum(counted.numerator) AS numerator,
    sum(counted.denominator) AS denominator,
    sum(counted.pupils) AS pupils,
    max(CASE WHEN counted.status <> 'exact' THEN counted.status END) AS status
FROM measure AS counted
LEFT JOIN whole
    ON counted.school_id = whole.school_id
    AND counted.school_year = whole.school_year
    AND counted.measure = whole.measure
WHERE counted.member IS NULL OR whole.measure IS NULL
GROUP BY counted.school_id, counted.school_year, counted.measure
ORDER BY counted.school_id NULLS LAST, counted.school_year NULLS LAST, counted.measure NULLS LAST
