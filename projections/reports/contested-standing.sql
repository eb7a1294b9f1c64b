-- group: membership
-- help: Whose standing in an organisation could be contested on a day, and why: one row for each reason.
-- param: as_of date = today  The day asked about.
-- param: organisation id = cis  The organisation.
-- example: --as-of 2010-12-31
WITH held AS (
    SELECT
        m.*,
        CASE
            WHEN m.valid_from_latest <= :as_of AND (m.valid_to IS NULL OR m.valid_to > :as_of) THEN 'certain'
            ELSE 'possible'
        END AS certainty
    FROM membership m
    WHERE m.organisation = :organisation
        AND m.valid_from <= :as_of
        AND (m.valid_to IS NULL OR m.valid_to_latest > :as_of)
),
charter AS (  -- of the organisation, once its text was settled
    SELECT DISTINCT t.treaty
    FROM organisation o
    JOIN treaty t ON t.treaty = o.charter
    WHERE o.organisation = :organisation AND t.occurred_from <= :as_of
),
belonging AS (
    SELECT * FROM held WHERE status <> 'former'
),
reason AS (
    SELECT h.state, h.began_by, h.valid_from, 1 AS number, 'signed the charter, did not ratify it' AS contested
    FROM belonging h
    WHERE h.charter_signed IS NOT NULL AND h.charter_ratified IS NULL
    UNION ALL
    SELECT h.state, h.began_by, h.valid_from, 2, 'neither signed nor ratified the charter'
    FROM belonging h
    WHERE h.charter_signed IS NULL AND h.charter_ratified IS NULL AND EXISTS (SELECT 1 FROM charter)
    UNION ALL
    SELECT h.state, h.began_by, h.valid_from, 3, 'signed a founding agreement, ratified none'
    FROM belonging h
    WHERE h.agreement_signed IS NOT NULL AND h.agreement_ratified IS NULL
    UNION ALL
    SELECT h.state, h.began_by, h.valid_from, 4, 'belongs, but has ceased to take part'
    FROM belonging h
    WHERE h.practice = 'ceased'
    UNION ALL
    SELECT h.state, h.began_by, h.valid_from, 5, 'belongs, but has suspended its part'
    FROM belonging h
    WHERE h.practice = 'suspended'
    UNION ALL
    SELECT h.state, h.began_by, h.valid_from, 6, 'has given notice of leaving'
    FROM belonging h
    WHERE h.withdrawal_effective_on IS NOT NULL
        -- a notice that names no day of effect shows only in what the row rests on
        OR EXISTS (
            SELECT 1
            FROM timeline t
            WHERE t.kind IN ('withdrawal-notified', 'treaty-withdrawal-notified')
                AND ' ' || h.events || ' ' LIKE '% ' || t.event_id || ' %'
        )
    UNION ALL
    SELECT h.state, h.began_by, h.valid_from, 7, 'a source says otherwise'
    FROM held h
    WHERE h.disputed
)
SELECT
    h.state,
    s.name,
    h.status,
    h.certainty,
    r.contested,
    h.charter_signed,
    h.charter_ratified,
    h.practice,
    h.withdrawal_effective_on
FROM held h
JOIN reason r ON r.state = h.state AND r.began_by = h.began_by AND r.valid_from = h.valid_from
LEFT JOIN state s ON s.state = h.state
ORDER BY h.state, h.valid_from, h.valid_from_latest, h.began_by, r.number
