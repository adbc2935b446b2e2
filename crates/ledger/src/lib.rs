//! The credit ledger: pure double-entry state machine in milli-credits, and the plan policies.
