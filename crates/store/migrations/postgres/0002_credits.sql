-- Members, priced actions, numbers, outcomes. A migration that has landed is never edited.

-- Who acts. The owner of an account that was made before there were members has the
-- account's own id.
CREATE TABLE members (
    id          TEXT    NOT NULL PRIMARY KEY,
    account_id  TEXT    NOT NULL REFERENCES accounts (id),
    name        TEXT    NOT NULL,
    role        TEXT    NOT NULL CHECK (role IN ('admin', 'user')),
    -- The member's own wish: unlock premium data with each capture.
    auto_unlock BIGINT NOT NULL CHECK (auto_unlock IN (0, 1)),
    created_at  BIGINT NOT NULL,
    left_at     BIGINT
);

CREATE INDEX members_by_account ON members (account_id, created_at);

INSERT INTO members (id, account_id, name, role, auto_unlock, created_at, left_at)
SELECT id, id, 'owner', 'admin', 0, created_at, NULL FROM accounts;

ALTER TABLE devices ADD COLUMN member_id TEXT REFERENCES members (id);
UPDATE devices SET member_id = account_id;

-- Whose further device the code pairs; none: the owner's.
ALTER TABLE pairing_codes ADD COLUMN member_id TEXT REFERENCES members (id);

CREATE TABLE invitations (
    id         TEXT    NOT NULL PRIMARY KEY,
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    name       TEXT    NOT NULL,
    role       TEXT    NOT NULL CHECK (role IN ('admin', 'user')),
    code_hash  BYTEA    NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX invitations_by_account ON invitations (account_id);

-- lode_store::Settings, as JSON.
ALTER TABLE accounts ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
-- What is left of an account that was erased: its ledger, which names nobody, and the keyed
-- hash of its name, so that who was erased there stays erased in the next of that name.
ALTER TABLE accounts ADD COLUMN erased_at BIGINT;
ALTER TABLE accounts ADD COLUMN former_name BYTEA;

-- Archived leads take no room.
ALTER TABLE leads ADD COLUMN archived_at BIGINT;

-- One priced action, done once however often it is asked for. (Captures have their own.)
CREATE TABLE operations (
    account_id     TEXT    NOT NULL REFERENCES accounts (id),
    id             TEXT    NOT NULL,
    action         TEXT    NOT NULL,
    -- SHA-256 of what was asked: a repeat that asks for something else is a conflict.
    body_hash      BYTEA    NOT NULL,
    member_id      TEXT,
    lead_id        TEXT,
    -- Whether it was begun without a click of its own.
    automatic      BIGINT NOT NULL CHECK (automatic IN (0, 1)),
    state          TEXT    NOT NULL CHECK (state IN ('queued', 'working', 'paused', 'done')),
    -- The ledger's operation that holds its credit, and how many holds it has had.
    hold_operation TEXT,
    holds          BIGINT NOT NULL,
    -- Whether it is free because the team paid for the same before.
    is_repeat      BIGINT NOT NULL CHECK (is_repeat IN (0, 1)),
    lease          TEXT,
    lease_until    BIGINT,
    -- What was asked, what came of it and what it cost, as JSON.
    request        TEXT    NOT NULL,
    result         TEXT,
    receipt        TEXT,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX operations_by_lead ON operations (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX operations_due ON operations (lease_until) WHERE state IN ('queued', 'working');
CREATE INDEX operations_automatic ON operations (account_id, member_id, created_at)
    WHERE automatic = 1;

-- Charges of every action, several for one operation (an import), refunds noted.
ALTER TABLE charges ADD COLUMN item BIGINT NOT NULL DEFAULT 0;
ALTER TABLE charges ALTER COLUMN item DROP DEFAULT;
ALTER TABLE charges ADD COLUMN refunded_at BIGINT;
ALTER TABLE charges DROP CONSTRAINT charges_pkey;
ALTER TABLE charges ADD PRIMARY KEY (account_id, operation_id, item);
ALTER TABLE charges ALTER COLUMN lead_id DROP NOT NULL;

-- Numbers that the account has unlocked.
CREATE TABLE phones (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    lead_id    TEXT    NOT NULL REFERENCES leads (id),
    number     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    provider   TEXT    NOT NULL,
    found_at   BIGINT NOT NULL,
    PRIMARY KEY (lead_id, number)
);

-- Main lines of companies, by domain: a direct dial that is one of them costs nothing.
CREATE TABLE main_lines (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    domain     TEXT    NOT NULL,
    number     TEXT    NOT NULL,
    learned_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, domain, number)
);

-- What became of mail to an address, with what was thought of the address at the time.
CREATE TABLE outcomes (
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    id           TEXT    NOT NULL,
    body_hash    BYTEA    NOT NULL,
    -- Keyed hash of the address.
    address_hash BYTEA    NOT NULL,
    domain       TEXT    NOT NULL,
    status       TEXT,
    score        BIGINT CHECK (score BETWEEN 0 AND 100),
    outcome      TEXT    NOT NULL,
    -- What was given back for it.
    refunded     BIGINT NOT NULL CHECK (refunded >= 0),
    at           BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX outcomes_by_address ON outcomes (account_id, address_hash);
CREATE INDEX outcomes_by_time ON outcomes (account_id, created_at);
