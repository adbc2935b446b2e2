-- Whom of the mail providers (or domains of no provider) to leave alone, and until when: about
-- machines, so shared by all accounts and all servers.
CREATE TABLE probe_holds (
    name TEXT PRIMARY KEY,
    -- Refused us by policy.
    stop_until BIGINT NOT NULL,
    -- Limited our rate; how often in a row.
    backoff_until BIGINT NOT NULL,
    streak BIGINT NOT NULL
);
