-- When a lead's page was last captured: what was captured before that, and comes late, only
-- fills gaps. A migration that has landed is never edited.
ALTER TABLE leads ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
UPDATE leads SET seen_at = COALESCE(
    -- A clock that ran ahead counts as ours.
    (SELECT MAX(CASE WHEN c.captured_at < c.created_at THEN c.captured_at ELSE c.created_at END)
     FROM captures c WHERE c.lead_id = leads.id), 0);
