//! Writes the PDF and the page of a made-up room into a folder, to look at: `look FOLDER MINUTES FLAGS`.

use std::path::PathBuf;

use dossier::{self, page};

/// A room made up for tests.
#[path = "../../dossier/src/page/tests/sample.rs"]
mod sample;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name a folder")?);
    let minutes = arguments.next().map_or(Ok(120), |minutes| minutes.parse())?;
    let flags = arguments.next().map_or(Ok(9), |flags| flags.parse())?;
    let dossier = sample::dossier(minutes, flags);
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("dossier.pdf"), dossier_pdf::render(&dossier)?)?;
    for (path, bytes) in page::render(&dossier)? {
        std::fs::write(folder.join(path), bytes)?;
    }
    Ok(())
}
