-- One row: the units missed at one quantile by the pupils with at least one, in a school and school year.
SELECT school_id, school_year, category, quantile, units, pupils
FROM absence_quantile
ORDER BY school_id NULLS LAST, school_year NULLS LAST, category NULLS LAST, quantile NULLS LAST
