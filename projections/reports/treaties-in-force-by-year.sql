-- group: treaties
-- help: How many treaties had been adopted, were in force and had ended at the end of each year: for certain, and at most.
-- param: organisation id = any  The organisation within which they were made, or any.
-- param: from first-day = 1991  The first year.
-- param: to date = today  The last year; it is counted on this day.
-- example: --organisation cis --to 2005
WITH RECURSIVE years (year) AS (
    SELECT CAST(substr(:from, 1, 4) AS INTEGER)
    UNION ALL
    SELECT year + 1 FROM years WHERE year < CAST(substr(:to, 1, 4) AS INTEGER)
),
days AS (
    SELECT
        year,
        CASE WHEN CAST(year AS TEXT) || '-12-31' > :to THEN :to ELSE CAST(year AS TEXT) || '-12-31' END AS day
    FROM years
    WHERE :from <= :to
),
every AS (
    SELECT
        t.treaty,
        CASE
            WHEN t.status IN ('in-force', 'extended') THEN 'in force'
            WHEN t.status = 'terminated' THEN 'ended'
            ELSE 'other'
        END AS standing,
        t.valid_from, t.valid_from_latest, t.valid_to, t.valid_to_latest
    FROM treaty_status t
    WHERE :organisation = 'any'
        OR EXISTS (SELECT 1 FROM treaty r WHERE r.treaty = t.treaty AND r.organisation = :organisation)
),
held AS (  -- what each treaty may have been on each day, and whether that is certain: its rows follow each other
    SELECT
        d.year,
        e.treaty,
        MAX(CASE WHEN e.standing = 'in force' THEN 1 ELSE 0 END) AS in_force_at_most,
        MIN(CASE WHEN e.standing = 'in force' THEN 1 ELSE 0 END) AS in_force_only,
        MIN(CASE WHEN e.standing = 'ended' THEN 1 ELSE 0 END) AS ended_only,
        MAX(CASE WHEN e.standing = 'ended' THEN 1 ELSE 0 END) AS ended_at_most,
        CASE
            WHEN MIN(e.valid_from_latest) <= d.day AND MAX(COALESCE(e.valid_to, '9999-12-31')) > d.day THEN 1
            ELSE 0
        END AS certain
    FROM days d
    JOIN every e ON e.valid_from <= d.day AND (e.valid_to IS NULL OR e.valid_to_latest > d.day)
    GROUP BY d.year, d.day, e.treaty
)
SELECT
    d.year,
    d.day,
    COALESCE(SUM(h.certain), 0) AS adopted_certain,
    COUNT(h.treaty) AS adopted_at_most,
    COALESCE(SUM(h.in_force_only * h.certain), 0) AS in_force_certain,
    COALESCE(SUM(h.in_force_at_most), 0) AS in_force_at_most,
    COALESCE(SUM(h.ended_only * h.certain), 0) AS ended_certain,
    COALESCE(SUM(h.ended_at_most), 0) AS ended_at_most
FROM days d
LEFT JOIN held h ON h.year = d.year
GROUP BY d.year, d.day
ORDER BY d.year
