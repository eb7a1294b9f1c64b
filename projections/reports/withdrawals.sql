-- group: treaties
-- help: Who gave notice of leaving a treaty or an organisation, or left it, by a day: when notified, when in effect, the outcome.
-- param: as_of date = today  The day asked about.
-- param: state state = any  The state, or any.
-- example: --state GE
WITH notice AS (
    SELECT event_id, occurred FROM timeline WHERE kind IN ('withdrawal-notified', 'treaty-withdrawal-notified')
),
standing AS (  -- of every state towards every treaty and organisation: in, leaving or out
    SELECT
        'treaty' AS of_what,
        p.treaty AS left_what,
        p.state,
        CASE
            WHEN p.status = 'withdrawn' THEN 'out'
            WHEN p.withdrawal_notified IS NOT NULL THEN 'leaving'
            ELSE 'in'
        END AS step,
        p.since,
        p.withdrawal_notified AS notified,
        p.withdrawal_effective_on AS effect,
        p.valid_from,
        p.valid_from_latest,
        p.valid_to,
        CASE WHEN p.disputed THEN 1 ELSE 0 END AS disputed
    FROM treaty_party p
    UNION ALL
    SELECT
        'organisation',
        m.organisation,
        m.state,
        CASE
            WHEN m.status = 'former' THEN 'out'
            WHEN n.event_id IS NOT NULL OR m.withdrawal_effective_on IS NOT NULL THEN 'leaving'
            ELSE 'in'
        END,
        m.since,
        n.occurred,
        m.withdrawal_effective_on,
        m.valid_from,
        m.valid_from_latest,
        m.valid_to,
        CASE WHEN m.disputed THEN 1 ELSE 0 END
    FROM membership m
    -- a notice that names no day of effect shows only in what the row rests on
    LEFT JOIN notice n ON ' ' || m.events || ' ' LIKE '% ' || n.event_id || ' %'
),
begun AS (
    SELECT * FROM standing WHERE valid_from <= :as_of AND :state IN ('any', state)
),
notices AS (
    SELECT
        of_what,
        left_what,
        state,
        effect,
        MIN(notified) AS notified,
        MIN(valid_from) AS valid_from,
        MIN(valid_from_latest) AS valid_from_latest,
        CASE WHEN COUNT(valid_to) = COUNT(*) THEN MAX(valid_to) END AS valid_to,
        MAX(disputed) AS disputed
    FROM begun
    WHERE step = 'leaving'
    GROUP BY of_what, left_what, state, effect
),
ends AS (
    SELECT
        of_what,
        left_what,
        state,
        since,
        MIN(notified) AS notified,
        MIN(valid_from) AS valid_from,
        MIN(valid_from_latest) AS valid_from_latest,
        MAX(disputed) AS disputed
    FROM begun
    WHERE step = 'out'
    GROUP BY of_what, left_what, state, since
),
told AS (
    SELECT
        n.of_what,
        n.left_what,
        n.state,
        n.notified,
        COALESCE(n.effect, e.since) AS takes_effect,
        CASE
            WHEN e.since IS NOT NULL THEN 'left'
            WHEN n.valid_to IS NULL OR n.valid_to > :as_of THEN 'pending'
            WHEN EXISTS (
                SELECT 1
                FROM begun b
                WHERE b.of_what = n.of_what AND b.left_what = n.left_what AND b.state = n.state
                    AND b.step = 'in' AND b.valid_from = n.valid_to
            ) THEN 'taken back'
            ELSE 'overtaken by another end'
        END AS outcome,
        CASE WHEN n.disputed = 1 OR e.disputed = 1 THEN 'yes' ELSE '' END AS disputed,
        n.valid_from,
        n.valid_from_latest
    FROM notices n
    LEFT JOIN ends e ON e.of_what = n.of_what AND e.left_what = n.left_what AND e.state = n.state
        AND (e.since = n.effect OR e.valid_from = n.valid_to)
    UNION ALL
    SELECT
        e.of_what,
        e.left_what,
        e.state,
        e.notified,
        e.since,
        'left',
        CASE WHEN e.disputed = 1 THEN 'yes' ELSE '' END,
        e.valid_from,
        e.valid_from_latest
    FROM ends e
    WHERE NOT EXISTS (
        SELECT 1
        FROM notices n
        WHERE n.of_what = e.of_what AND n.left_what = e.left_what AND n.state = e.state
            AND (e.since = n.effect OR e.valid_from = n.valid_to)
    )
)
SELECT
    w.of_what,
    w.left_what,
    w.state,
    s.name,
    w.notified,
    w.takes_effect,
    w.outcome,
    w.disputed
FROM told w
LEFT JOIN state s ON s.state = w.state
ORDER BY w.state, w.valid_from, w.valid_from_latest, w.of_what, w.left_what, w.takes_effect NULLS LAST
