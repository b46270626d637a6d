//! Witnesses and a time-stamping authority over real HTTP on loopback, and what they make provable.

use std::{fs, path::Path, process::Command, time::Duration};

use ledger::{KeyKind, SignedCheckpoint, SigningKey};
use report::{Authority, Known, VouchError, Vouching, Witness, verify};
use store::Store;

use crate::cluster::{Cluster, at, check, events};
use crate::parties::{HttpServer, WitnessServer, authority};

/// The code of each difference, and how many cosignatures and stamps were sound.
async fn checked(store: &Store, known: &Known) -> (Vec<&'static str>, u64, u64, u64) {
    let mut codes = Vec::new();
    let verdict = verify(store, known, &mut |found| codes.push(found.code()), &mut |_, _| ()).await.unwrap();
    (codes, verdict.vouched.cosignatures, verdict.vouched.stamps, verdict.vouched.unknown)
}

async fn last(store: &Store) -> SignedCheckpoint {
    let row = store.audit_checkpoint_up_to(u64::MAX >> 1).await.unwrap().unwrap();
    SignedCheckpoint::parse(row.note.as_bytes()).unwrap()
}

#[tokio::test]
async fn a_witness_signs_each_head_after_it_saw_the_log_grow_and_its_word_is_checked() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    events(&store, 0..5).await;
    sequencer.step(at(10)).await.unwrap();
    let log_key = store.audit_keys().await.unwrap()[0].vkey.parse_key();
    let server = WitnessServer::start(log_key.clone());
    let vouching = Vouching { store: store.clone(), witnesses: vec![server.as_witness()], authority: None };
    for second in 1..4 {
        let round = vouching.round(|| at(20)).await.unwrap();
        assert_eq!(*round[0].1.as_ref().unwrap(), last(&store).await.checkpoint().size());
        events(&store, second * 10..second * 10 + 3).await;
        sequencer.step(at(20 + 2 * second)).await.unwrap();
    }
    let known = Known { witnesses: vec![server.key()], ..Known::default() };
    assert_eq!(checked(&store, &known).await, (vec![], 3, 0, 0));
    assert_eq!(checked(&store, &Known::default()).await, (vec![], 0, 0, 3));
    // We forget what it signed, as a restored backup does: it says so itself.
    cluster.sql("earwitness", "delete from audit_cosignature where size = (select max(size) from audit_cosignature)");
    let round = vouching.round(|| at(30)).await.unwrap();
    round[0].1.as_ref().unwrap();
    // A line that somebody put there is no cosignature.
    cluster.sql("earwitness", "update audit_cosignature set line = replace(line, 'A', 'B')");
    let (codes, ..) = checked(&store, &known).await;
    assert!(!codes.is_empty() && codes.iter().all(|code| *code == "cosignature"), "{codes:?}");
    store.close().await;
    cluster.stop().await;
}

#[tokio::test]
async fn a_log_that_was_cut_and_written_anew_with_its_own_key_is_refused_by_the_witness_and_by_kept_heads() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    events(&store, 0..8).await;
    sequencer.step(at(10)).await.unwrap();
    let log_key = store.audit_keys().await.unwrap()[0].vkey.parse_key();
    let server = WitnessServer::start(log_key);
    let vouching = Vouching { store: store.clone(), witnesses: vec![server.as_witness()], authority: None };
    vouching.round(|| at(11)).await.unwrap().pop().unwrap().1.unwrap();
    let kept = Known { checkpoints: vec![last(&store).await], ..Known::default() };
    assert_eq!(checked(&store, &kept).await.0, Vec::<&str>::new());
    // The owner of database and key begins the log anew, so that it agrees with itself.
    let cut = "truncate audit_cosignature, audit_stamp; delete from audit_checkpoint; delete from audit_node;
        delete from audit_leaf; delete from audit_event where action <> 'audit_key.begun'; update audit_event set seq = null";
    cluster.sql("earwitness", cut);
    events(&store, 100..103).await;
    let mut anew = cluster.sequencer(&store);
    anew.step(at(40)).await.unwrap();
    assert_eq!(check(&store).await.1, Vec::<&str>::new());
    assert_eq!(checked(&store, &kept).await.0, ["kept_truncated"]);
    let refused = vouching.round(|| at(41)).await.unwrap().pop().unwrap().1.unwrap_err();
    assert!(matches!(refused, VouchError::Ahead { .. }), "{refused}");
    events(&store, 103..120).await;
    anew.step(at(42)).await.unwrap();
    assert_eq!(checked(&store, &kept).await.0, ["kept_fork"]);
    let refused = vouching.round(|| at(43)).await.unwrap().pop().unwrap().1.unwrap_err();
    assert!(matches!(&refused, VouchError::Http(error) if error.to_string().contains("422")), "{refused}");
    let foreign = SigningKey::from_seed("example.com/log", KeyKind::Log, &[9; 32]).unwrap();
    let foreign = SignedCheckpoint::sign(last(&store).await.checkpoint().clone(), &foreign).unwrap();
    let known = Known { checkpoints: vec![foreign], ..Known::default() };
    assert_eq!(checked(&store, &known).await.0, ["kept_unsigned"]);
    store.close().await;
    cluster.stop().await;
}

#[tokio::test]
async fn an_authority_stamps_the_head_and_a_stamp_of_another_s_is_not_kept() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    events(&store, 0..5).await;
    sequencer.step(at(10)).await.unwrap();
    let (ours, other) =
        (authority(&cluster.folder.path().join("ours")), authority(&cluster.folder.path().join("other")));
    let vouching = |server: &HttpServer, roots: &Path| Vouching {
        store: store.clone(),
        witnesses: Vec::new(),
        authority: Some(Authority { url: server.url("/stamp"), roots: vec![fs::read(roots).unwrap()] }),
    };
    let refused = vouching(&ours.server, &other.root).round(|| at(11)).await.unwrap().pop().unwrap().1.unwrap_err();
    assert!(matches!(refused, VouchError::Stamp(_)), "{refused}");
    let round = vouching(&ours.server, &ours.root);
    let size = round.round(|| at(12)).await.unwrap().pop().unwrap().1.unwrap();
    assert_eq!(size, last(&store).await.checkpoint().size());
    let known = Known { roots: vec![fs::read(&ours.root).unwrap()], ..Known::default() };
    assert_eq!(checked(&store, &known).await, (vec![], 0, 1, 0));
    // openssl believes the same token over the same bytes.
    let (token, data) = (cluster.folder.path().join("token"), cluster.folder.path().join("checkpoint"));
    fs::write(&token, &store.audit_stamps(0, 1 << 40, 1).await.unwrap()[0].token).unwrap();
    fs::write(&data, last(&store).await.to_string()).unwrap();
    let mut openssl = Command::new("openssl");
    openssl.args(["ts", "-verify", "-token_in", "-in"]).arg(&token).arg("-data").arg(&data);
    let output = openssl.arg("-CAfile").arg(&ours.root_pem).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let known = Known { roots: vec![fs::read(&other.root).unwrap()], ..Known::default() };
    assert_eq!(checked(&store, &known).await.0, ["stamp"]);
    store.close().await;
    cluster.stop().await;
}

#[tokio::test]
async fn whoever_is_away_or_talks_nonsense_is_told_of_and_the_log_goes_on() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    let key = SigningKey::from_seed("w.example", KeyKind::Witness, &[4; 32]).unwrap().public().clone();
    let nonsense = HttpServer::start(|_, _| (200, b"nonsense\n".to_vec()));
    let endless = HttpServer::start(|_, _| (200, vec![b'x'; 1 << 20]));
    let closed = "http://127.0.0.1:1".to_owned();
    let urls = [nonsense.url(""), endless.url(""), closed];
    let witnesses = urls.map(|url| Witness { key: key.clone(), url }).to_vec();
    let vouching = Vouching { store: store.clone(), witnesses, authority: None };
    assert!(vouching.round(|| at(1)).await.unwrap().is_empty(), "there is nothing to vouch for yet");
    events(&store, 0..3).await;
    sequencer.step(at(10)).await.unwrap();
    let round = tokio::time::timeout(Duration::from_mins(1), vouching.round(|| at(11))).await.unwrap().unwrap();
    let errors: Vec<VouchError> = round.into_iter().map(|(_, result)| result.unwrap_err()).collect();
    assert!(matches!(errors[0], VouchError::Witness(_)), "{errors:?}");
    assert!(matches!(errors[1..], [VouchError::Http(_), VouchError::Http(_)]), "{errors:?}");
    events(&store, 3..5).await;
    sequencer.step(at(20)).await.unwrap();
    assert_eq!(check(&store).await.1, Vec::<&str>::new());
    store.close().await;
    cluster.stop().await;
}

trait ParseKey {
    fn parse_key(&self) -> ledger::VerifyingKey;
}

impl ParseKey for String {
    fn parse_key(&self) -> ledger::VerifyingKey {
        ledger::VerifyingKey::parse(self).unwrap()
    }
}
