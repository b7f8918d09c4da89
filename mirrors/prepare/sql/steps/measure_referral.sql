-- One row: pupils of a school who were referred in time, early or not at all, of those who had to be.
-- What was begun before the threshold was in time.
WITH
first_crossing AS (
    SELECT * FROM crossing WHERE threshold = (SELECT min(threshold) FROM threshold)
),
last_crossing AS (
    SELECT * FROM crossing WHERE threshold = (SELECT max(threshold) FROM threshold)
),
reached AS (
    SELECT
        first_crossing.school_id,
        first_crossing.school_year,
        file_of_pupil.notified_days - on_crossing.school_days AS days
    FROM first_crossing
    INNER JOIN followed
        ON first_crossing.school_id = followed.school_id
        AND first_crossing.school_year = followed.school_year
    INNER JOIN day_count AS on_crossing
        ON first_crossing.school_id = on_crossing.school_id
        AND first_crossing.school_year = on_crossing.school_year
        AND first_crossing.date = on_crossing.date
    LEFT JOIN file_of_pupil
        ON first_crossing.school_id = file_of_pupil.school_id
        AND first_crossing.school_year = file_of_pupil.school_year
        AND first_crossing.pupil = file_of_pupil.pupil
    WHERE followed.last_days - on_crossing.school_days >= 10
)
SELECT
    school_id,
    school_year,
    'timely_referral' AS measure,
    cast(sum(CASE WHEN days <= 10 THEN 1 ELSE 0 END) AS DOUBLE) AS numerator,
    cast(count(*) AS DOUBLE) AS denominator,
    count(*) AS pupils
FROM reached
GROUP BY school_id, school_year
UNION ALL
SELECT
    file_of_pupil.school_id,
    file_of_pupil.school_year,
    'early_referral' AS measure,
    cast(
        sum(CASE WHEN first_crossing.date IS NULL OR file_of_pupil.notified < first_crossing.date THEN 1 ELSE 0 END)
        AS DOUBLE
    ) AS numerator,
    cast(count(*) AS DOUBLE) AS denominator,
    count(*) AS pupils
FROM file_of_pupil
LEFT JOIN first_crossing
    ON file_of_pupil.school_id = first_crossing.school_id
    AND file_of_pupil.school_year = first_crossing.school_year
    AND file_of_pupil.pupil = first_crossing.pupil
WHERE file_of_pupil.notified IS NOT NULL
GROUP BY file_of_pupil.school_id, file_of_pupil.school_year
UNION ALL
SELECT
    last_crossing.school_id,
    last_crossing.school_year,
    'unreferred_severe' AS measure,
    cast(sum(CASE WHEN filed.pupil IS NULL THEN 1 ELSE 0 END) AS DOUBLE) AS numerator,
    cast(count(*) AS DOUBLE) AS denominator,
    count(*) AS pupils
FROM last_crossing
INNER JOIN followed
    ON last_crossing.school_id = followed.school_id
    AND last_crossing.school_year = followed.school_year
LEFT JOIN (SELECT DISTINCT school_id, school_year, pupil FROM followup_event) AS filed
    ON last_crossing.school_id = filed.school_id
    AND last_crossing.school_year = filed.school_year
    AND last_crossing.pupil = filed.pupil
GROUP BY last_crossing.school_id, last_crossing.school_year
