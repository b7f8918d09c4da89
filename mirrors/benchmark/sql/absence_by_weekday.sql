-- One row: a half-day of the week of a school in one school year, units absent of any kind and units possible.
SELECT school_id, school_year, weekday, half_day, sum(units) AS units, max(possible) AS possible
FROM absence_pattern
GROUP BY school_id, school_year, weekday, half_day
HAVING max(possible) > 0
ORDER BY school_id NULLS LAST, school_year NULLS LAST, weekday NULLS LAST, half_day NULLS LAST
