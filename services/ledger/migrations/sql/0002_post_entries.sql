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
SET enable_material = off AS $$
DECLARE
    pence_most constant bigint := 9007199254740991;
    acting constant text := acting_council();
    entry_count constant integer := cardinality(entry_ids);
    leg_count constant integer := cardinality(leg_entries);
    head chain_head := locked_head(acting);
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
    -- By place in commitment_ids.
    commitments commitment[];
    -- By place in entry_ids: its place among those posted; the same id in the journal; the same id before it here.
    places integer[] := array_fill(NULL::integer, ARRAY[entry_count]);
    digests bytea[];
    known_digests bytea[];
    earlier integer[];
    -- By leg.
    leg_balances bigint[] := array_fill(NULL::bigint, ARRAY[leg_count]);
    leg_numbers integer[] := array_fill(NULL::integer, ARRAY[leg_count]);
    leg_commitments_before commitment[] := array_fill(NULL::commitment, ARRAY[leg_count]);
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
    is_mixed boolean;
    original reversible_entry;
    step record;
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
    -- An entry's digest holds its legs in this order: in another, no proof would bear it out.
    IF EXISTS (
        SELECT FROM unnest(accounts) WITH ORDINALITY AS n (account_id, place)
        WHERE n.account_id IS NULL OR n.account_id <= accounts[n.place - 1]
    ) THEN
        RAISE EXCEPTION 'accounts are not in rising order' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    SELECT
        array_agg(a.stream_id), array_agg(a.fund_id), array_agg(a.budget_id), array_agg(a.code), array_agg(a.opens_on),
        array_agg(a.ends_on), array_agg(a.pays_only), array_agg(a.code = 'fund.committed'),
        array_agg(a.is_closed), bool_or(a.is_closed),
        array_agg(CASE WHEN a.account_id IS NOT NULL THEN coalesce(last.balance_pence, 0) END),
        array_agg(coalesce(last.number, 0))
    INTO streams, funds, budgets, codes, opens, ends, pays_only, are_committed, closed, any_closed, balances, numbers
    FROM unnest(accounts) AS n (account_id)
    LEFT JOIN account AS a ON a.account_id = n.account_id AND a.council = acting
    LEFT JOIN LATERAL (
        SELECT l.balance_pence, l.number FROM journal_leg AS l
        WHERE l.account_id = a.account_id ORDER BY l.number DESC LIMIT 1
    ) AS last ON true;

    SELECT array_agg(
        entry_digest(
            entry_ids[e.entry], kinds[e.entry], value_dates[e.entry], budget_ids[e.entry], uses[e.entry],
            subject_ids[e.entry], reversed_ids[e.entry], reasons[e.entry], e.legs
        ) ORDER BY e.entry
    )
    INTO digests
    FROM (
        SELECT l.entry, string_agg(leg_bytes(accounts[l.account], l.amount), '') AS legs
        FROM unnest(leg_entries, leg_accounts, leg_amounts) AS l (entry, account, amount)
        GROUP BY l.entry
    ) AS e;
    IF coalesce(cardinality(digests), 0) <> entry_count THEN
        RAISE EXCEPTION 'an entry has no legs' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    SELECT array_agg(e.sequence), array_agg(e.digest)
    INTO sequences, known_digests
    FROM unnest(entry_ids) AS n (entry_id)
    LEFT JOIN journal_entry AS e ON e.council = acting AND e.entry_id = n.entry_id;

    IF (SELECT count(DISTINCT n.entry_id) FROM unnest(entry_ids) AS n (entry_id)) < entry_count THEN
        earlier := earlier_places(entry_ids);
    END IF;

    IF cardinality(commitment_ids) > 0 THEN
        commitments := commitments_of(acting, commitment_ids, accounts, commitment_accounts);
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
                    subject_ids[other], reversed_ids[other], reasons[other], digests[other], false
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
                    refusal := least(refusal, CASE WHEN value_dates[this] < opens[place] THEN 13 ELSE 14 END);
                END IF;
                IF amount < 0 AND strpos(pays_only[place], its_use) = 0 THEN
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
                    leg_commitments_before[leg] := commitments[other];
                    IF kind = 'commitment' AND (commitments[other]).amount_pence = 0 THEN
                        commitments[other] := ROW(
                            commitment_ids[other], accounts[place], 0, 0, 0, budget_ids[this], item_ids[this],
                            expires_on[this], false, uses[this], acting
                        )::commitment;
                    END IF;
                    step := commitment_after(
                        commitments[other], coalesce(original.kind, kind), original.kind IS NOT NULL,
                        value_dates[this], amount
                    );
                    refusal := least(refusal, step.refusal);
                    commitments[other] := step.after;
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
                    IF leg_commitments_before[each] IS DISTINCT FROM NULL THEN
                        commitments[leg_commitments[each]] := leg_commitments_before[each];
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
        sequence, entry_id, budget_id, subject_id, reverses, value_date, council, kind, use, reason, digest
    )
    SELECT
        head.sequence + e.place, e.entry_id, e.budget_id, e.subject_id, e.reverses, e.value_date, acting, e.kind, e.use,
        e.reason, e.digest
    FROM unnest(entry_ids, budget_ids, subject_ids, reversed_ids, value_dates, kinds, uses, reasons, digests, places)
        AS e (entry_id, budget_id, subject_id, reverses, value_date, kind, use, reason, digest, place)
    WHERE e.place IS NOT NULL;

    INSERT INTO journal_leg (sequence, amount_pence, balance_pence, account_id, number, value_date, stream_id, council)
    SELECT
        head.sequence + places[l.entry], l.amount, l.balance, accounts[l.account], l.number, value_dates[l.entry],
        streams[l.account], acting
    FROM unnest(leg_entries, leg_accounts, leg_amounts, leg_balances, leg_numbers)
        AS l (entry, account, amount, balance, number)
    WHERE l.number IS NOT NULL;

    IF commitments IS NOT NULL THEN
        PERFORM keep_commitments(commitments);
    END IF;
    -- Never the same moment twice: what was known at a moment is what stands at or before it.
    moment := greatest(clock_timestamp(), head.recorded_at + interval '1 microsecond');
    PERFORM record_block(
        head, posted, moment,
        (SELECT string_agg(d.digest, '' ORDER BY d.place) FROM unnest(digests, places) AS d (digest, place)
         WHERE d.place IS NOT NULL),
        accounts_opened(accounts, leg_accounts, leg_numbers)
    );
    IF array_position(funds, NULL) IS NOT NULL THEN
        PERFORM keep_account_days(
            head, (moment AT TIME ZONE 'UTC')::date, accounts, funds, leg_accounts, leg_numbers, leg_amounts,
            leg_entries, value_dates
        );
    END IF;
END $$;
