//! Tables as a store keeps them: a command sees only the rows that the crate's
//! documentation says must be loaded, and only what it lists is written.

use std::collections::BTreeMap;

use lode_ledger::{
    AccountHeader, AccountState, Applied, Entry, Grant, GrantId, Hold, LedgerError, OperationId,
    OperationRecord,
};

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Rows {
    pub(crate) header: AccountHeader,
    pub(crate) grants: BTreeMap<GrantId, Grant>,
    pub(crate) holds: BTreeMap<OperationId, Hold>,
    pub(crate) operations: BTreeMap<OperationId, OperationRecord>,
    pub(crate) entries: Vec<Entry>,
}

impl Rows {
    /// One transaction. `named` are the hold and the grant that the command names.
    pub(crate) fn run<T>(
        &mut self,
        operation: Option<&OperationId>,
        named: (Option<&OperationId>, Option<GrantId>),
        now: i64,
        command: impl FnOnce(&mut AccountState) -> Result<Applied<T>, LedgerError>,
    ) -> Result<T, LedgerError> {
        let now = now.max(self.header.last_at);
        let holds: Vec<Hold> = self
            .holds
            .values()
            .filter(|hold| {
                (hold.is_open() && hold.expires_at <= now)
                    || Some(&hold.operation) == operation
                    || Some(&hold.operation) == named.0
            })
            .cloned()
            .collect();
        let shares = |grant: &Grant| {
            holds
                .iter()
                .any(|hold| hold.shares.iter().any(|share| share.grant == grant.id))
        };
        let grants: Vec<Grant> = self
            .grants
            .values()
            .filter(|grant| {
                grant.available > 0 || grant.held > 0 || shares(grant) || Some(grant.id) == named.1
            })
            .cloned()
            .collect();
        let operations: Vec<_> = operation
            .and_then(|id| self.operations.get(id))
            .into_iter()
            .cloned()
            .collect();
        let mut state = AccountState::from_rows(self.header.clone(), grants, holds, operations);
        let before = state.clone();
        let applied = match command(&mut state) {
            Ok(applied) => applied,
            Err(error) => {
                assert_eq!(state, before, "an error changed the state: {error}");
                return Err(error);
            }
        };
        if applied.is_unchanged() {
            assert_eq!(state, before, "a change was not listed");
        }
        if applied.header_changed {
            self.header = state.header.clone();
        }
        assert_eq!(
            self.header, state.header,
            "the header's change was not listed"
        );
        for grant in applied.grants {
            self.grants.insert(grant.id, grant);
        }
        for hold in applied.holds {
            self.holds.insert(hold.operation.clone(), hold);
        }
        for operation in applied.operations {
            let id = operation.id.clone();
            assert!(
                self.operations.insert(id, operation).is_none(),
                "an operation done twice"
            );
        }
        self.entries.extend(applied.entries);
        Ok(applied.outcome)
    }

    /// All rows at once, for the check.
    pub(crate) fn state(&self) -> AccountState {
        AccountState {
            header: self.header.clone(),
            grants: self.grants.clone(),
            holds: self.holds.clone(),
            operations: self.operations.clone(),
        }
    }
}
