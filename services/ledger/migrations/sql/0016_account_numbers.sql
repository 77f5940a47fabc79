-- The chain holds the numbers of accounts. A council that comes from another installation keeps there the numbers that
-- its accounts were opened by; here they are so much higher, for other councils' accounts have those numbers already.
-- All of a council's are moved by one distance, and those opened later too: their order stays, and no two are the same.
ALTER TABLE chain_head ADD COLUMN accounts_from integer DEFAULT 0 NOT NULL;

-- The accounts whose first leg is among those posted, in the order of their ids.
CREATE OR REPLACE FUNCTION accounts_opened(accounts integer [], leg_accounts integer [], leg_numbers integer [])
RETURNS bytea LANGUAGE sql STABLE
RETURN (
    SELECT string_agg(
        account_bytes(a.account_id - h.accounts_from, a.stream, a.code, a.fund_id, a.budget_id),
        '' ORDER BY a.account_id
    )
    FROM unnest(leg_accounts, leg_numbers) AS l (place, number)
    INNER JOIN account AS a ON a.account_id = accounts[l.place]
    INNER JOIN chain_head AS h ON h.council = a.council
    WHERE l.number = 1
);

-- The digest that the original has, if the legs of the entry in hand are its own the other way round.
CREATE OR REPLACE FUNCTION reversed_digest(
    original reversible_entry, this integer, accounts integer [], leg_entries integer [], leg_accounts integer [],
    leg_amounts bigint []
) RETURNS bytea LANGUAGE sql STABLE
RETURN (
    SELECT entry_digest(
        original.entry_id, original.kind, original.value_date, original.budget_id, original.use, original.subject_id,
        original.reverses, original.reason,
        string_agg(leg_bytes(accounts[l.account] - h.accounts_from, -l.amount), '' ORDER BY l.account)
        || commitment_bytes(original.expires_on, original.item_id)
    )
    FROM unnest(leg_entries, leg_accounts, leg_amounts) AS l (entry, account, amount)
    CROSS JOIN (SELECT c.accounts_from FROM chain_head AS c WHERE c.council = acting_council()) AS h
    WHERE l.entry = this
);
