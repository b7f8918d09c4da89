-- One row: a half-day on which a school was open: the community's school days, changed by the school's own.
-- A school's own day goes before one that holds for every school, a half-day before a whole day.
WITH
own_half_day AS (
    SELECT school_id, school_year, date, half_day, kind, 1 AS precision FROM calendar WHERE half_day <> 'day'
    UNION ALL
    SELECT school_id, school_year, date, 'am' AS half_day, kind, 0 AS precision FROM calendar WHERE half_day = 'day'
    UNION ALL
    SELECT school_id, school_year, date, 'pm' AS half_day, kind, 0 AS precision FROM calendar WHERE half_day = 'day'
),
changed AS (
    SELECT
        school.school_id,
        school.school_year,
        own_half_day.date,
        own_half_day.half_day,
        own_half_day.kind,
        row_number() OVER (
            PARTITION BY school.school_id, school.school_year, own_half_day.date, own_half_day.half_day
            ORDER BY
                own_half_day.school_id NULLS LAST,
                own_half_day.precision DESC NULLS LAST,
                own_half_day.kind DESC NULLS LAST
        ) AS place
    FROM school
    INNER JOIN own_half_day
        ON school.school_year = own_half_day.school_year
        AND (school.school_id = own_half_day.school_id OR own_half_day.school_id IS NULL)
    WHERE own_half_day.kind IN ('free', 'open')
),
decided AS (
    SELECT * FROM changed WHERE place = 1
),
usual AS (
    SELECT school.school_id, school.school_year, community_half_day.date, community_half_day.half_day
    FROM school
    INNER JOIN community_half_day
        ON school.school_year = community_half_day.school_year
),
open_half_day AS (
    SELECT usual.school_id, usual.school_year, usual.date, usual.half_day
    FROM usual
    LEFT JOIN decided
        ON usual.school_id = decided.school_id
        AND usual.school_year = decided.school_year
        AND usual.date = decided.date
        AND usual.half_day = decided.half_day
    WHERE coalesce(decided.kind, 'open') = 'open'
    UNION
    SELECT school_id, school_year, date, half_day FROM decided WHERE kind = 'open'
)
SELECT
    open_half_day.school_id,
    open_half_day.school_year,
    open_half_day.date,
    day.month,
    day.weekday,
    open_half_day.half_day
FROM open_half_day
INNER JOIN day
    ON open_half_day.date = day.date
