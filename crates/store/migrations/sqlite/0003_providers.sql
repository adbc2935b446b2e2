-- Data providers: keys, what may be spent, what was asked, whom nobody knew. Money and
-- credits are the provider's, never the ledger's.

CREATE TABLE provider_keys (
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    provider     TEXT    NOT NULL,
    -- The user's key, encrypted: readable only with a key that is not in the database.
    sealed       BLOB    NOT NULL,
    -- Milli-credits of the provider that may be spent in a day (UTC).
    daily_limit  INTEGER NOT NULL CHECK (daily_limit >= 0),
    -- What one of its credits costs the user, in millionths of their currency.
    credit_price INTEGER NOT NULL CHECK (credit_price >= 0),
    -- Place in the user's own order; null in every row: by expected cost.
    position     INTEGER,
    -- Why it is left alone (stable code), and until when.
    trouble      TEXT,
    rest_until   INTEGER,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    PRIMARY KEY (account_id, provider)
) STRICT, WITHOUT ROWID;

-- What was spent on a day, reservations counted in. Apart from the keys: a key that is
-- removed and set again does not open the purse again.
CREATE TABLE provider_spend (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    provider   TEXT    NOT NULL,
    -- Whole days since 1970-01-01 UTC.
    day        INTEGER NOT NULL,
    spent      INTEGER NOT NULL,
    PRIMARY KEY (account_id, provider, day)
) STRICT, WITHOUT ROWID;

-- What a provider's answers have come to.
CREATE TABLE provider_records (
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    provider   TEXT    NOT NULL,
    asked      INTEGER NOT NULL,
    found      INTEGER NOT NULL,
    verified   INTEGER NOT NULL,
    PRIMARY KEY (account_id, provider)
) STRICT, WITHOUT ROWID;

-- Every call, written before it is made: the evidence behind an end, and what a server
-- that takes a look-up over need not ask again.
CREATE TABLE provider_calls (
    id          TEXT    NOT NULL PRIMARY KEY,
    account_id  TEXT    NOT NULL REFERENCES accounts (id),
    provider    TEXT    NOT NULL,
    -- 'email' or 'mobile'.
    purpose     TEXT    NOT NULL,
    -- The look-up, or the operation that unlocks.
    operation   TEXT    NOT NULL,
    lead_id     TEXT    NOT NULL,
    -- Keyed hash of whom was asked for.
    person_hash BLOB    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('asked', 'found', 'missing', 'failed')),
    -- Why it failed, in a stable code.
    error       TEXT,
    -- What was found, as JSON.
    answer      TEXT,
    -- What we made of it ourselves (lode_core::email::EmailStatus).
    verdict     TEXT,
    day         INTEGER NOT NULL,
    reserved    INTEGER NOT NULL,
    -- Milli-credits of the provider; null where not known.
    cost        INTEGER,
    asked_at    INTEGER NOT NULL,
    answered_at INTEGER
) STRICT;

CREATE INDEX provider_calls_by_operation ON provider_calls (operation, provider, purpose);
CREATE INDEX provider_calls_by_lead ON provider_calls (lead_id);

-- Whom a provider did not know, by keyed hash.
CREATE TABLE provider_misses (
    account_id  TEXT    NOT NULL REFERENCES accounts (id),
    provider    TEXT    NOT NULL,
    person_hash BLOB    NOT NULL,
    until       INTEGER NOT NULL,
    PRIMARY KEY (account_id, provider, person_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX provider_misses_by_end ON provider_misses (until);

-- Domains of companies, confirmed by what the site at them says: about organisations, so
-- shared by all accounts.
CREATE TABLE confirmed_domains (
    company      TEXT    NOT NULL PRIMARY KEY,
    domain       TEXT    NOT NULL,
    confirmed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
