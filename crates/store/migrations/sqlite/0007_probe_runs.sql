-- Runs of the last hour at domains' mail servers: all servers share the hourly limit.
CREATE TABLE probe_runs (
    domain TEXT NOT NULL,
    begun_at INTEGER NOT NULL
);
CREATE INDEX probe_runs_by_domain ON probe_runs (domain, begun_at);
