-- group: meetings
-- help: Where the bodies met: how many meetings in each place of a period, the first and the last of them.
-- param: body id = any  The body that met, or any.
-- param: from first-day = 1991  The first day.
-- param: to date = today  The last day.
-- example: --body council-of-heads-of-state
SELECT
    m.country,
    s.name AS country_name,
    m.place,
    COUNT(*) AS meetings,
    MIN(m.occurred_from) AS earliest_day,
    MAX(m.occurred_to) AS latest_day
FROM meeting m
LEFT JOIN state s ON s.state = m.country
WHERE m.occurred_from <= :to
    AND m.occurred_to >= :from
    AND (:body = 'any' OR EXISTS (SELECT 1 FROM meeting_body b WHERE b.event_id = m.event_id AND b.body = :body))
GROUP BY m.country, s.name, m.place
ORDER BY meetings DESC, m.country NULLS LAST, m.place NULLS LAST
