-- One row: the school days until half of a school's pupils had a first unauthorised half-day. No row where fewer than
-- half ever had one. Events do not tell who came or left, so every pupil is watched from the first school day to the
-- last, and the median of Kaplan and Meier (1958) is that of all pupils.
WITH
first_day AS (
    SELECT unauthorised.school_id, unauthorised.school_year, unauthorised.pupil, min(day_count.school_days) AS days
    FROM unauthorised
    INNER JOIN day_count
        ON unauthorised.school_id = day_count.school_id
        AND unauthorised.school_year = day_count.school_year
        AND unauthorised.date = day_count.date
    GROUP BY unauthorised.school_id, unauthorised.school_year, unauthorised.pupil
),
on_day AS (
    SELECT school_id, school_year, days, count(*) AS pupils
    FROM first_day
    GROUP BY school_id, school_year, days
),
until AS (
    SELECT
        school_id,
        school_year,
        days,
        sum(pupils) OVER (PARTITION BY school_id, school_year ORDER BY days NULLS LAST) AS absent,
        lead(days) OVER (PARTITION BY school_id, school_year ORDER BY days NULLS LAST) AS next_days
    FROM on_day
),
halved AS (
    -- Where exactly half had one until the next day that counts, the median lies in the middle, as any median does.
    SELECT
        until.school_id,
        until.school_year,
        roll.pupils,
        min(
            CASE
                WHEN 2 * until.absent = roll.pupils
                    THEN (until.days + coalesce(until.next_days, until.days)) / cast(2 AS DOUBLE)
                WHEN 2 * until.absent > roll.pupils THEN cast(until.days AS DOUBLE)
            END
        ) AS median_days
    FROM until
    INNER JOIN roll
        ON until.school_id = roll.school_id
        AND until.school_year = roll.school_year
    GROUP BY until.school_id, until.school_year, roll.pupils
)
SELECT
    school_id,
    school_year,
    'first_absence' AS measure,
    median_days AS numerator,
    cast(1 AS DOUBLE) AS denominator,
    pupils
FROM halved
WHERE median_days IS NOT NULL
