-- group: treaties
-- help: Which treaties had been adopted by a day and, as far as the record goes, were not in force on it; and how many states had signed.
-- param: as_of date = today  The day asked about.
-- param: organisation id = any  The organisation within which they were made, or any.
-- example: --as-of 1995
WITH register AS (
    SELECT treaty, MIN(title) AS title, MIN(organisation) AS organisation FROM treaty GROUP BY treaty
),
held AS (
    SELECT DISTINCT
        treaty,
        state,
        CASE WHEN status = 'signatory' THEN 'signed' WHEN status = 'withdrawn' THEN 'left' ELSE 'bound' END AS step
    FROM treaty_party
    WHERE valid_from <= :as_of AND (valid_to IS NULL OR valid_to_latest > :as_of)
),
parties AS (
    SELECT
        treaty,
        COUNT(DISTINCT CASE WHEN step = 'signed' THEN state END) AS signed_only,
        COUNT(DISTINCT CASE WHEN step = 'bound' THEN state END) AS bound
    FROM held
    GROUP BY treaty
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
    COALESCE(p.signed_only, 0) AS signed_only,
    COALESCE(p.bound, 0) AS bound,
    CASE WHEN t.disputed THEN 'yes' ELSE '' END AS disputed
FROM treaty_status t
LEFT JOIN register r ON r.treaty = t.treaty
LEFT JOIN parties p ON p.treaty = t.treaty
WHERE t.status IN ('adopted', 'provisionally-applied', 'suspended')
    AND :organisation IN ('any', r.organisation)
    AND t.valid_from <= :as_of
    AND (t.valid_to IS NULL OR t.valid_to_latest > :as_of)
ORDER BY t.treaty, t.valid_from, t.valid_from_latest, t.began_by
