-- One row: unauthorised half-days of a school in spells of ten or more in a row, or standing alone, of all of
-- them. Half-days without school do not part a spell; half-days registered when there was no school are left out.
WITH
open_half_day AS (
    SELECT
        school_id,
        school_year,
        date,
        half_day,
        row_number() OVER (
            PARTITION BY school_id, school_year ORDER BY date NULLS LAST, half_day NULLS LAST
        ) AS place
    FROM school_half_day
),
missed AS (
    SELECT
        unauthorised.school_id,
        unauthorised.school_year,
        unauthorised.pupil,
        open_half_day.place - row_number() OVER (
            PARTITION BY unauthorised.school_id, unauthorised.school_year, unauthorised.pupil
            ORDER BY open_half_day.place NULLS LAST
        ) AS spell
    FROM unauthorised
    INNER JOIN open_half_day
        ON unauthorised.school_id = open_half_day.school_id
        AND unauthorised.school_year = open_half_day.school_year
        AND unauthorised.date = open_half_day.date
        AND unauthorised.half_day = open_half_day.half_day
),
spells AS (
    SELECT school_id, school_year, pupil, spell, count(*) AS units
    FROM missed
    GROUP BY school_id, school_year, pupil, spell
),
counted AS (
    SELECT
        school_id,
        school_year,
        sum(CASE WHEN units >= 10 THEN units ELSE 0 END) AS in_long_spells,
        sum(CASE WHEN units = 1 THEN 1 ELSE 0 END) AS alone,
        sum(units) AS units
    FROM spells
    GROUP BY school_id, school_year
)
SELECT
    counted.school_id,
    counted.school_year,
    'long_spell' AS measure,
    cast(counted.in_long_spells AS DOUBLE) AS numerator,
    cast(counted.units AS DOUBLE) AS denominator,
    roll.pupils
FROM counted
INNER JOIN roll
    ON counted.school_id = roll.school_id
    AND counted.school_year = roll.school_year
UNION ALL
SELECT
    counted.school_id,
    counted.school_year,
    'single_half_day' AS measure,
    cast(counted.alone AS DOUBLE) AS numerator,
    cast(counted.units AS DOUBLE) AS denominator,
    roll.pupils
FROM counted
INNER JOIN roll
    ON counted.school_id = roll.school_id
    AND counted.school_year = roll.school_year
