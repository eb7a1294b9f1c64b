-- group: treaties
-- help: For each pair of states, to how many treaties both were parties on a day: for certain, and at most.
-- param: as_of date = today  The day asked about.
-- param: state state = any  Only pairs with this state, or any.
-- param: organisation id = any  The organisation within which the treaties were made, or any.
-- example: --state UA
WITH held AS (
    SELECT
        p.treaty,
        p.state,
        -- certain where every row that may hold on the day is that of a party, the first had begun and the last is not over
        CASE
            WHEN MIN(CASE WHEN p.status IN ('party', 'withdrawing') THEN 1 ELSE 0 END) = 1
                AND MIN(p.valid_from_latest) <= :as_of
                AND MAX(COALESCE(p.valid_to, '9999-12-31')) > :as_of THEN 1
            ELSE 0
        END AS certain
    FROM treaty_party p
    WHERE p.valid_from <= :as_of
        AND (p.valid_to IS NULL OR p.valid_to_latest > :as_of)
        AND (
            :organisation = 'any'
            OR EXISTS (SELECT 1 FROM treaty t WHERE t.treaty = p.treaty AND t.organisation = :organisation)
        )
    GROUP BY p.treaty, p.state
    HAVING MAX(CASE WHEN p.status IN ('party', 'withdrawing') THEN 1 ELSE 0 END) = 1
)
SELECT
    a.state AS state_1,
    one.name AS name_1,
    b.state AS state_2,
    other.name AS name_2,
    SUM(a.certain * b.certain) AS treaties_certain,
    COUNT(*) AS treaties_at_most
FROM held a
JOIN held b ON b.treaty = a.treaty AND b.state > a.state
LEFT JOIN state one ON one.state = a.state
LEFT JOIN state other ON other.state = b.state
WHERE :state IN ('any', a.state, b.state)
GROUP BY a.state, one.name, b.state, other.name
ORDER BY treaties_at_most DESC, a.state, b.state
