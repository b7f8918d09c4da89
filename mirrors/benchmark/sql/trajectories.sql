-- One row: pupils of a school with one outcome at the end of a school year, out of the pupils it was known of.
SELECT
    school_id,
    school_year,
    outcome,
    pupils,
    base,
    share,
    CASE WHEN status <> 'exact' THEN status END AS status
FROM trajectory
ORDER BY school_id NULLS LAST, school_year NULLS LAST, outcome NULLS LAST
