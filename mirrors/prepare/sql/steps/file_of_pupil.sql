-- One row: a pupil of a school with any step of follow-up: the first of each step that measures ask for, the
-- first and the last closure, and the last step of all. Days are counted in school days of the school.
WITH
filed AS (
    SELECT
        followup_event.school_id,
        followup_event.school_year,
        followup_event.pupil,
        followed.last_days,
        min(CASE WHEN followup_event.step = 'notified' THEN followup_event.date END) AS notified,
        min(CASE WHEN followup_event.step = 'first_contact' THEN followup_event.date END) AS contact,
        min(CASE WHEN followup_event.step = 'closed' THEN followup_event.date END) AS closed,
        max(CASE WHEN followup_event.step = 'closed' THEN followup_event.date END) AS last_closed,
        max(followup_event.date) AS last_step
    FROM followup_event
    INNER JOIN followed
        ON followup_event.school_id = followed.school_id
        AND followup_event.school_year = followed.school_year
    GROUP BY
        followup_event.school_id,
        followup_event.school_year,
        followup_event.pupil,
        followed.last_days
),
followed_up AS (
    SELECT
        *,
        CASE WHEN contact IS NOT NULL AND notified IS NOT NULL THEN greatest(contact, notified) END AS followed_from
    FROM filed
)
SELECT
    followed_up.*,
    on_notified.school_days AS notified_days,
    on_notified.school_days - on_notified.is_open AS days_before_notified,
    on_contact.school_days AS contact_days,
    on_closed.school_days AS closed_days,
    on_last_step.school_days AS last_step_days
FROM followed_up
INNER JOIN day_count AS on_last_step
    ON followed_up.school_id = on_last_step.school_id
    AND followed_up.school_year = on_last_step.school_year
    AND followed_up.last_step = on_last_step.date
LEFT JOIN day_count AS on_notified
    ON followed_up.school_id = on_notified.school_id
    AND followed_up.school_year = on_notified.school_year
    AND followed_up.notified = on_notified.date
LEFT JOIN day_count AS on_contact
    ON followed_up.school_id = on_contact.school_id
    AND followed_up.school_year = on_contact.school_year
    AND followed_up.followed_from = on_contact.date
LEFT JOIN day_count AS on_closed
    ON followed_up.school_id = on_closed.school_id
    AND followed_up.school_year = on_closed.school_year
    AND followed_up.closed = on_closed.date
