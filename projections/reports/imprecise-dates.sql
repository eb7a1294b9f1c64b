-- group: evidence
-- help: Which facts are not dated to the day, or not without doubt, and between which days they lie.
-- param: from first-day = 1991  The first day.
-- param: to date = today  The last day.
-- example: --from 1992 --to 1992
SELECT
    t.occurred,
    CASE
        WHEN t.occurred LIKE '%/%' THEN 'it lasted, its ends are not exact'
        WHEN t.occurred_from = t.occurred_to THEN 'the day, with doubt'
        WHEN substr(t.occurred_from, 1, 7) = substr(t.occurred_to, 1, 7) THEN 'within a month'
        WHEN substr(t.occurred_from, 1, 4) = substr(t.occurred_to, 1, 4) THEN 'within a year'
        ELSE 'within years'
    END AS known,
    NULLIF(t.occurred_from, '0001-01-01') AS earliest,
    NULLIF(t.occurred_to, '9999-12-31') AS latest,
    t.kind,
    t.sentence,
    t.event_id
FROM timeline t
WHERE
    -- exact are YYYY-MM-DD and, of what lasted, YYYY-MM-DD/YYYY-MM-DD
    t.occurred <> t.occurred_from
    AND t.occurred <> t.occurred_from || '/' || t.occurred_to
    AND t.kind <> 'source-registered'
    AND t.occurred_from <= :to
    AND t.occurred_to >= :from
ORDER BY t.occurred_from, t.occurred_to, t.day_order, t.event_id
