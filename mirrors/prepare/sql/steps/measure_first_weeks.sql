-- One row: the unauthorised half-days of a school's pupils in the first year of secondary school, in the six weeks from
-- its first school day on, and those possible then.
WITH
first_day AS (
    SELECT school_half_day.school_id, school_half_day.school_year, min(day.ordinal) AS ordinal
    FROM school_half_day
    INNER JOIN day
        ON school_half_day.date = day.date
    GROUP BY school_half_day.school_id, school_half_day.school_year
),
first_weeks AS (
    SELECT
        school_half_day.school_id,
        school_half_day.school_year,
        school_half_day.date,
        school_half_day.half_day
    FROM school_half_day
    INNER JOIN first_day
        ON school_half_day.school_id = first_day.school_id
        AND school_half_day.school_year = first_day.school_year
    INNER JOIN day
        ON school_half_day.date = day.date
    WHERE day.ordinal < first_day.ordinal + 42
),
half_days AS (
    SELECT school_id, school_year, count(*) AS half_days
    FROM first_weeks
    GROUP BY school_id, school_year
),
new_pupils AS (
    SELECT cell.school_id, cell.school_year, sum(cell.pupils) AS pupils
    FROM cell
    INNER JOIN first_grade
        ON cell.spelled = first_grade.grade
    INNER JOIN (SELECT DISTINCT school_id, school_year, school_type FROM school_type) AS typed
        ON cell.school_id = typed.school_id
        AND cell.school_year = typed.school_year
        AND first_grade.school_type = typed.school_type
    WHERE cell.breakdown = 'grade'
    GROUP BY cell.school_id, cell.school_year
),
missed AS (
    SELECT
        absence_event.school_id,
        absence_event.school_year,
        count(*) AS units,
        count(DISTINCT absence_event.pupil) AS pupils
    FROM absence_event
    INNER JOIN absence_code
        ON absence_event.code = absence_code.code
    INNER JOIN (SELECT DISTINCT grade FROM first_grade) AS grades
        ON lower(absence_event.grade) = grades.grade
    INNER JOIN first_weeks
        ON absence_event.school_id = first_weeks.school_id
        AND absence_event.school_year = first_weeks.school_year
        AND absence_event.date = first_weeks.date
        AND absence_event.half_day = first_weeks.half_day
    WHERE absence_code.category = 'unauthorised'
    GROUP BY absence_event.school_id, absence_event.school_year
),
counted AS (
    SELECT
        new_pupils.school_id,
        new_pupils.school_year,
        coalesce(missed.units, 0) AS units,
        greatest(new_pupils.pupils, coalesce(missed.pupils, 0)) AS pupils
    FROM new_pupils
    INNER JOIN breakdown_given
        ON new_pupils.school_id = breakdown_given.school_id
        AND new_pupils.school_year = breakdown_given.school_year
    INNER JOIN watched
        ON new_pupils.school_id = watched.school_id
        AND new_pupils.school_year = watched.school_year
    LEFT JOIN missed
        ON new_pupils.school_id = missed.school_id
        AND new_pupils.school_year = missed.school_year
    WHERE breakdown_given.breakdown = 'grade'
)
SELECT
    counted.school_id,
    counted.school_year,
    'first_weeks' AS measure,
    cast(counted.units AS DOUBLE) AS numerator,
    cast(counted.pupils * half_days.half_days AS DOUBLE) AS denominator,
    counted.pupils
FROM counted
INNER JOIN half_days
    ON counted.school_id = half_days.school_id
    AND counted.school_year = half_days.school_year
