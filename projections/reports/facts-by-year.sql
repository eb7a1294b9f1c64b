-- group: evidence
-- help: How many facts the record holds of each year, and how many of them rest on one source, are disputed, or not dated to the day.
-- param: from first-day = 1991  The first year.
-- param: to date = today  The last year.
-- example: --from 1995 --to 2000
WITH cited AS (
    SELECT event_id, COUNT(DISTINCT source) AS sources FROM citation GROUP BY event_id
),
dated AS (  -- 1993/1994 is what happened in one of these years, or in both; ../1994 in any year up to then
    SELECT
        t.*,
        CASE WHEN t.occurred_from = '0001-01-01' THEN '..' ELSE substr(t.occurred_from, 1, 4) END AS first_year,
        CASE WHEN t.occurred_to = '9999-12-31' THEN '..' ELSE substr(t.occurred_to, 1, 4) END AS last_year
    FROM timeline t
    WHERE t.kind NOT IN ('source-registered', 'person-registered')
        AND t.occurred_from <= :to
        AND t.occurred_to >= :from
)
SELECT
    CASE WHEN t.first_year = t.last_year THEN t.first_year ELSE t.first_year || '/' || t.last_year END AS year,
    COUNT(*) AS facts,
    COUNT(CASE WHEN c.sources = 1 THEN 1 END) AS one_source,
    COUNT(CASE WHEN c.sources > 1 THEN 1 END) AS more_sources,
    COUNT(CASE WHEN t.disputed THEN 1 END) AS disputed,
    COUNT(CASE WHEN t.occurred NOT IN (t.occurred_from, t.occurred_from || '/' || t.occurred_to) THEN 1 END) AS not_exact,
    COUNT(t.inferred) AS inferred
FROM dated t
LEFT JOIN cited c ON c.event_id = t.event_id
GROUP BY t.first_year, t.last_year
ORDER BY t.first_year, t.last_year
