//! Reports, populations and samples of ten thousand and of a million flags: how long, and in how much memory.
#![expect(clippy::unwrap_used, reason = "what a measurement relies on ends it")]
#![expect(clippy::print_stdout, reason = "the figures")]

#[path = "../tests/log/cluster.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod cluster;

use std::time::Instant;

use report::{
    population::{PopulationRequest, population},
    sample::{Draw, Stratum, draw},
    sheets::{Request, TEMPLATE, transparency},
};
use report_formats::transparency::report::Period;
use store::PopulationOf;

use chrono::{TimeZone, Utc};
use cluster::Cluster;

/// A thousand rooms; FLAGS flags, a tenth of them with a case, a decision and a measure, all in the log.
const ROWS: &str = "
insert into room (room_id, begun_at) select 'room ' || r, '2026-01-01' from generate_series(0, 999) r;
insert into stream (stream_id, room_id, name, epochs) select md5('s' || r)::uuid, 'room ' || r, 'mix', 1 from generate_series(0, 999) r;
insert into epoch (stream_id, epoch, began_at, opened_at, source, language, ended_at, samples, closed_how)
select stream_id, 0, '2026-01-01', '2026-01-01', 'x', 'en', '2027-01-01', 1, 'ended' from stream;
insert into \"window\" (window_id, stream_id, epoch, first_sample, end_sample, began_at, ended_at, language, guards, attempts, seam, stored_at)
select md5('w' || r || '/' || d)::uuid, md5('s' || r)::uuid, 0, d * 13824000000, (d + 1) * 13824000000, '2026-01-01', '2026-01-01',
    (array['en', 'de', 'fr'])[1 + (d + r) % 3], '{}', 1, false, '2026-01-01'
from generate_series(0, 999) r, generate_series(0::bigint, 36) d;
insert into listener_count (room_id, from_at, listeners)
select 'room ' || r, '2026-01-01'::timestamptz + d * interval '1 day', (d * 13 + r) % 900 from generate_series(0, 999) r, generate_series(0, 364) d;
insert into flag (flag_id, room_id, stream_id, epoch, first_sample, end_sample, began_at, category, severity, score, status, made_at, changed_at)
select md5('f' || g)::uuid, 'room ' || g % 1000, md5('s' || g % 1000)::uuid, 0, s * 16000, (s + 4) * 16000,
    '2026-01-01'::timestamptz + s * interval '1 second', (array['threat', 'hate', 'scam'])[1 + g % 3], 'high', (g % 1000) / 1000.0,
    'provisional', '2026-01-01'::timestamptz + (s + 9) * interval '1 second', '2026-01-01'
from generate_series(0, FLAGS - 1) g, lateral (select ((g / 1000)::bigint * 29000000 / (FLAGS / 1000) + g % 1000)::bigint s) p;
insert into review_case (case_id, room_id, opened_at)
select md5('c' || g)::uuid, 'room ' || g % 1000, '2026-06-01' from generate_series(0, FLAGS - 1, 10) g;
insert into case_flag (flag_id, case_id, joined_at)
select md5('f' || g)::uuid, md5('c' || g)::uuid, '2026-06-01' from generate_series(0, FLAGS - 1, 10) g;
insert into decision (decision_id, case_id, made_by, maker, decided_at, outcome)
select md5('d' || g)::uuid, md5('c' || g)::uuid, case when g % 3 = 0 then 'machine' else 'reviewer' end, 'anna',
    '2026-12-01', 'restrict'
from generate_series(0, FLAGS - 1, 10) g;
insert into measure (decision_id, ground, ground_text, explanation, category, additional, keywords, visibility, scope, states, applied_at, facts)
select md5('d' || g)::uuid, 'law', 'x', 'x', 'STATEMENT_CATEGORY_VIOLENCE', '{}', '{}', '{DECISION_VISIBILITY_CONTENT_REMOVED}',
    'union', '{}', '2026-12-01', 'x'
from generate_series(0, FLAGS - 1, 10) g;
insert into audit_event (audit_event_id, seq, happened_at, actor, action, entity, entity_id, room_id, payload, salt, leaf_hash)
select md5('e' || g)::uuid, g, '2026-12-01', 'x', case when g < FLAGS then 'flag.made' else 'decision.made' end,
    case when g < FLAGS then 'flag' else 'decision' end,
    (case when g < FLAGS then md5('f' || g) else md5('d' || (g - FLAGS) * 10) end)::uuid::text, null, '{}',
    decode(md5('x' || g), 'hex'), sha256(decode(md5('y' || g), 'hex'))
from generate_series(0, FLAGS + FLAGS / 10 - 1) g;
insert into audit_checkpoint (size, root, note, created_at) values (FLAGS + FLAGS / 10, sha256('x'), 'x', '2027-01-02');
analyze;
";

/// The highest memory of this process so far, in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_024
}

fn main() {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(measure());
}

async fn measure() {
    let mut peaks = Vec::new();
    for flags in [10_000_u64, 1_000_000] {
        let cluster = Cluster::start().await;
        let store = cluster.store().await;
        cluster.sql("earwitness", &ROWS.replace("FLAGS", &flags.to_string()));
        let period = Period::new("2026-01-01".parse().unwrap(), "2026-12-31".parse().unwrap()).unwrap();
        let facts =
            TEMPLATE.replace("name = \"\"", "name = \"Rooms\"").replace("service = \"\"", "service = \"Rooms\"");
        let request = Request { period, facts: &facts, as_of: None, correction: None };
        let begun = Instant::now();
        let made = Box::pin(transparency(&store, request)).await.unwrap();
        println!("{flags} flags: report in {:?}, {} files, peak {} MiB", begun.elapsed(), made.files.len(), peak());
        let (begun, freeze) = (Instant::now(), made.freeze);
        let [from, until] = [2025, 2028].map(|year| Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap());
        let request = PopulationRequest { of: PopulationOf::Flags, from, until, freeze };
        let list = tempfile::NamedTempFile::new().unwrap();
        let out = std::io::BufWriter::new(list.reopen().unwrap());
        let head = population(&store, &request, out).await.unwrap();
        assert_eq!(head.members, flags);
        println!("{flags} flags: population in {:?}, peak {} MiB", begun.elapsed(), peak());
        peaks.push(peak());
        let begun = Instant::now();
        let by = vec![Stratum::Language, Stratum::Category];
        let asked = Draw { seed: "x".into(), size: 400, stratify: by, target: None };
        let read = std::io::BufReader::new(list.reopen().unwrap());
        let sample = draw(read, &head, &asked).unwrap();
        println!("{flags} flags: sample of {} in {:?}, peak {} MiB", sample.drawn.len(), begun.elapsed(), peak());
        cluster.stop().await;
    }
    println!("memory grew by {} MiB for a hundred times the flags", peaks[1].saturating_sub(peaks[0]));
}
