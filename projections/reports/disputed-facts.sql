-- group: evidence
-- help: What is disputed, and who claims what: one row for each claim that differs from what is recorded.
-- param: from first-day = 1991  The first day of what is disputed.
-- param: to date = today  The last day of what is disputed.
-- example: --from 1993 --to 1993
SELECT
    t.occurred,
    t.kind,
    t.sentence,
    t.sources,
    CASE WHEN d.prevails THEN 'this claim' ELSE 'what was recorded' END AS shown,
    d.sources AS claimed_by,
    d.date AS claimed_date,
    d.changes AS claimed_changes,
    CASE WHEN d.denied THEN 'yes' ELSE '' END AS denied,
    d.reason,
    t.event_id,
    d.claim_id
FROM dispute d
JOIN timeline t ON t.event_id = d.event_id
WHERE t.occurred_from <= :to
    AND t.occurred_to >= :from
ORDER BY t.occurred_from, t.occurred_to, t.day_order, t.event_id, d.claim_id
