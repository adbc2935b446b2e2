-- What our own limits put off is no deferral by a mail server.
ALTER TABLE lookups ADD COLUMN holds INTEGER NOT NULL DEFAULT 0;
-- 1 where it waits because no mail server could be reached.
ALTER TABLE lookups ADD COLUMN unreachable INTEGER NOT NULL DEFAULT 0;
