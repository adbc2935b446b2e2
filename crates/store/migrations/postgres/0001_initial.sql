-- Times are milliseconds since 1970-01-01 UTC, ids are UUIDs as text, amounts are
-- milli-credits. A migration that has landed is never edited.

CREATE TABLE secrets (
    name  TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE accounts (
    id            TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    -- Grows with every change of a capture; the cursor of GET /v1/captures.
    version       BIGINT NOT NULL,
    -- The ledger's header (lode_ledger::AccountHeader), as JSON.
    ledger_header TEXT    NOT NULL,
    created_at    BIGINT NOT NULL
);

CREATE TABLE devices (
    id           TEXT    NOT NULL PRIMARY KEY,
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    name         TEXT    NOT NULL,
    token_hash   BYTEA NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at   BIGINT
);

CREATE TABLE pairing_codes (
    code_hash  BYTEA NOT NULL PRIMARY KEY,
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE leads (
    id          TEXT    NOT NULL PRIMARY KEY,
    account_id  TEXT    NOT NULL REFERENCES accounts (id),
    profile_key TEXT,
    -- lode_core::lead::Lead, as JSON, with the user's corrections.
    lead        TEXT    NOT NULL,
    -- Names of the corrected fields, as a JSON array.
    edited      TEXT    NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    UNIQUE (account_id, profile_key)
);

-- Folded names with employer, under which a lead without profile address is found again.
CREATE TABLE lead_names (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name_key   TEXT NOT NULL,
    lead_id    TEXT NOT NULL REFERENCES leads (id),
    PRIMARY KEY (account_id, name_key, lead_id)
);

CREATE INDEX lead_names_by_lead ON lead_names (lead_id);

-- A look-up is a job: it finds the address of a lead, once for all captures that wait.
CREATE TABLE lookups (
    id             TEXT    NOT NULL PRIMARY KEY,
    account_id     TEXT    NOT NULL REFERENCES accounts (id),
    lead_id        TEXT    NOT NULL REFERENCES leads (id),
    -- The capture that pays, and the ledger's operation that holds its credit; no hold
    -- where the look-up is free.
    capture_id     TEXT    NOT NULL,
    hold_operation TEXT,
    state          TEXT    NOT NULL CHECK (state IN ('queued', 'working', 'deferred', 'done')),
    -- How often it was begun, and how often a mail server asked to come back.
    attempts       BIGINT NOT NULL,
    deferrals      BIGINT NOT NULL,
    run_at         BIGINT NOT NULL,
    lease_owner    TEXT,
    lease_until    BIGINT,
    -- What the look-up rests on (name, company, domain), when it was begun.
    inputs         BYTEA,
    -- What the finder wants back at the next attempt, as JSON.
    progress       TEXT,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL
);

CREATE UNIQUE INDEX lookups_one_open ON lookups (lead_id) WHERE state <> 'done';
CREATE INDEX lookups_due ON lookups (run_at) WHERE state <> 'done';

CREATE TABLE captures (
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    operation_id TEXT    NOT NULL,
    -- SHA-256 of the request's body: a repeat with another body is a conflict.
    body_hash    BYTEA NOT NULL,
    device_id    TEXT    NOT NULL REFERENCES devices (id),
    lead_id      TEXT    NOT NULL REFERENCES leads (id),
    lookup_id    TEXT    REFERENCES lookups (id),
    page_url     TEXT    NOT NULL,
    page         TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    reason       TEXT,
    -- Holds made under this capture so far: each needs an operation id of its own.
    holds        BIGINT NOT NULL,
    -- lode_core::api::Receipt, as JSON, once settled.
    receipt      TEXT,
    version      BIGINT NOT NULL,
    captured_at  BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (account_id, operation_id)
);

CREATE UNIQUE INDEX captures_by_version ON captures (account_id, version);
CREATE INDEX captures_by_lead ON captures (lead_id);
CREATE INDEX captures_by_lookup ON captures (lookup_id) WHERE lookup_id IS NOT NULL;

-- The best address of each lead.
CREATE TABLE emails (
    lead_id    TEXT    NOT NULL PRIMARY KEY REFERENCES leads (id),
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    address    TEXT    NOT NULL,
    domain     TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    score      BIGINT NOT NULL CHECK (score BETWEEN 0 AND 100),
    reasons    TEXT    NOT NULL,
    checked_at BIGINT NOT NULL
);

CREATE INDEX emails_by_domain ON emails (account_id, domain, status);

-- Which domain a company turned out to have: only where an address there was verified.
CREATE TABLE company_domains (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    company    TEXT    NOT NULL,
    domain     TEXT    NOT NULL,
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, company)
);

-- What is known of a domain's mail servers (lode_verify::DomainProfile, as JSON): about
-- machines, so shared by all accounts.
CREATE TABLE domain_profiles (
    domain     TEXT    NOT NULL PRIMARY KEY,
    profile    TEXT    NOT NULL,
    learned_at BIGINT NOT NULL
);

-- What was charged, for whom and for which value: nobody pays twice for one.
CREATE TABLE charges (
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    operation_id TEXT    NOT NULL,
    lead_id      TEXT    NOT NULL,
    datum        TEXT    NOT NULL,
    -- Keyed hash of the value.
    value_hash   BYTEA NOT NULL,
    amount       BIGINT NOT NULL CHECK (amount > 0),
    charged_at   BIGINT NOT NULL,
    PRIMARY KEY (account_id, operation_id)
);

CREATE INDEX charges_by_value ON charges (account_id, datum, value_hash);
CREATE INDEX charges_by_lead ON charges (account_id, lead_id, datum, charged_at);

-- Keyed hashes of erased people: what erasure leaves, so that it lasts.
CREATE TABLE suppressions (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    key_hash   BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, key_hash)
);

-- The ledger. Entries and operations are only ever inserted.
CREATE TABLE ledger_entries (
    account_id     TEXT    NOT NULL REFERENCES accounts (id),
    sequence       BIGINT NOT NULL CHECK (sequence > 0),
    operation      TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    debit          TEXT    NOT NULL,
    credit         TEXT    NOT NULL,
    amount         BIGINT NOT NULL CHECK (amount > 0),
    grant_id       BIGINT NOT NULL,
    pool           TEXT    NOT NULL,
    hold_operation TEXT,
    member         TEXT,
    rule           TEXT    NOT NULL,
    price_version  TEXT    NOT NULL,
    corrects       BIGINT,
    at             BIGINT NOT NULL,
    PRIMARY KEY (account_id, sequence)
);

CREATE INDEX ledger_entries_by_operation ON ledger_entries (account_id, operation);


CREATE FUNCTION ledger_entries_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'ledger entries are never changed or deleted'; END $$;
CREATE TRIGGER ledger_entries_keep BEFORE UPDATE OR DELETE ON ledger_entries
FOR EACH ROW EXECUTE FUNCTION ledger_entries_are_final();

CREATE TABLE ledger_operations (
    account_id     TEXT    NOT NULL REFERENCES accounts (id),
    id             TEXT    NOT NULL,
    what           TEXT    NOT NULL,
    at             BIGINT NOT NULL,
    first_sequence BIGINT NOT NULL,
    end_sequence   BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- Balances: what the entries add up to, kept so that a hold need not read them all.
CREATE TABLE ledger_grants (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    id         BIGINT NOT NULL,
    available  BIGINT NOT NULL CHECK (available >= 0),
    held       BIGINT NOT NULL CHECK (held >= 0),
    -- lode_ledger::Grant, as JSON.
    facts      TEXT    NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX ledger_grants_live ON ledger_grants (account_id, id) WHERE available > 0 OR held > 0;

CREATE TABLE ledger_holds (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    operation  TEXT    NOT NULL,
    is_open    BIGINT NOT NULL CHECK (is_open IN (0, 1)),
    expires_at BIGINT NOT NULL,
    -- lode_ledger::Hold, as JSON.
    facts      TEXT    NOT NULL,
    PRIMARY KEY (account_id, operation)
);

CREATE INDEX ledger_holds_due ON ledger_holds (account_id, expires_at) WHERE is_open = 1;
