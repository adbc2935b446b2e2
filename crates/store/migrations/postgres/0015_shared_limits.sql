-- Connections at once to mail servers, for all servers together: who holds one of a key's
-- places (a domain, those who run its mail, an address of a mail server), and until when
-- unless it is renewed. Not logged: after a crash of the database the servers' own limits are
-- all there is for as long as their conversations last, and no conversation waits for a disk.
CREATE UNLOGGED TABLE probe_slots (
    name TEXT NOT NULL,
    -- From 0 on, below the limit.
    place BIGINT NOT NULL,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (name, place)
);

-- How fast an account's data providers are asked, for all servers together: of each limit the
-- moment when all that went is worked off (the theoretical arrival time of a generic cell
-- rate). One of the past holds nothing up.
CREATE TABLE provider_paces (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    arrival_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, provider, name)
);
