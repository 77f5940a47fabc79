ALTER TABLE person ADD COLUMN nhs_number TEXT;

ALTER TABLE person ADD COLUMN date_of_birth DATE;

ALTER TABLE person ADD COLUMN uprn TEXT;

ALTER TABLE person ADD COLUMN postcode TEXT;

ALTER TABLE person ADD COLUMN not_same_as JSONB;

ALTER TABLE person ADD COLUMN withdrawn_on DATE;

CREATE INDEX ix_person_nhs_number ON person (council, nhs_number);

CREATE INDEX ix_person_date_of_birth ON person (council, date_of_birth);

ALTER TABLE assessment ADD COLUMN disputes JSONB DEFAULT '{}'::jsonb NOT NULL;

ALTER TABLE assessment ADD COLUMN to_confirm JSONB DEFAULT '{}'::jsonb NOT NULL;

ALTER TABLE assessment ADD COLUMN replaces UUID;

ALTER TABLE assessment ADD COLUMN changed_on DATE;

ALTER TABLE assessment DROP CONSTRAINT ck_assessment_ck_assessment_state_known;

ALTER TABLE assessment ADD CONSTRAINT ck_assessment_state_known
    CHECK (state IN ('drafted', 'submitted', 'agreed', 'withdrawn'));

ALTER TABLE assessment_change ADD COLUMN told JSONB;

ALTER TABLE assessment_change ALTER COLUMN answers DROP NOT NULL;

CREATE TABLE given_answer (
    assessment_id UUID NOT NULL,
    question_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    council TEXT NOT NULL,
    answer JSONB,
    own_words TEXT,
    given_as TEXT NOT NULL,
    given_by TEXT NOT NULL,
    authorities JSONB,
    given_on DATE,
    source JSONB,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_given_answer PRIMARY KEY (assessment_id, question_id, version)
);

CREATE TABLE authority (
    authority_id UUID NOT NULL,
    council TEXT NOT NULL,
    person_id UUID NOT NULL,
    holder_name TEXT NOT NULL,
    holder_subject TEXT,
    kind TEXT NOT NULL,
    decisions JSONB NOT NULL,
    acting TEXT NOT NULL,
    from_on DATE NOT NULL,
    until_on DATE,
    limits TEXT NOT NULL,
    evidence TEXT NOT NULL,
    revoked_on DATE,
    revoked_because TEXT,
    objected_on DATE,
    objection TEXT,
    has_capacity BOOLEAN,
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_authority PRIMARY KEY (authority_id)
);

CREATE INDEX ix_authority_holder ON authority (council, holder_subject);

CREATE INDEX ix_authority_person ON authority (person_id);

CREATE TABLE carer (
    carer_id UUID NOT NULL,
    council TEXT NOT NULL,
    person_id UUID NOT NULL,
    name TEXT NOT NULL,
    relationship TEXT NOT NULL,
    subject TEXT,
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_carer PRIMARY KEY (carer_id)
);

CREATE INDEX ix_carer_person ON carer (person_id);

CREATE TABLE carer_statement (
    carer_id UUID NOT NULL,
    version BIGINT NOT NULL,
    council TEXT NOT NULL,
    person_id UUID NOT NULL,
    said_by TEXT NOT NULL,
    said_on DATE NOT NULL,
    domains JSONB NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_carer_statement PRIMARY KEY (carer_id, version)
);

CREATE TABLE carer_assessment (
    carer_assessment_id UUID NOT NULL,
    council TEXT NOT NULL,
    carer_id UUID NOT NULL,
    person_id UUID NOT NULL,
    version BIGINT NOT NULL,
    assessed_on DATE NOT NULL,
    outcome TEXT NOT NULL,
    needs JSONB,
    reasons JSONB NOT NULL,
    own_words TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_carer_assessment PRIMARY KEY (carer_assessment_id),
    CONSTRAINT ck_carer_assessment_outcome_known CHECK (outcome IN ('eligible', 'not_eligible', 'refused'))
);

CREATE INDEX ix_carer_assessment_carer ON carer_assessment (carer_id);

CREATE TABLE withdrawal (
    withdrawal_id UUID NOT NULL,
    council TEXT NOT NULL,
    person_id UUID NOT NULL,
    withdrawn_on DATE NOT NULL,
    reason TEXT NOT NULL,
    own_words TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_withdrawal PRIMARY KEY (withdrawal_id)
);

CREATE INDEX ix_withdrawal_person ON withdrawal (person_id);

CREATE TABLE evidence (
    evidence_id UUID NOT NULL,
    council TEXT NOT NULL,
    person_id UUID NOT NULL,
    assessment_id UUID,
    question_id TEXT,
    title TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    content BYTEA NOT NULL,
    added_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_evidence PRIMARY KEY (evidence_id)
);

CREATE INDEX ix_evidence_person ON evidence (person_id);

CREATE TABLE record_read (
    read_id BIGINT GENERATED ALWAYS AS IDENTITY,
    council TEXT NOT NULL,
    person_id UUID NOT NULL,
    what TEXT NOT NULL,
    read_by TEXT NOT NULL,
    roles JSONB NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_record_read PRIMARY KEY (read_id)
);

CREATE INDEX ix_record_read_person ON record_read (person_id);

CREATE TABLE legal_hold (
    hold_id UUID NOT NULL,
    council TEXT NOT NULL,
    person_id UUID NOT NULL,
    because TEXT NOT NULL,
    from_on DATE NOT NULL,
    lifted_on DATE,
    lifted_by TEXT,
    set_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_legal_hold PRIMARY KEY (hold_id)
);

CREATE INDEX ix_legal_hold_person ON legal_hold (person_id);

CREATE TABLE erasure (
    person_id UUID NOT NULL,
    council TEXT NOT NULL,
    erased_on DATE NOT NULL,
    basis TEXT NOT NULL,
    rule TEXT NOT NULL,
    erased_by TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_erasure PRIMARY KEY (person_id)
);

