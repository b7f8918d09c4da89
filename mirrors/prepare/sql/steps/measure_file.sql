-- One row: pupils of a school with a file who were followed up in time, whose open file nobody touched, who were
-- absent again after it was closed, or whose absence halved for good.
-- A lasting return needs twenty school days on either side, and absence before: without, nothing can be compared.
WITH
counted_day AS (
    SELECT
        unauthorised.school_id,
        unauthorised.school_year,
        unauthorised.pupil,
        unauthorised.date,
        day_count.school_days
    FROM unauthorised
    INNER JOIN day_count
        ON unauthorised.school_id = day_count.school_id
        AND unauthorised.school_year = day_count.school_year
        AND unauthorised.date = day_count.date
),
around AS (
    SELECT
        filed.school_id,
        filed.school_year,
        filed.pupil,
        sum(
            CASE
                WHEN missed.date < filed.notified AND missed.school_days > filed.days_before_notified - 40 THEN 1
                ELSE 0
            END
        ) AS units_before,
        sum(
            CASE
                WHEN missed.date > filed.followed_from AND missed.school_days <= filed.contact_days + 40 THEN 1
                ELSE 0
            END
        ) AS units_after,
        sum(
            CASE
                WHEN missed.date > filed.closed AND missed.school_days <= filed.closed_days + 60 THEN 1
                ELSE 0
            END
        ) AS units_again
    FROM file_of_pupil AS filed
    INNER JOIN counted_day AS missed
        ON filed.school_id = missed.school_id
        AND filed.school_year = missed.school_year
        AND filed.pupil = missed.pupil
    GROUP BY filed.school_id, filed.school_year, filed.pupil
),
judged AS (
    SELECT
        filed.school_id,
        filed.school_year,
        filed.notified,
        filed.closed,
        filed.followed_from,
        filed.contact_days - filed.notified_days AS days_to_contact,
        CASE WHEN filed.last_closed = filed.last_step THEN 0 ELSE 1 END AS is_open,
        filed.last_days - filed.last_step_days AS days_untouched,
        least(filed.days_before_notified, 40) AS days_before,
        least(filed.last_days - filed.contact_days, 40) AS days_after,
        coalesce(around.units_before, 0) AS units_before,
        coalesce(around.units_after, 0) AS units_after,
        coalesce(around.units_again, 0) AS units_again
    FROM file_of_pupil AS filed
    LEFT JOIN around
        ON filed.school_id = around.school_id
        AND filed.school_year = around.school_year
        AND filed.pupil = around.pupil
),
counted AS (
    SELECT
        school_id,
        school_year,
        'followed_in_time' AS measure,
        sum(CASE WHEN days_to_contact <= 10 THEN 1 ELSE 0 END) AS numerator,
        count(*) AS pupils
    FROM judged
    WHERE notified IS NOT NULL
    GROUP BY school_id, school_year
    UNION ALL
    SELECT
        school_id,
        school_year,
        'overdue' AS measure,
        sum(CASE WHEN days_untouched > 30 THEN 1 ELSE 0 END) AS numerator,
        count(*) AS pupils
    FROM judged
    WHERE is_open = 1
    GROUP BY school_id, school_year
    UNION ALL
    SELECT
        school_id,
        school_year,
        'relapse' AS measure,
        sum(CASE WHEN units_again >= 5 THEN 1 ELSE 0 END) AS numerator,
        count(*) AS pupils
    FROM judged
    WHERE closed IS NOT NULL
    GROUP BY school_id, school_year
    UNION ALL
    SELECT
        school_id,
        school_year,
        'returned_lasting' AS measure,
        sum(CASE WHEN 2 * units_after * days_before <= units_before * days_after THEN 1 ELSE 0 END) AS numerator,
        count(*) AS pupils
    FROM judged
    WHERE followed_from IS NOT NULL AND days_before >= 20 AND days_after >= 20 AND units_before > 0
    GROUP BY school_id, school_year
)
SELECT
    school_id,
    school_year,
    measure,
    cast(numerator AS DOUBLE) AS numerator,
    cast(pupils AS DOUBLE) AS denominator,
    pupils
FROM counted
