-- One row: units absent of one category in a half-day of the week of a school year, and units possible in it;
-- no units where some were told as a bound only.
SELECT
    school_id,
    school_year,
    weekday,
    half_day,
    category,
    CASE WHEN max(CASE WHEN status = 'exact' THEN 0 ELSE 1 END) = 0 THEN sum(units) END AS units,
    max(possible) AS possible
FROM absence_pattern
GROUP BY school_id, school_year, weekday, half_day, category
HAVING max(possible) > 0
ORDER BY
    school_id NULLS LAST,
    school_year NULLS LAST,
    weekday NULLS LAST,
    half_day NULLS LAST,
    category NULLS LAST
