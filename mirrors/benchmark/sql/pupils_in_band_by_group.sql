-- One row: pupils of a group in one band of units absent without leave, in a school and school year; nothing where
-- they were told as a bound only.
SELECT
    school_id,
    school_year,
    breakdown,
    member,
    category,
    at_least,
    below,
    CASE WHEN status = 'exact' THEN pupils END AS pupils,
    base
FROM pupil_band
WHERE
    breakdown IN ('grade', 'sex', 'track', 'district')
    AND member IS NOT NULL
    AND category = 'unauthorised'
    AND scale = 'units'
ORDER BY
    school_id NULLS LAST,
    school_year NULLS LAST,
    breakdown NULLS LAST,
    member NULLS LAST,
    at_least NULLS LAST
