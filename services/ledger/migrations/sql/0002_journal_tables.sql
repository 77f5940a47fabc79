-- Accounts and their balances, the journal, its blocks, and what the posting function looks at.

-- Streams by number: a leg that carries its stream's number is checked against its entry without looking anything up.
CREATE TABLE stream (
    stream_id smallint GENERATED ALWAYS AS IDENTITY,
    code text NOT NULL,
    CONSTRAINT pk_stream PRIMARY KEY (stream_id),
    CONSTRAINT uq_stream_code UNIQUE (code)
);

-- What an account is never changes once money was posted to it: its identity is part of the chain.
-- Its period, what it may pay for and whether it is closed are rules for what comes next.
CREATE TABLE account (
    account_id integer GENERATED ALWAYS AS IDENTITY,
    stream_id smallint NOT NULL,
    council text NOT NULL,
    stream text NOT NULL,
    code text NOT NULL,
    fund_id uuid,
    budget_id uuid,
    opens_on date,
    ends_on date,
    -- Uses that its money may be spent on, each with a space before and after; NULL where nothing is asked.
    pays_only text,
    is_closed boolean DEFAULT false NOT NULL,
    CONSTRAINT pk_account PRIMARY KEY (account_id),
    -- The council last: an index that begins with it looks good for anything while the table is small.
    CONSTRAINT uq_account_fund_id_code_stream_council UNIQUE NULLS NOT DISTINCT (fund_id, code, stream, council),
    CONSTRAINT ck_account_kept_for_a_fund_or_the_council
    CHECK ((code LIKE 'council.%') = (fund_id IS NULL) AND (fund_id IS NULL) = (budget_id IS NULL))
);

CREATE INDEX ix_account_budget ON account (budget_id);

CREATE TABLE journal_entry (
    sequence bigint NOT NULL,
    entry_id uuid NOT NULL,
    budget_id uuid NOT NULL,
    subject_id uuid,
    reverses uuid,
    value_date date NOT NULL,
    council text NOT NULL,
    kind text NOT NULL,
    use text,
    reason text NOT NULL,
    -- Of a commitment that it places: the last day on which something may be settled of it, and the plan's item.
    expires_on date,
    item_id uuid,
    digest bytea NOT NULL,
    CONSTRAINT pk_journal_entry PRIMARY KEY (council, sequence),
    CONSTRAINT uq_journal_entry_entry_id_council UNIQUE (entry_id, council),
    CONSTRAINT ck_journal_entry_kind_known CHECK (
        kind IN (
            'award', 'award_revision', 'commitment', 'release', 'expiry', 'payment', 'spend', 'refund', 'transfer',
            'carry_over', 'recovery', 'recovery_receipt', 'given_back', 'reversal'
        )
    ),
    CONSTRAINT ck_journal_entry_reversal_names_entry CHECK ((kind = 'reversal') = (reverses IS NOT NULL)),
    -- The chain begins at 1; an entry before it would be in no proof.
    CONSTRAINT ck_journal_entry_sequence_above_zero CHECK (sequence > 0)
);

CREATE UNIQUE INDEX uq_journal_entry_council_reverses ON journal_entry (council, reverses) WHERE reverses IS NOT NULL;

-- The number is the leg's place on its account, one after the other without a gap: two postings that did not see each
-- other would claim the same. An account's balance is that of its last leg. Legs lie in the order of their entries, so
-- a page range's first and last sequence find those of an entry; a tree would cost a tenth of all postings.
CREATE TABLE journal_leg (
    sequence bigint NOT NULL,
    amount_pence bigint NOT NULL,
    balance_pence bigint NOT NULL,
    account_id integer NOT NULL,
    number integer NOT NULL,
    value_date date NOT NULL,
    stream_id smallint NOT NULL,
    council text NOT NULL,
    CONSTRAINT pk_journal_leg PRIMARY KEY (account_id, number),
    CONSTRAINT ck_journal_leg_amount_in_range CHECK (amount_pence <> 0 AND abs(amount_pence) < 9007199254740992),
    CONSTRAINT ck_journal_leg_number_above_zero CHECK (number > 0)
);

CREATE INDEX ix_journal_leg_sequence ON journal_leg USING brin (sequence int8_minmax_multi_ops)
WITH (pages_per_range = 8, autosummarize = on);

-- What one call of the posting function recorded, and its link in the council's chain.
CREATE TABLE journal_block (
    council text NOT NULL,
    first_sequence bigint NOT NULL,
    last_sequence bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    link bytea NOT NULL,
    CONSTRAINT pk_journal_block PRIMARY KEY (council, last_sequence),
    CONSTRAINT ck_journal_block_link_is_a_hash CHECK (length(link) = 32)
);

CREATE INDEX ix_journal_block_recorded_at ON journal_block (council, recorded_at);

-- The end of each council's chain; its row lock lines up the council's postings.
CREATE TABLE chain_head (
    council text NOT NULL,
    sequence bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    link bytea NOT NULL,
    CONSTRAINT pk_chain_head PRIMARY KEY (council)
) WITH (fillfactor = 50);

-- Sums of a council's own accounts by day of value and day of recording: they have legs by the million.
CREATE TABLE account_day (
    account_id integer NOT NULL,
    value_date date NOT NULL,
    recorded_on date NOT NULL,
    pence bigint NOT NULL,
    council text NOT NULL,
    CONSTRAINT pk_account_day PRIMARY KEY (account_id, value_date, recorded_on)
) WITH (fillfactor = 70);

-- The latest row holds: nothing is dated on or before its day any more.
CREATE TABLE period_lock (
    period_lock_id bigint GENERATED ALWAYS AS IDENTITY,
    council text NOT NULL,
    locked_until date NOT NULL,
    locked_by text NOT NULL,
    reason text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_period_lock PRIMARY KEY (period_lock_id)
);

CREATE INDEX ix_period_lock_council ON period_lock (council, period_lock_id);

-- What each commitment holds of one fund; the account is that fund's ``fund.committed``.
CREATE TABLE commitment (
    commitment_id uuid NOT NULL,
    account_id integer NOT NULL,
    amount_pence bigint NOT NULL,
    settled_pence bigint DEFAULT 0 NOT NULL,
    released_pence bigint DEFAULT 0 NOT NULL,
    budget_id uuid NOT NULL,
    item_id uuid,
    expires_on date,
    is_expired boolean DEFAULT false NOT NULL,
    use text,
    council text NOT NULL,
    CONSTRAINT pk_commitment PRIMARY KEY (commitment_id, account_id),
    CONSTRAINT ck_commitment_never_more_than_committed CHECK (
        settled_pence >= 0 AND released_pence >= 0 AND settled_pence + released_pence <= amount_pence
    )
) WITH (fillfactor = 70);

CREATE INDEX ix_commitment_budget ON commitment (budget_id);
CREATE INDEX ix_commitment_expires_on ON commitment (council, expires_on)
WHERE expires_on IS NOT NULL AND NOT is_expired;
