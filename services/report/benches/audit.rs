//! How long the whole audit log takes to verify, and whether memory stays flat; against reading the same rows and
//! hashing them with no check at all, which no check can be faster than.
#![expect(clippy::unwrap_used, reason = "what a measurement relies on ends it")]
#![expect(clippy::print_stdout, reason = "the figures")]

#[path = "../tests/log/cluster.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod cluster;

use std::{
    fs,
    io::{BufWriter, Read, Write},
    ops::Range,
    process::Stdio,
    time::Instant,
};

use ledger::{AuditEvent, truncate_instant};
use report::{Known, Verdict, verify};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::Store;
use uuid::Uuid;

use cluster::{Cluster, at};

/// Events unless told otherwise: enough for a ratio, and a minute's work.
const EVENTS: u64 = 200_000;
/// The promise is for so many.
const PROMISED: f64 = 10e6;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let events = match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => EVENTS,
        (Some("--events"), Some(count)) => count.parse().unwrap(),
        _ => {
            println!("Measure audit verify.\n\nUsage: cargo xtask bench audit [-- --events N]   (default {EVENTS})");
            return;
        }
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(measure(events));
}

async fn measure(events: u64) {
    let cluster = Cluster::start().await;
    let store = cluster.store().await;
    let (mut sequencer, mut placed) = (cluster.sequencer(&store), 0.0);
    for part in 0..PARTS {
        fill(&cluster, part * events / PARTS..(part + 1) * events / PARTS);
        let began = Instant::now();
        while sequencer.step(at(i64::try_from(2 * part).unwrap())).await.unwrap() {}
        placed += began.elapsed().as_secs_f64();
        eprintln!("part {} of {PARTS} is written and has its places", part + 1);
    }
    cluster.sql("earwitness", "analyze");
    let read = bare(&cluster);
    let (verdict, verified, resident) = checked(&store).await;
    assert_eq!((verdict.differences, verdict.summary.events), (0, events + 1));
    let rate = events as f64 / verified;
    println!("{events} events, {} checkpoints", verdict.summary.checkpoints);
    println!("sequence   {placed:>8.1} s  {:>9.0} events a second", events as f64 / placed);
    println!("read+hash  {read:>8.1} s  {:>9.0} events a second", events as f64 / read);
    println!(
        "verify     {verified:>8.1} s  {rate:>9.0} events a second, {:.2} times reading and hashing",
        verified / read
    );
    println!("10 million events at this rate: {:.1} minutes", PROMISED / rate / 60.0);
    println!("memory after each quarter of the log: {resident:?} MiB");
    store.close().await;
    cluster.stop().await;
}

/// The log is written in so many parts, each with a checkpoint at its end.
const PARTS: u64 = 20;

/// Writes events as the services do, but in one go.
fn fill(cluster: &Cluster, numbers: Range<u64>) {
    let copy =
        "copy audit_event (audit_event_id, happened_at, actor, action, entity, entity_id, room_id, payload, salt,
        leaf_hash) from stdin";
    let mut psql = cluster.psql("earwitness").args(["-c", copy]).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = BufWriter::new(psql.stdin.take().unwrap());
    let millisecond = 0x0199_3e6a_0000_u128;
    for number in numbers.map(u128::from) {
        let id = Uuid::from_u128((millisecond + number / 100) << 80 | 0x7000_8000_0000_0000_0000 | number);
        let happened_at = truncate_instant(at(i64::try_from(number / 100).unwrap()));
        let event = AuditEvent {
            audit_event_id: id,
            happened_at,
            actor: "service:transcribe".into(),
            action: "window.stored".into(),
            entity: "window".into(),
            entity_id: id.to_string(),
            room_id: Some(format!("room-{}", number % 1_000)),
            payload: json!({
                "stream": id, "epoch": 0, "first": u64::try_from(number).unwrap() * 96_000, "language": "en", "words": 17,
                "samples": { "transcribed": 88_000, "silence": 8_000 }, "segments": 2, "guards": 0, "attempts": 1,
                "content_sha256": "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c",
            }),
            salt: number.to_be_bytes(),
        };
        let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        let (salt, leaf, payload) = (hex(&event.salt), hex(&event.leaf_hash().unwrap()), &event.payload);
        let room = event.room_id.as_deref().unwrap();
        writeln!(
            input,
            "{id}\t{}\t{}\t{}\t{}\t{}\t{room}\t{payload}\t\\\\x{salt}\t\\\\x{leaf}",
            happened_at.to_rfc3339(),
            event.actor,
            event.action,
            event.entity,
            event.entity_id
        )
        .unwrap();
    }
    drop(input);
    assert!(psql.wait().unwrap().success());
}

/// Reads every row that a check needs, in the log's order, and hashes the bytes.
fn bare(cluster: &Cluster) -> f64 {
    let began = Instant::now();
    let copy = "copy (select leaf.*, event.* from audit_leaf leaf join audit_event event using (audit_event_id)
        order by leaf.seq) to stdout";
    let mut psql = cluster.psql("earwitness").args(["-c", copy]).stdout(Stdio::piped()).spawn().unwrap();
    let (mut output, mut hash, mut buffer) = (psql.stdout.take().unwrap(), Sha256::new(), vec![0; 1 << 16]);
    loop {
        match output.read(&mut buffer).unwrap() {
            0 => break,
            read => hash.update(&buffer[..read]),
        }
    }
    std::hint::black_box(hash.finalize());
    assert!(psql.wait().unwrap().success());
    began.elapsed().as_secs_f64()
}

async fn checked(store: &Store) -> (Verdict, f64, Vec<u64>) {
    let (began, mut resident) = (Instant::now(), Vec::new());
    let mut progress = |done: u64, all: u64| {
        if done * 4 >= all * (resident.len() as u64 + 1) {
            resident.push(resident_mib());
        }
    };
    let mut found = |difference| panic!("{difference}");
    let verdict = verify(store, &Known::default(), &mut found, &mut progress).await.unwrap();
    (verdict, began.elapsed().as_secs_f64(), resident)
}

/// Memory that this process holds, from `/proc/self/status`.
fn resident_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}
