-- group: evidence
-- help: How many sources of each standing there are, on how many facts they bear, and how many facts rest on one source of it alone.
-- param: from first-day = 1991  The first day of the facts.
-- param: to date = today  The last day of the facts.
-- example: --from 1991 --to 1995
WITH register AS (
    SELECT source, MIN(standing) AS standing FROM source GROUP BY source
),
facts AS (  -- that a source or a person is entered in a register is no fact of history
    SELECT event_id, disputed
    FROM timeline
    WHERE kind NOT IN ('source-registered', 'person-registered') AND occurred_from <= :to AND occurred_to >= :from
),
cited AS (
    SELECT DISTINCT f.event_id, c.source, r.standing, f.disputed
    FROM facts f
    JOIN citation c ON c.event_id = f.event_id
    LEFT JOIN register r ON r.source = c.source
),
weighed AS (
    SELECT
        event_id,
        standing,
        source,
        CASE WHEN disputed THEN 1 ELSE 0 END AS disputed,
        COUNT(*) OVER (PARTITION BY event_id) AS sources,
        COUNT(*) OVER (PARTITION BY event_id, standing) AS alike
    FROM cited
)
SELECT
    s.standing,
    COUNT(DISTINCT s.source) AS sources,
    COUNT(DISTINCT w.source) AS sources_used,
    COUNT(DISTINCT w.event_id) AS facts,
    COUNT(DISTINCT CASE WHEN w.sources = w.alike THEN w.event_id END) AS only_this_standing,
    COUNT(DISTINCT CASE WHEN w.sources = 1 THEN w.event_id END) AS only_one_source,
    COUNT(DISTINCT CASE WHEN w.disputed = 1 THEN w.event_id END) AS disputed,
    (SELECT COUNT(*) FROM facts) AS of_all_facts
FROM register s
LEFT JOIN weighed w ON w.source = s.source
GROUP BY s.standing
ORDER BY
    CASE s.standing
        WHEN 'depositary-record' THEN 1
        WHEN 'official-publication' THEN 2
        WHEN 'official-statement' THEN 3
        WHEN 'dataset-or-study' THEN 4
        WHEN 'press' THEN 5
        WHEN 'encyclopedia' THEN 6
        ELSE 7
    END,
    s.standing
