-- One row: one count of a school in a school year: a part, its whole and the pupils it rests on.
WITH
every AS (
    SELECT school_id, school_year, measure, numerator, denominator, pupils FROM measure_moment
    UNION ALL
    SELECT school_id, school_year, measure, numerator, denominator, pupils FROM measure_spell
    UNION ALL
    SELECT school_id, school_year, measure, numerator, denominator, pupils FROM measure_pupil
    UNION ALL
    SELECT school_id, school_year, measure, numerator, denominator, pupils FROM measure_first
    UNION ALL
    SELECT school_id, school_year, measure, numerator, denominator, pupils FROM measure_late
    UNION ALL
    SELECT school_id, school_year, measure, numerator, denominator, pupils FROM measure_referral
    UNION ALL
    SELECT school_id, school_year, measure, numerator, denominator, pupils FROM measure_file
    UNION ALL
    SELECT school_id, school_year, measure, numerator, denominator, pupils FROM measure_two_years
    UNION ALL
    SELECT school_id, school_year, measure, numerator, denominator, pupils FROM measure_lesson
    UNION ALL
    SELECT school_id, school_year, measure, numerator, denominator, pupils FROM measure_first_weeks
)
SELECT
    school_id,
    school_year,
    measure,
    cast(NULL AS VARCHAR) AS member,
    numerator,
    denominator,
    pupils
FROM every
WHERE denominator > 0
ORDER BY school_id NULLS LAST, school_year NULLS LAST, measure NULLS LAST
