-- One row: one of the last two or first two school days on either side of a break of a week or more.
-- Summer is a break: the first days of the school year and the last ones count.
WITH
placed AS (
    SELECT
        school_id,
        school_year,
        date,
        row_number() OVER (
            PARTITION BY school_id, school_year, stretch ORDER BY date NULLS LAST
        ) AS from_start,
        row_number() OVER (
            PARTITION BY school_id, school_year, stretch ORDER BY date DESC NULLS LAST
        ) AS from_end
    FROM day_count
    WHERE is_open = 1
)
SELECT school_id, school_year, date
FROM placed
WHERE from_start <= 2 OR from_end <= 2
