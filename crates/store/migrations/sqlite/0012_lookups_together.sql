-- Which company it is about, as a keyed hash: look-ups of one company are taken together, and
-- none is taken while others are at work. NULL: it stands alone.
ALTER TABLE lookups ADD COLUMN company BLOB;
CREATE INDEX lookups_by_company ON lookups (account_id, company) WHERE state <> 'done';
CREATE INDEX lookups_at_work ON lookups (account_id, company) WHERE state = 'working';
