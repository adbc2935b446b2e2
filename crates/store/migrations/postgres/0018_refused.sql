-- What was asked for where no address is to be shown: the candidates, with the mail servers'
-- answers, as JSON. It goes with the look-up, and that with the person.
ALTER TABLE lookups ADD COLUMN refused TEXT;
