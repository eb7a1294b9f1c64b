-- group: bodies
-- help: What the bodies decided in a period, body by body.
-- param: body id = any  The body, or any.
-- param: from first-day = 1991  The first day.
-- param: to date = today  The last day.
-- example: --from 2000 --to 2000
SELECT
    d.body,
    d.occurred,
    d.decision,
    d.title,
    d.meeting,
    d.treaty,
    d.effective,
    d.states,
    d.summary,
    CASE WHEN d.disputed THEN 'yes' ELSE '' END AS disputed
FROM decision d
WHERE :body IN ('any', d.body)
    AND d.occurred_from <= :to
    AND d.occurred_to >= :from
ORDER BY d.body NULLS LAST, d.occurred_from, d.occurred_to, d.event_id
