-- group: evidence
-- help: In which facts something is the editor's inference, and from what it is inferred.
-- param: from first-day = 1991  The first day.
-- param: to date = today  The last day.
-- example: --from 1993 --to 1993
SELECT
    t.occurred,
    t.kind,
    t.sentence,
    t.inferred,
    t.sources,
    t.event_id
FROM timeline t
WHERE t.inferred IS NOT NULL
    AND t.occurred_from <= :to
    AND t.occurred_to >= :from
ORDER BY t.occurred_from, t.occurred_to, t.day_order, t.event_id
