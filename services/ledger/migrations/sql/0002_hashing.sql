-- The bytes that are hashed are those in which PostgreSQL sends values to its clients: big-endian, each with its length,
-- a NULL told apart from an empty text. `services/ledger/domain/hash_chain.py` writes the same bytes.

-- What an entry says, but for where it stands: a repeat of the same entry has the same digest.
CREATE FUNCTION entry_digest(
    entry_id uuid, kind text, value_date date, budget_id uuid, use text, subject_id uuid, reverses uuid, reason text,
    legs bytea
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN substr(
    sha256(record_send(ROW(entry_id, kind, value_date, budget_id, use, subject_id, reverses, reason)) || legs), 1, 16
);

-- One leg within its entry's digest; legs follow each other in the order of their accounts.
CREATE FUNCTION leg_bytes(account_id integer, amount_pence bigint) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN int4send(account_id) || int8send(amount_pence);

-- What an entry says of the commitment that it places, after its legs; nothing where it says nothing.
CREATE FUNCTION commitment_bytes(expires_on date, item_id uuid) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN num_nonnulls(expires_on, item_id) > 0 THEN record_send(ROW(expires_on, item_id)) ELSE '' END;

-- What an account is, for the block in which its first leg stands.
CREATE FUNCTION account_bytes(account_id integer, stream text, code text, fund_id uuid, budget_id uuid)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN record_send(ROW(account_id, stream, code, fund_id, budget_id));

CREATE FUNCTION block_link(
    previous bytea, council text, first_sequence bigint, last_sequence bigint, recorded_at timestamp with time zone,
    digests bytea, opened bytea
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(
    previous || record_send(ROW(council, first_sequence, last_sequence, recorded_at)) || digests || coalesce(opened, '')
);
