-- One row: pupils of a school in one band of absence, in one school year.
SELECT
    school_id,
    school_year,
    category,
    scale,
    at_least,
    below,
    pupils,
    base,
    share,
    CASE WHEN status <> 'exact' THEN status END AS status,
    basis
FROM pupil_band
WHERE breakdown = 'all'
ORDER BY school_id NULLS LAST, school_year NULLS LAST, category NULLS LAST, scale NULLS LAST, at_least NULLS LAST
