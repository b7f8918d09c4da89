-- One row: a half-day on which a school was open and had exams, as its own calendar tells.
SELECT DISTINCT
    school_half_day.school_id,
    school_half_day.school_year,
    school_half_day.date,
    school_half_day.half_day
FROM school_half_day
INNER JOIN calendar
    ON school_half_day.school_year = calendar.school_year
    AND (school_half_day.school_id = calendar.school_id OR calendar.school_id IS NULL)
    AND school_half_day.date = calendar.date
    AND (school_half_day.half_day = calendar.half_day OR calendar.half_day = 'day')
WHERE calendar.kind = 'exam'
