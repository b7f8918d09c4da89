-- One row: a group of pupils of a school in one school year (mean over months), and the units possible for it.
-- Where either was told as a bound only, nothing is known.
SELECT
    school_id,
    school_year,
    breakdown,
    member,
    CASE WHEN max(CASE WHEN status = 'exact' THEN 0 ELSE 1 END) = 0 THEN avg(pupils) END AS pupils,
    CASE WHEN max(CASE WHEN status = 'exact' THEN 0 ELSE 1 END) = 0 THEN sum(possible) END AS possible
FROM enrolment
WHERE breakdown IN ('grade', 'sex', 'track', 'district') AND member IS NOT NULL
GROUP BY school_id, school_year, breakdown, member
ORDER BY school_id NULLS LAST, school_year NULLS LAST, breakdown NULLS LAST, member NULLS LAST
