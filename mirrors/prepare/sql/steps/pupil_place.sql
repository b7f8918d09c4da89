-- One row: a pupil at a school in a school year, in the grade and track of the last absence.
WITH
places AS (
    SELECT school_id, school_year, pupil, grade, sex, track, max(last_day) AS last_day
    FROM pupil_units
    GROUP BY school_id, school_year, pupil, grade, sex, track
),
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY school_id, school_year, pupil
            ORDER BY last_day DESC NULLS LAST, grade NULLS LAST, track NULLS LAST, sex NULLS LAST
        ) AS place
    FROM places
)
SELECT school_id, school_year, pupil, lower(grade) AS grade, lower(sex) AS sex, lower(track) AS track
FROM ranked
WHERE place = 1
