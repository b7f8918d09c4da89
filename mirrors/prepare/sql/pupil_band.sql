-- One row: pupils of a cell in one band of half-days absent, of one code or of any, and the pupils counted.
-- Who has no absence is in no event: the lowest band takes the pupils of the cell that no other band holds.
WITH
counted_code AS (
    SELECT school_year, code, 'units' AS scale FROM code_seen WHERE alone
    UNION ALL
    SELECT school_year, 'any' AS code, 'units' AS scale FROM year_of_all_absence
    UNION ALL
    SELECT school_year, 'any' AS code, 'share' AS scale FROM year_of_all_absence
),
cells AS (
    SELECT
        cell.school_id,
        cell.school_year,
        cell.breakdown,
        cell.member,
        cell.spelled,
        cell.pupils,
        cell.possible_each,
        counted_code.code,
        counted_code.scale
    FROM cell
    INNER JOIN breakdown_given
        ON cell.school_id = breakdown_given.school_id
        AND cell.school_year = breakdown_given.school_year
        AND cell.breakdown = breakdown_given.breakdown
    INNER JOIN counted_code
        ON cell.school_year = counted_code.school_year
    WHERE counted_code.scale = 'units' OR cell.possible_each > 0
),
amounts AS (
    SELECT
        cells.school_id,
        cells.school_year,
        cells.breakdown,
        cells.member,
        cells.code,
        cells.scale,
        CASE
            WHEN cells.scale = 'units' THEN cast(pupils_by_units.units AS DOUBLE)
            ELSE pupils_by_units.units / cells.possible_each
        END AS amount,
        pupils_by_units.pupils
    FROM cells
    INNER JOIN pupils_by_units
        ON cells.school_id = pupils_by_units.school_id
        AND cells.school_year = pupils_by_units.school_year
        AND cells.breakdown = pupils_by_units.breakdown
        AND cells.spelled = pupils_by_units.spelled
        AND cells.code = pupils_by_units.code
),
banded AS (
    SELECT
        amounts.school_id,
        amounts.school_year,
        amounts.breakdown,
        amounts.member,
        amounts.code,
        amounts.scale,
        band.at_least,
        sum(amounts.pupils) AS pupils
    FROM amounts
    INNER JOIN band
        ON amounts.scale = band.scale
        AND amounts.amount >= band.at_least
        AND (amounts.amount < band.below OR band.below IS NULL)
    GROUP BY
        amounts.school_id,
        amounts.school_year,
        amounts.breakdown,
        amounts.member,
        amounts.code,
        amounts.scale,
        band.at_least
),
absent AS (
    SELECT school_id, school_year, breakdown, member, code, scale, sum(pupils) AS pupils
    FROM banded
    GROUP BY school_id, school_year, breakdown, member, code, scale
),
based AS (
    SELECT
        cells.school_id,
        cells.school_year,
        cells.breakdown,
        cells.member,
        cells.code,
        cells.scale,
        greatest(cells.pupils, coalesce(absent.pupils, 0)) AS base,
        greatest(cells.pupils - coalesce(absent.pupils, 0), 0) AS never_absent
    FROM cells
    LEFT JOIN absent
        ON cells.school_id = absent.school_id
        AND cells.school_year = absent.school_year
        AND cells.breakdown = absent.breakdown
        AND cells.member = absent.member
        AND cells.code = absent.code
        AND cells.scale = absent.scale
)
SELECT
    based.school_id,
    based.school_year,
    based.breakdown,
    based.member,
    based.code,
    based.scale,
    band.at_least,
    band.below,
    coalesce(banded.pupils, 0) + CASE WHEN band.at_least = 0 THEN based.never_absent ELSE 0 END AS pupils,
    based.base
FROM based
INNER JOIN band
    ON based.scale = band.scale
LEFT JOIN banded
    ON based.school_id = banded.school_id
    AND based.school_year = banded.school_year
    AND based.breakdown = banded.breakdown
    AND based.member = banded.member
    AND based.code = banded.code
    AND based.scale = banded.scale
    AND band.at_least = banded.at_least
WHERE based.base > 0
ORDER BY
    based.school_id NULLS LAST,
    based.school_year NULLS LAST,
    based.breakdown NULLS LAST,
    based.member NULLS LAST,
    based.code NULLS LAST,
    based.scale NULLS LAST,
    band.at_least NULLS LAST
