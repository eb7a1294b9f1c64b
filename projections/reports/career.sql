-- group: bodies
-- help: The offices that a person held, one after the other, and the meetings that the person chaired.
-- param: person id  The person.
-- example: --person boris-yeltsin
SELECT
    c.what,
    c.since,
    NULLIF(c.over_earliest, '0001-01-01') AS over_earliest,
    NULLIF(c.over_latest, '9999-12-31') AS over_latest,
    c.body,
    c.office_or_meeting,
    c.acting,
    c.state,
    c.disputed
FROM (
    SELECT
        'office' AS what,
        r.since,
        r.valid_to AS over_earliest,
        r.valid_to_latest AS over_latest,
        r.body,
        r.office AS office_or_meeting,
        CASE WHEN r.acting THEN 'yes' ELSE '' END AS acting,
        r.state,
        CASE WHEN r.disputed THEN 'yes' ELSE '' END AS disputed,
        r.valid_from AS first,
        r.valid_from_latest AS last,
        r.began_by AS told_by
    FROM council_roster r
    WHERE r.person = :person
    UNION ALL
    SELECT
        'meeting',
        m.start,
        NULL,
        NULL,
        m.bodies,
        m.meeting,
        '',
        m.chair_state,
        CASE WHEN m.disputed THEN 'yes' ELSE '' END,
        m.occurred_from,
        m.occurred_to,
        m.event_id
    FROM meeting m
    WHERE m.chair = :person
) c
ORDER BY c.first, c.last, c.what DESC, c.office_or_meeting, c.told_by
