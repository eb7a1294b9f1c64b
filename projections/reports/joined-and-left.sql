-- group: membership
-- help: How many states came to belong to an organisation in each year and how many ceased to: for certain, and at most.
-- param: organisation id = cis  The organisation.
-- param: from first-day = 1991  The first year.
-- param: to date = today  The last year.
-- example: --organisation csto --from 2000
WITH RECURSIVE years (year) AS (
    SELECT CAST(substr(:from, 1, 4) AS INTEGER)
    UNION ALL
    SELECT year + 1 FROM years WHERE year < CAST(substr(:to, 1, 4) AS INTEGER)
),
periods AS (
    SELECT year, CAST(year AS TEXT) || '-01-01' AS first, CAST(year AS TEXT) || '-12-31' AS last
    FROM years
    WHERE :from <= :to
),
every AS (
    SELECT
        state,
        CASE WHEN status = 'former' THEN 0 ELSE 1 END AS belongs,
        valid_from, valid_from_latest, valid_to, valid_to_latest
    FROM membership
    WHERE organisation = :organisation
),
stood AS (
    SELECT
        e.*,
        LAG(belongs) OVER following AS belonged_before,
        LAG(valid_to) OVER following AS to_before,
        LEAD(belongs) OVER following AS belongs_after,
        LEAD(valid_from) OVER following AS from_after
    FROM every e
    WINDOW following AS (
        PARTITION BY state ORDER BY valid_from, valid_from_latest, valid_to NULLS LAST, valid_to_latest NULLS LAST
    )
),
changes AS (  -- where a stretch of belonging begins or ends, not where the status only changes within it
    SELECT 'joined' AS change, state, valid_from AS first, valid_from_latest AS last
    FROM stood
    WHERE belongs = 1 AND NOT (COALESCE(belonged_before, 0) = 1 AND to_before = valid_from)
    UNION ALL
    SELECT 'left', state, valid_to, valid_to_latest
    FROM stood
    WHERE belongs = 1 AND valid_to IS NOT NULL AND NOT (COALESCE(belongs_after, 0) = 1 AND from_after = valid_to)
)
SELECT
    p.year,
    COUNT(CASE WHEN c.change = 'joined' AND c.first >= p.first AND c.last <= p.last THEN 1 END) AS joined_certain,
    COUNT(CASE WHEN c.change = 'joined' THEN 1 END) AS joined_at_most,
    COUNT(CASE WHEN c.change = 'left' AND c.first >= p.first AND c.last <= p.last THEN 1 END) AS left_certain,
    COUNT(CASE WHEN c.change = 'left' THEN 1 END) AS left_at_most
FROM periods p
LEFT JOIN changes c ON c.first <= p.last AND c.last >= p.first
GROUP BY p.year
ORDER BY p.year
