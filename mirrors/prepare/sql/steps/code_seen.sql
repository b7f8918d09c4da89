-- One row: a code that counts as absence and was used by some school in a school year.
SELECT DISTINCT register.school_year, register.code, absence_code.category, absence_code.alone
FROM register
INNER JOIN absence_code
    ON register.code = absence_code.code
