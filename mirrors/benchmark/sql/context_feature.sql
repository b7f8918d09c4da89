-- One row: one context feature of a school in one school year; a bound counts as the bound itself.
SELECT school_id, school_year, feature, value
FROM context
WHERE value IS NOT NULL
ORDER BY school_id NULLS LAST, school_year NULLS LAST, feature NULLS LAST
