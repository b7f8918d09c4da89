-- One row: a school of which absence and follow-up were given, and the school days up to the last day that either
-- tells of. Nothing is known of a pupil after that day.
WITH
told AS (
    SELECT school_id, school_year, max(date) AS last_day
    FROM absence_event
    GROUP BY school_id, school_year
    UNION ALL
    SELECT school_id, school_year, max(date) AS last_day
    FROM followup_event
    GROUP BY school_id, school_year
),
observed AS (
    SELECT watched.school_id, watched.school_year, max(told.last_day) AS last_day
    FROM watched
    INNER JOIN told
        ON watched.school_id = told.school_id
        AND watched.school_year = told.school_year
    GROUP BY watched.school_id, watched.school_year
    HAVING count(*) = 2
)
SELECT observed.school_id, observed.school_year, day_count.school_days AS last_days
FROM observed
LEFT JOIN day_count
    ON observed.school_id = day_count.school_id
    AND observed.school_year = day_count.school_year
    AND observed.last_day = day_count.date
