-- group: treaties
-- help: Where a state stood towards every treaty on a day, with the dates of its acts and of entry into force.
-- param: state state  The state.
-- param: as_of date = today  The day asked about.
-- example: --state GE --as-of 2009-01-01
SELECT
    p.treaty,
    (SELECT MIN(t.title) FROM treaty t WHERE t.treaty = p.treaty) AS title,
    p.status,
    CASE
        WHEN p.valid_from_latest <= :as_of AND (p.valid_to IS NULL OR p.valid_to > :as_of) THEN 'certain'
        ELSE 'possible'
    END AS certainty,
    p.since,
    p.signed,
    p.ratified,
    p.deposited,
    p.acceded,
    p.provisionally_applied,
    p.in_force,
    p.withdrawal_notified,
    p.withdrawal_effective_on,
    p.withdrawn,
    p.reservations,
    p.declarations,
    CASE WHEN p.disputed THEN 'yes' ELSE '' END AS disputed
FROM treaty_party p
WHERE p.state = :state
    AND p.valid_from <= :as_of
    AND (p.valid_to IS NULL OR p.valid_to_latest > :as_of)
ORDER BY p.treaty, p.valid_from, p.valid_from_latest, p.began_by
