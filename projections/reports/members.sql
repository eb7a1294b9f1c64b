-- group: membership
-- help: Who belonged to an organisation on a day, as what, how certain, and which of the tests of membership it had met.
-- param: as_of date = today  The day asked about.
-- param: organisation id = cis  The organisation.
-- param: former flag = no  Whether to show also who had left.
-- example: --as-of 1994-06-30
SELECT
    m.state,
    s.name,
    m.status,
    CASE
        WHEN m.valid_from_latest <= :as_of AND (m.valid_to IS NULL OR m.valid_to > :as_of) THEN 'certain'
        ELSE 'possible'
    END AS certainty,
    m.since,
    m.agreement_signed,
    m.agreement_ratified,
    m.charter_signed,
    m.charter_ratified,
    m.practice,
    m.withdrawal_effective_on,
    CASE WHEN m.disputed THEN 'yes' ELSE '' END AS disputed
FROM membership m
LEFT JOIN state s ON s.state = m.state
WHERE m.organisation = :organisation
    AND (:former OR m.status <> 'former')
    AND m.valid_from <= :as_of
    AND (m.valid_to IS NULL OR m.valid_to_latest > :as_of)
ORDER BY m.state, m.valid_from, m.valid_from_latest, m.began_by
