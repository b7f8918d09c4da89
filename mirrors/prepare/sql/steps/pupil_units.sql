-- One row: the half-days absent of one code of a pupil at a school, while in one grade, track and district.
SELECT
    school_id,
    school_year,
    pupil,
    grade,
    sex,
    track,
    district,
    code,
    count(*) AS units,
    max(date) AS last_day
FROM absence_event
GROUP BY school_id, school_year, pupil, grade, sex, track, district, code
