-- One row: pupils of a school who came late often in some term, the minutes that late arrivals cost, and the
-- part of them that was long. Only schools that registered late arrivals take part.
WITH
late AS (
    SELECT school_id, school_year, pupil, date, minutes
    FROM late_event
    WHERE kind = 'late'
),
in_term AS (
    SELECT late.school_id, late.school_year, late.pupil, day_count.term, count(*) AS times
    FROM late
    INNER JOIN day_count
        ON late.school_id = day_count.school_id
        AND late.school_year = day_count.school_year
        AND late.date = day_count.date
    GROUP BY late.school_id, late.school_year, late.pupil, day_count.term
),
most AS (
    SELECT school_id, school_year, pupil, max(times) AS times
    FROM in_term
    GROUP BY school_id, school_year, pupil
),
often AS (
    SELECT
        school_id,
        school_year,
        count(*) AS pupils,
        sum(CASE WHEN times >= 5 THEN 1 ELSE 0 END) AS five,
        sum(CASE WHEN times >= 10 THEN 1 ELSE 0 END) AS ten
    FROM most
    GROUP BY school_id, school_year
),
enrolled AS (
    SELECT
        often.school_id,
        often.school_year,
        often.five,
        often.ten,
        greatest(cell.pupils, often.pupils) AS pupils
    FROM often
    INNER JOIN cell
        ON often.school_id = cell.school_id
        AND often.school_year = cell.school_year
    WHERE cell.breakdown = 'all'
),
timed AS (
    SELECT
        school_id,
        school_year,
        median(minutes) AS minutes,
        sum(CASE WHEN minutes > 30 THEN 1 ELSE 0 END) AS long_ones,
        count(*) AS times,
        count(DISTINCT pupil) AS pupils
    FROM late
    WHERE minutes IS NOT NULL
    GROUP BY school_id, school_year
)
SELECT
    school_id,
    school_year,
    'late_5' AS measure,
    cast(five AS DOUBLE) AS numerator,
    cast(pupils AS DOUBLE) AS denominator,
    pupils
FROM enrolled
UNION ALL
SELECT
    school_id,
    school_year,
    'late_10' AS measure,
    cast(ten AS DOUBLE) AS numerator,
    cast(pupils AS DOUBLE) AS denominator,
    pupils
FROM enrolled
UNION ALL
SELECT
    school_id,
    school_year,
    'late_minutes' AS measure,
    cast(minutes AS DOUBLE) AS numerator,
    cast(1 AS DOUBLE) AS denominator,
    pupils
FROM timed
UNION ALL
SELECT
    school_id,
    school_year,
    'late_long' AS measure,
    cast(long_ones AS DOUBLE) AS numerator,
    cast(times AS DOUBLE) AS denominator,
    pupils
FROM timed
