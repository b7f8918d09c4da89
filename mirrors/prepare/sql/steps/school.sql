-- One row: a school in a school year of which anything was given.
SELECT school_id, school_year FROM register
UNION
SELECT school_id, school_year FROM enrolment
UNION
SELECT school_id, school_year FROM late_event
