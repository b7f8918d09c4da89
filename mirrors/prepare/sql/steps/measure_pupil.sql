-- One row: pupils of a school absent in September, pupils' months with four unauthorised half-days, the half-days
-- of the twentieth of the pupils with most, and the Gini index of the half-days over all pupils.
WITH
enrolled AS (
    SELECT enrolment.school_id, enrolment.school_year, taught.month, sum(enrolment.pupils) AS pupils
    FROM enrolment
    INNER JOIN (SELECT DISTINCT school_id, school_year, month FROM school_half_day) AS taught
        ON enrolment.school_id = taught.school_id
        AND enrolment.school_year = taught.school_year
        AND taught.month = coalesce(enrolment.month, taught.month)
    WHERE enrolment.breakdown = 'all'
    GROUP BY enrolment.school_id, enrolment.school_year, taught.month
),
pupil_month AS (
    SELECT school_id, school_year, pupil, month, count(*) AS units
    FROM unauthorised
    GROUP BY school_id, school_year, pupil, month
),
month_of_school AS (
    SELECT
        school_id,
        school_year,
        month,
        count(*) AS absent,
        sum(CASE WHEN units >= 4 THEN 1 ELSE 0 END) AS often
    FROM pupil_month
    GROUP BY school_id, school_year, month
),
by_month AS (
    SELECT
        enrolled.school_id,
        enrolled.school_year,
        enrolled.month,
        greatest(enrolled.pupils, coalesce(month_of_school.absent, 0)) AS pupils,
        coalesce(month_of_school.absent, 0) AS absent,
        coalesce(month_of_school.often, 0) AS often
    FROM enrolled
    LEFT JOIN month_of_school
        ON enrolled.school_id = month_of_school.school_id
        AND enrolled.school_year = month_of_school.school_year
        AND enrolled.month = month_of_school.month
),
pupil_year AS (
    SELECT school_id, school_year, pupil, sum(units) AS units
    FROM pupil_month
    GROUP BY school_id, school_year, pupil
),
ranked AS (
    SELECT
        pupil_year.school_id,
        pupil_year.school_year,
        pupil_year.units,
        cast(roll.pupils AS DOUBLE) AS pupils,
        row_number() OVER (
            PARTITION BY pupil_year.school_id, pupil_year.school_year
            ORDER BY pupil_year.units DESC NULLS LAST, pupil_year.pupil NULLS LAST
        ) AS place
    FROM pupil_year
    INNER JOIN roll
        ON pupil_year.school_id = roll.school_id
        AND pupil_year.school_year = roll.school_year
),
held AS (
    -- The pupil on the border of the twentieth counts in part. From the most absent down, a pupil's place in
    -- the order of Gini (from 1, the least absent) is the number of pupils + 1 - place.
    SELECT
        school_id,
        school_year,
        max(pupils) AS pupils,
        cast(sum(units) AS DOUBLE) AS units,
        sum(units * greatest(least(pupils / 20 - (place - 1), 1), 0)) AS of_most,
        sum(units * (pupils + 1 - 2 * place)) AS unequal
    FROM ranked
    GROUP BY school_id, school_year
),
counted AS (
    SELECT school_id, school_year, 'september' AS measure, absent AS numerator, pupils AS denominator, pupils
    FROM by_month
    WHERE month = 9
    UNION ALL
    SELECT
        school_id,
        school_year,
        'month_absentee' AS measure,
        sum(often) AS numerator,
        sum(pupils) AS denominator,
        cast(NULL AS BIGINT) AS pupils
    FROM by_month
    GROUP BY school_id, school_year
    UNION ALL
    SELECT
        school_id,
        school_year,
        'top_5' AS measure,
        round(of_most, 2) AS numerator,
        units AS denominator,
        cast(NULL AS BIGINT) AS pupils
    FROM held
    UNION ALL
    SELECT
        school_id,
        school_year,
        'gini' AS measure,
        unequal / (pupils * units) AS numerator,
        1 AS denominator,
        cast(NULL AS BIGINT) AS pupils
    FROM held
)
SELECT
    counted.school_id,
    counted.school_year,
    counted.measure,
    cast(counted.numerator AS DOUBLE) AS numerator,
    cast(counted.denominator AS DOUBLE) AS denominator,
    coalesce(counted.pupils, roll.pupils) AS pupils
FROM counted
INNER JOIN roll
    ON counted.school_id = roll.school_id
    AND counted.school_year = roll.school_year
