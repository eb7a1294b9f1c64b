-- group: evidence
-- help: Which events entered the log long after they happened; it reads the log itself, so it takes no --known-at.
-- param: years integer = 1  How many years at least lie between the event and its recording.
-- param: since first-day = 1991  The first day of the recording.
-- param: until date = today  The last day of the recording.
-- example: --years 34
SELECT
    CAST(substr(e.recorded_at, 1, 4) AS INTEGER) - CAST(substr(t.occurred_to, 1, 4) AS INTEGER)
        - CASE WHEN substr(e.recorded_at, 6, 5) < substr(t.occurred_to, 6, 5) THEN 1 ELSE 0 END AS years_later,
    t.occurred,
    substr(e.recorded_at, 1, 10) AS recorded,
    e.position,
    e.recorded_by,
    t.kind,
    t.sentence,
    t.event_id
FROM event e
JOIN timeline t ON t.event_id = e.event_id
WHERE t.kind NOT IN ('source-registered', 'person-registered')
    AND t.occurred_to < '9999-12-31'
    AND substr(e.recorded_at, 1, 10) BETWEEN :since AND :until
    AND CAST(substr(e.recorded_at, 1, 4) AS INTEGER) - CAST(substr(t.occurred_to, 1, 4) AS INTEGER)
        - CASE WHEN substr(e.recorded_at, 6, 5) < substr(t.occurred_to, 6, 5) THEN 1 ELSE 0 END >= :years
ORDER BY years_later DESC, t.occurred_from, t.occurred_to, t.day_order, t.event_id
