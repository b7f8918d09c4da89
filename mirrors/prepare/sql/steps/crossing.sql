-- One row: a pupil who reached a threshold of unauthorised half-days at a school, and the day.
WITH
enough AS (
    SELECT pupil_units.school_id, pupil_units.school_year, pupil_units.pupil
    FROM pupil_units
    INNER JOIN threshold_code
        ON pupil_units.code = threshold_code.code
    GROUP BY pupil_units.school_id, pupil_units.school_year, pupil_units.pupil
    HAVING sum(pupil_units.units) >= (SELECT min(threshold) FROM threshold)
),
numbered AS (
    SELECT
        absence_event.school_id,
        absence_event.school_year,
        absence_event.pupil,
        absence_event.date,
        row_number() OVER (
            PARTITION BY absence_event.school_id, absence_event.school_year, absence_event.pupil
            ORDER BY absence_event.date NULLS LAST
        ) AS half_days
    FROM absence_event
    INNER JOIN threshold_code
        ON absence_event.code = threshold_code.code
    INNER JOIN enough
        ON absence_event.school_id = enough.school_id
        AND absence_event.school_year = enough.school_year
        AND absence_event.pupil = enough.pupil
)
SELECT numbered.school_id, numbered.school_year, numbered.pupil, threshold.threshold, numbered.date
FROM numbered
INNER JOIN threshold
    ON numbered.half_days = threshold.threshold
