-- What one account's captures claim never decides for another: a confirmed domain is the
-- account's, under a keyed hash of everything that it was confirmed for, with how sure it is.
-- Whose the old ones are nothing tells.
DROP TABLE confirmed_domains;
CREATE TABLE confirmed_domains (
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    company      BLOB    NOT NULL,
    domain       TEXT    NOT NULL,
    -- Millionths.
    probability  INTEGER NOT NULL CHECK (probability BETWEEN 0 AND 1000000),
    confirmed_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, company)
) STRICT, WITHOUT ROWID;
