-- One row: late arrivals or early departures of a school in a school year, and the pupil-days they fell in.
WITH
taught AS (
    SELECT school_id, school_year, month, count(DISTINCT date) AS days
    FROM school_half_day
    GROUP BY school_id, school_year, month
),
expected AS (
    SELECT taught.school_id, taught.school_year, sum(enrolment.pupils * taught.days) AS pupil_days
    FROM enrolment
    INNER JOIN taught
        ON enrolment.school_id = taught.school_id
        AND enrolment.school_year = taught.school_year
        AND coalesce(enrolment.month, taught.month) = taught.month
    WHERE enrolment.breakdown = 'all'
    GROUP BY taught.school_id, taught.school_year
),
counted AS (
    SELECT school_id, school_year, kind, count(*) AS events
    FROM late_event
    GROUP BY school_id, school_year, kind
)
SELECT counted.school_id, counted.school_year, counted.kind, counted.events, expected.pupil_days
FROM counted
INNER JOIN expected
    ON counted.school_id = expected.school_id
    AND counted.school_year = expected.school_year
ORDER BY counted.school_id NULLS LAST, counted.school_year NULLS LAST, counted.kind NULLS LAST
