-- Funds: one for each award, its versions beside it, and the accounts that are kept for it.

CREATE TABLE fund (
    fund_id uuid NOT NULL,
    council text NOT NULL,
    budget_id uuid NOT NULL,
    award_id uuid NOT NULL,
    stream text NOT NULL,
    award_version bigint NOT NULL,
    closed_on date,
    closed_by_version bigint,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_fund PRIMARY KEY (fund_id),
    CONSTRAINT uq_fund_award_id UNIQUE (award_id)
);

CREATE INDEX ix_fund_budget ON fund (budget_id);

-- What each version of the award said, for ever. Posted sums are what the version added to the journal.
CREATE TABLE fund_version (
    fund_id uuid NOT NULL,
    award_version bigint NOT NULL,
    council text NOT NULL,
    status text NOT NULL,
    decided_by text NOT NULL,
    amount_pence bigint NOT NULL,
    contribution_pence bigint NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    cadence text NOT NULL,
    permitted_uses jsonb NOT NULL,
    payee_bars jsonb NOT NULL,
    conditions jsonb NOT NULL,
    terms jsonb NOT NULL,
    partner_decision text,
    posted_pence bigint NOT NULL,
    posted_contribution_pence bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_fund_version PRIMARY KEY (fund_id, award_version),
    CONSTRAINT ck_fund_version_status_known CHECK (
        status IN ('confirmed', 'indicative', 'not_eligible', 'undecided')
    ),
    CONSTRAINT ck_fund_version_amount_not_below_zero CHECK (amount_pence >= 0),
    CONSTRAINT ck_fund_version_contribution_within_amount CHECK (contribution_pence BETWEEN 0 AND amount_pence),
    CONSTRAINT ck_fund_version_ends_after_start CHECK (ends_on >= starts_on)
);

-- What a fund's accounts may be used for: what the latest version said by which it was money that is confirmed. None
-- was for a fund that is indicative or given in kind. A fund that was closed takes what is valued before that day.
CREATE VIEW fund_rule WITH (security_invoker = true) AS
SELECT
    f.fund_id, f.council, f.stream, f.budget_id, v.starts_on AS opens_on, least(v.ends_on, f.closed_on - 1) AS ends_on,
    ARRAY(SELECT p ->> 'use' FROM jsonb_array_elements(v.permitted_uses) AS p) AS pays_only
FROM fund AS f
INNER JOIN LATERAL (
    SELECT * FROM fund_version AS v
    WHERE v.fund_id = f.fund_id AND v.status = 'confirmed' AND v.cadence <> 'in_kind'
    ORDER BY v.award_version DESC LIMIT 1
) AS v ON true;
