-- One row: the half-days absent of a pupil at a school in a school year, of one code or of any.
-- A code that shares its category with another says nothing about the pupils of the category: it is left out.
SELECT
    pupil_units.school_id,
    pupil_units.school_year,
    pupil_units.pupil,
    pupil_units.code,
    sum(pupil_units.units) AS units
FROM pupil_units
INNER JOIN absence_code
    ON pupil_units.code = absence_code.code
WHERE absence_code.alone
GROUP BY pupil_units.school_id, pupil_units.school_year, pupil_units.pupil, pupil_units.code
UNION ALL
SELECT
    pupil_units.school_id,
    pupil_units.school_year,
    pupil_units.pupil,
    'any' AS code,
    sum(pupil_units.units) AS units
FROM pupil_units
INNER JOIN absence_code
    ON pupil_units.code = absence_code.code
INNER JOIN year_of_all_absence
    ON pupil_units.school_year = year_of_all_absence.school_year
GROUP BY pupil_units.school_id, pupil_units.school_year, pupil_units.pupil
