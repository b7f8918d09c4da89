-- One row: a pupil at a school in a school year, in the grade, track and district of the last absence.
WITH
places AS (
    SELECT school_id, school_year, pupil, grade, sex, track, district, max(last_day) AS last_day
    FROM pupil_units
    GROUP BY school_id, school_year, pupil, grade, sex, track, district
),
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY school_id, school_year, pupil
            ORDER BY
                last_day DESC NULLS LAST,
                grade NULLS LAST,
                track NULLS LAST,
                sex NULLS LAST,
                district NULLS LAST
        ) AS place
    FROM places
)
SELECT
    school_id,
    school_year,
    pupil,
    lower(grade) AS grade,
    lower(sex) AS sex,
    lower(track) AS track,
    lower(district) AS district
FROM ranked
WHERE place = 1
