-- One row: a week in which a school had school, counted from an old Monday on, and its number among those of the year.
WITH
taught AS (
    SELECT DISTINCT
        school_half_day.school_id,
        school_half_day.school_year,
        cast(floor((day.ordinal - day.weekday) / 7) AS BIGINT) AS week
    FROM school_half_day
    INNER JOIN day
        ON school_half_day.date = day.date
)
SELECT
    school_id,
    school_year,
    week,
    row_number() OVER (PARTITION BY school_id, school_year ORDER BY week NULLS LAST) AS lesson_week
FROM taught
