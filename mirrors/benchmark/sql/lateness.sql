-- One row: late arrivals, or early departures, of a school in one school year, and the days pupils were present.
SELECT
    school_id,
    school_year,
    kind,
    events,
    pupil_days,
    CASE WHEN status <> 'exact' THEN status END AS status
FROM lateness
ORDER BY school_id NULLS LAST, school_year NULLS LAST, kind NULLS LAST
