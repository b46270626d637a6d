//! Every event gets one place, whatever is cut short and whoever commits late.

use std::{
    io::{BufRead, BufReader, Write},
    pin::pin,
    process::Stdio,
    task::Poll,
};

use ledger::AuditEvent;
use uuid::Uuid;

use crate::cluster::{Cluster, at, check, events};

#[tokio::test]
async fn a_checkpoint_a_second_stands_for_all_that_was_written() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    events(&store, 0..5).await;
    for _ in 0..3 {
        assert!(!sequencer.step(at(10)).await.unwrap());
    }
    events(&store, 5..7).await;
    sequencer.step(at(10)).await.unwrap();
    let (verdict, found) = check(&store).await;
    assert_eq!((found, verdict.waiting), (vec![], 0));
    // The key's own event too. The same second signs once.
    assert_eq!((verdict.summary.events, verdict.summary.proved, verdict.summary.unsigned), (8, 6, 2));
    sequencer.step(at(11)).await.unwrap();
    sequencer.step(at(12)).await.unwrap();
    let (verdict, _) = check(&store).await;
    assert_eq!((verdict.summary.proved, verdict.summary.checkpoints), (8, 2));
    assert_eq!(cluster.sql("earwitness", "select count(*) from audit_event where seq is null"), "0");
    let order = "select count(*) from audit_event a join audit_event b on a.seq = b.seq + 1
        where a.audit_event_id < b.audit_event_id and b.action <> 'audit_key.begun' and a.action <> 'audit_key.begun'";
    assert_eq!(cluster.sql("earwitness", order), "0");
    store.close().await;
    cluster.stop().await;
}

/// Polls a future so many times and drops it, as a crash does.
async fn cut_short<F: Future>(future: F, polls: u32) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), polls);
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn a_step_that_is_cut_short_anywhere_leaves_no_gap_no_double_and_no_fork() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    let (mut number, mut cut) = (0, 0);
    for restarts in [false, true] {
        let mut whole = 0;
        for polls in 0.. {
            events(&store, number..number + 2).await;
            number += 2;
            if restarts {
                sequencer = cluster.sequencer(&store);
            }
            match cut_short(Box::pin(sequencer.step(at(number))), polls).await {
                None => cut += 1,
                Some(done) => {
                    done.unwrap();
                    whole += 1;
                }
            }
            // Another writer takes over now and then, and this one must notice.
            if number % 5 == 0 {
                cluster.sequencer(&store).step(at(number)).await.unwrap();
            }
            if whole == 3 {
                break;
            }
        }
    }
    assert!(cut > 10, "{cut}");
    while check(&store).await.0.waiting > 0 {
        number += 2;
        sequencer.step(at(number)).await.unwrap();
    }
    sequencer.step(at(number + 2)).await.unwrap();
    let (verdict, found) = check(&store).await;
    assert_eq!(found, Vec::<&str>::new());
    assert_eq!(verdict.summary.unsigned, 0);
    let count = "select count(*) = max(seq) + 1 and count(*) = (select count(*) from audit_event) from audit_leaf";
    assert_eq!(cluster.sql("earwitness", count), "t");
    store.close().await;
    cluster.stop().await;
}

#[tokio::test]
async fn an_event_whose_transaction_commits_late_gets_its_place_after_those_that_came_first() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut sequencer = cluster.sequencer(&store);
    let event = AuditEvent {
        audit_event_id: Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001),
        happened_at: at(0),
        actor: "service:late".into(),
        action: "test.late".into(),
        entity: "test".into(),
        entity_id: "late".into(),
        room_id: None,
        payload: serde_json::json!({}),
        salt: [7; 16],
    };
    let hex = event.leaf_hash().unwrap().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let mut psql = cluster.psql("earwitness").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut input, mut output) = (psql.stdin.take().unwrap(), BufReader::new(psql.stdout.take().unwrap()));
    writeln!(
        input,
        "begin; insert into audit_event (audit_event_id, happened_at, actor, action, entity, entity_id, payload, salt,
         leaf_hash) values ('{}', '2026-09-12T20:00:00Z', 'service:late', 'test.late', 'test', 'late', '{{}}',
         decode(repeat('07', 16), 'hex'), decode('{hex}', 'hex'));\n\\echo written",
        event.audit_event_id
    )
    .unwrap();
    output.read_line(&mut String::new()).unwrap();
    events(&store, 1..4).await;
    sequencer.step(at(4)).await.unwrap();
    assert_eq!(check(&store).await.0.summary.proved, 4);
    writeln!(input, "commit;").unwrap();
    drop(input);
    assert!(psql.wait().unwrap().success());
    sequencer.step(at(6)).await.unwrap();
    let (verdict, found) = check(&store).await;
    assert_eq!((found, verdict.waiting, verdict.summary.proved), (vec![], 0, 5));
    assert_eq!(cluster.sql("earwitness", "select seq from audit_event where action = 'test.late'"), "4");
    store.close().await;
    cluster.stop().await;
}
