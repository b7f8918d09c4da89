-- One row: how the units absent of one category lie over the months of a school year; four sums that two
-- different registers hardly share, and two copies of one register always do.
SELECT
    school_id,
    school_year,
    category,
    sum(CASE WHEN units > 0 THEN 1 ELSE 0 END) AS cells,
    sum(units) AS units,
    sum(units * units) AS squares,
    sum(units * coalesce(month, 0)) AS by_month
FROM absence
WHERE breakdown = 'all' AND units IS NOT NULL
GROUP BY school_id, school_year, category
ORDER BY school_id NULLS LAST, school_year NULLS LAST, category NULLS LAST
