-- Whether a provider may be asked about addresses that we cannot prove ourselves: 1 where the
-- account has said so, since each answer costs its credits there.
ALTER TABLE provider_keys ADD COLUMN second_opinion BIGINT NOT NULL DEFAULT 0
    CHECK (second_opinion IN (0, 1));
