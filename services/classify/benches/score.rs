//! Time of one passage through the shipped classifier, by its length in tokens.

use std::path::Path;

use classify::{Classifier, MiniLm};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

/// One token each, so that a text has as many as it has words, and two more for its ends.
const WORDS: &str = "i will find you and when i find you i will make you regret every single word that you said about \
                     my family and about the people who live on this street with us every single day of the year until \
                     you leave this town and never come back here again because we know where you live and work";

#[expect(clippy::expect_used, reason = "without the classifier there is nothing to measure")]
fn score(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/classifier");
    let classifier = MiniLm::load(&folder).expect("the shipped classifier");
    let words: Vec<&str> = WORDS.split(' ').collect();
    let mut group = criterion.benchmark_group("score");
    for tokens in [8, 16, 29, 48] {
        let text = words[..tokens - 2].join(" ");
        group.bench_with_input(BenchmarkId::new("tokens", tokens), &text, |bencher, text| {
            bencher.iter(|| classifier.score(text));
        });
    }
    group.finish();
}

fn load(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/classifier");
    criterion.bench_function("load", |bencher| bencher.iter(|| MiniLm::load(&folder)));
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = score, load }
criterion_main!(benches);
