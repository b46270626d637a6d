//! Decisions, statements, receipts and the public dump: equal, or every difference told.

use std::io::Read;

use report::statements::{Client, Difference, Reconciled, Sender, build_statements, reconcile};
use serde_json::Value;
use store::Store;

use crate::{
    fixture::{Cluster, Hands, at, decide, run},
    stand_in::{StandIn, TOKEN},
};

/// The columns of the full dump, in their order.
const COLUMNS: &str = "uuid,decision_visibility,decision_visibility_other,end_date_visibility_restriction,\
decision_monetary,decision_monetary_other,end_date_monetary_restriction,decision_provision,end_date_service_restriction,\
decision_account,end_date_account_restriction,account_type,decision_ground,decision_ground_reference_url,\
illegal_content_legal_ground,illegal_content_explanation,incompatible_content_ground,incompatible_content_explanation,\
incompatible_content_illegal,category,category_addition,category_specification,category_specification_other,content_type,\
content_type_other,content_language,content_date,content_id_ean,territorial_scope,application_date,decision_facts,\
source_type,source_identity,automated_detection,automated_decision,platform_name,platform_uid,created_at";

/// What the other side would make public of what it stored, each row changed by `change`; none drops it.
fn dump(stand_in: &StandIn, change: impl Fn(usize, &mut Value) -> bool) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS.split(',')).unwrap();
    let stored = stand_in.with(|state| state.stored.clone());
    for (index, mut statement) in stored.into_values().enumerate() {
        if !change(index, &mut statement) {
            continue;
        }
        let cell = |name: &str| match name {
            "platform_name" => "Our Rooms".to_owned(),
            "platform_uid" => statement["puid"].as_str().unwrap().to_owned(),
            name => match &statement[name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => other.to_string(),
            },
        };
        writer.write_record(COLUMNS.split(',').map(cell)).unwrap();
    }
    writer.into_inner().unwrap()
}

async fn compare(store: &Store, dump: Option<Vec<u8>>) -> (Reconciled, Vec<Difference>) {
    let read = |bytes: Vec<u8>| -> (String, Box<dyn Read + Send>) {
        ("dump.csv".to_owned(), Box::new(std::io::Cursor::new(bytes)))
    };
    let mut told = Vec::new();
    let dumps = dump.into_iter().map(read).collect();
    let done = reconcile(store, dumps, None, &mut |difference| told.push(difference)).await.unwrap();
    (done, told)
}

fn kinds(told: &[Difference]) -> Vec<&'static str> {
    let mut kinds: Vec<_> = told.iter().map(|difference| difference.difference).collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_agrees_is_counted_and_each_thing_that_does_not_is_told() {
    let cluster = Cluster::start().await;
    let store = &cluster.store;
    decide(store, 1..9).await;
    let (_, told) = compare(store, None).await;
    assert_eq!(kinds(&told), ["decision_without_statement"; 8]);
    build_statements(store, at(200), &mut |one| panic!("{one:?}")).await.unwrap();
    let (_, told) = compare(store, None).await;
    assert_eq!(kinds(&told), ["statement_without_receipt"; 8]);
    let stand_in = StandIn::start();
    let client = Client::new(&stand_in.url, TOKEN.into()).unwrap();
    run(&mut Sender::begin(store, &client).await.unwrap().unwrap(), &Hands::at(300)).await;
    let (done, told) = compare(store, Some(dump(&stand_in, |_, _| true))).await;
    let whole = Reconciled { decisions: 8, statements: 8, receipts: 8, rows: 8, ..Reconciled::default() };
    assert_eq!((done, told), (whole, vec![]));
    let changed = dump(&stand_in, |index, statement| {
        match index {
            0 => return false,
            1 => statement["automated_detection"] = "Yes".into(),
            2 => statement["territorial_scope"] = serde_json::json!(["DE"]),
            3 => statement["uuid"] = "00000000-0000-0000-0000-999999999999".into(),
            4 => statement["puid"] = "ew-nobody-knows-it".into(),
            _ => {}
        }
        true
    });
    let (done, told) = compare(store, Some(changed)).await;
    let expected = [
        "receipt_without_row",
        "receipt_without_row",
        "row_differs",
        "row_differs",
        "row_without_statement",
        "uuid_differs",
    ];
    assert_eq!((kinds(&told).as_slice(), done.differences), (expected.as_slice(), 6), "{told:?}");
    let mut twice = dump(&stand_in, |_, _| true);
    let row = twice.split(|byte| *byte == b'\n').nth(1).unwrap().to_vec();
    twice.extend([row, vec![b'\n']].concat());
    assert_eq!(kinds(&compare(store, Some(twice)).await.1), ["row_twice"]);
    let later = dump(&stand_in, |index, statement| {
        statement["created_at"] = "2026-09-14 08:00:00".into();
        index > 3
    });
    let (done, told) = compare(store, Some(later)).await;
    assert_eq!((told, done.receipts_of_other_days), (vec![], 4));
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_no_dump_is_named() {
    let cluster = Cluster::start().await;
    let dumps: Vec<(String, Box<dyn Read + Send>)> = vec![("x.csv".into(), Box::new(&b"a,b\n1,2\n"[..]))];
    let error = reconcile(&cluster.store, dumps, None, &mut |_| ()).await.unwrap_err();
    assert!(error.to_string().starts_with("x.csv has no column uuid"), "{error}");
    cluster.stop().await;
}
