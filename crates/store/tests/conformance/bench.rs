//! A fresh store with an account and a device, and short words for what cases do.

use std::io::Write as _;

use lode_core::api::{CaptureRequest, CaptureState, CaptureView, EmailView};
use lode_core::email::EmailStatus;
use lode_core::lead::{Lead, LeadKind};
use lode_core::page::PageInfo;
use lode_ledger::{PlanId, Policy};
use lode_store::{
    Address, Claimed, Finished, LookupEnd, PlanChanged, Pricing, Store, Submitted, Viewer, secret,
};
use tempfile::TempDir;
use uuid::Uuid;

/// 2026-10-01T12:00:00Z.
pub const NOW: i64 = 1_790_856_000_000;
pub const MINUTE: i64 = 60_000;
pub const DAY: i64 = 24 * 60 * MINUTE;

pub struct Bench {
    pub store: Store,
    pub pricing: Pricing,
    pub account: Uuid,
    pub device: Uuid,
    pub address: Address,
    _folder: Option<TempDir>,
}

impl Bench {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::Sqlite {
            path: folder.path().join("lode.db"),
            durable: false,
        };
        Self::open(address, Some(folder)).await
    }

    /// `None`, visibly, where PostgreSQL is not installed.
    pub async fn postgres() -> Option<Self> {
        match lode_testpg::shared() {
            Ok(cluster) => {
                let address = Address::Postgres {
                    url: cluster.new_database().unwrap(),
                    connections: 12,
                };
                Some(Self::open(address, None).await)
            }
            Err(reason) => {
                // Not a print macro: the harness would swallow it.
                let _ = writeln!(std::io::stderr(), "SKIPPED on PostgreSQL: {reason}");
                None
            }
        }
    }

    async fn open(address: Address, folder: Option<TempDir>) -> Self {
        let pricing = Pricing::new(Policy::preset("lode").unwrap()).unwrap();
        let store = Store::open(&address).await.unwrap();
        let (account, made) = store
            .ensure_account("default", &pricing, NOW)
            .await
            .unwrap();
        assert!(made);
        let device = device(&store, account.id, &pricing).await;
        Self {
            store,
            pricing,
            account: account.id,
            device,
            address,
            _folder: folder,
        }
    }

    /// Puts the account on a plan at once.
    pub async fn on_plan(&self, plan: &str) -> PlanChanged {
        let plan = PlanId::new(plan).unwrap();
        self.store
            .change_plan(self.account, Uuid::now_v7(), &plan, &self.pricing, NOW)
            .await
            .unwrap()
    }

    pub async fn submit(&self, request: &CaptureRequest, now: i64) -> Submitted {
        self.store
            .submit_capture(
                &self.viewer(),
                self.device,
                request,
                &body_hash(request),
                now,
            )
            .await
            .unwrap()
    }

    /// Stores a capture that must be new.
    pub async fn create(&self, request: &CaptureRequest, now: i64) -> CaptureView {
        match self.submit(request, now).await {
            Submitted::Created(shown) => shown.view,
            other => panic!("not created: {other:?}"),
        }
    }

    pub async fn view(&self, operation: Uuid, now: i64) -> CaptureView {
        self.store
            .capture(&self.viewer(), operation, now)
            .await
            .unwrap()
            .unwrap()
            .view
    }

    /// Whoever sees the whole account.
    pub fn viewer(&self) -> Viewer<'_> {
        self.viewer_of(self.account)
    }

    /// The same of another account.
    pub fn viewer_of(&self, account_id: Uuid) -> Viewer<'_> {
        Viewer {
            account_id,
            member_id: None,
            pricing: &self.pricing,
        }
    }

    pub async fn claim(&self, worker: Uuid, now: i64) -> Option<Claimed> {
        self.claim_all(worker, now, 1).await.pop()
    }

    /// Takes what is due of one company.
    pub async fn claim_all(&self, worker: Uuid, now: i64, most: usize) -> Vec<Claimed> {
        self.store
            .claim_lookups(worker, now, now + MINUTE, most)
            .await
            .unwrap()
    }

    pub async fn finish(&self, lookup: Uuid, worker: Uuid, end: &LookupEnd, now: i64) -> Finished {
        self.store
            .finish_lookup(lookup, worker, end, &self.pricing, now)
            .await
            .unwrap()
    }

    /// Takes the one look-up that is due and ends it.
    pub async fn run(&self, end: &LookupEnd, now: i64) {
        let worker = Uuid::now_v7();
        let claimed = self.claim(worker, now).await.expect("a look-up is due");
        assert_eq!(
            self.finish(claimed.id, worker, end, now).await,
            Finished::Done
        );
    }

    pub async fn credits(&self, now: i64) -> (i64, i64) {
        let balance = self.store.balance(&self.viewer(), now).await.unwrap();
        (balance.total().available, balance.total().held)
    }

    /// Every value of every table as text, read past the store.
    pub async fn dump(&self) -> String {
        match &self.address {
            Address::Sqlite { path, .. } => dump_sqlite(path).await,
            Address::Postgres { url, .. } => dump_postgres(url).await,
        }
    }

    pub async fn assert_ledger_clean(&self) {
        let check = self.store.check_ledger(self.account).await.unwrap();
        assert_eq!(check.difference, None);
    }
}

pub async fn device(store: &Store, account: Uuid, pricing: &Pricing) -> Uuid {
    let code = store.create_pairing_code(account, NOW).await.unwrap();
    let paired = store
        .pair_device(&code.code, "test", pricing, NOW)
        .await
        .unwrap();
    paired.unwrap().device.id
}

pub fn body_hash(request: &CaptureRequest) -> secret::Hash {
    secret::hash(&serde_json::to_vec(request).unwrap())
}

/// A capture of an invented person, with a new operation id.
pub fn capture_of(slug: &str) -> CaptureRequest {
    let mut lead = Lead::new(LeadKind::Person);
    lead.full_name = Some(format!("{slug} Example"));
    lead.company = Some("Acme".into());
    lead.company_domain = Some("acme.example".into());
    lead.profile_url = Some(format!("https://www.linkedin.com/in/{slug}"));
    CaptureRequest {
        operation_id: Uuid::now_v7(),
        captured_at: NOW,
        page_url: format!("https://www.linkedin.com/in/{slug}"),
        page: PageInfo {
            site: "linkedin".into(),
            kind: "profile".into(),
            layout: None,
        },
        lead,
    }
}

/// The end of a look-up that proved an address.
pub fn found(address: &str, now: i64) -> LookupEnd {
    LookupEnd {
        state: CaptureState::Found,
        outcome: "verified".into(),
        reason: None,
        email: Some(EmailView {
            address: address.into(),
            status: EmailStatus::Verified,
            score: 100,
            reasons: vec!["accepted_and_decoys_refused".into()],
            checked_at: now,
            domain_confidence: None,
        }),
        evidence: Some(evidence_of(address)),
        refused: None,
        model_score: None,
        disproves_known: true,
        company_domain: Some("acme.example".into()),
    }
}

/// What a mail server said of an address, as it is kept.
pub fn evidence_of(address: &str) -> String {
    format!(r#"{{"target":{{"recipient":"{address}","code":250}}}}"#)
}

/// An end without an address.
pub fn ended(state: CaptureState, outcome: &str, reason: &str) -> LookupEnd {
    LookupEnd {
        state,
        outcome: outcome.into(),
        reason: Some(reason.into()),
        email: None,
        evidence: None,
        refused: None,
        model_score: None,
        disproves_known: false,
        company_domain: None,
    }
}

async fn dump_sqlite(path: &std::path::Path) -> String {
    use sqlx::{ConnectOptions as _, Row as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut raw = options.connect().await.unwrap();
    let text = |column: &str| format!("coalesce(CAST(\"{column}\" AS TEXT), '')");
    let mut dump = String::new();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table'";
    for table in sqlx::query(tables).fetch_all(&mut raw).await.unwrap() {
        let table: String = table.get(0);
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns = sqlx::query(sqlx::AssertSqlSafe(columns));
        let columns = columns.fetch_all(&mut raw).await.unwrap();
        let columns: Vec<String> = columns.iter().map(|row| text(row.get(0))).collect();
        let rows = format!("SELECT {} FROM \"{table}\"", columns.join(" || ' ' || "));
        let rows = sqlx::query(sqlx::AssertSqlSafe(rows));
        for row in rows.fetch_all(&mut raw).await.unwrap() {
            let row: Vec<u8> = row.get_unchecked(0);
            dump += &format!("{table}: {}\n", String::from_utf8_lossy(&row));
        }
    }
    dump
}

async fn dump_postgres(url: &str) -> String {
    use sqlx::{Connection as _, Row as _};
    let mut raw = sqlx::PgConnection::connect(url).await.unwrap();
    let mut dump = String::new();
    let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
    for table in sqlx::query(tables).fetch_all(&mut raw).await.unwrap() {
        let table: String = table.get(0);
        let rows = format!("SELECT t::text FROM \"{table}\" t");
        let rows = sqlx::query(sqlx::AssertSqlSafe(rows));
        for row in rows.fetch_all(&mut raw).await.unwrap() {
            dump += &format!("{table}: {}\n", row.get::<String, _>(0));
        }
    }
    dump
}
