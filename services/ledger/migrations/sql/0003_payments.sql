-- Who is paid. Each version of an account is a row of its own, confirmed once by a second person.
CREATE TABLE payee (
    payee_id uuid NOT NULL,
    council text NOT NULL,
    budget_id uuid,
    payee_kind text NOT NULL,
    version bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_payee PRIMARY KEY (payee_id),
    CONSTRAINT ck_payee_kind_known CHECK (payee_kind IN ('holder', 'third_party', 'provider'))
);

CREATE INDEX ix_payee_budget ON payee (budget_id);

CREATE TABLE payee_account (
    payee_id uuid NOT NULL,
    version bigint NOT NULL,
    council text NOT NULL,
    sort_code text NOT NULL,
    account_number text NOT NULL,
    name text NOT NULL,
    modulus text NOT NULL,
    written_by text NOT NULL,
    confirmed_by text,
    confirmed_at timestamp with time zone,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_payee_account PRIMARY KEY (payee_id, version),
    CONSTRAINT ck_payee_account_sort_code_of_six_digits CHECK (sort_code ~ '^[0-9]{6}$'),
    CONSTRAINT ck_payee_account_account_number_of_eight_digits CHECK (account_number ~ '^[0-9]{8}$'),
    CONSTRAINT ck_payee_account_two_pairs_of_eyes CHECK (confirmed_by <> written_by)
);

-- How each fund is paid out, version by version, and what is due by it or by a receipt, certificate or invoice.
CREATE TABLE payment_schedule (
    schedule_id uuid NOT NULL,
    version bigint NOT NULL,
    council text NOT NULL,
    budget_id uuid NOT NULL,
    person_id uuid NOT NULL,
    payee_id uuid NOT NULL,
    fund_id uuid NOT NULL,
    stream text NOT NULL,
    use text,
    terms jsonb NOT NULL,
    reason text NOT NULL,
    written_by text NOT NULL,
    recoverable_pence bigint DEFAULT 0 NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_schedule PRIMARY KEY (schedule_id, version)
);

CREATE INDEX ix_payment_schedule_budget ON payment_schedule (budget_id);

CREATE TABLE payment_due (
    due_id uuid NOT NULL,
    council text NOT NULL,
    budget_id uuid NOT NULL,
    person_id uuid NOT NULL,
    payee_id uuid NOT NULL,
    due_kind text NOT NULL,
    mark text,
    schedule_id uuid,
    schedule_version bigint,
    fund_id uuid NOT NULL,
    period_from date NOT NULL,
    period_to date NOT NULL,
    due_on date NOT NULL,
    value_on date NOT NULL,
    gross_pence bigint NOT NULL,
    contribution_pence bigint DEFAULT 0 NOT NULL,
    kept_pence bigint DEFAULT 0 NOT NULL,
    reference text NOT NULL,
    working jsonb NOT NULL,
    state text DEFAULT 'open' NOT NULL,
    refused_version bigint,
    let_go jsonb DEFAULT '[]' NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_due PRIMARY KEY (due_id),
    CONSTRAINT ck_payment_due_kind_known CHECK (due_kind IN ('schedule', 'back_pay', 'receipt', 'stage', 'invoice')),
    CONSTRAINT ck_payment_due_state_known CHECK (state IN ('open', 'taken', 'withdrawn')),
    CONSTRAINT ck_payment_due_ends_after_start CHECK (period_to >= period_from),
    CONSTRAINT ck_payment_due_kept_within_gross CHECK (kept_pence >= 0 AND kept_pence <= gross_pence)
);

CREATE INDEX ix_payment_due_budget ON payment_due (budget_id, period_from);
CREATE INDEX ix_payment_due_open ON payment_due (council, due_on) WHERE state = 'open';
CREATE INDEX ix_payment_due_schedule ON payment_due (schedule_id);

CREATE TABLE payment_part (
    due_id uuid NOT NULL,
    number bigint NOT NULL,
    council text NOT NULL,
    fund_id uuid NOT NULL,
    stream text NOT NULL,
    use text,
    pence bigint NOT NULL,
    CONSTRAINT pk_payment_part PRIMARY KEY (due_id, number),
    CONSTRAINT ck_payment_part_pence_above_zero CHECK (pence > 0),
    CONSTRAINT fk_payment_part_due_id_payment_due FOREIGN KEY(due_id) REFERENCES payment_due (due_id)
);

CREATE INDEX ix_payment_part_fund ON payment_part (fund_id);

-- Runs, the steps that people took with them, and their items.
CREATE TABLE payment_run (
    run_id uuid NOT NULL,
    council text NOT NULL,
    due_by date NOT NULL,
    number bigint NOT NULL,
    pay_on date NOT NULL,
    most_pence bigint NOT NULL,
    state text DEFAULT 'built' NOT NULL,
    message_id text,
    file_format text,
    file_created_at timestamp with time zone,
    payer jsonb,
    file_sha256 text,
    file_payments bigint,
    file_pence bigint,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_run PRIMARY KEY (run_id),
    CONSTRAINT uq_payment_run_council_due_by_number UNIQUE (council, due_by, number),
    CONSTRAINT ck_payment_run_state_known CHECK (state IN ('built', 'checked', 'approved', 'filed', 'sent', 'done', 'cancelled'))
);

CREATE UNIQUE INDEX ix_payment_run_message ON payment_run (council, message_id);

CREATE TABLE payment_run_step (
    run_id uuid NOT NULL,
    number bigint NOT NULL,
    council text NOT NULL,
    step text NOT NULL,
    actor text NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    CONSTRAINT pk_payment_run_step PRIMARY KEY (run_id, number)
);

-- The partial index is the proof that nothing is paid twice: one attempt under way or settled for whatever is due.
CREATE TABLE payment_item (
    payment_id uuid NOT NULL,
    council text NOT NULL,
    run_id uuid NOT NULL,
    due_id uuid NOT NULL,
    payee_id uuid NOT NULL,
    sent_pence bigint NOT NULL,
    account_version bigint,
    state text DEFAULT 'going' NOT NULL,
    reasons jsonb DEFAULT '[]' NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_item PRIMARY KEY (payment_id),
    CONSTRAINT ck_payment_item_state_known CHECK (state IN ('going', 'held', 'withdrawn', 'settled', 'rejected', 'returned')),
    CONSTRAINT uq_payment_item_run_id_due_id UNIQUE (run_id, due_id),
    CONSTRAINT fk_payment_item_run_id_payment_run FOREIGN KEY(run_id) REFERENCES payment_run (run_id),
    CONSTRAINT fk_payment_item_due_id_payment_due FOREIGN KEY(due_id) REFERENCES payment_due (due_id)
);

CREATE INDEX ix_payment_item_due ON payment_item (due_id);
CREATE UNIQUE INDEX uq_payment_item_due_under_way_once ON payment_item (due_id) WHERE state IN ('going', 'settled');

-- What the bank said, answer by answer; the same answer again finds itself here.
CREATE TABLE payment_result (
    council text NOT NULL,
    answer_id text NOT NULL,
    end_to_end_id text NOT NULL,
    run_id uuid,
    word text NOT NULL,
    pence bigint,
    reason_code text NOT NULL,
    reason text NOT NULL,
    consequence text NOT NULL,
    for_a_person boolean NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_result PRIMARY KEY (council, answer_id, end_to_end_id)
);

CREATE INDEX ix_payment_result_for_a_person ON payment_result (council) WHERE for_a_person;

-- Recorded decisions that keep payments out of runs.
CREATE TABLE payment_stop (
    stop_id uuid NOT NULL,
    council text NOT NULL,
    budget_id uuid NOT NULL,
    stop_kind text NOT NULL,
    from_on date NOT NULL,
    to_on date,
    reason text NOT NULL,
    recorded_by text NOT NULL,
    lifted_by text,
    lifted_because text,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_stop PRIMARY KEY (stop_id),
    CONSTRAINT ck_payment_stop_kind_known CHECK (stop_kind IN ('death', 'suspension')),
    CONSTRAINT ck_payment_stop_ends_after_start CHECK (to_on >= from_on),
    CONSTRAINT ck_payment_stop_lifted_with_a_reason CHECK ((lifted_by IS NULL) = (lifted_because IS NULL))
);

CREATE INDEX ix_payment_stop_budget ON payment_stop (budget_id) WHERE lifted_by IS NULL;

-- Money asked back by a recorded decision, with every step of it.
CREATE TABLE recovery (
    recovery_id uuid NOT NULL,
    council text NOT NULL,
    budget_id uuid NOT NULL,
    person_id uuid NOT NULL,
    fund_id uuid NOT NULL,
    stream text NOT NULL,
    pence bigint NOT NULL,
    plan jsonb NOT NULL,
    reason text NOT NULL,
    author text NOT NULL,
    state text DEFAULT 'proposed' NOT NULL,
    decided_by text,
    decided_on date,
    appeals jsonb DEFAULT '[]' NOT NULL,
    received_pence bigint DEFAULT 0 NOT NULL,
    let_off_pence bigint DEFAULT 0 NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_recovery PRIMARY KEY (recovery_id),
    CONSTRAINT ck_recovery_state_known CHECK (state IN ('proposed', 'decided', 'appealed', 'ended')),
    CONSTRAINT ck_recovery_two_pairs_of_eyes CHECK (decided_by <> author),
    CONSTRAINT ck_recovery_never_more_than_is_owed CHECK (received_pence >= 0 AND let_off_pence >= 0 AND received_pence + let_off_pence <= pence)
);

CREATE INDEX ix_recovery_budget ON recovery (budget_id);

CREATE TABLE recovery_step (
    recovery_id uuid NOT NULL,
    number bigint NOT NULL,
    council text NOT NULL,
    step text NOT NULL,
    pence bigint NOT NULL,
    taken_on date NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_recovery_step PRIMARY KEY (recovery_id, number)
);

-- The id of one attempt: the same run never tries the same payment twice. Bytes of a hash, marked as version 8.
CREATE FUNCTION payment_id_of(run_id uuid, due_id uuid) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN overlay(
    encode(substr(sha256(uuid_send(run_id) || uuid_send(due_id)), 1, 16), 'hex') PLACING '8' FROM 13 FOR 1
)::uuid;
