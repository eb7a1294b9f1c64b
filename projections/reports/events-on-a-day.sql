-- group: chronology
-- help: What happened, or may have happened, on a day or from one day to another.
-- param: from first-day = today  The first day.
-- param: to date = today  The last day.
-- param: kind text = any  The kind of event (treaty-signed, meeting-held ...), or any.
-- example: --from 1991-12-21 --to 1991-12-21
SELECT
    t.occurred,
    CASE WHEN t.occurred_from >= :from AND t.occurred_to <= :to THEN 'certain' ELSE 'possible' END AS certainty,
    t.kind,
    t.sentence,
    t.sources,
    CASE WHEN t.disputed THEN 'yes' ELSE '' END AS disputed,
    t.event_id
FROM timeline t
WHERE t.kind NOT IN ('source-registered', 'person-registered')
    AND :kind IN ('any', t.kind)
    AND t.occurred_from <= :to
    AND t.occurred_to >= :from
ORDER BY t.occurred_from, t.occurred_to, t.day_order, t.event_id
