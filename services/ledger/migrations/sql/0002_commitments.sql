-- Commitments: what is held of a fund for an item, what was settled of it and what was let go.

-- What a leg on `fund.committed` makes of what is held, and whether it may.
--
-- `pence` is the leg as it was asked for: below zero it puts money aside, above zero it takes money out. `kind` is the
-- kind of the entry, or of the entry that is reversed. A refusal is told by its rank in `refusals()`.
CREATE FUNCTION commitment_after(
    held commitment, kind text, is_reversal boolean, value_date date, pence bigint,
    OUT refusal integer, OUT after commitment
) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    still_held constant bigint := held.amount_pence - held.settled_pence - held.released_pence;
BEGIN
    after := held;
    IF kind = 'commitment' THEN
        after.amount_pence := held.amount_pence - pence;
    ELSIF kind IN ('release', 'expiry') THEN
        after.released_pence := held.released_pence + pence;
        after.is_expired := CASE kind WHEN 'expiry' THEN NOT is_reversal ELSE held.is_expired END;
    ELSE
        after.settled_pence := held.settled_pence + pence;
    END IF;
    IF held.amount_pence = 0 AND (kind <> 'commitment' OR is_reversal) THEN
        refusal := 16;
    ELSIF NOT is_reversal AND (
        held.is_expired AND kind NOT IN ('release', 'expiry')
        OR pence > 0 AND kind NOT IN ('release', 'expiry') AND value_date > held.expires_on
    ) THEN
        refusal := 17;
    ELSIF pence > 0 AND still_held = 0 THEN
        refusal := CASE held.settled_pence WHEN held.amount_pence THEN 18 ELSE 19 END;
    ELSIF pence > still_held OR after.settled_pence < 0 OR after.released_pence < 0 THEN
        refusal := 20;
    END IF;
END $$;

-- What stands of the commitments of a batch; one that is not there yet holds nothing.
CREATE FUNCTION commitments_of(acting text, commitment_ids uuid [], accounts integer [], places integer [])
RETURNS commitment [] LANGUAGE sql STABLE
RETURN (
    SELECT array_agg(
        CASE
            WHEN c.commitment_id IS NOT NULL THEN c
            ELSE ROW(n.commitment_id, accounts[n.place], 0, 0, 0, NULL, NULL, NULL, false, NULL, acting)::commitment
        END
    )
    FROM unnest(commitment_ids, places) AS n (commitment_id, place)
    LEFT JOIN commitment AS c
        ON c.commitment_id = n.commitment_id AND c.account_id = accounts[n.place] AND c.council = acting
);

CREATE FUNCTION keep_commitments(commitments commitment []) RETURNS void LANGUAGE sql AS $$
    INSERT INTO commitment
    SELECT (n).* FROM unnest(commitments) AS n WHERE (n).budget_id IS NOT NULL
    ON CONFLICT (commitment_id, account_id) DO UPDATE SET
        amount_pence = excluded.amount_pence, settled_pence = excluded.settled_pence,
        released_pence = excluded.released_pence, is_expired = excluded.is_expired, expires_on = excluded.expires_on,
        item_id = excluded.item_id, use = excluded.use
$$;
