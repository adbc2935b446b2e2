-- Members, priced actions, numbers, outcomes. A migration that has landed is never edited.

-- Who acts. The owner of an account that was made before there were members has the
-- account's own id.
CREATE TABLE members (
    id          TEXT    NOT NULL PRIMARY KEY,
    account_id  TEXT    NOT NULL REFERENCES accounts (id),
    name        TEXT    NOT NULL,
    role        TEXT    NOT NULL CHECK (role IN ('admin', 'user')),
    -- The member's own wish: unlock premium data with each capture.
    auto_unlock INTEGER NOT NULL CHECK (auto_unlock IN (0, 1)),
    created_at  INTEGER NOT NULL,
    left_at     INTEGER
) STRICT;

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
    code_hash  BLOB    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX invitations_by_account ON invitations (account_id);

-- lode_store::Settings, as JSON.
ALTER TABLE accounts ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
-- What is left of an account that was erased: its ledger, which names nobody, and the keyed
-- hash of its name, so that who was erased there stays erased in the next of that name.
ALTER TABLE accounts ADD COLUMN erased_at INTEGER;
ALTER TABLE accounts ADD COLUMN former_name BLOB;

-- Archived leads take no room.
ALTER TABLE leads ADD COLUMN archived_at INTEGER;

-- One priced action, done once however often it is asked for. (Captures have their own.)
CREATE TABLE operations (
    account_id     TEXT    NOT NULL REFERENCES accounts (id),
    id             TEXT    NOT NULL,
    action         TEXT    NOT NULL,
    -- SHA-256 of what was asked: a repeat that asks for something else is a conflict.
    body_hash      BLOB    NOT NULL,
    member_id      TEXT,
    lead_id        TEXT,
    -- Whether it was begun without a click of its own.
    automatic      INTEGER NOT NULL CHECK (automatic IN (0, 1)),
    state          TEXT    NOT NULL CHECK (state IN ('queued', 'working', 'paused', 'done')),
    -- The ledger's operation that holds its credit, and how many holds it has had.
    hold_operation TEXT,
    holds          INTEGER NOT NULL,
    -- Whether it is free because the team paid for the same before.
    is_repeat      INTEGER NOT NULL CHECK (is_repeat IN (0, 1)),
    lease          TEXT,
    lease_until    INTEGER,
    -- What was asked, what came of it and what it cost, as JSON.
    request        TEXT    NOT NULL,
    result         TEXT,
    receipt        TEXT,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX operations_by_lead ON operations (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX operations_due ON operations (lease_until) WHERE state IN ('queued', 'working');
CREATE INDEX operations_automatic ON operations (account_id, member_id, created_at)
    WHERE automatic = 1;

-- Charges of every action, several for one operation (an import), refunds noted.
CREATE TABLE all_charges (
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    operation_id TEXT    NOT NULL,
    item         INTEGER NOT NULL,
    lead_id      TEXT,
    datum        TEXT    NOT NULL,
    -- Keyed hash of the value.
    value_hash   BLOB    NOT NULL,
    amount       INTEGER NOT NULL CHECK (amount > 0),
    charged_at   INTEGER NOT NULL,
    refunded_at  INTEGER,
    PRIMARY KEY (account_id, operation_id, item)
) STRICT, WITHOUT ROWID;

INSERT INTO all_charges
SELECT account_id, operation_id, 0, lead_id, datum, value_hash, amount, charged_at, NULL
FROM charges;
DROP TABLE charges;
ALTER TABLE all_charges RENAME TO charges;

CREATE INDEX charges_by_value ON charges (account_id, datum, value_hash);
CREATE INDEX charges_by_lead ON charges (account_id, lead_id, datum, charged_at);

-- Numbers that the account has unlocked.
CREATE TABLE phones (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    lead_id    TEXT    NOT NULL REFERENCES leads (id),
    number     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    provider   TEXT    NOT NULL,
    found_at   INTEGER NOT NULL,
    PRIMARY KEY (lead_id, number)
) STRICT, WITHOUT ROWID;

-- Main lines of companies, by domain: a direct dial that is one of them costs nothing.
CREATE TABLE main_lines (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    domain     TEXT    NOT NULL,
    number     TEXT    NOT NULL,
    learned_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, domain, number)
) STRICT, WITHOUT ROWID;

-- What became of mail to an address, with what was thought of the address at the time.
CREATE TABLE outcomes (
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    id           TEXT    NOT NULL,
    body_hash    BLOB    NOT NULL,
    -- Keyed hash of the address.
    address_hash BLOB    NOT NULL,
    domain       TEXT    NOT NULL,
    status       TEXT,
    score        INTEGER CHECK (score BETWEEN 0 AND 100),
    outcome      TEXT    NOT NULL,
    -- What was given back for it.
    refunded     INTEGER NOT NULL CHECK (refunded >= 0),
    at           INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX outcomes_by_address ON outcomes (account_id, address_hash);
CREATE INDEX outcomes_by_time ON outcomes (account_id, created_at);
