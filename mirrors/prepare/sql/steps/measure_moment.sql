-- One row: unauthorised half-days of a school around holidays or in exams (or at all other times), and those
-- possible then; and the days on which far more pupils were absent than usual, of all school days.
WITH
moment AS (
    SELECT
        possible_half_day.school_id,
        possible_half_day.school_year,
        possible_half_day.date,
        possible_half_day.half_day,
        possible_half_day.pupils,
        CASE WHEN edge_day.date IS NULL THEN 'off_edge' ELSE 'edge' END AS measure
    FROM possible_half_day
    LEFT JOIN edge_day
        ON possible_half_day.school_id = edge_day.school_id
        AND possible_half_day.school_year = edge_day.school_year
        AND possible_half_day.date = edge_day.date
    UNION ALL
    SELECT
        possible_half_day.school_id,
        possible_half_day.school_year,
        possible_half_day.date,
        possible_half_day.half_day,
        possible_half_day.pupils,
        CASE WHEN exam_half_day.date IS NULL THEN 'off_exam' ELSE 'exam' END AS measure
    FROM possible_half_day
    INNER JOIN (SELECT DISTINCT school_id, school_year FROM exam_half_day) AS with_exams
        ON possible_half_day.school_id = with_exams.school_id
        AND possible_half_day.school_year = with_exams.school_year
    LEFT JOIN exam_half_day
        ON possible_half_day.school_id = exam_half_day.school_id
        AND possible_half_day.school_year = exam_half_day.school_year
        AND possible_half_day.date = exam_half_day.date
        AND possible_half_day.half_day = exam_half_day.half_day
),
missed AS (
    SELECT school_id, school_year, date, half_day, count(*) AS units
    FROM unauthorised
    GROUP BY school_id, school_year, date, half_day
),
absent AS (
    SELECT
        absence_event.school_id,
        absence_event.school_year,
        absence_event.date,
        absence_event.half_day,
        count(*) AS units
    FROM absence_event
    INNER JOIN absence_code
        ON absence_event.code = absence_code.code
    GROUP BY absence_event.school_id, absence_event.school_year, absence_event.date, absence_event.half_day
),
day_rate AS (
    SELECT
        possible_half_day.school_id,
        possible_half_day.school_year,
        possible_half_day.date,
        sum(coalesce(absent.units, 0)) / cast(sum(possible_half_day.pupils) AS DOUBLE) AS rate
    FROM possible_half_day
    LEFT JOIN absent
        ON possible_half_day.school_id = absent.school_id
        AND possible_half_day.school_year = absent.school_year
        AND possible_half_day.date = absent.date
        AND possible_half_day.half_day = absent.half_day
    GROUP BY possible_half_day.school_id, possible_half_day.school_year, possible_half_day.date
    HAVING sum(possible_half_day.pupils) > 0
),
usual AS (
    SELECT school_id, school_year, median(rate) AS rate
    FROM day_rate
    GROUP BY school_id, school_year
),
counted AS (
    SELECT
        moment.school_id,
        moment.school_year,
        moment.measure,
        sum(coalesce(missed.units, 0)) AS numerator,
        sum(moment.pupils) AS denominator
    FROM moment
    LEFT JOIN missed
        ON moment.school_id = missed.school_id
        AND moment.school_year = missed.school_year
        AND moment.date = missed.date
        AND moment.half_day = missed.half_day
    GROUP BY moment.school_id, moment.school_year, moment.measure
    UNION ALL
    SELECT
        day_rate.school_id,
        day_rate.school_year,
        'disruption_days' AS measure,
        -- A rate of exactly three times the usual one is not more; binary fractions are not exact.
        sum(CASE WHEN day_rate.rate > 3 * usual.rate + 1e-9 THEN 1 ELSE 0 END) AS numerator,
        count(*) AS denominator
    FROM day_rate
    INNER JOIN usual
        ON day_rate.school_id = usual.school_id
        AND day_rate.school_year = usual.school_year
    WHERE usual.rate > 0
    GROUP BY day_rate.school_id, day_rate.school_year
)
SELECT
    counted.school_id,
    counted.school_year,
    counted.measure,
    cast(counted.numerator AS DOUBLE) AS numerator,
    cast(counted.denominator AS DOUBLE) AS denominator,
    roll.pupils
FROM counted
INNER JOIN roll
    ON counted.school_id = roll.school_id
    AND counted.school_year = roll.school_year
