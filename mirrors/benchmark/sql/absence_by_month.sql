-- One row: the units absent of one category in a month of a school year; nothing where some were told as a bound
-- only.
SELECT
    school_id,
    school_year,
    month,
    category,
    CASE WHEN max(CASE WHEN status = 'exact' THEN 0 ELSE 1 END) = 0 THEN sum(units) END AS units
FROM absence
WHERE breakdown = 'all' AND month IS NOT NULL
GROUP BY school_id, school_year, month, category
ORDER BY school_id NULLS LAST, school_year NULLS LAST, month NULLS LAST, category NULLS LAST
