-- One row: the half-days absent of one code in a school, on one half-day of the week in one month.
SELECT
    absence_event.school_id,
    absence_event.school_year,
    day.month,
    day.weekday,
    absence_event.half_day,
    absence_event.code,
    count(*) AS units
FROM absence_event
INNER JOIN day
    ON absence_event.date = day.date
GROUP BY
    absence_event.school_id,
    absence_event.school_year,
    day.month,
    day.weekday,
    absence_event.half_day,
    absence_event.code
