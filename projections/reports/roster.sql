-- group: bodies
-- help: Who sat in a body on a day: the states in their seats, then the holders of its offices.
-- param: body id  The body.
-- param: as_of date = today  The day asked about.
-- example: --body council-of-heads-of-state --as-of 2000-01-25
SELECT
    r.seat,
    r.office,
    r.state,
    r.person,
    COALESCE(
        (SELECT MIN(p.name) FROM person p WHERE p.person = r.person),
        (SELECT s.name FROM state s WHERE s.state = r.state)
    ) AS name,
    r.status,
    CASE WHEN r.acting THEN 'yes' ELSE '' END AS acting,
    CASE
        WHEN r.valid_from_latest <= :as_of AND (r.valid_to IS NULL OR r.valid_to > :as_of) THEN 'certain'
        ELSE 'possible'
    END AS certainty,
    r.since,
    CASE WHEN r.disputed THEN 'yes' ELSE '' END AS disputed
FROM council_roster r
WHERE r.body = :body
    AND r.valid_from <= :as_of
    AND (r.valid_to IS NULL OR r.valid_to_latest > :as_of)
ORDER BY r.seat DESC, r.office NULLS FIRST, r.state NULLS LAST, r.person NULLS LAST, r.valid_from, r.valid_from_latest, r.began_by
