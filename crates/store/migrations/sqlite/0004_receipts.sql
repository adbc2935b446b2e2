-- Receipts are listed newest first, an account's or one member's. A migration that has landed
-- is never edited.

CREATE INDEX captures_by_time ON captures (account_id, created_at, operation_id, device_id);
CREATE INDEX operations_by_time ON operations (account_id, created_at, id, member_id);
