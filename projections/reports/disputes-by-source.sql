-- group: evidence
-- help: Which sources contradict the record how often, how often their claim is the one shown, and how many of their own facts are disputed.
-- param: standing text = any  Sources of this standing only (press, encyclopedia ...), or any.
-- example: --standing press
WITH register AS (
    SELECT source, MIN(title) AS title, MIN(standing) AS standing FROM source GROUP BY source
),
claimed AS (
    SELECT
        r.source,
        COUNT(*) AS claims,
        COUNT(CASE WHEN d.prevails THEN 1 END) AS prevail,
        COUNT(CASE WHEN d.denied THEN 1 END) AS deny
    FROM register r
    JOIN dispute d ON ' ' || d.sources || ' ' LIKE '% ' || r.source || ' %'
    GROUP BY r.source
),
contested AS (
    SELECT c.source, COUNT(DISTINCT c.event_id) AS facts
    FROM citation c
    JOIN timeline t ON t.event_id = c.event_id
    WHERE t.disputed
    GROUP BY c.source
)
SELECT
    r.source,
    r.title,
    r.standing,
    COALESCE(c.claims, 0) AS claims,
    COALESCE(c.prevail, 0) AS claims_shown,
    COALESCE(c.deny, 0) AS denials,
    COALESCE(f.facts, 0) AS own_facts_disputed
FROM register r
LEFT JOIN claimed c ON c.source = r.source
LEFT JOIN contested f ON f.source = r.source
WHERE COALESCE(c.claims, 0) + COALESCE(f.facts, 0) > 0
    AND :standing IN ('any', r.standing)
ORDER BY claims DESC, own_facts_disputed DESC, r.source
