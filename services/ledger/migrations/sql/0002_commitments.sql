-- Commitments: what is held of a fund for an item, what was settled of it and what was let go.

-- Keeps what the posting function made of the commitments of a batch. One that was placed in it says what the entry
-- said that placed it; one that neither was there nor was placed is none.
CREATE FUNCTION keep_commitments(
    acting text, commitment_ids uuid [], accounts integer [], commitment_accounts integer [], held_pence bigint [],
    settled_pence bigint [], released_pence bigint [], are_expired boolean [], placed_by integer [],
    are_known boolean [], budget_ids uuid [], uses text [], item_ids uuid [], expires_on date []
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO commitment AS c (
        commitment_id, account_id, amount_pence, settled_pence, released_pence, is_expired, budget_id, use, item_id,
        expires_on, council
    )
    SELECT
        n.commitment_id, accounts[n.account], n.held, n.settled, n.released, n.is_expired, budget_ids[n.entry],
        uses[n.entry], item_ids[n.entry], expires_on[n.entry], acting
    FROM (
        SELECT
            unnest(commitment_ids) AS commitment_id, unnest(commitment_accounts) AS account, unnest(held_pence) AS held,
            unnest(settled_pence) AS settled, unnest(released_pence) AS released, unnest(are_expired) AS is_expired,
            unnest(placed_by) AS entry
    ) AS n
    WHERE n.entry IS NOT NULL
    ON CONFLICT (commitment_id, account_id) DO UPDATE SET
        amount_pence = excluded.amount_pence, settled_pence = excluded.settled_pence,
        released_pence = excluded.released_pence, is_expired = excluded.is_expired,
        use = excluded.use, item_id = excluded.item_id, expires_on = excluded.expires_on;

    UPDATE commitment AS c SET
        amount_pence = n.held, settled_pence = n.settled, released_pence = n.released, is_expired = n.is_expired
    FROM (
        SELECT
            unnest(commitment_ids) AS commitment_id, unnest(commitment_accounts) AS account, unnest(held_pence) AS held,
            unnest(settled_pence) AS settled, unnest(released_pence) AS released, unnest(are_expired) AS is_expired,
            unnest(placed_by) AS entry, unnest(are_known) AS is_known
    ) AS n
    WHERE n.is_known AND n.entry IS NULL AND c.commitment_id = n.commitment_id AND c.account_id = accounts[n.account]
$$;
