-- What a provider works on: its own id of the work that a call has begun, to be looked at again
-- by whichever server. The call stands as 'asked' meanwhile, its worst price reserved.
ALTER TABLE provider_calls ADD COLUMN task TEXT;
CREATE INDEX provider_calls_under_way ON provider_calls (account_id, provider, person_hash)
    WHERE state = 'asked';
