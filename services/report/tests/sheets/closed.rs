//! Populations over a random history: closed by the log, pinned to a checkpoint, signed.

use ledger::VerifyingKey;
use report::population::{Head, PopulationError, PopulationRequest, member, population, read_lines};
use store::{PopulationOf, Store};

use crate::{
    cluster::Cluster,
    world::{DAY, World, at},
};

async fn listed(store: &Store, of: PopulationOf, as_of: i64) -> (String, Head) {
    let freeze = store.freeze_at(at(as_of)).await.unwrap().unwrap();
    let request = PopulationRequest { of, from: at(0), until: at(500 * DAY), freeze };
    let mut list = Vec::new();
    let head = population(store, &request, &mut list).await.unwrap();
    (String::from_utf8(list).unwrap(), head)
}

#[tokio::test]
async fn what_is_removed_later_stands_in_the_list_as_gone_and_what_the_log_does_not_know_is_counted() {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let mut world = World::new(&cluster, &store, 5);
    for number in 0..20 {
        world.case(0, number).await;
    }
    let mut sequencer = cluster.sequencer(&store);
    while sequencer.step(at(400 * DAY)).await.unwrap() {}
    let (list, head) = listed(&store, PopulationOf::Decisions, 400 * DAY).await;
    let decisions = cluster.sql("earwitness", "select count(*) from decision");
    assert_eq!(head.members.to_string(), decisions);
    assert_eq!((head.gone, head.unlogged), (0, 0));
    // A later decision is not in the frozen list.
    world.case(1, 3).await;
    while sequencer.step(at(410 * DAY)).await.unwrap() {}
    assert_eq!(listed(&store, PopulationOf::Decisions, 400 * DAY).await, (list.clone(), head.clone()));
    let victim = member(list.lines().last().unwrap()).unwrap().id;
    cluster.sql(
        "earwitness",
        &format!(
            "set session_replication_role = replica; delete from measure where decision_id = '{victim}'; delete from decision where decision_id = '{victim}'"
        ),
    );
    let (after, changed) = listed(&store, PopulationOf::Decisions, 400 * DAY).await;
    assert_eq!((changed.members, changed.gone), (head.members, 1));
    assert!(after.lines().any(|line| line.contains(&victim) && line.contains("\"is_gone\":true")));
    // The flags of this history were written past the log.
    let (_, flags) = listed(&store, PopulationOf::Flags, 400 * DAY).await;
    assert_eq!(flags.members, 0);
    assert!(flags.unlogged > 100, "{}", flags.unlogged);
    for of in [PopulationOf::Rooms, PopulationOf::Windows] {
        assert!(listed(&store, of, 400 * DAY).await.1.unlogged > 0);
    }
    signed(&cluster, &list, &head);
    cluster.stop().await;
}

fn signed(cluster: &Cluster, list: &str, head: &Head) {
    let key = cluster.key_file().first().unwrap();
    let note = head.sign(&key).unwrap();
    let public = VerifyingKey::parse(&key.public().to_string()).unwrap();
    assert_eq!(&Head::read(note.as_bytes(), Some(&public)).unwrap(), head);
    let forged = note.replace("gone 0", "gone 1");
    assert!(matches!(Head::read(forged.as_bytes(), Some(&public)), Err(PopulationError::Note(_))));
    assert!(read_lines(list.as_bytes(), head, |_, _| Ok(())).is_ok());
}
