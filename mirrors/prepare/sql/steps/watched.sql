-- One row: a school that registered absence in a school year in which unauthorised absence was counted.
SELECT DISTINCT register.school_id, register.school_year
FROM register
INNER JOIN code_seen
    ON register.school_year = code_seen.school_year
INNER JOIN threshold_code
    ON code_seen.code = threshold_code.code
