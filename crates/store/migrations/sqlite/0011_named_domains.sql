-- A company's domain that a provider named is not asked for again, whoever needs it.
CREATE INDEX provider_calls_by_question ON provider_calls (account_id, provider, person_hash);
