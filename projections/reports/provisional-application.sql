-- group: treaties
-- help: Which states applied which treaties provisionally by a day, from when, until when, and where they stood on that day.
-- param: as_of date = today  The day asked about.
-- param: treaty id = any  The treaty, or any.
-- param: state state = any  The state, or any.
-- example: --treaty customs-union-agreement-1995
WITH applied AS (
    SELECT treaty, state, provisionally_applied, MIN(valid_from) AS first
    FROM treaty_party
    WHERE provisionally_applied IS NOT NULL
        AND valid_from <= :as_of
        AND :treaty IN ('any', treaty)
        AND :state IN ('any', state)
    GROUP BY treaty, state, provisionally_applied
)
SELECT
    a.treaty,
    (SELECT MIN(t.title) FROM treaty t WHERE t.treaty = a.treaty) AS title,
    a.state,
    s.name,
    a.provisionally_applied,
    p.in_force,
    p.withdrawn,
    p.status,
    CASE
        WHEN p.status IS NULL THEN NULL
        WHEN p.valid_from_latest <= :as_of AND (p.valid_to IS NULL OR p.valid_to > :as_of) THEN 'certain'
        ELSE 'possible'
    END AS certainty,
    CASE WHEN p.disputed THEN 'yes' ELSE '' END AS disputed
FROM applied a
LEFT JOIN state s ON s.state = a.state
-- a treaty that has ended has nobody standing in any relation to it
LEFT JOIN treaty_party p ON p.treaty = a.treaty AND p.state = a.state
    AND p.valid_from <= :as_of
    AND (p.valid_to IS NULL OR p.valid_to_latest > :as_of)
ORDER BY a.treaty, a.state, a.first, a.provisionally_applied, p.valid_from NULLS LAST, p.valid_from_latest NULLS LAST, p.began_by NULLS LAST
