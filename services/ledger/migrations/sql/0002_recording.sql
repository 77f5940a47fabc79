-- What the posting function does before and after: it takes the chain's end, and moves it on.

CREATE FUNCTION acting_council() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    acting constant text := current_setting('braid.council', true);
BEGIN
    IF acting IS NULL OR acting = '' THEN
        RAISE EXCEPTION 'no council is acted for' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN acting;
END $$;

CREATE FUNCTION locked_head(acting text) RETURNS chain_head LANGUAGE plpgsql AS $$
DECLARE
    head chain_head;
BEGIN
    SELECT * INTO head FROM chain_head WHERE council = acting FOR UPDATE;
    IF NOT found THEN
        INSERT INTO chain_head (council, sequence, recorded_at, link)
        VALUES (acting, 0, 'epoch', decode(repeat('00', 32), 'hex'))
        ON CONFLICT DO NOTHING;
        SELECT * INTO head FROM chain_head WHERE council = acting FOR UPDATE;
    END IF;
    RETURN head;
END $$;

-- The accounts whose first leg is among those posted, in the order of their ids.
CREATE FUNCTION accounts_opened(accounts integer [], leg_accounts integer [], leg_numbers integer [])
RETURNS bytea LANGUAGE sql STABLE
RETURN (
    SELECT string_agg(account_bytes(a.account_id, a.stream, a.code, a.fund_id, a.budget_id), '' ORDER BY a.account_id)
    FROM unnest(leg_accounts, leg_numbers) AS l (place, number)
    INNER JOIN account AS a ON a.account_id = accounts[l.place]
    WHERE l.number = 1
);

-- The digests of what was posted, one after the other.
CREATE FUNCTION digests_in_order(digests bytea [], places integer []) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF cardinality(places) = 1 THEN
        RETURN digests[1];
    END IF;
    RETURN (
        SELECT string_agg(d.digest, '' ORDER BY d.place) FROM unnest(digests, places) AS d (digest, place)
        WHERE d.place IS NOT NULL
    );
END $$;

-- Chains what was just posted to what was there, and moves the chain's end; returns it.
CREATE FUNCTION record_block(
    head chain_head, posted integer, moment timestamp with time zone, digests bytea, opened bytea
) RETURNS chain_head LANGUAGE plpgsql AS $$
DECLARE
    last_posted constant bigint := head.sequence + posted;
BEGIN
    WITH block AS (
        INSERT INTO journal_block (council, first_sequence, last_sequence, recorded_at, link)
        VALUES (
            head.council, head.sequence + 1, last_posted, moment,
            block_link(head.link, head.council, head.sequence + 1, last_posted, moment, digests, opened)
        )
        RETURNING council, last_sequence, recorded_at, link
    )
    UPDATE chain_head AS c SET sequence = b.last_sequence, recorded_at = b.recorded_at, link = b.link
    FROM block AS b WHERE c.council = b.council
    RETURNING c.* INTO head;
    RETURN head;
END $$;

-- Adds what was just posted to the council's own accounts to their sums by day.
CREATE FUNCTION keep_account_days(
    head chain_head, recorded_on date, accounts integer [], funds uuid [], leg_accounts integer [],
    leg_numbers integer [], leg_amounts bigint [], leg_entries integer [], value_dates date []
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO account_day AS d (account_id, value_date, recorded_on, pence, council)
    SELECT accounts[l.account], value_dates[l.entry], keep_account_days.recorded_on, sum(l.amount), head.council
    FROM unnest(leg_accounts, leg_numbers, leg_amounts, leg_entries) AS l (account, number, amount, entry)
    WHERE l.number IS NOT NULL AND funds[l.account] IS NULL
    GROUP BY 1, 2
    ORDER BY 1, 2
    ON CONFLICT (account_id, value_date, recorded_on) DO UPDATE SET pence = d.pence + excluded.pence
$$;

-- The last entry that was recorded before a moment; 0 where none was.
CREATE FUNCTION last_sequence_before(acting text, moment timestamp with time zone) RETURNS bigint LANGUAGE sql STABLE
RETURN coalesce((
    SELECT b.last_sequence FROM journal_block AS b
    WHERE b.council = acting AND b.recorded_at < moment
    ORDER BY b.recorded_at DESC LIMIT 1
), 0);
