//! Newer rule files: offered to paired devices, conditional, a bad one refused.

use lode_core::api::RuleVersions;
use reqwest::{StatusCode, header};

use crate::support::{Bench, Database, json_of};

const BUILT_IN: &str = include_str!("../../../../src/sites/linkedin/rules.json");

/// The built-in file with a version that is newer by so much.
fn newer(by: u64) -> (String, u64) {
    let mut file: serde_json::Value = serde_json::from_str(BUILT_IN).unwrap();
    let version = file["version"].as_u64().unwrap() + by;
    file["version"] = version.into();
    (serde_json::to_string_pretty(&file).unwrap(), version)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_dropped_into_the_folder_are_offered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("linkedin.json");
    let bench = Bench::start_with(Database::Sqlite, Vec::new(), |config| {
        config.rules_dir = Some(folder.path().to_owned());
    })
    .await
    .unwrap();
    let versions = async |etag: Option<&str>| {
        let mut request = bench.get("/v1/rules");
        if let Some(etag) = etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        request.send().await.unwrap()
    };
    let none = versions(None).await;
    let empty = none.headers()[header::ETAG].to_str().unwrap().to_owned();
    let offered: RuleVersions = json_of(none, StatusCode::OK).await;
    assert!(offered.sites.is_empty());
    let missing = bench.get("/v1/rules/linkedin").send().await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);

    // Dropped while the server runs.
    let (file, version) = newer(1);
    std::fs::write(&path, &file).unwrap();
    let changed = versions(Some(&empty)).await;
    let etag = changed.headers()[header::ETAG].to_str().unwrap().to_owned();
    let offered: RuleVersions = json_of(changed, StatusCode::OK).await;
    assert_eq!((offered.schema, offered.sites.len()), (1, 1));
    assert_eq!(offered.sites["linkedin"], version);
    let same = versions(Some(&etag)).await;
    assert_eq!(same.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(same.text().await.unwrap(), "");
    let served = bench.get("/v1/rules/linkedin").send().await.unwrap();
    let tag = served.headers()[header::ETAG].clone();
    assert_eq!(served.headers()[header::CONTENT_TYPE], "application/json");
    assert_eq!(served.text().await.unwrap(), file);
    let again = bench
        .get("/v1/rules/linkedin")
        .header(header::IF_NONE_MATCH, tag);
    assert_eq!(
        again.send().await.unwrap().status(),
        StatusCode::NOT_MODIFIED
    );

    // A bad one in its place: what was offered stays.
    std::fs::write(
        &path,
        newer(2).0.replacen("#captcha-internal", "p:has(b)", 1),
    )
    .unwrap();
    assert_eq!(
        versions(Some(&etag)).await.status(),
        StatusCode::NOT_MODIFIED
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_are_for_paired_devices() {
    let bench = Bench::start(Vec::new()).await;
    for path in ["/v1/rules", "/v1/rules/linkedin"] {
        let url = format!("{}{path}", bench.url);
        let response = bench.client.get(url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    }
}
