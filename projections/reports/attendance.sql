-- group: meetings
-- help: How often a state took part in meetings, year by year, as far as the sources name who came and who stayed away.
-- param: state state  The state.
-- param: body id = any  The body that met, or any.
-- param: from first-day = 1991  The first day.
-- param: to date = today  The last day.
-- example: --state GE --body council-of-heads-of-state
WITH held AS (
    SELECT
        CASE
            WHEN substr(m.occurred_from, 1, 4) = substr(m.occurred_to, 1, 4) THEN substr(m.occurred_from, 1, 4)
            ELSE substr(m.occurred_from, 1, 4) || '/' || substr(m.occurred_to, 1, 4)
        END AS year,
        (
            SELECT a.attendance FROM meeting_attendance a WHERE a.event_id = m.event_id AND a.state = :state
        ) AS attendance
    FROM meeting m
    WHERE m.occurred_from <= :to
        AND m.occurred_to >= :from
        AND (:body = 'any' OR EXISTS (SELECT 1 FROM meeting_body b WHERE b.event_id = m.event_id AND b.body = :body))
)
SELECT
    h.year,
    COUNT(*) AS meetings,
    COUNT(CASE WHEN h.attendance = 'present' THEN 1 END) AS present,
    COUNT(CASE WHEN h.attendance = 'absent' THEN 1 END) AS absent,
    COUNT(CASE WHEN h.attendance IS NULL THEN 1 END) AS not_named
FROM held h
GROUP BY h.year
ORDER BY h.year
