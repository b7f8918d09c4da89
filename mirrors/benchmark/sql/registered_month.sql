-- One row: a month in which a school registered both pupils and absence.
WITH
enrolled AS (
    SELECT DISTINCT school_id, school_year, month
    FROM enrolment
    WHERE breakdown = 'all' AND month IS NOT NULL AND possible > 0
),
absent AS (
    SELECT school_id, school_year, month
    FROM absence
    WHERE breakdown = 'all' AND month IS NOT NULL
    GROUP BY school_id, school_year, month
    HAVING sum(units) > 0
)
SELECT enrolled.school_id, enrolled.school_year, enrolled.month
FROM enrolled
INNER JOIN absent
    ON enrolled.school_id = absent.school_id
    AND enrolled.school_year = absent.school_year
    AND enrolled.month = absent.month
ORDER BY enrolled.school_id NULLS LAST, enrolled.school_year NULLS LAST, enrolled.month NULLS LAST
