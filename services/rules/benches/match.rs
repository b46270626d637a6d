//! Words a second of the English pack, beside a baseline in the same run: every pattern of its terms searched on its own,
//! without exclusions and on text that is normalised already.

use std::{fs, path::PathBuf, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use regex::Regex;
use rules::{Engine, Pack};

fn bench(criterion: &mut Criterion) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models/rules/en");
    let pack = Pack::load(&folder).unwrap_or_else(|problems| panic!("{problems}"));
    let engine = Engine::new(&pack, "en").unwrap_or_else(|error| panic!("{error}"));
    let patterns = pack.patterns("en").into_iter();
    let patterns: Vec<Regex> =
        patterns.map(|source| Regex::new(&source).unwrap_or_else(|error| panic!("{source}: {error}"))).collect();
    // Windows of live talk hold some tens of words; one in a hundred lines here would be flagged.
    let talk = fs::read_to_string(folder.join("corpus/harmless.txt")).unwrap_or_else(|error| panic!("{error}"));
    let lines: Vec<&str> = talk.lines().collect();
    let plain: Vec<String> = lines.iter().map(|line| line.replace([',', '.', '?', '!'], "").to_lowercase()).collect();

    let mut group = criterion.benchmark_group("harmless talk");
    group.throughput(Throughput::Elements(talk.split_whitespace().count() as u64));
    group.sample_size(20).measurement_time(Duration::from_secs(5));
    group.bench_function("the engine", |bencher| {
        bencher.iter(|| lines.iter().map(|line| engine.match_text(line).len()).sum::<usize>());
    });
    group.bench_function("every pattern on its own", |bencher| {
        let matches = |line: &String| patterns.iter().filter(|regex| regex.is_match(line)).count();
        bencher.iter(|| plain.iter().map(matches).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
