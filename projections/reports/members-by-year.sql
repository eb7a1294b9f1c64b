-- group: membership
-- help: How many states belonged to an organisation at the end of each year: how many for certain, and how many at most.
-- param: organisation id = cis  The organisation.
-- param: from first-day = 1991  The first year.
-- param: to date = today  The last year; it is counted on this day.
-- example: --organisation eaeu --from 2014
WITH RECURSIVE years (year) AS (
    SELECT CAST(substr(:from, 1, 4) AS INTEGER)
    UNION ALL
    SELECT year + 1 FROM years WHERE year < CAST(substr(:to, 1, 4) AS INTEGER)
),
days AS (
    SELECT
        year,
        CASE WHEN CAST(year AS TEXT) || '-12-31' > :to THEN :to ELSE CAST(year AS TEXT) || '-12-31' END AS day
    FROM years
    WHERE :from <= :to
),
every AS (
    SELECT
        state,
        CASE WHEN status IN ('founding-state', 'member') THEN 'member' WHEN status = 'former' THEN '' ELSE 'other' END
            AS standing,
        valid_from, valid_from_latest, valid_to, valid_to_latest
    FROM membership
    WHERE organisation = :organisation
),
stood AS (
    SELECT e.*, LEAD(standing) OVER following AS standing_after, LEAD(valid_from) OVER following AS from_after
    FROM every e
    WINDOW following AS (
        PARTITION BY state ORDER BY valid_from, valid_from_latest, valid_to NULLS LAST, valid_to_latest NULLS LAST
    )
),
left_it AS (
    SELECT state, standing, valid_from, valid_to
    FROM stood
    WHERE valid_to IS NOT NULL AND NOT (COALESCE(standing_after, '') = standing AND from_after = valid_to)
),
counted AS (
    -- Certain: it had begun for certain, and since then cannot have ended. So a founding state that became a member on a day
    -- that is not known belonged for certain all the while.
    SELECT DISTINCT
        d.year,
        r.state,
        r.standing,
        CASE
            WHEN EXISTS (
                SELECT 1
                FROM stood b
                WHERE b.state = r.state AND b.standing = r.standing AND b.valid_from_latest <= d.day
                    AND NOT EXISTS (
                        SELECT 1
                        FROM left_it e
                        WHERE e.state = b.state AND e.standing = b.standing
                            AND e.valid_from >= b.valid_from AND e.valid_to <= d.day
                    )
            ) THEN 1
            ELSE 0
        END AS certain
    FROM days d
    JOIN stood r ON r.standing <> '' AND r.valid_from <= d.day AND (r.valid_to IS NULL OR r.valid_to_latest > d.day)
)
SELECT
    d.year,
    d.day,
    COUNT(CASE WHEN c.standing = 'member' AND c.certain = 1 THEN 1 END) AS members_certain,
    COUNT(CASE WHEN c.standing = 'member' THEN 1 END) AS members_at_most,
    COUNT(CASE WHEN c.standing = 'other' AND c.certain = 1 THEN 1 END) AS others_certain,
    COUNT(CASE WHEN c.standing = 'other' THEN 1 END) AS others_at_most
FROM days d
LEFT JOIN counted c ON c.year = d.year
GROUP BY d.year, d.day
ORDER BY d.year
