-- Accounts by name. They are opened when something is first posted to them.

-- The accounts of some names that are there; one row a name, in the order given.
CREATE FUNCTION account_ids(acting text, streams text [], codes text [], fund_ids uuid []) RETURNS integer []
LANGUAGE sql STABLE
RETURN (
    SELECT array_agg(coalesce(kept.account_id, own.account_id))
    FROM unnest(streams, codes, fund_ids) AS n (stream, code, fund_id)
    LEFT JOIN account AS kept
        ON kept.council = acting AND kept.stream = n.stream AND kept.code = n.code AND kept.fund_id = n.fund_id
    LEFT JOIN account AS own
        ON n.fund_id IS NULL AND own.fund_id IS NULL
        AND own.council = acting AND own.stream = n.stream AND own.code = n.code
);

-- Finds accounts by name and opens those that are missing: a council's own for any stream, a fund's for a fund of that
-- stream whose money is confirmed. No account_id where there can be none; the funds that wait for their confirmation
-- are told apart.
CREATE FUNCTION open_accounts(
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
BEGIN
    accounts := account_ids(acting, streams, codes, fund_ids);
    IF array_position(accounts, NULL) IS NULL THEN
        RETURN;
    END IF;

    INSERT INTO stream (code)
    SELECT DISTINCT n.stream FROM unnest(streams, codes, fund_ids) AS n (stream, code, fund_id)
    WHERE NOT EXISTS (SELECT FROM stream AS s WHERE s.code = n.stream)
        AND (n.fund_id IS NULL OR EXISTS (SELECT FROM fund AS f WHERE f.fund_id = n.fund_id AND f.stream = n.stream))
    ON CONFLICT DO NOTHING;

    INSERT INTO account (stream_id, council, stream, code, fund_id, budget_id, opens_on, ends_on, pays_only)
    SELECT
        s.stream_id, acting, n.stream, n.code, n.fund_id, r.budget_id,
        CASE WHEN n.code LIKE 'fund.%' THEN r.opens_on END,
        CASE WHEN n.code LIKE 'fund.%' THEN r.ends_on END,
        CASE WHEN n.code IN ('fund.committed', 'fund.paid') THEN ' ' || array_to_string(r.pays_only, ' ') || ' ' END
    FROM unnest(streams, codes, fund_ids, accounts) AS n (stream, code, fund_id, account_id)
    INNER JOIN stream AS s ON s.code = n.stream
    LEFT JOIN fund_rule AS r ON r.fund_id = n.fund_id AND r.council = acting AND r.stream = n.stream
    WHERE n.account_id IS NULL AND (n.fund_id IS NULL OR r.fund_id IS NOT NULL)
    ORDER BY n.stream, n.code, n.fund_id
    ON CONFLICT DO NOTHING;

    accounts := account_ids(acting, streams, codes, fund_ids);
    unconfirmed_funds := ARRAY(
        SELECT DISTINCT f.fund_id
        FROM unnest(fund_ids, accounts) AS n (fund_id, account_id)
        INNER JOIN fund AS f ON f.fund_id = n.fund_id AND f.council = acting
        WHERE n.account_id IS NULL AND NOT EXISTS (SELECT FROM fund_rule AS r WHERE r.fund_id = n.fund_id)
    );
END $$;

-- Lets a new version of a fund hold for its accounts; what was posted before stays as it was.
CREATE FUNCTION keep_fund_rules(fund_ids uuid []) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE account AS a SET
        opens_on = r.opens_on,
        ends_on = r.ends_on,
        pays_only = CASE
            WHEN a.code IN ('fund.committed', 'fund.paid') THEN ' ' || array_to_string(r.pays_only, ' ') || ' '
        END
    FROM fund_rule AS r
    WHERE r.fund_id = any(fund_ids) AND r.council = acting_council()
        AND a.fund_id = r.fund_id AND a.council = r.council AND a.code LIKE 'fund.%'
$$;

-- Closes an account to all postings, or opens it again.
CREATE FUNCTION close_account(closing integer, closes boolean) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    UPDATE account SET is_closed = closes WHERE account_id = closing AND council = acting_council();
END;
