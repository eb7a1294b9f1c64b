-- group: bodies
-- help: Every office there was on a day, and who held it; with nobody named it was vacant, or nobody on record is known to have held it.
-- param: as_of date = today  The day asked about.
-- param: body id = any  The body that the office belongs to, or any.
-- example: --as-of 2000-01-25
WITH kept AS (
    SELECT office, MIN(body) AS body, MIN(name) AS name
    FROM office
    WHERE occurred_from <= :as_of AND :body IN ('any', body)
    GROUP BY office
),
living AS (  -- the bodies there were, or may have been
    SELECT DISTINCT body FROM body WHERE valid_from <= :as_of AND (valid_to IS NULL OR valid_to_latest > :as_of)
)
SELECT
    k.body,
    k.office,
    k.name,
    r.person,
    (SELECT MIN(p.name) FROM person p WHERE p.person = r.person) AS person_name,
    r.state,
    CASE WHEN r.acting THEN 'yes' ELSE '' END AS acting,
    CASE
        WHEN r.office IS NULL THEN NULL
        WHEN r.valid_from_latest <= :as_of AND (r.valid_to IS NULL OR r.valid_to > :as_of) THEN 'certain'
        ELSE 'possible'
    END AS certainty,
    r.since,
    CASE WHEN r.disputed THEN 'yes' ELSE '' END AS disputed
FROM kept k
JOIN living l ON l.body = k.body
LEFT JOIN council_roster r ON r.office = k.office
    AND r.valid_from <= :as_of
    AND (r.valid_to IS NULL OR r.valid_to_latest > :as_of)
ORDER BY
    k.body, k.office, r.valid_from NULLS LAST, r.valid_from_latest NULLS LAST, r.person NULLS LAST, r.state NULLS LAST,
    r.began_by NULLS LAST
