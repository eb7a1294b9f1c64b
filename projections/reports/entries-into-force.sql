-- group: treaties
-- help: How many treaties entered into force in each year: for certain, and at most.
-- param: organisation id = any  The organisation within which they were made, or any.
-- param: from first-day = 1991  The first year.
-- param: to date = today  The last year.
-- example: --organisation cis --to 2000
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
entered AS (  -- the first time: a suspension that ends is no entry into force
    SELECT
        t.treaty,
        t.valid_from AS first,
        (  -- a later row may know it better
            SELECT MIN(s.valid_from_latest) FROM treaty_status s WHERE s.treaty = t.treaty AND s.status = 'in-force'
        ) AS last
    FROM treaty_status t
    WHERE t.status = 'in-force'
        AND NOT EXISTS (
            SELECT 1
            FROM treaty_status b
            WHERE b.treaty = t.treaty AND b.status IN ('in-force', 'extended')
                AND (
                    b.valid_from < t.valid_from
                    OR (b.valid_from = t.valid_from AND b.valid_from_latest < t.valid_from_latest)
                )
        )
        AND (
            :organisation = 'any'
            OR EXISTS (SELECT 1 FROM treaty r WHERE r.treaty = t.treaty AND r.organisation = :organisation)
        )
)
SELECT
    p.year,
    COUNT(DISTINCT CASE WHEN e.first >= p.first AND e.last <= p.last THEN e.treaty END) AS treaties_certain,
    COUNT(DISTINCT e.treaty) AS treaties_at_most
FROM periods p
LEFT JOIN entered e ON e.first <= p.last AND e.last >= p.first
GROUP BY p.year
ORDER BY p.year
