-- Times are milliseconds since 1970-01-01 UTC, ids are UUIDs as text, amounts are
-- milli-credits. A migration that has landed is never edited.

CREATE TABLE secrets (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE accounts (
    id            TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    -- Grows with every change of a capture; the cursor of GET /v1/captures.
    version       INTEGER NOT NULL,
    -- The ledger's header (lode_ledger::AccountHeader), as JSON.
    ledger_header TEXT    NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE devices (
    id           TEXT    NOT NULL PRIMARY KEY,
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    name         TEXT    NOT NULL,
    token_hash   BLOB    NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at   INTEGER
) STRICT;

CREATE TABLE pairing_codes (
    code_hash  BLOB    NOT NULL PRIMARY KEY,
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE leads (
    id          TEXT    NOT NULL PRIMARY KEY,
    account_id  TEXT    NOT NULL REFERENCES accounts (id),
    profile_key TEXT,
    -- lode_core::lead::Lead, as JSON, with the user's corrections.
    lead        TEXT    NOT NULL,
    -- Names of the corrected fields, as a JSON array.
    edited      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    UNIQUE (account_id, profile_key)
) STRICT;

-- Folded names with employer, under which a lead without profile address is found again.
CREATE TABLE lead_names (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name_key   TEXT NOT NULL,
    lead_id    TEXT NOT NULL REFERENCES leads (id),
    PRIMARY KEY (account_id, name_key, lead_id)
) STRICT, WITHOUT ROWID;

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
    attempts       INTEGER NOT NULL,
    deferrals      INTEGER NOT NULL,
    run_at         INTEGER NOT NULL,
    lease_owner    TEXT,
    lease_until    INTEGER,
    -- What the look-up rests on (name, company, domain), when it was begun.
    inputs         BLOB,
    -- What the finder wants back at the next attempt, as JSON.
    progress       TEXT,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX lookups_one_open ON lookups (lead_id) WHERE state <> 'done';
CREATE INDEX lookups_due ON lookups (run_at) WHERE state <> 'done';

CREATE TABLE captures (
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    operation_id TEXT    NOT NULL,
    -- SHA-256 of the request's body: a repeat with another body is a conflict.
    body_hash    BLOB    NOT NULL,
    device_id    TEXT    NOT NULL REFERENCES devices (id),
    lead_id      TEXT    NOT NULL REFERENCES leads (id),
    lookup_id    TEXT    REFERENCES lookups (id),
    page_url     TEXT    NOT NULL,
    page         TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    reason       TEXT,
    -- Holds made under this capture so far: each needs an operation id of its own.
    holds        INTEGER NOT NULL,
    -- lode_core::api::Receipt, as JSON, once settled.
    receipt      TEXT,
    version      INTEGER NOT NULL,
    captured_at  INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    PRIMARY KEY (account_id, operation_id)
) STRICT, WITHOUT ROWID;

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
    score      INTEGER NOT NULL CHECK (score BETWEEN 0 AND 100),
    reasons    TEXT    NOT NULL,
    checked_at INTEGER NOT NULL
) STRICT;

CREATE INDEX emails_by_domain ON emails (account_id, domain, status);

-- Which domain a company turned out to have: only where an address there was verified.
CREATE TABLE company_domains (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    company    TEXT    NOT NULL,
    domain     TEXT    NOT NULL,
    checked_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, company)
) STRICT, WITHOUT ROWID;

-- What is known of a domain's mail servers (lode_verify::DomainProfile, as JSON): about
-- machines, so shared by all accounts.
CREATE TABLE domain_profiles (
    domain     TEXT    NOT NULL PRIMARY KEY,
    profile    TEXT    NOT NULL,
    learned_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was charged, for whom and for which value: nobody pays twice for one.
CREATE TABLE charges (
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    operation_id TEXT    NOT NULL,
    lead_id      TEXT    NOT NULL,
    datum        TEXT    NOT NULL,
    -- Keyed hash of the value.
    value_hash   BLOB    NOT NULL,
    amount       INTEGER NOT NULL CHECK (amount > 0),
    charged_at   INTEGER NOT NULL,
    PRIMARY KEY (account_id, operation_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX charges_by_value ON charges (account_id, datum, value_hash);
CREATE INDEX charges_by_lead ON charges (account_id, lead_id, datum, charged_at);

-- Keyed hashes of erased people: what erasure leaves, so that it lasts.
CREATE TABLE suppressions (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    key_hash   BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key_hash)
) STRICT, WITHOUT ROWID;

-- The ledger. Entries and operations are only ever inserted.
CREATE TABLE ledger_entries (
    account_id     TEXT    NOT NULL REFERENCES accounts (id),
    sequence       INTEGER NOT NULL CHECK (sequence > 0),
    operation      TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    debit          TEXT    NOT NULL,
    credit         TEXT    NOT NULL,
    amount         INTEGER NOT NULL CHECK (amount > 0),
    grant_id       INTEGER NOT NULL,
    pool           TEXT    NOT NULL,
    hold_operation TEXT,
    member         TEXT,
    rule           TEXT    NOT NULL,
    price_version  TEXT    NOT NULL,
    corrects       INTEGER,
    at             INTEGER NOT NULL,
    PRIMARY KEY (account_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX ledger_entries_by_operation ON ledger_entries (account_id, operation);

CREATE TRIGGER ledger_entries_keep BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger entries are never changed'); END;
CREATE TRIGGER ledger_entries_stay BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger entries are never deleted'); END;

CREATE TABLE ledger_operations (
    account_id     TEXT    NOT NULL REFERENCES accounts (id),
    id             TEXT    NOT NULL,
    what           TEXT    NOT NULL,
    at             INTEGER NOT NULL,
    first_sequence INTEGER NOT NULL,
    end_sequence   INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

-- Balances: what the entries add up to, kept so that a hold need not read them all.
CREATE TABLE ledger_grants (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    id         INTEGER NOT NULL,
    available  INTEGER NOT NULL CHECK (available >= 0),
    held       INTEGER NOT NULL CHECK (held >= 0),
    -- lode_ledger::Grant, as JSON.
    facts      TEXT    NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX ledger_grants_live ON ledger_grants (account_id, id) WHERE available > 0 OR held > 0;

CREATE TABLE ledger_holds (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    operation  TEXT    NOT NULL,
    is_open    INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    expires_at INTEGER NOT NULL,
    -- lode_ledger::Hold, as JSON.
    facts      TEXT    NOT NULL,
    PRIMARY KEY (account_id, operation)
) STRICT, WITHOUT ROWID;

CREATE INDEX ledger_holds_due ON ledger_holds (account_id, expires_at) WHERE is_open = 1;
