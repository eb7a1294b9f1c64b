-- group: treaties
-- help: Which treaties were in force on a day, and for how many states: for certain, and at most.
-- param: as_of date = today  The day asked about.
-- param: organisation id = any  The organisation within which they were made, or any.
-- example: --as-of 2000 --organisation cis
WITH register AS (
    SELECT treaty, MIN(title) AS title, MIN(organisation) AS organisation FROM treaty GROUP BY treaty
),
every AS (
    SELECT
        treaty,
        state,
        CASE WHEN status IN ('party', 'withdrawing') THEN 1 ELSE 0 END AS bound,
        valid_from, valid_from_latest, valid_to, valid_to_latest
    FROM treaty_party
),
stood AS (
    SELECT e.*, LEAD(bound) OVER following AS bound_after, LEAD(valid_from) OVER following AS from_after
    FROM every e
    WINDOW following AS (
        PARTITION BY treaty, state
        ORDER BY valid_from, valid_from_latest, valid_to NULLS LAST, valid_to_latest NULLS LAST
    )
),
left_it AS (
    SELECT treaty, state, valid_from, valid_to
    FROM stood
    WHERE bound = 1 AND valid_to IS NOT NULL AND NOT (COALESCE(bound_after, 0) = 1 AND from_after = valid_to)
),
counted AS (
    -- Certain: it had begun for certain, and since then cannot have ended. So a party that gave notice on a day that is not
    -- known was a party for certain until the notice took effect.
    SELECT DISTINCT
        r.treaty,
        r.state,
        CASE
            WHEN EXISTS (
                SELECT 1
                FROM stood b
                WHERE b.treaty = r.treaty AND b.state = r.state AND b.bound = 1 AND b.valid_from_latest <= :as_of
                    AND NOT EXISTS (
                        SELECT 1
                        FROM left_it e
                        WHERE e.treaty = b.treaty AND e.state = b.state
                            AND e.valid_from >= b.valid_from AND e.valid_to <= :as_of
                    )
            ) THEN 1
            ELSE 0
        END AS certain
    FROM stood r
    WHERE r.bound = 1 AND r.valid_from <= :as_of AND (r.valid_to IS NULL OR r.valid_to_latest > :as_of)
),
parties AS (
    SELECT treaty, SUM(certain) AS certain, COUNT(*) AS at_most FROM counted GROUP BY treaty
)
SELECT
    t.treaty,
    r.title,
    t.status,
    CASE
        WHEN t.valid_from_latest <= :as_of AND (t.valid_to IS NULL OR t.valid_to > :as_of) THEN 'certain'
        ELSE 'possible'
    END AS certainty,
    t.since,
    t.until,
    COALESCE(p.certain, 0) AS parties_certain,
    COALESCE(p.at_most, 0) AS parties_at_most,
    CASE WHEN t.disputed THEN 'yes' ELSE '' END AS disputed
FROM treaty_status t
LEFT JOIN register r ON r.treaty = t.treaty
LEFT JOIN parties p ON p.treaty = t.treaty
WHERE t.status IN ('in-force', 'extended')
    AND :organisation IN ('any', r.organisation)
    AND t.valid_from <= :as_of
    AND (t.valid_to IS NULL OR t.valid_to_latest > :as_of)
ORDER BY t.treaty, t.valid_from, t.valid_from_latest, t.began_by
