-- One row: pupils of a cell with the same number of half-days absent of one code or of any.
WITH
placed AS (
    SELECT
        pupil_amount.school_id,
        pupil_amount.school_year,
        pupil_amount.code,
        pupil_amount.units,
        pupil_place.grade,
        pupil_place.sex,
        pupil_place.track,
        pupil_place.district,
        count(*) AS pupils
    FROM pupil_amount
    INNER JOIN pupil_place
        ON pupil_amount.school_id = pupil_place.school_id
        AND pupil_amount.school_year = pupil_place.school_year
        AND pupil_amount.pupil = pupil_place.pupil
    GROUP BY
        pupil_amount.school_id,
        pupil_amount.school_year,
        pupil_amount.code,
        pupil_amount.units,
        pupil_place.grade,
        pupil_place.sex,
        pupil_place.track,
        pupil_place.district
)
SELECT school_id, school_year, 'all' AS breakdown, '' AS spelled, code, units, sum(pupils) AS pupils
FROM placed
GROUP BY school_id, school_year, code, units
UNION ALL
SELECT school_id, school_year, 'grade' AS breakdown, grade AS spelled, code, units, sum(pupils) AS pupils
FROM placed
WHERE grade IS NOT NULL
GROUP BY school_id, school_year, grade, code, units
UNION ALL
SELECT school_id, school_year, 'sex' AS breakdown, sex AS spelled, code, units, sum(pupils) AS pupils
FROM placed
WHERE sex IS NOT NULL
GROUP BY school_id, school_year, sex, code, units
UNION ALL
SELECT school_id, school_year, 'track' AS breakdown, track AS spelled, code, units, sum(pupils) AS pupils
FROM placed
WHERE track IS NOT NULL
GROUP BY school_id, school_year, track, code, units
UNION ALL
SELECT school_id, school_year, 'district' AS breakdown, district AS spelled, code, units, sum(pupils) AS pupils
FROM placed
WHERE district IS NOT NULL
GROUP BY school_id, school_year, district, code, units
