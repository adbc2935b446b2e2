-- What the verdict on an address rests on: the questions and the mail servers' answers, as
-- JSON. It goes with the address.
ALTER TABLE emails ADD COLUMN evidence TEXT;

-- How sure it is that the address's domain is the company's; null where it is known.
ALTER TABLE emails ADD COLUMN domain_confidence BIGINT
    CHECK (domain_confidence BETWEEN 0 AND 100);
