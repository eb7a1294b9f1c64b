-- group: treaties
-- help: How many of the treaties that a state had signed it then bound itself to, how many it left open, and how many days it took.
-- param: as_of date = today  The day by which it was done.
-- param: organisation id = any  The organisation within which the treaties were made, or any.
-- example: --organisation cis
WITH begun AS (
    SELECT
        p.*,
        ROW_NUMBER() OVER (
            PARTITION BY p.treaty, p.state ORDER BY p.valid_from DESC, p.valid_from_latest DESC, p.began_by DESC
        ) AS newest
    FROM treaty_party p
    WHERE p.valid_from <= :as_of
        AND (
            :organisation = 'any'
            OR EXISTS (SELECT 1 FROM treaty t WHERE t.treaty = p.treaty AND t.organisation = :organisation)
        )
),
stood AS (
    SELECT
        treaty,
        state,
        signed,
        COALESCE(ratified, deposited) AS consented,
        CASE WHEN status IN ('signatory', 'provisionally-applying') THEN 0 ELSE 1 END AS bound
    FROM begun
    WHERE newest = 1 AND signed IS NOT NULL
),
day (day) AS (
    SELECT signed FROM stood
    UNION
    SELECT consented FROM stood
),
shifted AS (  -- of dates that name one day, without doubt; years that begin in March, so that the day that comes and goes is last
    SELECT
        day,
        CAST(substr(day, 1, 4) AS INTEGER) - CASE WHEN substr(day, 6, 2) <= '02' THEN 1 ELSE 0 END AS y,
        CAST(substr(day, 6, 2) AS INTEGER) + CASE WHEN substr(day, 6, 2) <= '02' THEN 9 ELSE -3 END AS m,
        CAST(substr(day, 9, 2) AS INTEGER) AS d
    FROM day
    WHERE length(day) = 10
        AND substr(day, 1, 4) BETWEEN '0001' AND '9999'
        AND substr(day, 6, 2) BETWEEN '01' AND '12'
        AND substr(day, 9, 2) BETWEEN '01' AND '31'
),
numbered AS (
    SELECT day, 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d AS n
    FROM shifted
),
timed AS (
    SELECT s.state, s.treaty, s.bound, s.consented, consented.n - signed.n AS days
    FROM stood s
    LEFT JOIN numbered signed ON signed.day = s.signed
    LEFT JOIN numbered consented ON consented.day = s.consented
),
ranked AS (
    SELECT
        state,
        days,
        ROW_NUMBER() OVER (PARTITION BY state ORDER BY days, treaty) AS place,
        COUNT(*) OVER (PARTITION BY state) AS timed
    FROM timed
    WHERE days IS NOT NULL
)
SELECT
    t.state,
    s.name,
    COUNT(*) AS signed,
    SUM(t.bound) AS bound_itself,
    COUNT(*) - SUM(t.bound) AS not_yet,
    (200 * SUM(t.bound) + COUNT(*)) / (2 * COUNT(*)) AS percent_bound,
    COUNT(t.days) AS timed,
    MIN(t.days) AS shortest_days,
    (  -- of an even number the lower one of the two in the middle
        SELECT r.days FROM ranked r WHERE r.state = t.state AND r.place = (r.timed + 1) / 2
    ) AS median_days,
    MAX(t.days) AS longest_days
FROM timed t
LEFT JOIN state s ON s.state = t.state
GROUP BY t.state, s.name
ORDER BY t.state
