-- One row: the half-days absent of one code in a cell by grade, sex, track or district; members as enrolment
-- spells them.
WITH
counted AS (
    SELECT school_id, school_year, 'grade' AS breakdown, grade AS member, code, sum(units) AS units
    FROM pupil_units
    GROUP BY school_id, school_year, grade, code
    UNION ALL
    SELECT school_id, school_year, 'sex' AS breakdown, sex AS member, code, sum(units) AS units
    FROM pupil_units
    GROUP BY school_id, school_year, sex, code
    UNION ALL
    SELECT school_id, school_year, 'track' AS breakdown, track AS member, code, sum(units) AS units
    FROM pupil_units
    GROUP BY school_id, school_year, track, code
    UNION ALL
    SELECT school_id, school_year, 'district' AS breakdown, district AS member, code, sum(units) AS units
    FROM pupil_units
    GROUP BY school_id, school_year, district, code
),
spelled AS (
    SELECT school_id, school_year, breakdown, spelled, min(member) AS member
    FROM cell
    GROUP BY school_id, school_year, breakdown, spelled
)
SELECT
    counted.school_id,
    counted.school_year,
    counted.breakdown,
    coalesce(spelled.member, counted.member) AS member,
    counted.code,
    sum(counted.units) AS units
FROM counted
INNER JOIN breakdown_given
    ON counted.school_id = breakdown_given.school_id
    AND counted.school_year = breakdown_given.school_year
    AND counted.breakdown = breakdown_given.breakdown
LEFT JOIN spelled
    ON counted.school_id = spelled.school_id
    AND counted.school_year = spelled.school_year
    AND counted.breakdown = spelled.breakdown
    AND lower(counted.member) = spelled.spelled
WHERE counted.member IS NOT NULL
GROUP BY
    counted.school_id,
    counted.school_year,
    counted.breakdown,
    coalesce(spelled.member, counted.member),
    counted.code
