-- group: evidence
-- help: On how many facts each source bears, how many rest on it alone, and how often it says otherwise than the record.
-- param: standing text = any  Sources of this standing only (press, encyclopedia ...), or any.
-- example: --standing encyclopedia
WITH cited AS (  -- a source's own entry in the register is none of its facts
    SELECT DISTINCT c.event_id, c.source
    FROM citation c
    JOIN timeline t ON t.event_id = c.event_id
    WHERE t.kind <> 'source-registered'
),
weighed AS (
    SELECT source, COUNT(*) OVER (PARTITION BY event_id) AS sources FROM cited
),
facts AS (
    SELECT source, COUNT(*) AS facts, COUNT(CASE WHEN sources = 1 THEN 1 END) AS only_source
    FROM weighed
    GROUP BY source
),
register AS (
    SELECT source, MIN(title) AS title, MIN(standing) AS standing, MIN(published) AS published FROM source GROUP BY source
)
SELECT
    r.source,
    r.title,
    r.standing,
    r.published,
    COALESCE(f.facts, 0) AS facts,
    COALESCE(f.only_source, 0) AS only_source,
    (SELECT COUNT(*) FROM dispute d WHERE ' ' || d.sources || ' ' LIKE '% ' || r.source || ' %') AS says_otherwise
FROM register r
LEFT JOIN facts f ON f.source = r.source
WHERE :standing IN ('any', r.standing)
ORDER BY facts DESC, r.source
