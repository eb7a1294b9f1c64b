-- group: membership
-- help: In which organisations each state stood on a day, and as what.
-- param: as_of date = today  The day asked about.
-- param: state state = any  The state, or any.
-- example: --state AM --as-of 2016
SELECT
    m.state,
    s.name,
    m.organisation,
    m.status,
    CASE
        WHEN m.valid_from_latest <= :as_of AND (m.valid_to IS NULL OR m.valid_to > :as_of) THEN 'certain'
        ELSE 'possible'
    END AS certainty,
    m.since,
    m.practice,
    m.withdrawal_effective_on,
    CASE WHEN m.disputed THEN 'yes' ELSE '' END AS disputed
FROM membership m
LEFT JOIN state s ON s.state = m.state
WHERE m.status <> 'former'
    AND :state IN ('any', m.state)
    AND m.valid_from <= :as_of
    AND (m.valid_to IS NULL OR m.valid_to_latest > :as_of)
ORDER BY m.state, m.organisation, m.valid_from, m.valid_from_latest, m.began_by
