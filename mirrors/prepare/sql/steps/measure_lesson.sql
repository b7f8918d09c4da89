-- One row: the lessons missed in a school, of those expected of its pupils; and the pupils who missed sixteen lessons
-- without an accepted reason within four lesson weeks that follow each other. A lesson counts as an hour. Weeks without
-- school do not count; where nobody knows which these are, every week is a lesson week.
WITH
missed AS (
    SELECT
        lesson_event.school_id,
        lesson_event.school_year,
        lesson_event.pupil,
        cast(floor((day.ordinal - day.weekday) / 7) AS BIGINT) AS week,
        CASE WHEN absence_code.category = 'unauthorised' THEN 1 ELSE 0 END AS unauthorised
    FROM lesson_event
    INNER JOIN absence_code
        ON lesson_event.code = absence_code.code
    INNER JOIN day
        ON lesson_event.date = day.date
),
of_school AS (
    SELECT school_id, school_year, count(*) AS lessons, count(DISTINCT pupil) AS pupils
    FROM missed
    GROUP BY school_id, school_year
),
expected AS (
    SELECT school_id, school_year, sum(lessons) AS lessons
    FROM enrolment
    WHERE breakdown = 'all'
    GROUP BY school_id, school_year
),
in_lesson_week AS (
    SELECT
        missed.school_id,
        missed.school_year,
        missed.pupil,
        missed.unauthorised,
        CASE WHEN known.school_id IS NULL THEN missed.week ELSE lesson_week.lesson_week END AS lesson_week
    FROM missed
    LEFT JOIN (SELECT DISTINCT school_id, school_year FROM lesson_week) AS known
        ON missed.school_id = known.school_id
        AND missed.school_year = known.school_year
    LEFT JOIN lesson_week
        ON missed.school_id = lesson_week.school_id
        AND missed.school_year = lesson_week.school_year
        AND missed.week = lesson_week.week
),
pupil_week AS (
    SELECT school_id, school_year, pupil, lesson_week, sum(unauthorised) AS lessons
    FROM in_lesson_week
    WHERE lesson_week IS NOT NULL
    GROUP BY school_id, school_year, pupil, lesson_week
),
rolling AS (
    SELECT
        school_id,
        school_year,
        pupil,
        sum(lessons) OVER (
            PARTITION BY school_id, school_year, pupil
            ORDER BY lesson_week NULLS LAST
            RANGE BETWEEN 3 PRECEDING AND CURRENT ROW
        ) AS lessons
    FROM pupil_week
),
often AS (
    SELECT school_id, school_year, count(DISTINCT pupil) AS pupils
    FROM rolling
    WHERE lessons >= 16
    GROUP BY school_id, school_year
),
present AS (
    SELECT
        of_school.school_id,
        of_school.school_year,
        of_school.lessons,
        greatest(cell.pupils, of_school.pupils) AS pupils
    FROM of_school
    INNER JOIN cell
        ON of_school.school_id = cell.school_id
        AND of_school.school_year = cell.school_year
    WHERE cell.breakdown = 'all'
)
SELECT
    present.school_id,
    present.school_year,
    'lesson_hours' AS measure,
    cast(present.lessons AS DOUBLE) AS numerator,
    cast(expected.lessons AS DOUBLE) AS denominator,
    present.pupils
FROM present
INNER JOIN expected
    ON present.school_id = expected.school_id
    AND present.school_year = expected.school_year
UNION ALL
SELECT
    present.school_id,
    present.school_year,
    'rolling_absentee' AS measure,
    cast(coalesce(often.pupils, 0) AS DOUBLE) AS numerator,
    cast(present.pupils AS DOUBLE) AS denominator,
    present.pupils
FROM present
LEFT JOIN often
    ON present.school_id = often.school_id
    AND present.school_year = often.school_year
