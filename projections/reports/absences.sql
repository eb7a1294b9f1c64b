-- group: meetings
-- help: Which states are said to have stayed away from which meetings.
-- param: state state = any  The state, or any.
-- param: body id = any  The body that met, or any.
-- param: from first-day = 1991  The first day.
-- param: to date = today  The last day.
-- example: --state UA --from 2005
SELECT
    a.state,
    s.name,
    m.start,
    m."end",
    m.meeting,
    m.bodies,
    m.place,
    CASE WHEN m.disputed THEN 'yes' ELSE '' END AS disputed
FROM meeting_attendance a
JOIN meeting m ON m.event_id = a.event_id
LEFT JOIN state s ON s.state = a.state
WHERE a.attendance = 'absent'
    AND :state IN ('any', a.state)
    AND m.occurred_from <= :to
    AND m.occurred_to >= :from
    AND (:body = 'any' OR EXISTS (SELECT 1 FROM meeting_body b WHERE b.event_id = m.event_id AND b.body = :body))
ORDER BY a.state, m.occurred_from, m.occurred_to, m.event_id
