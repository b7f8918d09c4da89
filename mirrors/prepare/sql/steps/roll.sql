-- One row: a school that registered absence, and its pupils: those enrolled, or those seen where they are more.
WITH
seen AS (
    SELECT school_id, school_year, count(DISTINCT pupil) AS pupils
    FROM unauthorised
    GROUP BY school_id, school_year
)
SELECT watched.school_id, watched.school_year, greatest(cell.pupils, coalesce(seen.pupils, 0)) AS pupils
FROM watched
INNER JOIN cell
    ON watched.school_id = cell.school_id
    AND watched.school_year = cell.school_year
LEFT JOIN seen
    ON watched.school_id = seen.school_id
    AND watched.school_year = seen.school_year
WHERE cell.breakdown = 'all' AND greatest(cell.pupils, coalesce(seen.pupils, 0)) > 0
