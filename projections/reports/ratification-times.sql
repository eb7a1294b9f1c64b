-- group: treaties
-- help: How many days each state took from signing a treaty to ratifying it, to depositing the instrument, and until it was in force.
-- param: as_of date = today  The day by which it was done.
-- param: state state = any  The state, or any.
-- param: treaty id = any  The treaty, or any.
-- example: --state BY
WITH begun AS (
    SELECT
        p.*,
        ROW_NUMBER() OVER (
            PARTITION BY p.treaty, p.state ORDER BY p.valid_from DESC, p.valid_from_latest DESC, p.began_by DESC
        ) AS newest
    FROM treaty_party p
    WHERE p.valid_from <= :as_of AND :state IN ('any', p.state) AND :treaty IN ('any', p.treaty)
),
stood AS (
    SELECT * FROM begun WHERE newest = 1 AND signed IS NOT NULL AND COALESCE(ratified, deposited, in_force) IS NOT NULL
),
day (day) AS (
    SELECT signed FROM stood
    UNION
    SELECT ratified FROM stood
    UNION
    SELECT deposited FROM stood
    UNION
    SELECT in_force FROM stood
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
)
SELECT
    s.treaty,
    (SELECT MIN(t.title) FROM treaty t WHERE t.treaty = s.treaty) AS title,
    s.state,
    n.name,
    s.signed,
    s.ratified,
    s.deposited,
    s.in_force,
    ratified.n - signed.n AS days_to_ratification,
    deposited.n - signed.n AS days_to_deposit,
    in_force.n - signed.n AS days_to_force
FROM stood s
LEFT JOIN state n ON n.state = s.state
LEFT JOIN numbered signed ON signed.day = s.signed
LEFT JOIN numbered ratified ON ratified.day = s.ratified
LEFT JOIN numbered deposited ON deposited.day = s.deposited
LEFT JOIN numbered in_force ON in_force.day = s.in_force
ORDER BY s.treaty, s.state
