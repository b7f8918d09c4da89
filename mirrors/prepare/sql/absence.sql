-- One row: the half-days absent of one code in a cell: the whole school by month, other cells over the year.
-- Zero is written for a code in use that year, in each cell of a school of which absences were given.
WITH
counted AS (
    SELECT school_id, school_year, 'all' AS breakdown, '' AS member, month, code, sum(units) AS units
    FROM register
    GROUP BY school_id, school_year, month, code
    UNION ALL
    SELECT school_id, school_year, breakdown, member, cast(NULL AS INTEGER) AS month, code, units
    FROM member_units
),
cells AS (
    SELECT school_id, school_year, breakdown, member, month
    FROM enrolment
    WHERE breakdown = 'all' AND month IS NOT NULL AND possible > 0
    UNION
    SELECT school_id, school_year, breakdown, member, cast(NULL AS INTEGER) AS month
    FROM enrolment
    WHERE breakdown IN ('grade', 'sex', 'track', 'district') AND possible > 0
    UNION
    SELECT school_id, school_year, breakdown, member, month
    FROM counted
),
asked AS (
    SELECT
        cells.school_id,
        cells.school_year,
        cells.breakdown,
        cells.member,
        cells.month,
        code_seen.code,
        0 AS units
    FROM cells
    INNER JOIN breakdown_given
        ON cells.school_id = breakdown_given.school_id
        AND cells.school_year = breakdown_given.school_year
        AND cells.breakdown = breakdown_given.breakdown
    INNER JOIN code_seen
        ON cells.school_year = code_seen.school_year
),
every AS (
    SELECT school_id, school_year, breakdown, member, month, code, units FROM counted
    UNION ALL
    SELECT school_id, school_year, breakdown, member, month, code, units FROM asked
)
SELECT school_id, school_year, breakdown, member, month, code, sum(units) AS units
FROM every
GROUP BY school_id, school_year, breakdown, member, month, code
ORDER BY
    school_id NULLS LAST,
    school_year NULLS LAST,
    breakdown NULLS LAST,
    member NULLS LAST,
    month NULLS LAST,
    code NULLS LAST
