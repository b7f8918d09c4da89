-- One row: the type, network and district of a school in one school year.
SELECT school_id, school_year, school_type, network, district
FROM schools
WHERE school_type IS NOT NULL
ORDER BY school_id NULLS LAST, school_year NULLS LAST
