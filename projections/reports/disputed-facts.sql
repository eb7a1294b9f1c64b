-- group: evidence
-- help: What is disputed, and who claims what: one row for each claim that differs from what is recorded.
-- param: from first-day = 1991  The first day of what is disputed.
-- param: to date = today  The last day of what is disputed.
-- param: source id = any  Only where this source claims otherwise or is contradicted, or any.
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
    AND (
        :source = 'any'
        OR ' ' || d.sources || ' ' LIKE '% ' || :source || ' %'
        OR EXISTS (SELECT 1 FROM citation c WHERE c.event_id = t.event_id AND c.source = :source)
    )
ORDER BY t.occurred_from, t.occurred_to, t.day_order, t.event_id, d.claim_id
