-- One row: the half-days at one quantile among the pupils of a school with at least one, of one code or of any.
WITH
ranked AS (
    SELECT
        school_id,
        school_year,
        code,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY units NULLS LAST) AS half,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY units NULLS LAST) AS nine_in_ten,
        count(*) AS pupils
    FROM pupil_amount
    GROUP BY school_id, school_year, code
),
both_quantiles AS (
    SELECT school_id, school_year, code, cast(0.5 AS DOUBLE) AS quantile, half AS units, pupils FROM ranked
    UNION ALL
    SELECT school_id, school_year, code, cast(0.9 AS DOUBLE) AS quantile, nine_in_ten AS units, pupils FROM ranked
)
SELECT school_id, school_year, code, quantile, round(units, 1) AS units, pupils
FROM both_quantiles
ORDER BY school_id NULLS LAST, school_year NULLS LAST, code NULLS LAST, quantile NULLS LAST
