-- One row: pupils of a school at one threshold who got as far as one step of the follow-up, in one school year,
-- and the median of the days that step took.
SELECT
    school_id,
    school_year,
    threshold,
    step,
    pupils,
    median_days,
    CASE WHEN status <> 'exact' THEN status END AS status
FROM follow_up
ORDER BY school_id NULLS LAST, school_year NULLS LAST, threshold NULLS LAST, step NULLS LAST
