//! The JSON of rooms and flags, member by member.

use domain::{Carrier, Category, Finding};
use store::{ListenerStep, LoadedModel, ModelKind, Screening};

use crate::{
    cluster::Database,
    fixture::{CLASSIFIER, S, at, claim, description, finding, open, room, store_window, window},
};

#[tokio::test]
async fn rooms_and_flags_print_what_the_command_line_promises() {
    let database = Database::new().await;
    let store = &database.store;
    store.open_room(&description(Some(at(-60))), at(0)).await.unwrap();
    let key = open(store, 0).await;
    let step = ListenerStep { from: at(0), listeners: 915_000 };
    store.set_listeners(&room(), &[step], at(0)).await.unwrap();
    let lease = claim(store, "transcribe").await.lease;
    let heard = window(&key, 0, 4 * S, "I will hurt you");
    store_window(store, &lease, &heard, 4).await;
    let model = LoadedModel {
        sha256: CLASSIFIER.into(),
        name: "heads".into(),
        library: "ours 1".into(),
        kind: ModelKind::Classifier,
    };
    store.model_loaded(&model, at(0)).await.unwrap();
    let by_head = Finding {
        carrier: Carrier::Head { name: "violence".into(), model: CLASSIFIER.into() },
        score: 0.93,
        category: Category::Threat,
        ..finding(&key, "", S, 4 * S)
    };
    let findings = [finding(&key, "threat.hurt", 0, 4 * S), by_head];
    let screen = claim(store, "screen").await.lease;
    let screening = Screening {
        window: heard.id(),
        pack_hash: Some("cc"),
        model_sha256: Some(CLASSIFIER),
        findings: &findings,
        next_offset: 1,
    };
    store.store_screening(&screen, &screening, at(5)).await.unwrap();

    assert_eq!(
        serde_json::to_string(&store.rooms().await.unwrap()).unwrap(),
        concat!(
            r#"[{"room":"town hall","title":"A talk","streams":["stage"],"scheduled":"2026-09-12T19:59:00.000000Z","#,
            r#""began":"2026-09-12T20:00:00.000000Z","ended":null,"peak_listeners":915000}]"#
        )
    );
    assert_eq!(
        serde_json::to_string(&store.flags(&room(), false).await.unwrap()).unwrap(),
        format!(
            concat!(
                r#"[{{"flag":"{}","stream":"stage","epoch":0,"first":0,"end":64000,"#,
                r#""wall":"2026-09-12T20:00:00.000000Z","category":"threat","severity":"medium","score":0.93,"#,
                r#""status":"provisional","reach":915000,"words":"I will hurt you","findings":["#,
                r#"{{"rule":"threat.hurt","pack":"cc","score":0.5,"first":0,"end":64000,"words":"I will hurt you"}},"#,
                r#"{{"head":"violence","model":"{}","score":0.93,"first":16000,"end":64000,"words":"I will hurt you"}}]}}]"#
            ),
            findings[0].opens(),
            CLASSIFIER
        )
    );
}
