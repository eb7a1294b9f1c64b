-- group: chronology
-- help: What happened on this day of the year, in any year, and how many years before: of what is dated to the day.
-- param: day date = today  The day; its year is that of the anniversary.
-- param: round integer = 1  Only what is a multiple of so many years past: 5, 10, 25.
-- example: --day 2026-12-21 --round 5
SELECT
    CAST(substr(:day, 1, 4) AS INTEGER) - CAST(substr(t.occurred_from, 1, 4) AS INTEGER) AS years,
    t.occurred,
    t.kind,
    t.sentence,
    t.sources,
    CASE WHEN t.disputed THEN 'yes' ELSE '' END AS disputed,
    t.event_id
FROM timeline t
WHERE t.kind NOT IN ('source-registered', 'person-registered')
    -- a meeting that lasted has its anniversary on its first day
    AND t.occurred IN (t.occurred_from, t.occurred_from || '?', t.occurred_from || '/' || t.occurred_to)
    AND substr(t.occurred_from, 6) = substr(:day, 6)
    AND t.occurred_from < :day
    AND :round > 0
    AND (CAST(substr(:day, 1, 4) AS INTEGER) - CAST(substr(t.occurred_from, 1, 4) AS INTEGER)) % :round = 0
ORDER BY t.occurred_from, t.occurred_to, t.day_order, t.event_id
