-- One row: a month in which a school had pupils, and the units possible in it.
SELECT school_id, school_year, month, sum(possible) AS possible
FROM enrolment
WHERE breakdown = 'all' AND month IS NOT NULL
GROUP BY school_id, school_year, month
HAVING sum(possible) > 0
ORDER BY school_id NULLS LAST, school_year NULLS LAST, month NULLS LAST
