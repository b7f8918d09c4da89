-- One row: a school year whose events hold more than one kind of absence, so that they add up to all absence.
SELECT school_year
FROM code_seen
GROUP BY school_year
HAVING count(DISTINCT category) > 1 OR max(category) = 'any'
