-- The one way into the journal: posts a batch of entries, each with its own answer.
--
-- Entries come as columns, one element an entry; legs as columns that name their entry and their account by place, in
-- the order of entries and, within one, of accounts. What is refused leaves no trace, and its id may be used again.
--
-- The council's chain is locked first: whoever posts for one council does so one after the other, so that no account
-- need be locked and nothing can deadlock. The decision is made in memory, entry by entry in the order given; then what
-- was accepted is written by one statement a table. Every join is by a key: the settings below keep PostgreSQL, which
-- cannot know how long an array is or how a table will grow, from any other plan.
CREATE FUNCTION post_entries(
    entry_ids uuid [], kinds text [], value_dates date [], budget_ids uuid [], uses text [], subject_ids uuid [],
    reversed_ids uuid [], reasons text [],
    -- Neighbours with the same number are posted all or none; NULL for an entry by itself.
    linked_groups integer [],
    -- accounts: every account that a leg is on, once, in rising order. leg_accounts: places in it, 0 for an unknown one.
    accounts integer [], leg_entries integer [], leg_accounts integer [], leg_amounts bigint [],
    -- commitments: each commitment with the place of its account, once. leg_commitments: places in them, 0 for none.
    commitment_ids uuid [], commitment_accounts integer [], leg_commitments integer [],
    -- Of the commitments that entries place: when they run out, and the item of the plan that they are for.
    expires_on date [], item_ids uuid [],
    OUT answers text [], OUT sequences bigint []
) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET enable_memoize = off AS $$
DECLARE
    pence_most constant bigint := 9007199254740991;
    acting constant text := acting_council();
    entry_count constant integer := cardinality(entry_ids);
    leg_count constant integer := cardinality(leg_entries);
    head chain_head := locked_head(acting);
    -- After the lock, as all that is read: what others committed before is seen.
    locked_until constant date := (
        SELECT p.locked_until FROM period_lock AS p WHERE p.council = acting ORDER BY p.period_lock_id DESC LIMIT 1
    );
    -- By place in accounts.
    streams smallint[];
    funds uuid[];
    budgets uuid[];
    codes text[];
    opens date[];
    ends date[];
    pays_only text[];
    are_committed boolean[];
    closed boolean[];
    any_closed boolean;
    balances bigint[];
    numbers integer[];
    are_in_order boolean;
    -- By place in commitment_ids: what was put aside, settled and let go; the entry of this batch that placed it, if
    -- one did; whether it was there before.
    held_pence bigint[];
    settled_pence bigint[];
    released_pence bigint[];
    expiries date[];
    held_items uuid[];
    held_uses text[];
    are_expired boolean[];
    placed_by integer[];
    are_known boolean[];
    -- By place in entry_ids: its place among those posted; the same id in the journal; the same id before it here.
    places integer[] := array_fill(NULL::integer, ARRAY[entry_count]);
    digests bytea[] := array_fill(NULL::bytea, ARRAY[entry_count]);
    known_digests bytea[];
    earlier integer[];
    -- Of the legs, one after the other, twelve bytes each.
    bytes_of_legs bytea;
    -- By leg.
    leg_balances bigint[] := array_fill(NULL::bigint, ARRAY[leg_count]);
    leg_numbers integer[] := array_fill(NULL::integer, ARRAY[leg_count]);
    leg_held_before bigint[];
    leg_settled_before bigint[];
    leg_released_before bigint[];
    leg_expired_before boolean[];
    leg_placed_before integer[];
    -- Of the entry and leg in hand.
    kind text;
    its_use text;
    leg integer := 1;
    first_leg integer;
    place integer;
    previous_place integer;
    amount bigint;
    total bigint;
    balance bigint;
    its_fund uuid;
    its_stream smallint;
    is_spending boolean;
    may_overdraw boolean;
    -- Of a payment outside a fund's days: what it takes of what is held, less what it pays.
    late_pence bigint;
    out_of_days integer;
    is_mixed boolean;
    original reversible_entry;
    still_held bigint;
    other integer;
    refusal integer;
    -- Of the linked group in hand.
    group_first integer;
    group_first_leg integer;
    group_refused boolean;
    undo_from integer;
    posted_before_group integer;
    posted integer := 0;
    moment timestamptz;
    refusal_codes constant text[] := refusals();
BEGIN
    -- In an array that counts from another number, or has rows of its own, a place and an unnest name two different
    -- elements: what was checked would not be what is written.
    IF NOT coalesce(
        ARRAY[
            array_dims(kinds), array_dims(value_dates), array_dims(budget_ids), array_dims(uses),
            array_dims(subject_ids), array_dims(reversed_ids), array_dims(reasons), array_dims(linked_groups),
            array_dims(expires_on), array_dims(item_ids), array_dims(entry_ids)
        ] = array_fill('[1:' || nullif(entry_count, 0) || ']', ARRAY[11])
        AND ARRAY[
            array_dims(leg_accounts), array_dims(leg_amounts), array_dims(leg_commitments), array_dims(leg_entries)
        ] = array_fill('[1:' || nullif(leg_count, 0) || ']', ARRAY[4])
        AND ARRAY[array_dims(commitment_accounts), array_dims(commitment_ids)]
        = array_fill('[1:' || nullif(cardinality(commitment_ids), 0) || ']', ARRAY[2])
        AND array_dims(accounts) IS NOT DISTINCT FROM '[1:' || nullif(cardinality(accounts), 0) || ']',
        false
    ) THEN
        RAISE EXCEPTION 'the columns are not of one length and counted from 1' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT on_accounts.*, of_legs.*, known.*
    INTO
        streams, funds, budgets, codes, opens, ends, pays_only, are_committed, closed, any_closed, balances, numbers,
        are_in_order, bytes_of_legs, sequences, known_digests
    FROM (
        SELECT
            array_agg(a.stream_id), array_agg(a.fund_id), array_agg(a.budget_id), array_agg(a.code),
            array_agg(a.opens_on), array_agg(a.ends_on), array_agg(a.pays_only), array_agg(a.code = 'fund.committed'),
            array_agg(a.is_closed), bool_or(a.is_closed),
            array_agg(CASE WHEN a.account_id IS NOT NULL THEN coalesce(last.balance_pence, 0) END),
            array_agg(coalesce(last.number, 0)), bool_and(
                n.account_id IS NOT NULL AND (n.account_id > accounts[n.place - 1]) IS NOT false
            )
        FROM unnest(accounts) WITH ORDINALITY AS n (account_id, place)
        LEFT JOIN account AS a ON a.account_id = n.account_id AND a.council = acting
        LEFT JOIN LATERAL (
            SELECT l.balance_pence, l.number FROM journal_leg AS l
            WHERE l.account_id = a.account_id ORDER BY l.number DESC LIMIT 1
        ) AS last ON true
    ) AS on_accounts
    CROSS JOIN (
        -- Twelve bytes for each, come what may: an entry's own are found by counting.
        SELECT string_agg(leg_bytes(coalesce(accounts[l.account], 0), coalesce(l.amount, 0)), '')
        FROM (SELECT unnest(leg_accounts) AS account, unnest(leg_amounts) AS amount) AS l
    ) AS of_legs
    CROSS JOIN (
        SELECT array_agg(e.sequence), array_agg(e.digest)
        FROM (SELECT unnest(entry_ids) AS entry_id) AS n
        LEFT JOIN journal_entry AS e ON e.council = acting AND e.entry_id = n.entry_id
    ) AS known;
    -- An entry's digest holds its legs in this order: in another, no proof would bear it out.
    IF NOT are_in_order THEN
        RAISE EXCEPTION 'accounts are not in rising order' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF entry_count > 1 THEN
        IF (SELECT count(DISTINCT n.entry_id) FROM unnest(entry_ids) AS n (entry_id)) < entry_count THEN
            earlier := earlier_places(entry_ids);
        END IF;
    END IF;

    IF cardinality(commitment_ids) > 0 THEN
        SELECT
            array_agg(coalesce(c.amount_pence, 0)), array_agg(coalesce(c.settled_pence, 0)),
            array_agg(coalesce(c.released_pence, 0)), array_agg(c.expires_on), array_agg(coalesce(c.is_expired, false)),
            array_agg(c.commitment_id IS NOT NULL), array_agg(NULL::integer), array_agg(c.item_id), array_agg(c.use)
        INTO
            held_pence, settled_pence, released_pence, expiries, are_expired, are_known, placed_by, held_items,
            held_uses
        FROM unnest(commitment_ids, commitment_accounts) AS n (commitment_id, place)
        LEFT JOIN commitment AS c
            ON c.commitment_id = n.commitment_id AND c.account_id = accounts[n.place] AND c.council = acting;
    END IF;

    answers := array_fill(NULL::text, ARRAY[entry_count]);
    FOR this IN 1 .. entry_count LOOP
        IF linked_groups[this] IS NULL OR this = 1 OR linked_groups[this] IS DISTINCT FROM linked_groups[this - 1] THEN
            group_first := this;
            group_first_leg := leg;
            group_refused := false;
            posted_before_group := posted;
        ELSIF group_refused THEN
            -- One of its neighbours was refused: the rest of the group is not looked at.
            WHILE leg_entries[leg] = this LOOP
                leg := leg + 1;
            END LOOP;
            answers[this] := 'linked_refused';
            CONTINUE;
        END IF;
        kind := kinds[this];
        is_spending := kind IN ('commitment', 'payment', 'spend');
        IF is_spending THEN
            its_use := coalesce(' ' || uses[this] || ' ', '-');
        END IF;
        may_overdraw := kind IN ('award', 'award_revision');
        refusal := NULL;
        IF value_dates[this] <= locked_until THEN
            refusal := 9;
        END IF;
        original := NULL;
        IF reversed_ids[this] IS NOT NULL OR kind = 'reversal' THEN
            original := original_entry(acting, reversed_ids[this]);
            other := posted_before(this, reversed_ids[this], entry_ids, places);
            IF original.entry_id IS NULL AND other IS NOT NULL THEN
                original := ROW(
                    entry_ids[other], kinds[other], value_dates[other], budget_ids[other], uses[other],
                    subject_ids[other], reversed_ids[other], reasons[other], expires_on[other], item_ids[other],
                    digests[other], false
                )::reversible_entry;
            END IF;
            may_overdraw := coalesce(original.kind IN ('award', 'award_revision'), false);
            refusal := least(refusal, CASE
                WHEN original.entry_id IS NULL OR original.kind = 'reversal' OR kind <> 'reversal' THEN 10
                WHEN original.digest <> reversed_digest(original, this, accounts, leg_entries, leg_accounts, leg_amounts)
                    THEN 11
                WHEN original.is_reversed OR is_reversed_before(this, reversed_ids, places) THEN 12
            END);
        END IF;

        first_leg := leg;
        previous_place := -1;
        total := 0;
        its_fund := NULL;
        its_stream := NULL;
        is_mixed := false;
        late_pence := 0;
        WHILE leg_entries[leg] = this LOOP
            place := leg_accounts[leg];
            amount := leg_amounts[leg];
            IF place <= previous_place THEN
                IF place < previous_place THEN
                    RAISE EXCEPTION 'legs are not in the order of their accounts'
                    USING ERRCODE = 'invalid_parameter_value';
                ELSIF place > 0 THEN
                    refusal := least(refusal, 5);
                END IF;
            END IF;
            previous_place := place;
            IF amount = 0 OR amount NOT BETWEEN -pence_most AND pence_most THEN
                refusal := least(refusal, 2);
                leg := leg + 1;
                CONTINUE;
            END IF;
            total := total + amount;
            balance := balances[place] + amount;
            IF balance IS NULL THEN
                refusal := least(refusal, 6);
                leg := leg + 1;
                CONTINUE;
            END IF;
            IF streams[place] = its_stream AND funds[place] = its_fund THEN
                NULL;
            ELSE
                is_mixed := is_mixed OR coalesce(streams[place] <> its_stream OR funds[place] <> its_fund, false);
                its_stream := streams[place];
                its_fund := coalesce(funds[place], its_fund);
                IF budgets[place] <> budget_ids[this] THEN
                    refusal := least(refusal, 7);
                END IF;
            END IF;
            IF any_closed AND closed[place] THEN
                refusal := least(refusal, 8);
            END IF;
            IF is_spending THEN
                IF value_dates[this] NOT BETWEEN opens[place] AND ends[place] THEN
                    out_of_days := CASE WHEN value_dates[this] < opens[place] THEN 13 ELSE 14 END;
                    IF kind = 'payment' AND (amount < 0 OR are_committed[place]) THEN
                        late_pence := late_pence + amount;
                    ELSE
                        refusal := least(refusal, out_of_days);
                    END IF;
                END IF;
                IF amount < 0 AND strpos(pays_only[place], its_use) = 0 AND (uses[this] IS NOT NULL OR kind <> 'commitment')
                THEN
                    refusal := least(refusal, 15);
                END IF;
            END IF;
            IF balance NOT BETWEEN -pence_most AND pence_most THEN
                refusal := least(refusal, 2);
            ELSIF balance > 0 AND amount > 0 AND starts_with(codes[place], 'fund.') AND NOT may_overdraw THEN
                refusal := least(refusal, 21);
            END IF;
            IF are_committed[place] THEN
                other := leg_commitments[leg];
                IF commitment_ids[other] = subject_ids[this] AND commitment_accounts[other] = place THEN
                    leg_held_before[leg] := held_pence[other];
                    leg_settled_before[leg] := settled_pence[other];
                    leg_released_before[leg] := released_pence[other];
                    leg_expired_before[leg] := are_expired[other];
                    leg_placed_before[leg] := placed_by[other];
                    IF kind = 'commitment' AND held_pence[other] = 0 THEN
                        are_expired[other] := false;
                        placed_by[other] := this;
                    ELSIF kind = 'commitment' THEN
                        -- More may be put aside for the same thing, and for no other under its name.
                        refusal := least(refusal, CASE
                            WHEN placed_by[other] IS NULL THEN CASE
                                WHEN ROW(expiries[other], held_items[other], held_uses[other])
                                    IS DISTINCT FROM ROW(expires_on[this], item_ids[this], uses[this]) THEN 23
                            END
                            WHEN ROW(
                                expires_on[placed_by[other]], item_ids[placed_by[other]], uses[placed_by[other]]
                            ) IS DISTINCT FROM ROW(expires_on[this], item_ids[this], uses[this]) THEN 23
                        END);
                    END IF;
                    still_held := held_pence[other] - settled_pence[other] - released_pence[other];
                    refusal := least(refusal, CASE
                        WHEN held_pence[other] = 0 AND kind <> 'commitment' THEN 16
                        WHEN kind NOT IN ('release', 'expiry', 'reversal')
                            AND (
                                are_expired[other] OR amount > 0 AND value_dates[this] > CASE
                                    WHEN placed_by[other] IS NULL THEN expiries[other]
                                    ELSE expires_on[placed_by[other]]
                                END
                            ) THEN 17
                        WHEN amount > 0 AND still_held = 0 AND held_pence[other] = settled_pence[other] THEN 18
                        WHEN amount > 0 AND still_held = 0 THEN 19
                        WHEN amount > still_held THEN 20
                    END);
                    CASE coalesce(original.kind, kind)
                        WHEN 'commitment' THEN
                            held_pence[other] := held_pence[other] - amount;
                        WHEN 'release' THEN
                            released_pence[other] := released_pence[other] + amount;
                        WHEN 'expiry' THEN
                            released_pence[other] := released_pence[other] + amount;
                            are_expired[other] := kind = 'expiry';
                        ELSE
                            settled_pence[other] := settled_pence[other] + amount;
                    END CASE;
                    IF settled_pence[other] < 0 OR released_pence[other] < 0 THEN
                        refusal := least(refusal, 20);
                    END IF;
                ELSE
                    refusal := least(refusal, 16);
                END IF;
            END IF;
            -- Taken back below where the entry is refused.
            balances[place] := balance;
            leg_balances[leg] := balance;
            other := numbers[place] + 1;
            numbers[place] := other;
            leg_numbers[leg] := other;
            leg := leg + 1;
        END LOOP;

        -- Money that was put aside in time may be paid when the award has ended since; nothing else may.
        IF late_pence < 0 THEN
            refusal := least(refusal, out_of_days);
        END IF;
        IF leg = first_leg THEN
            RAISE EXCEPTION 'an entry has no legs' USING ERRCODE = 'invalid_parameter_value';
        END IF;
        digests[this] := entry_digest(
            entry_ids[this], kind, value_dates[this], budget_ids[this], uses[this], subject_ids[this],
            reversed_ids[this], reasons[this], substr(bytes_of_legs, 12 * first_leg - 11, 12 * (leg - first_leg))
                || commitment_bytes(expires_on[this], item_ids[this])
        );
        IF total <> 0 THEN
            refusal := least(refusal, 3);
        ELSIF is_mixed OR its_fund IS NULL THEN
            refusal := least(
                refusal,
                refusal_of_mixed_entry(
                    coalesce(original.kind, kind), streams, funds, leg_accounts[first_leg : leg - 1],
                    leg_amounts[first_leg : leg - 1]
                )
            );
        END IF;
        IF known_digests[this] IS NOT NULL THEN
            refusal := CASE WHEN known_digests[this] = digests[this] THEN 0 ELSE 1 END;
        ELSIF earlier IS NOT NULL THEN
            other := same_before(this, earlier, places);
            refusal := CASE WHEN other IS NULL THEN refusal WHEN digests[other] = digests[this] THEN 0 ELSE 1 END;
        END IF;

        IF refusal IS NULL THEN
            posted := posted + 1;
            places[this] := posted;
            answers[this] := 'posted';
        ELSE
            answers[this] := coalesce(refusal_codes[refusal], 'replayed');
            group_refused := group_refused OR refusal > 0;
            undo_from := first_leg;
            IF group_refused THEN
                undo_from := group_first_leg;
                posted := posted_before_group;
                FOR each IN group_first .. this - 1 LOOP
                    places[each] := NULL;
                    answers[each] := 'linked_refused';
                END LOOP;
            END IF;
            FOR each IN REVERSE leg - 1 .. undo_from LOOP
                IF leg_numbers[each] IS NOT NULL THEN
                    place := leg_accounts[each];
                    balances[place] := balances[place] - leg_amounts[each];
                    numbers[place] := numbers[place] - 1;
                    leg_numbers[each] := NULL;
                    IF leg_held_before[each] IS NOT NULL THEN
                        other := leg_commitments[each];
                        held_pence[other] := leg_held_before[each];
                        settled_pence[other] := leg_settled_before[each];
                        released_pence[other] := leg_released_before[each];
                        are_expired[other] := leg_expired_before[each];
                        placed_by[other] := leg_placed_before[each];
                    END IF;
                END IF;
            END LOOP;
        END IF;
    END LOOP;

    IF leg <= leg_count THEN
        RAISE EXCEPTION 'legs are not in the order of their entries' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    FOR each IN 1 .. entry_count LOOP
        IF places[each] IS NOT NULL THEN
            sequences[each] := head.sequence + places[each];
        ELSIF answers[each] <> 'replayed' THEN
            sequences[each] := NULL;
        ELSIF sequences[each] IS NULL THEN
            sequences[each] := head.sequence + places[same_before(each, earlier, places)];
        END IF;
    END LOOP;
    IF posted = 0 THEN
        RETURN;
    END IF;

    INSERT INTO journal_entry (
        sequence, entry_id, budget_id, subject_id, reverses, value_date, council, kind, use, reason, expires_on, item_id,
        digest
    )
    SELECT
        head.sequence + e.place, e.entry_id, e.budget_id, e.subject_id, e.reverses, e.value_date, acting, e.kind, e.use,
        e.reason, e.expires_on, e.item_id, e.digest
    FROM (
        SELECT
            unnest(entry_ids) AS entry_id, unnest(budget_ids) AS budget_id, unnest(subject_ids) AS subject_id,
            unnest(reversed_ids) AS reverses, unnest(value_dates) AS value_date, unnest(kinds) AS kind,
            unnest(uses) AS use, unnest(reasons) AS reason, unnest(post_entries.expires_on) AS expires_on,
            unnest(item_ids) AS item_id, unnest(digests) AS digest, unnest(places) AS place
    ) AS e
    WHERE e.place IS NOT NULL;

    INSERT INTO journal_leg (sequence, amount_pence, balance_pence, account_id, number, value_date, stream_id, council)
    SELECT
        head.sequence + places[l.entry], l.amount, l.balance, accounts[l.account], l.number, value_dates[l.entry],
        streams[l.account], acting
    FROM (
        SELECT
            unnest(leg_entries) AS entry, unnest(leg_accounts) AS account, unnest(leg_amounts) AS amount,
            unnest(leg_balances) AS balance, unnest(leg_numbers) AS number
    ) AS l
    WHERE l.number IS NOT NULL;

    IF held_pence IS NOT NULL THEN
        PERFORM keep_commitments(
            acting, commitment_ids, accounts, commitment_accounts, held_pence, settled_pence, released_pence,
            are_expired, placed_by, are_known, budget_ids, uses, item_ids, expires_on
        );
    END IF;
    -- Never the same moment twice: what was known at a moment is what stands at or before it.
    moment := greatest(clock_timestamp(), head.recorded_at + interval '1 microsecond');
    head := record_block(
        head, posted, moment, digests_in_order(digests, places),
        CASE WHEN array_position(leg_numbers, 1) > 0 THEN accounts_opened(accounts, leg_accounts, leg_numbers) END
    );
    IF array_position(funds, NULL) IS NOT NULL THEN
        PERFORM keep_account_days(
            head, (moment AT TIME ZONE 'UTC')::date, accounts, funds, leg_accounts, leg_numbers, leg_amounts,
            leg_entries, value_dates
        );
    END IF;
END $$;
