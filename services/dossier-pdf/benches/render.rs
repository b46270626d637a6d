//! What the PDF of a long room costs: three hours, two streams, a thousand flags.

use criterion::{Criterion, criterion_group, criterion_main};
use dossier::{self, Dossier};

/// A room made up for tests.
#[path = "../../dossier/src/page/tests/sample.rs"]
mod sample;

fn render(c: &mut Criterion) {
    let mut group = c.benchmark_group("pdf");
    group.sample_size(10);
    for (name, minutes, flags) in [("an hour, 10 flags", 60, 10), ("3 hours, 1,000 flags", 180, 1000)] {
        let dossier: Dossier = sample::dossier(minutes, flags);
        group.bench_function(name, |b| b.iter(|| dossier_pdf::render(&dossier).map(|bytes| bytes.len())));
    }
    group.finish();
}

criterion_group!(benches, render);
criterion_main!(benches);
