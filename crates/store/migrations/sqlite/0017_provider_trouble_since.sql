-- Since when a provider has had the trouble that it has: it may rest and fail many times over.
ALTER TABLE provider_keys ADD COLUMN trouble_since INTEGER;
