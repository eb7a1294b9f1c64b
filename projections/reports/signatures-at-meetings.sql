-- group: meetings
-- help: How many treaties were signed, and how many signatures given, on the days of each meeting whose days are known.
-- param: body id = any  The body that met, or any.
-- param: from first-day = 1991  The first day.
-- param: to date = today  The last day.
-- example: --body council-of-heads-of-state --to 1995
WITH held AS (
    SELECT m.*
    FROM meeting m
    WHERE m.occurred_from <= :to
        AND m.occurred_to >= :from
        -- of a meeting that was on one of several days nobody can say what was signed on it
        AND m.start IN (m.occurred_from, m.occurred_from || '?')
        AND m."end" IN (m.occurred_to, m.occurred_to || '?')
        AND (:body = 'any' OR EXISTS (SELECT 1 FROM meeting_body b WHERE b.event_id = m.event_id AND b.body = :body))
),
signature AS (
    SELECT DISTINCT treaty, state, signed FROM treaty_party WHERE signed IS NOT NULL
)
SELECT
    h.start,
    h."end",
    h.meeting,
    h.bodies,
    h.place,
    COUNT(DISTINCT g.treaty) AS treaties,
    COUNT(g.state) AS signatures,
    COUNT(DISTINCT g.state) AS states
FROM held h
JOIN signature g ON g.signed BETWEEN h.occurred_from AND h.occurred_to AND length(g.signed) = 10
GROUP BY h.start, h."end", h.meeting, h.bodies, h.place, h.occurred_from, h.occurred_to, h.event_id
ORDER BY h.occurred_from, h.occurred_to, h.event_id
