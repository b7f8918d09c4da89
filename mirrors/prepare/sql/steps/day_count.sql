-- One row: a day of a school year at a school: whether there was school, the school days up to it, and the
-- term and the stretch it lies in. A break of two weeks or more parts terms, one of a week or more stretches.
WITH
open_day AS (
    SELECT DISTINCT school_id, school_year, date
    FROM school_half_day
),
spaced AS (
    SELECT
        open_day.school_id,
        open_day.school_year,
        open_day.date,
        day.ordinal - lag(day.ordinal) OVER (
            PARTITION BY open_day.school_id, open_day.school_year
            ORDER BY day.ordinal NULLS LAST
        ) AS days_since
    FROM open_day
    INNER JOIN day
        ON open_day.date = day.date
),
every_day AS (
    SELECT
        school_year.school_id,
        school_year.school_year,
        day.date,
        day.ordinal,
        CASE WHEN spaced.date IS NULL THEN 0 ELSE 1 END AS is_open,
        CASE WHEN spaced.days_since > 14 THEN 1 ELSE 0 END AS begins_term,
        CASE WHEN spaced.days_since > 7 THEN 1 ELSE 0 END AS begins_stretch
    FROM (SELECT DISTINCT school_id, school_year FROM open_day) AS school_year
    INNER JOIN day
        ON school_year.school_year = day.school_year
    LEFT JOIN spaced
        ON school_year.school_id = spaced.school_id
        AND school_year.school_year = spaced.school_year
        AND day.date = spaced.date
)
SELECT
    school_id,
    school_year,
    date,
    is_open,
    sum(is_open) OVER (PARTITION BY school_id, school_year ORDER BY ordinal NULLS LAST) AS school_days,
    sum(begins_term) OVER (PARTITION BY school_id, school_year ORDER BY ordinal NULLS LAST) AS term,
    sum(begins_stretch) OVER (PARTITION BY school_id, school_year ORDER BY ordinal NULLS LAST) AS stretch
FROM every_day
