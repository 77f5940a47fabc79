-- The agreed plan's items, spends with their parts and queries, alerts, and what a council sets about them.

CREATE TABLE planned_item (
    council text NOT NULL,
    item_id uuid NOT NULL,
    version bigint NOT NULL,
    budget_id uuid NOT NULL,
    text text NOT NULL,
    use text NOT NULL,
    pence bigint NOT NULL,
    cadence text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    payees text[] NOT NULL,
    reference_words text[] NOT NULL,
    payee_facts jsonb NOT NULL,
    is_withdrawn boolean NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_planned_item PRIMARY KEY (council, item_id, version),
    CONSTRAINT ck_planned_item_pence_above_zero CHECK (pence > 0),
    CONSTRAINT ck_planned_item_ends_after_start CHECK (ends_on >= starts_on)
);

CREATE INDEX ix_planned_item_budget ON planned_item (budget_id);

CREATE TABLE spend (
    council text NOT NULL,
    spend_id uuid NOT NULL,
    version bigint NOT NULL,
    budget_id uuid NOT NULL,
    source text NOT NULL,
    account text NOT NULL,
    value_date date NOT NULL,
    pence bigint NOT NULL,
    payee text NOT NULL,
    reference text NOT NULL,
    document text NOT NULL,
    line jsonb NOT NULL,
    state text NOT NULL,
    imported_by text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_spend PRIMARY KEY (council, spend_id, version),
    CONSTRAINT ck_spend_pence_not_nothing CHECK (pence <> 0),
    CONSTRAINT ck_spend_state_known CHECK (state IN ('attributed', 'asked', 'set_aside', 'paid_in')),
    CONSTRAINT ck_spend_source_known CHECK (source IN ('bank_statement', 'card_feed', 'provider_invoice'))
);

CREATE INDEX ix_spend_budget ON spend (budget_id, value_date, spend_id);

CREATE INDEX ix_spend_document ON spend (budget_id, document) WHERE document <> '';

CREATE TABLE spend_part (
    part_id bigint GENERATED ALWAYS AS IDENTITY,
    council text NOT NULL,
    budget_id uuid NOT NULL,
    spend_id uuid NOT NULL,
    of_spend_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    fund_id uuid NOT NULL,
    stream text NOT NULL,
    account text NOT NULL,
    item_id uuid,
    use text,
    pence bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_spend_part PRIMARY KEY (part_id),
    CONSTRAINT ck_spend_part_pence_not_nothing CHECK (pence <> 0)
);

CREATE INDEX ix_spend_part_budget ON spend_part (budget_id);

CREATE INDEX ix_spend_part_entry ON spend_part (council, entry_id);

CREATE INDEX ix_spend_part_spend ON spend_part (spend_id);

CREATE TABLE spend_query (
    council text NOT NULL,
    query_id uuid NOT NULL,
    budget_id uuid NOT NULL,
    spend_id uuid NOT NULL,
    kind text NOT NULL,
    pence bigint NOT NULL,
    reasons text[] NOT NULL,
    owner text NOT NULL,
    raised_on date NOT NULL,
    due_on date NOT NULL,
    answer text,
    answered_on date,
    changed_line jsonb,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_spend_query PRIMARY KEY (council, query_id),
    CONSTRAINT ck_spend_query_pence_above_zero CHECK (pence > 0),
    CONSTRAINT ck_spend_query_answered_on_a_day CHECK ((answer IS NULL) = (answered_on IS NULL))
);

CREATE INDEX ix_spend_query_budget ON spend_query (budget_id);

CREATE INDEX ix_spend_query_open ON spend_query (council, due_on, query_id) WHERE answer IS NULL;

CREATE TABLE spend_query_step (
    council text NOT NULL,
    query_id uuid NOT NULL,
    number bigint NOT NULL,
    happened_on date NOT NULL,
    by text NOT NULL,
    words text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_spend_query_step PRIMARY KEY (council, query_id, number)
);

CREATE TABLE budget_alert (
    alert_id uuid NOT NULL,
    council text NOT NULL,
    budget_id uuid NOT NULL,
    kind text NOT NULL,
    about uuid NOT NULL,
    text text NOT NULL,
    pence bigint NOT NULL,
    raised_on date NOT NULL,
    cleared_on date,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_budget_alert PRIMARY KEY (alert_id),
    CONSTRAINT ck_budget_alert_cleared_after_it_was_raised CHECK (cleared_on >= raised_on)
);

CREATE INDEX ix_budget_alert_council ON budget_alert (council, raised_on, alert_id);

CREATE UNIQUE INDEX uq_budget_alert_open ON budget_alert (budget_id, kind, about) WHERE cleared_on IS NULL;

CREATE TABLE council_figure (
    figure_id bigint GENERATED ALWAYS AS IDENTITY,
    council text NOT NULL,
    name text NOT NULL,
    figure bigint NOT NULL,
    set_by text NOT NULL,
    reason text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_council_figure PRIMARY KEY (figure_id)
);

CREATE INDEX ix_council_figure_name ON council_figure (council, name, figure_id);

CREATE TABLE code_mapping (
    council text NOT NULL,
    version bigint NOT NULL,
    mapping text NOT NULL,
    set_by text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_code_mapping PRIMARY KEY (council, version)
);
