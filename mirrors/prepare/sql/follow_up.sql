-- One row: pupils of a school who reached a threshold and a step of the follow-up, and the days it took.
-- What was begun before the threshold took no days; a return counts only when it came after.
-- Days are school days since the latest of the steps before it that the pupil had.
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
open_day AS (
    SELECT DISTINCT school_id, school_year, date
    FROM school_half_day
),
dated AS (
    SELECT
        school_year.school_id,
        school_year.school_year,
        day.date,
        sum(CASE WHEN open_day.date IS NULL THEN 0 ELSE 1 END) OVER (
            PARTITION BY school_year.school_id, school_year.school_year
            ORDER BY day.date NULLS LAST
        ) AS school_days
    FROM (SELECT DISTINCT school_id, school_year FROM open_day) AS school_year
    INNER JOIN day
        ON school_year.school_year = day.school_year
    LEFT JOIN open_day
        ON school_year.school_id = open_day.school_id
        AND school_year.school_year = open_day.school_year
        AND day.date = open_day.date
),
numbered AS (
    SELECT
        taken.school_id,
        taken.school_year,
        taken.threshold,
        taken.step,
        dated.school_days - max(dated.school_days) OVER (
            PARTITION BY taken.school_id, taken.school_year, taken.pupil, taken.threshold
            ORDER BY taken.position NULLS LAST
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS days
    FROM taken
    LEFT JOIN dated
        ON taken.school_id = dated.school_id
        AND taken.school_year = dated.school_year
        AND taken.date = dated.date
),
counted AS (
    SELECT
        school_id,
        school_year,
        threshold,
        step,
        count(*) AS pupils,
        median(CASE WHEN step <> 'threshold' THEN greatest(days, 0) END) AS median_days
    FROM numbered
    GROUP BY school_id, school_year, threshold, step
),
watched AS (
    SELECT DISTINCT register.school_id, register.school_year
    FROM register
    INNER JOIN code_seen
        ON register.school_year = code_seen.school_year
    INNER JOIN threshold_code
        ON code_seen.code = threshold_code.code
),
followed AS (
    SELECT DISTINCT watched.school_id, watched.school_year
    FROM watched
    INNER JOIN followup_event
        ON watched.school_id = followup_event.school_id
        AND watched.school_year = followup_event.school_year
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
    counted.median_days
FROM asked
LEFT JOIN counted
    ON asked.school_id = counted.school_id
    AND asked.school_year = counted.school_year
    AND asked.threshold = counted.threshold
    AND asked.step = counted.step
ORDER BY asked.school_id NULLS LAST, asked.school_year NULLS LAST, asked.threshold NULLS LAST, asked.step NULLS LAST
