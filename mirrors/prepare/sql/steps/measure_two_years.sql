-- One row: pupils of a school who were over a threshold this year and last year: over the first one, of those
-- over it this year, and over the last one, of those seen in both years. Pupils never absent are not seen.
-- Where nobody is seen in both years, tokens were made anew and nothing is known.
WITH
seen AS (
    SELECT DISTINCT school_id, school_year, pupil
    FROM pupil_units
),
seen_twice AS (
    SELECT seen.school_id, seen.school_year, count(*) AS pupils
    FROM seen
    INNER JOIN year_before
        ON seen.school_year = year_before.school_year
    INNER JOIN seen AS earlier
        ON seen.school_id = earlier.school_id
        AND year_before.before = earlier.school_year
        AND seen.pupil = earlier.pupil
    INNER JOIN watched
        ON seen.school_id = watched.school_id
        AND seen.school_year = watched.school_year
    INNER JOIN watched AS watched_before
        ON seen.school_id = watched_before.school_id
        AND year_before.before = watched_before.school_year
    GROUP BY seen.school_id, seen.school_year
),
over AS (
    SELECT
        crossing.school_id,
        crossing.school_year,
        crossing.threshold,
        count(*) AS pupils,
        sum(CASE WHEN earlier.pupil IS NULL THEN 0 ELSE 1 END) AS again
    FROM crossing
    INNER JOIN year_before
        ON crossing.school_year = year_before.school_year
    LEFT JOIN crossing AS earlier
        ON crossing.school_id = earlier.school_id
        AND year_before.before = earlier.school_year
        AND crossing.threshold = earlier.threshold
        AND crossing.pupil = earlier.pupil
    GROUP BY crossing.school_id, crossing.school_year, crossing.threshold
)
SELECT
    over.school_id,
    over.school_year,
    'repeater' AS measure,
    cast(over.again AS DOUBLE) AS numerator,
    cast(over.pupils AS DOUBLE) AS denominator,
    over.pupils
FROM over
INNER JOIN seen_twice
    ON over.school_id = seen_twice.school_id
    AND over.school_year = seen_twice.school_year
WHERE over.threshold = (SELECT min(threshold) FROM threshold)
UNION ALL
SELECT
    seen_twice.school_id,
    seen_twice.school_year,
    'severe_again' AS measure,
    cast(coalesce(over.again, 0) AS DOUBLE) AS numerator,
    cast(seen_twice.pupils AS DOUBLE) AS denominator,
    seen_twice.pupils
FROM seen_twice
LEFT JOIN over
    ON seen_twice.school_id = over.school_id
    AND seen_twice.school_year = over.school_year
    AND over.threshold = (SELECT max(threshold) FROM threshold)
