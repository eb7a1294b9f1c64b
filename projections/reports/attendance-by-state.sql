-- group: meetings
-- help: In how many meetings each state took part in each year, of those of which the sources name who came or stayed away.
-- param: body id = any  The body that met, or any.
-- param: state state = any  The state, or any.
-- param: from first-day = 1991  The first day.
-- param: to date = today  The last day.
-- example: --body council-of-heads-of-state --state TM
WITH held AS (  -- 1993/1994 is a meeting that was in one of these years, or in both
    SELECT
        m.event_id,
        CASE
            WHEN substr(m.occurred_from, 1, 4) = substr(m.occurred_to, 1, 4) THEN substr(m.occurred_from, 1, 4)
            ELSE substr(m.occurred_from, 1, 4) || '/' || substr(m.occurred_to, 1, 4)
        END AS year
    FROM meeting m
    WHERE m.occurred_from <= :to
        AND m.occurred_to >= :from
        AND EXISTS (SELECT 1 FROM meeting_attendance a WHERE a.event_id = m.event_id)
        AND (:body = 'any' OR EXISTS (SELECT 1 FROM meeting_body b WHERE b.event_id = m.event_id AND b.body = :body))
),
of_year AS (
    SELECT year, COUNT(*) AS meetings FROM held GROUP BY year
),
attended AS (
    SELECT
        a.state,
        h.year,
        COUNT(CASE WHEN a.attendance = 'present' THEN 1 END) AS present,
        COUNT(CASE WHEN a.attendance = 'absent' THEN 1 END) AS absent
    FROM held h
    JOIN meeting_attendance a ON a.event_id = h.event_id
    WHERE :state IN ('any', a.state)
    GROUP BY a.state, h.year
)
SELECT
    t.state,
    s.name,
    y.year,
    y.meetings,
    COALESCE(a.present, 0) AS present,
    COALESCE(a.absent, 0) AS absent,
    y.meetings - COALESCE(a.present, 0) - COALESCE(a.absent, 0) AS not_named
FROM of_year y
JOIN (SELECT DISTINCT state FROM attended) t ON TRUE
LEFT JOIN attended a ON a.state = t.state AND a.year = y.year
LEFT JOIN state s ON s.state = t.state
ORDER BY t.state, y.year
