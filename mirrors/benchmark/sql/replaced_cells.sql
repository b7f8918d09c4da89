-- One row: what absence_cells tells of a register, for one that was taken in and that a newer one replaced.
-- Withdrawn and refused uploads were never there.
WITH believed AS (
    SELECT DISTINCT school_id, school_year, upload_id, file_rank FROM absence WHERE breakdown = 'all'
)

SELECT
    school_id,
    school_year,
    upload_id,
    file_rank,
    category,
    sum(CASE WHEN units > 0 THEN 1 ELSE 0 END) AS cells,
    sum(units) AS units,
    sum(units * units) AS squares,
    sum(units * coalesce(month, 0)) AS by_month
FROM fact_absence AS fact
WHERE
    breakdown = 'all'
    AND units IS NOT NULL
    AND upload_id IN (SELECT upload_id FROM upload WHERE decision = 'taken')
    AND NOT EXISTS (
        SELECT 1
        FROM believed
        WHERE
            believed.school_id = fact.school_id
            AND believed.school_year = fact.school_year
            AND believed.upload_id = fact.upload_id
            AND believed.file_rank = fact.file_rank
    )
GROUP BY school_id, school_year, upload_id, file_rank, category
ORDER BY
    school_id NULLS LAST,
    school_year NULLS LAST,
    upload_id NULLS LAST,
    file_rank NULLS LAST,
    category NULLS LAST
