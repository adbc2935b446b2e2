use lode_store::devices::CODE_LIFETIME_MS;

use crate::bench::{Bench, NOW};

pub async fn a_code_works_once_and_not_late(bench: Bench) {
    let store = &bench.store;
    let code = store.create_pairing_code(bench.account, NOW).await.unwrap();
    assert_eq!(code.expires_at, NOW + CODE_LIFETIME_MS);
    let typed = code.code.to_lowercase().replace('-', " ");
    let late = store
        .pair_device(&typed, "late", &bench.pricing, NOW + CODE_LIFETIME_MS)
        .await
        .unwrap();
    assert!(late.is_none());
    // Sent by two devices at once: one of them gets it.
    let (a, b) = tokio::join!(
        store.pair_device(&typed, "one", &bench.pricing, NOW),
        store.pair_device(&typed, "two", &bench.pricing, NOW)
    );
    let paired: Vec<_> = [a.unwrap(), b.unwrap()].into_iter().flatten().collect();
    assert_eq!(paired.len(), 1);
    let device = store
        .authenticate(&paired[0].token, NOW)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(device.id, paired[0].device.id);
    assert_eq!(device.account_id, bench.account);
    for wrong in ["", "AAAA-AAAA", "x", &"9".repeat(100)] {
        assert!(
            store
                .pair_device(wrong, "x", &bench.pricing, NOW)
                .await
                .unwrap()
                .is_none()
        );
    }
}

pub async fn a_revoked_token_is_none(bench: Bench) {
    let store = &bench.store;
    let code = store.create_pairing_code(bench.account, NOW).await.unwrap();
    let paired = store
        .pair_device(&code.code, "tab", &bench.pricing, NOW)
        .await
        .unwrap()
        .unwrap();
    assert!(
        store
            .authenticate(&paired.token, NOW + 1)
            .await
            .unwrap()
            .is_some()
    );
    let listed = store.devices(bench.account).await.unwrap();
    let listed = listed.iter().find(|d| d.id == paired.device.id).unwrap();
    assert_eq!(
        (listed.name.as_str(), listed.last_used_at),
        ("tab", Some(NOW + 1))
    );
    assert!(store.revoke_device(paired.device.id, NOW).await.unwrap());
    assert!(!store.revoke_device(paired.device.id, NOW).await.unwrap());
    assert!(
        store
            .authenticate(&paired.token, NOW + 2)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .authenticate("lode_unknown", NOW)
            .await
            .unwrap()
            .is_none()
    );
}
