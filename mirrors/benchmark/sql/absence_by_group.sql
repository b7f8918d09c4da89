-- One row: the units absent of one category in a group of pupils of a school, in one school year; nothing where
-- some were told as a bound only.
SELECT
    school_id,
    school_year,
    breakdown,
    member,
    category,
    CASE WHEN max(CASE WHEN status = 'exact' THEN 0 ELSE 1 END) = 0 THEN sum(units) END AS units
FROM absence
WHERE breakdown IN ('grade', 'sex', 'track', 'district') AND member IS NOT NULL
GROUP BY school_id, school_year, breakdown, member, category
ORDER BY
    school_id NULLS LAST,
    school_year NULLS LAST,
    breakdown NULLS LAST,
    member NULLS LAST,
    category NULLS LAST
