-- group: evidence
-- help: Which facts rest on one source only, and what that source is worth.
-- param: standing text = any  Sources of this standing only (press, encyclopedia ...), or any.
-- param: from first-day = 1991  The first day.
-- param: to date = today  The last day.
-- example: --standing press --from 1994 --to 1994
WITH alone AS (
    SELECT event_id, MIN(source) AS source FROM citation GROUP BY event_id HAVING COUNT(DISTINCT source) = 1
),
register AS (
    SELECT source, MIN(standing) AS standing FROM source GROUP BY source
)
SELECT
    t.occurred,
    t.kind,
    t.sentence,
    a.source,
    r.standing,
    CASE WHEN t.disputed THEN 'yes' ELSE '' END AS disputed,
    t.event_id
FROM alone a
JOIN timeline t ON t.event_id = a.event_id
LEFT JOIN register r ON r.source = a.source
-- that a source or a person is entered in a register is no fact of history
WHERE t.kind NOT IN ('source-registered', 'person-registered')
    AND :standing IN ('any', r.standing)
    AND t.occurred_from <= :to
    AND t.occurred_to >= :from
ORDER BY t.occurred_from, t.occurred_to, t.day_order, t.event_id
