-- group: bodies
-- help: Who held an office, one after the other, and for how many days: at least, and at most.
-- param: office id  The office.
-- param: as_of date = today  The day up to which terms are counted.
-- example: --office executive-secretary
WITH term AS (
    SELECT
        r.*,
        -- the end of a term, or NULL where it had not ended by the end of the day asked about
        CASE WHEN r.valid_to <= :as_of THEN r.valid_to END AS over_earliest,
        CASE WHEN r.valid_to_latest <= :as_of THEN r.valid_to_latest END AS over_latest
    FROM council_roster r
    WHERE r.office = :office AND r.valid_from <= :as_of
),
day (day) AS (
    SELECT valid_from FROM term
    UNION
    SELECT valid_from_latest FROM term
    UNION
    SELECT over_earliest FROM term WHERE over_earliest IS NOT NULL
    UNION
    SELECT over_latest FROM term WHERE over_latest IS NOT NULL
    UNION
    SELECT :as_of
),
shifted AS (  -- years that begin in March, so that the day that comes and goes is their last
    SELECT
        day,
        CAST(substr(day, 1, 4) AS INTEGER) - CASE WHEN substr(day, 6, 2) <= '02' THEN 1 ELSE 0 END AS y,
        CAST(substr(day, 6, 2) AS INTEGER) + CASE WHEN substr(day, 6, 2) <= '02' THEN 9 ELSE -3 END AS m,
        CAST(substr(day, 9, 2) AS INTEGER) AS d
    FROM day
),
numbered AS (  -- the days counted through, as neither database's own functions for dates are known to the other
    SELECT day, 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d AS n
    FROM shifted
),
counted AS (
    SELECT
        t.*,
        COALESCE(over_earliest.n, asked.n + 1) - started_latest.n AS shortest,
        COALESCE(over_latest.n, asked.n + 1) - started_earliest.n AS longest
    FROM term t
    JOIN numbered started_earliest ON started_earliest.day = t.valid_from
    JOIN numbered started_latest ON started_latest.day = t.valid_from_latest
    JOIN numbered asked ON asked.day = :as_of
    LEFT JOIN numbered over_earliest ON over_earliest.day = t.over_earliest
    LEFT JOIN numbered over_latest ON over_latest.day = t.over_latest
)
SELECT
    c.person,
    (SELECT MIN(p.name) FROM person p WHERE p.person = c.person) AS name,
    c.state,
    CASE WHEN c.acting THEN 'yes' ELSE '' END AS acting,
    c.since,
    NULLIF(c.valid_from, '0001-01-01') AS from_earliest,
    NULLIF(c.valid_from_latest, '9999-12-31') AS from_latest,
    NULLIF(c.valid_to, '0001-01-01') AS to_earliest,
    NULLIF(c.valid_to_latest, '9999-12-31') AS to_latest,
    CASE WHEN c.shortest > 0 THEN c.shortest ELSE 0 END AS days_at_least,
    CASE WHEN c.valid_from > '0001-01-01' THEN c.longest END AS days_at_most,
    CASE WHEN c.disputed THEN 'yes' ELSE '' END AS disputed
FROM counted c
ORDER BY c.valid_from, c.valid_from_latest, c.person NULLS LAST, c.state NULLS LAST, c.began_by
