-- Finds accounts by name and opens those that are missing, as before; what was found is not looked up again: the second
-- look is for what was missing alone.
CREATE OR REPLACE FUNCTION open_accounts(
    streams text [], codes text [], fund_ids uuid [], OUT accounts integer [], OUT unconfirmed_funds uuid []
) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off AS $$
DECLARE
    acting constant text := acting_council();
    missing integer [];
    opened integer [];
BEGIN
    accounts := account_ids(acting, streams, codes, fund_ids);
    IF array_position(accounts, NULL) IS NULL THEN
        RETURN;
    END IF;
    missing := ARRAY(
        SELECT n.place FROM unnest(accounts) WITH ORDINALITY AS n (account_id, place)
        WHERE n.account_id IS NULL ORDER BY n.place
    );

    INSERT INTO stream (code)
    SELECT DISTINCT streams[m.place] FROM unnest(missing) AS m (place)
    WHERE NOT EXISTS (SELECT FROM stream AS s WHERE s.code = streams[m.place])
        AND (
            fund_ids[m.place] IS NULL
            OR EXISTS (SELECT FROM fund AS f WHERE f.fund_id = fund_ids[m.place] AND f.stream = streams[m.place])
        )
    ON CONFLICT DO NOTHING;

    INSERT INTO account (stream_id, council, stream, code, fund_id, budget_id, opens_on, ends_on, pays_only)
    SELECT
        s.stream_id, acting, n.stream, n.code, n.fund_id, r.budget_id,
        CASE WHEN n.code LIKE 'fund.%' THEN r.opens_on END,
        CASE WHEN n.code LIKE 'fund.%' THEN r.ends_on END,
        CASE WHEN n.code IN ('fund.committed', 'fund.paid') THEN ' ' || array_to_string(r.pays_only, ' ') || ' ' END
    FROM unnest(missing) AS m (place)
    CROSS JOIN LATERAL (SELECT streams[m.place], codes[m.place], fund_ids[m.place]) AS n (stream, code, fund_id)
    INNER JOIN stream AS s ON s.code = n.stream
    LEFT JOIN fund_rule AS r ON r.fund_id = n.fund_id AND r.council = acting AND r.stream = n.stream
    WHERE (n.fund_id IS NULL OR r.fund_id IS NOT NULL)
    ORDER BY n.stream, n.code, n.fund_id
    ON CONFLICT DO NOTHING;

    opened := account_ids(
        acting,
        ARRAY(SELECT streams[m.place] FROM unnest(missing) WITH ORDINALITY AS m (place, number) ORDER BY m.number),
        ARRAY(SELECT codes[m.place] FROM unnest(missing) WITH ORDINALITY AS m (place, number) ORDER BY m.number),
        ARRAY(SELECT fund_ids[m.place] FROM unnest(missing) WITH ORDINALITY AS m (place, number) ORDER BY m.number)
    );
    FOR number IN 1 .. cardinality(missing) LOOP
        accounts[missing[number]] := opened[number];
    END LOOP;
    unconfirmed_funds := ARRAY(
        SELECT DISTINCT f.fund_id
        FROM unnest(missing) AS m (place)
        INNER JOIN fund AS f ON f.fund_id = fund_ids[m.place] AND f.council = acting
        WHERE accounts[m.place] IS NULL AND NOT EXISTS (SELECT FROM fund_rule AS r WHERE r.fund_id = f.fund_id)
    );
END $$;
