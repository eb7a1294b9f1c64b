-- group: evidence
-- help: Which facts rest only on sources published long after them, as far as every source has a date of publication.
-- param: years integer = 10  How many years at least lie between the fact and its first source.
-- param: from first-day = 1991  The first day of the facts.
-- param: to date = today  The last day of the facts.
-- example: --years 30
WITH register AS (
    SELECT source, MIN(published) AS published FROM source GROUP BY source
),
told AS (
    SELECT c.event_id, MIN(substr(r.published, 1, 10)) AS published, COUNT(DISTINCT c.source) AS sources
    FROM citation c
    LEFT JOIN register r ON r.source = c.source
    GROUP BY c.event_id
    -- of a source without a date nobody can say that it came late
    HAVING COUNT(*) = COUNT(CASE WHEN substr(r.published, 1, 4) BETWEEN '1900' AND '2999' THEN 1 END)
)
SELECT
    CAST(substr(o.published, 1, 4) AS INTEGER) - CAST(substr(t.occurred_to, 1, 4) AS INTEGER) AS years_later,
    t.occurred,
    o.published AS first_published,
    o.sources,
    t.kind,
    t.sentence,
    CASE WHEN t.disputed THEN 'yes' ELSE '' END AS disputed,
    t.event_id
FROM told o
JOIN timeline t ON t.event_id = o.event_id
WHERE t.kind NOT IN ('source-registered', 'person-registered')
    AND t.occurred_to < '9999-12-31'
    AND t.occurred_from <= :to
    AND t.occurred_to >= :from
    AND CAST(substr(o.published, 1, 4) AS INTEGER) - CAST(substr(t.occurred_to, 1, 4) AS INTEGER) >= :years
ORDER BY years_later DESC, t.occurred_from, t.occurred_to, t.day_order, t.event_id
