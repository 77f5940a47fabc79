-- What the posting function asks while it decides on an entry.

-- Refusals in their order of precedence: where several fit, the first is told.
CREATE FUNCTION refusals() RETURNS text [] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[
    'id_used_for_something_else', 'bad_amount', 'unbalanced', 'unbalanced_stream', 'same_account', 'no_account',
    'not_your_fund', 'closed', 'period_locked', 'no_entry', 'not_the_reverse', 'already_reversed', 'before_award',
    'after_award_end', 'ring_fenced', 'no_commitment', 'commitment_expired', 'commitment_already_settled',
    'commitment_already_released', 'exceeds_commitment', 'insufficient', 'linked_refused', 'commitment_stands_otherwise'
];

-- An entry on several streams balances within each. On several funds, it moves no money from one to another but by a
-- transfer or a carry-over within one stream: at most one fund is out of balance, against the council's own accounts.
CREATE FUNCTION refusal_of_mixed_entry(
    kind text, streams smallint [], funds uuid [], leg_accounts integer [], leg_amounts bigint []
) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    WITH legs AS (
        SELECT streams[l.account] AS stream, funds[l.account] AS fund_id, l.amount
        FROM unnest(leg_accounts, leg_amounts) AS l (account, amount)
    )
    SELECT CASE
        WHEN EXISTS (SELECT FROM legs WHERE stream IS NULL) THEN NULL
        WHEN EXISTS (SELECT FROM legs GROUP BY stream HAVING sum(amount) <> 0) THEN 4
        WHEN NOT EXISTS (SELECT FROM legs WHERE fund_id IS NOT NULL) THEN 7
        WHEN kind NOT IN ('transfer', 'carry_over') AND 1 < (
            SELECT count(*) FROM (
                SELECT FROM legs WHERE fund_id IS NOT NULL GROUP BY fund_id HAVING sum(amount) <> 0
            ) AS moved
        ) THEN 7
    END
$$;

CREATE TYPE reversible_entry AS (
    entry_id uuid, kind text, value_date date, budget_id uuid, use text, subject_id uuid, reverses uuid, reason text,
    expires_on date, item_id uuid, digest bytea, is_reversed boolean
);

CREATE FUNCTION original_entry(acting text, its_id uuid) RETURNS reversible_entry LANGUAGE sql STABLE
RETURN (
    SELECT ROW(
        e.entry_id, e.kind, e.value_date, e.budget_id, e.use, e.subject_id, e.reverses, e.reason, e.expires_on,
        e.item_id, e.digest,
        EXISTS (SELECT FROM journal_entry AS r WHERE r.council = acting AND r.reverses = e.entry_id)
    )::reversible_entry
    FROM journal_entry AS e
    WHERE e.council = acting AND e.entry_id = its_id
);

-- The place of the entry with an id that was posted earlier in the batch; those with it that were refused are none.
CREATE FUNCTION posted_before(this integer, its_id uuid, entry_ids uuid [], places integer []) RETURNS integer
LANGUAGE sql IMMUTABLE
RETURN (
    SELECT n.number
    FROM unnest(entry_ids[1:this - 1], places[1:this - 1]) WITH ORDINALITY AS n (entry_id, place, number)
    WHERE n.place IS NOT NULL AND n.entry_id = its_id
);

CREATE FUNCTION is_reversed_before(this integer, reversed_ids uuid [], places integer []) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN EXISTS (
    SELECT FROM unnest(reversed_ids[1:this - 1], places[1:this - 1]) AS n (reverses, place)
    WHERE n.place IS NOT NULL AND n.reverses = reversed_ids[this]
);

-- The digest that the original has, if the legs of the entry in hand are its own the other way round.
CREATE FUNCTION reversed_digest(
    original reversible_entry, this integer, accounts integer [], leg_entries integer [], leg_accounts integer [],
    leg_amounts bigint []
) RETURNS bytea LANGUAGE sql STABLE
RETURN (
    SELECT entry_digest(
        original.entry_id, original.kind, original.value_date, original.budget_id, original.use, original.subject_id,
        original.reverses, original.reason, string_agg(leg_bytes(accounts[l.account], -l.amount), '' ORDER BY l.account)
        || commitment_bytes(original.expires_on, original.item_id)
    )
    FROM unnest(leg_entries, leg_accounts, leg_amounts) AS l (entry, account, amount)
    WHERE l.entry = this
);

-- For each id of a batch, the place where it stands for the time before; NULL for the first.
CREATE FUNCTION earlier_places(entry_ids uuid []) RETURNS integer [] LANGUAGE sql IMMUTABLE
RETURN (
    SELECT array_agg(n.earlier ORDER BY n.place)
    FROM (
        SELECT i.place, lag(i.place) OVER (PARTITION BY i.entry_id ORDER BY i.place) AS earlier
        FROM unnest(entry_ids) WITH ORDINALITY AS i (entry_id, place)
    ) AS n
);

-- The place of the entry with the same id that was posted earlier in the batch; NULL where none was.
CREATE FUNCTION same_before(this integer, earlier integer [], places integer []) RETURNS integer
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    other integer := earlier[this];
BEGIN
    WHILE other IS NOT NULL AND places[other] IS NULL LOOP
        other := earlier[other];
    END LOOP;
    RETURN other;
END $$;
