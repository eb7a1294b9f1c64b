-- group: membership
-- help: How a state stood in each organisation through time: every change, with what began and ended it.
-- param: state state  The state.
-- param: organisation id = any  The organisation, or any.
-- example: --state GE
SELECT
    m.organisation,
    m.status,
    m.since,
    NULLIF(m.valid_from, '0001-01-01') AS from_earliest,
    NULLIF(m.valid_from_latest, '9999-12-31') AS from_latest,
    NULLIF(m.valid_to, '0001-01-01') AS to_earliest,
    NULLIF(m.valid_to_latest, '9999-12-31') AS to_latest,
    m.practice,
    m.withdrawal_effective_on,
    began.sentence AS began,
    ended.sentence AS ended,
    CASE WHEN m.disputed THEN 'yes' ELSE '' END AS disputed
FROM membership m
LEFT JOIN timeline began ON began.event_id = m.began_by
LEFT JOIN timeline ended ON ended.event_id = m.ended_by
WHERE m.state = :state
    AND :organisation IN ('any', m.organisation)
ORDER BY m.organisation, m.valid_from, m.valid_from_latest, m.valid_to NULLS LAST, m.began_by
