//! What the PDF of a room costs, in seconds and bytes: an hour, and three hours with a thousand flags.
//!
//! Its own loop, as a library for benches would ask for other features of what the typesetter depends on, and so build all
//! of that twice.

use std::time::Instant;

use dossier::{self, Dossier};

/// A room made up for tests.
#[path = "../../dossier/src/page/tests/sample.rs"]
mod sample;

fn main() -> Result<(), dossier_pdf::PdfError> {
    for (name, minutes, flags) in [("1 hour, 10 flags", 60, 10), ("3 hours, 1,000 flags", 180, 1000)] {
        let dossier: Dossier = sample::dossier(minutes, flags);
        for _ in 0..3 {
            let begun = Instant::now();
            let bytes = dossier_pdf::render(&dossier)?.len();
            eprintln!("{name}: {:.2} s, {bytes} bytes", begun.elapsed().as_secs_f64());
        }
    }
    Ok(())
}
