-- One row: the units absent of one category in a school and school year, or the share its provider gave.
SELECT
    school_id,
    school_year,
    category,
    sum(units) AS units,
    max(share) AS share,
    max(CASE WHEN status <> 'exact' THEN status END) AS status
FROM absence
WHERE breakdown = 'all'
GROUP BY school_id, school_year, category
ORDER BY school_id NULLS LAST, school_year NULLS LAST, category NULLS LAST
