-- group: evidence
-- help: What is disputed, and who claims what: one row for each claim that differs from what is recorded.
-- param: from first-day = 1991  The first day of what is disputed.
-- param: to date = today  The last day of what is disputed.
-- param: source id = any  Only where this source claims otherwise or is contradicted, or any.
-- example: --from 1993 --to 1993
WITH told AS (
    SELECT event_id, kind, occurred, occurred_from, occurred_to, day_order, sentence, sources FROM timeline
    UNION ALL  -- what better sources deny is in no other view, and so on no known day
    SELECT DISTINCT event_id, '', '', '0001-01-01', '9999-12-31', 0, 'Not shown: better sources deny it.', ''
    FROM dispute
    WHERE event_id NOT IN (SELECT event_id FROM timeline)
)
SELECT
    t.occurred,
    t.kind,
    t.sentence,
    t.sources,
    CASE
        WHEN d.prevails THEN 'this claim'
        WHEN t.kind = '' THEN 'another claim'
        ELSE 'what was recorded'
    END AS shown,
    d.sources AS claimed_by,
    d.date AS claimed_date,
    d.changes AS claimed_changes,
    CASE WHEN d.denied THEN 'yes' ELSE '' END AS denied,
    d.reason,
    t.event_id,
    d.claim_id
FROM dispute d
JOIN told t ON t.event_id = d.event_id
WHERE t.occurred_from <= :to
    AND t.occurred_to >= :from
    AND (
        :source = 'any'
        OR ' ' || d.sources || ' ' LIKE '% ' || :source || ' %'
        OR EXISTS (SELECT 1 FROM citation c WHERE c.event_id = t.event_id AND c.source = :source)
    )
ORDER BY t.occurred_from, t.occurred_to, t.day_order, t.event_id, d.claim_id
