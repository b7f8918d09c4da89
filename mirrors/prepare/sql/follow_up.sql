-- One row: pupils of a school who reached a threshold and a step of the follow-up, and the days it took.
-- What was begun before the threshold took no days; a return counts only when it came after.
-- Days are school days since the latest of the steps before it that the pupil had. The median is that of Kaplan
-- and Meier (1958): who had the step before and not this one waited at least until the last day that is told of.
-- It is empty where so many still wait that nobody knows how long half of them will.
WITH
taken AS (
    SELECT
        crossing.school_id,
        crossing.school_year,
        crossing.pupil,
        crossing.threshold,
        step.step,
        step.position,
        min(followup_event.date) AS date
    FROM crossing
    INNER JOIN followup_event
        ON crossing.school_id = followup_event.school_id
        AND crossing.school_year = followup_event.school_year
        AND crossing.pupil = followup_event.pupil
    INNER JOIN step
        ON followup_event.step = step.event
    WHERE step.step <> 'returned' OR followup_event.date >= crossing.date
    GROUP BY
        crossing.school_id,
        crossing.school_year,
        crossing.pupil,
        crossing.threshold,
        step.step,
        step.position
    UNION ALL
    SELECT school_id, school_year, pupil, threshold, 'threshold' AS step, 0 AS position, date
    FROM crossing
),
dated AS (
    SELECT
        taken.school_id,
        taken.school_year,
        taken.pupil,
        taken.threshold,
        taken.step,
        taken.position,
        day_count.school_days,
        max(day_count.school_days) OVER (
            PARTITION BY taken.school_id, taken.school_year, taken.pupil, taken.threshold
            ORDER BY taken.position NULLS LAST
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS latest
    FROM taken
    LEFT JOIN day_count
        ON taken.school_id = day_count.school_id
        AND taken.school_year = day_count.school_year
        AND taken.date = day_count.date
),
waited AS (
    SELECT
        dated.school_id,
        dated.school_year,
        dated.threshold,
        dated.step,
        1 AS reached,
        dated.latest - lag(dated.latest) OVER (
            PARTITION BY dated.school_id, dated.school_year, dated.pupil, dated.threshold
            ORDER BY dated.position NULLS LAST
        ) AS days
    FROM dated
    UNION ALL
    SELECT
        dated.school_id,
        dated.school_year,
        dated.threshold,
        step.step,
        0 AS reached,
        followed.last_days - dated.latest AS days
    FROM dated
    INNER JOIN step
        ON dated.position = step.position - 1
    INNER JOIN followed
        ON dated.school_id = followed.school_id
        AND dated.school_year = followed.school_year
    LEFT JOIN taken
        ON dated.school_id = taken.school_id
        AND dated.school_year = taken.school_year
        AND dated.pupil = taken.pupil
        AND dated.threshold = taken.threshold
        AND step.step = taken.step
    WHERE taken.pupil IS NULL
),
on_day AS (
    SELECT school_id, school_year, threshold, step, days, sum(reached) AS reached, count(*) AS pupils
    FROM waited
    WHERE days IS NOT NULL
    GROUP BY school_id, school_year, threshold, step, days
),
at_risk AS (
    SELECT
        school_id,
        school_year,
        threshold,
        step,
        days,
        reached,
        cast(
            sum(pupils) OVER (
                PARTITION BY school_id, school_year, threshold, step ORDER BY days DESC NULLS LAST
            ) AS DOUBLE
        ) AS waiting
    FROM on_day
),
surviving AS (
    -- The product of what is left every day, by its logarithm; nobody left is nearly nothing.
    SELECT
        school_id,
        school_year,
        threshold,
        step,
        days,
        exp(
            sum(ln(greatest(1 - reached / waiting, 1e-300))) OVER (
                PARTITION BY school_id, school_year, threshold, step ORDER BY days NULLS LAST
            )
        ) AS still_waiting,
        lead(days) OVER (
            PARTITION BY school_id, school_year, threshold, step ORDER BY days NULLS LAST
        ) AS next_days
    FROM at_risk
    WHERE reached > 0
),
halved AS (
    -- Where exactly half wait until the next day that counts, the median lies in the middle, as any median does.
    SELECT
        school_id,
        school_year,
        threshold,
        step,
        min(
            CASE
                WHEN still_waiting < 0.5 + 1e-9 AND still_waiting > 0.5 - 1e-9
                    THEN (days + coalesce(next_days, days)) / cast(2 AS DOUBLE)
                WHEN still_waiting < 0.5 THEN cast(days AS DOUBLE)
            END
        ) AS median_days
    FROM surviving
    GROUP BY school_id, school_year, threshold, step
),
counted AS (
    SELECT school_id, school_year, threshold, step, count(*) AS pupils
    FROM taken
    GROUP BY school_id, school_year, threshold, step
),
asked AS (
    SELECT watched.school_id, watched.school_year, threshold.threshold, 'threshold' AS step
    FROM watched
    CROSS JOIN threshold
    UNION ALL
    SELECT followed.school_id, followed.school_year, threshold.threshold, step.step
    FROM followed
    CROSS JOIN threshold
    CROSS JOIN step
)
SELECT
    asked.school_id,
    asked.school_year,
    asked.threshold,
    asked.step,
    coalesce(counted.pupils, 0) AS pupils,
    halved.median_days
FROM asked
LEFT JOIN counted
    ON asked.school_id = counted.school_id
    AND asked.school_year = counted.school_year
    AND asked.threshold = counted.threshold
    AND asked.step = counted.step
LEFT JOIN halved
    ON asked.school_id = halved.school_id
    AND asked.school_year = halved.school_year
    AND asked.threshold = halved.threshold
    AND asked.step = halved.step
ORDER BY asked.school_id NULLS LAST, asked.school_year NULLS LAST, asked.threshold NULLS LAST, asked.step NULLS LAST
