-- One row: a half-day on which a school was open, and the pupils who could be there.
SELECT
    school_half_day.school_id,
    school_half_day.school_year,
    school_half_day.date,
    school_half_day.half_day,
    sum(enrolment.pupils) AS pupils
FROM school_half_day
INNER JOIN enrolment
    ON school_half_day.school_id = enrolment.school_id
    AND school_half_day.school_year = enrolment.school_year
    AND school_half_day.month = coalesce(enrolment.month, school_half_day.month)
WHERE enrolment.breakdown = 'all'
GROUP BY
    school_half_day.school_id,
    school_half_day.school_year,
    school_half_day.date,
    school_half_day.half_day
