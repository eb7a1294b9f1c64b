-- group: treaties
-- help: Which states had signed a treaty by a day and had not consented to be bound by it since.
-- param: as_of date = today  The day asked about.
-- param: state state = any  The state, or any.
-- param: treaty id = any  The treaty, or any.
-- example: --state UA --as-of 2000
SELECT
    p.treaty,
    (SELECT MIN(t.title) FROM treaty t WHERE t.treaty = p.treaty) AS title,
    p.state,
    s.name,
    p.signed,
    CASE
        WHEN p.valid_from_latest <= :as_of AND (p.valid_to IS NULL OR p.valid_to > :as_of) THEN 'certain'
        ELSE 'possible'
    END AS certainty,
    p.reservations,
    CASE WHEN p.disputed THEN 'yes' ELSE '' END AS disputed
FROM treaty_party p
LEFT JOIN state s ON s.state = p.state
WHERE p.status = 'signatory'
    AND :state IN ('any', p.state)
    AND :treaty IN ('any', p.treaty)
    AND p.valid_from <= :as_of
    AND (p.valid_to IS NULL OR p.valid_to_latest > :as_of)
ORDER BY p.treaty, p.state, p.valid_from, p.valid_from_latest, p.began_by
