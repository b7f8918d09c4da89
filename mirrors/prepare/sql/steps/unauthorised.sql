-- One row: a half-day of the kind that the thresholds of follow-up count, of one pupil.
SELECT
    absence_event.school_id,
    absence_event.school_year,
    absence_event.pupil,
    absence_event.date,
    day.month,
    absence_event.half_day
FROM absence_event
INNER JOIN threshold_code
    ON absence_event.code = threshold_code.code
INNER JOIN day
    ON absence_event.date = day.date
