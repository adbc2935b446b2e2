-- What the model said before outcomes corrected its scores; null where that is what is shown.
ALTER TABLE emails ADD COLUMN model_score INTEGER CHECK (model_score BETWEEN 0 AND 100);
ALTER TABLE outcomes ADD COLUMN model_score INTEGER CHECK (model_score BETWEEN 0 AND 100);

-- What became of mail to the address that a provider found: 'delivered' or 'hard_bounce', as
-- last reported.
ALTER TABLE provider_calls ADD COLUMN outcome TEXT;

-- A look-up asks for what became of mail to a domain's addresses.
CREATE INDEX outcomes_by_domain ON outcomes (account_id, domain);
