-- group: meetings
-- help: How many meetings each state had the chair of in a period; without a state: chair not known.
-- param: body id = any  The body that met, or any.
-- param: from first-day = 1991  The first day.
-- param: to date = today  The last day.
-- example: --body council-of-heads-of-state
WITH chaired AS (
    SELECT
        m.chair,
        COALESCE(m.chair_state, (SELECT MIN(p.state) FROM person p WHERE p.person = m.chair)) AS state,
        m.occurred_from,
        m.occurred_to
    FROM meeting m
    WHERE m.occurred_from <= :to
        AND m.occurred_to >= :from
        AND (:body = 'any' OR EXISTS (SELECT 1 FROM meeting_body b WHERE b.event_id = m.event_id AND b.body = :body))
)
SELECT
    c.state,
    s.name,
    COUNT(*) AS meetings,
    COUNT(DISTINCT c.chair) AS persons,
    MIN(c.occurred_from) AS earliest_day,
    MAX(c.occurred_to) AS latest_day
FROM chaired c
LEFT JOIN state s ON s.state = c.state
GROUP BY c.state, s.name
ORDER BY c.state NULLS LAST
