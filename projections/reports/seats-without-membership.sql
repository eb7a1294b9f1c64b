-- group: bodies
-- help: Which states sat in a body on a day without being, for certain, members of the organisation to which the body belongs.
-- param: as_of date = today  The day asked about.
-- param: organisation id = any  The organisation, or any.
-- example: --as-of 2010
WITH body_of AS (
    SELECT body, MIN(organisation) AS organisation FROM body GROUP BY body
),
held AS (
    SELECT
        m.*,
        CASE
            WHEN m.valid_from_latest <= :as_of AND (m.valid_to IS NULL OR m.valid_to > :as_of) THEN 'certain'
            ELSE 'possible'
        END AS certainty
    FROM membership m
    WHERE m.valid_from <= :as_of AND (m.valid_to IS NULL OR m.valid_to_latest > :as_of)
),
sure AS (  -- a member for certain, though it may be open by which of its rows: the first had begun, the last is not over
    SELECT organisation, state
    FROM held
    GROUP BY organisation, state
    HAVING MIN(CASE WHEN status IN ('founding-state', 'member') THEN 1 ELSE 0 END) = 1
        AND MIN(valid_from_latest) <= :as_of
        AND MAX(COALESCE(valid_to, '9999-12-31')) > :as_of
)
SELECT
    b.organisation,
    r.body,
    r.state,
    s.name,
    r.status AS sits_as,
    CASE
        WHEN r.valid_from_latest <= :as_of AND (r.valid_to IS NULL OR r.valid_to > :as_of) THEN 'certain'
        ELSE 'possible'
    END AS seat_certainty,
    r.since AS seated_since,
    COALESCE(h.status, 'none') AS standing,
    h.certainty AS standing_certainty,
    h.practice,
    CASE WHEN r.disputed THEN 'yes' ELSE '' END AS disputed
FROM council_roster r
JOIN body_of b ON b.body = r.body
LEFT JOIN held h ON h.organisation = b.organisation AND h.state = r.state
LEFT JOIN state s ON s.state = r.state
WHERE r.seat = 'state'
    AND r.valid_from <= :as_of
    AND (r.valid_to IS NULL OR r.valid_to_latest > :as_of)
    AND :organisation IN ('any', b.organisation)
    AND NOT EXISTS (SELECT 1 FROM sure c WHERE c.organisation = b.organisation AND c.state = r.state)
ORDER BY b.organisation, r.body, r.state, r.valid_from, r.valid_from_latest, r.began_by, h.valid_from NULLS LAST, h.began_by NULLS LAST
