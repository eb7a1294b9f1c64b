-- group: meetings
-- help: How many meetings each body held in each year; 1993/1994 is a meeting that was in one of them, or in both.
-- param: body id = any  The body, or any.
-- param: from first-day = 1991  The first day.
-- param: to date = today  The last day.
-- example: --body council-of-heads-of-state
WITH held AS (
    SELECT
        b.body,
        CASE
            WHEN substr(m.occurred_from, 1, 4) = substr(m.occurred_to, 1, 4) THEN substr(m.occurred_from, 1, 4)
            ELSE substr(m.occurred_from, 1, 4) || '/' || substr(m.occurred_to, 1, 4)
        END AS year,
        CASE WHEN m.disputed THEN 1 ELSE 0 END AS disputed
    FROM meeting m
    LEFT JOIN meeting_body b ON b.event_id = m.event_id
    WHERE :body IN ('any', b.body)
        AND m.occurred_from <= :to
        AND m.occurred_to >= :from
)
SELECT
    h.body,
    (SELECT n.name FROM body n WHERE n.body = h.body ORDER BY n.valid_from DESC, n.began_by LIMIT 1) AS name,
    h.year,
    COUNT(*) AS meetings,
    SUM(h.disputed) AS disputed
FROM held h
GROUP BY h.body, h.year
ORDER BY h.body NULLS LAST, h.year
