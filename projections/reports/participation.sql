-- group: treaties
-- help: In how many of the treaties on record each state takes part: signed, bound, party; for certain, and at most.
-- param: as_of date = today  The day asked about.
-- param: organisation id = any  The organisation within which the treaties were made, or any.
-- example: --as-of 2005 --organisation cis
WITH counted AS (  -- the treaties there were on the day, and had not ended
    SELECT DISTINCT t.treaty
    FROM treaty_status t
    WHERE t.status <> 'terminated'
        AND t.valid_from <= :as_of
        AND (t.valid_to IS NULL OR t.valid_to_latest > :as_of)
        AND (
            :organisation = 'any'
            OR EXISTS (SELECT 1 FROM treaty r WHERE r.treaty = t.treaty AND r.organisation = :organisation)
        )
),
held AS (
    SELECT
        p.treaty,
        p.state,
        MAX(CASE WHEN p.signed IS NOT NULL THEN 1 ELSE 0 END) AS signed,
        MIN(CASE WHEN p.status IN ('consent-given', 'party', 'withdrawing') THEN 1 ELSE 0 END) AS bound,
        MIN(CASE WHEN p.status IN ('party', 'withdrawing') THEN 1 ELSE 0 END) AS party,
        MAX(CASE WHEN p.status IN ('party', 'withdrawing') THEN 1 ELSE 0 END) AS party_at_most,
        MAX(CASE WHEN p.status = 'withdrawn' THEN 1 ELSE 0 END) AS withdrawn,
        -- that one of the rows that may hold does hold is certain where the first of them had begun and the last is not over
        CASE
            WHEN MIN(p.valid_from_latest) <= :as_of AND MAX(COALESCE(p.valid_to, '9999-12-31')) > :as_of THEN 1
            ELSE 0
        END AS certain
    FROM treaty_party p
    JOIN counted c ON c.treaty = p.treaty
    WHERE p.valid_from <= :as_of AND (p.valid_to IS NULL OR p.valid_to_latest > :as_of)
    GROUP BY p.treaty, p.state
)
SELECT
    h.state,
    s.name,
    (SELECT COUNT(*) FROM counted) AS treaties,
    SUM(h.signed) AS signed,
    SUM(h.bound * h.certain) AS bound,
    SUM(h.party * h.certain) AS party_certain,
    SUM(h.party_at_most) AS party_at_most,
    SUM(h.withdrawn) AS withdrawn,
    (200 * SUM(h.signed) + (SELECT COUNT(*) FROM counted)) / (2 * (SELECT COUNT(*) FROM counted)) AS percent_signed,
    (200 * SUM(h.party * h.certain) + (SELECT COUNT(*) FROM counted)) / (2 * (SELECT COUNT(*) FROM counted)) AS percent_party
FROM held h
LEFT JOIN state s ON s.state = h.state
GROUP BY h.state, s.name
ORDER BY h.state
