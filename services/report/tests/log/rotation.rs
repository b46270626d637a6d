//! Keys change under the eyes of the log, and proofs hold before and after.

use ledger::{TlogProof, VerifyingKey};
use report::{Known, ProveError, prove, rotate, trust, verify};
use uuid::Uuid;

use crate::cluster::{Cluster, at, check, events};

fn known(key: &VerifyingKey) -> Known {
    Known { key: Some(key.clone()), ..Known::default() }
}

#[tokio::test]
async fn a_rotation_is_an_event_that_the_old_key_signed_and_the_writer_goes_on_with_the_new_one() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    events(&store, 0..5).await;
    sequencer.step(at(10)).await.unwrap();
    events(&store, 5..8).await;
    let rotation = rotate(&store, &cluster.key_file(), at(20)).await.unwrap();
    events(&store, 8..9).await;
    sequencer.step(at(30)).await.unwrap();
    let second = rotate(&store, &cluster.key_file(), at(40)).await.unwrap();
    assert_eq!(second.old_key(), rotation.new_key());
    let keys = store.audit_keys().await.unwrap();
    assert_eq!(keys.iter().map(|key| key.first_size).collect::<Vec<_>>(), [0, 10, 12]);
    let place = "select seq from audit_event where action = 'audit_key.rotated' order by seq limit 1";
    assert_eq!(cluster.sql("earwitness", place), "9");
    assert_eq!(check(&store).await.1, Vec::<&str>::new());
    let foreign = ledger::SigningKey::from_seed("example.com/log", ledger::KeyKind::Log, &[9; 32]).unwrap();
    let mut codes = Vec::new();
    let mut told = |found: report::Found| codes.push(found.code());
    let verdict = verify(&store, &known(foreign.public()), &mut told, &mut |_, _| ()).await.unwrap();
    assert_eq!((codes, verdict.key_known), (vec!["given_key"], false));
    for key in &keys {
        let given = VerifyingKey::parse(&key.vkey).unwrap();
        let verdict = verify(&store, &known(&given), &mut |found| panic!("{found}"), &mut |_, _| ()).await.unwrap();
        assert!(verdict.key_known);
    }
    store.close().await;
    cluster.stop().await;
}

#[tokio::test]
async fn every_event_has_a_proof_that_no_other_event_has() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    events(&store, 0..12).await;
    sequencer.step(at(20)).await.unwrap();
    let trust = trust(&store.audit_keys().await.unwrap()).unwrap();
    let leaves = store.audit_leaves(0, 13, 100).await.unwrap();
    assert_eq!(leaves.len(), 13);
    for leaf in &leaves {
        let file = prove(&store, leaf.audit_event_id).await.unwrap().to_string();
        let proof = TlogProof::parse(file.as_bytes()).unwrap();
        proof.verify(&leaf.event.as_ref().unwrap().event.leaf_hash().unwrap(), &trust).unwrap();
        let other = &leaves[(usize::try_from(leaf.seq).unwrap() + 1) % 13];
        proof.verify(&other.leaf_hash, &trust).unwrap_err();
    }
    let none = prove(&store, Uuid::from_u128(1)).await;
    assert!(matches!(none, Err(ProveError::NoPlace { .. })), "{none:?}");
    events(&store, 12..13).await;
    sequencer.step(at(20)).await.unwrap();
    let last = store.audit_leaves(13, 14, 1).await.unwrap()[0].audit_event_id;
    assert!(matches!(prove(&store, last).await, Err(ProveError::Unsigned { seq: 13 })));
    store.close().await;
    cluster.stop().await;
}
