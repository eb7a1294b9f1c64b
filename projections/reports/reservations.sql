-- group: treaties
-- help: Which reservations, special opinions and declarations of states to treaties stood on a day.
-- param: as_of date = today  The day asked about.
-- param: treaty id = any  The treaty, or any.
-- param: state state = any  The state, or any.
-- example: --state UA
SELECT
    p.treaty,
    (SELECT MIN(t.title) FROM treaty t WHERE t.treaty = p.treaty) AS title,
    p.state,
    s.name,
    p.status,
    CASE
        WHEN p.valid_from_latest <= :as_of AND (p.valid_to IS NULL OR p.valid_to > :as_of) THEN 'certain'
        ELSE 'possible'
    END AS certainty,
    p.reservations,
    p.declarations,
    CASE WHEN p.disputed THEN 'yes' ELSE '' END AS disputed
FROM treaty_party p
LEFT JOIN state s ON s.state = p.state
WHERE COALESCE(p.reservations, p.declarations) IS NOT NULL
    AND :treaty IN ('any', p.treaty)
    AND :state IN ('any', p.state)
    AND p.valid_from <= :as_of
    AND (p.valid_to IS NULL OR p.valid_to_latest > :as_of)
ORDER BY p.treaty, p.state, p.valid_from, p.valid_from_latest, p.began_by
