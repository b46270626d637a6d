//! Writes the PDF and the page of a made-up room into a folder, to look at: `look FOLDER MINUTES FLAGS TEXT`.
//!
//! A text becomes the room's title and what everybody in it says, to look at any script.

use std::path::PathBuf;

use dossier::{self, Dossier, page};

/// A room made up for tests.
#[path = "../../dossier/src/page/tests/sample.rs"]
mod sample;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name a folder")?);
    let minutes = arguments.next().map_or(Ok(120), |minutes| minutes.parse())?;
    let flags = arguments.next().map_or(Ok(9), |flags| flags.parse())?;
    let mut dossier = sample::dossier(minutes, flags);
    if let Some(text) = arguments.next() {
        say(&mut dossier, &text);
    }
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("dossier.pdf"), dossier_pdf::render(&dossier)?)?;
    for (path, bytes) in page::render(&dossier)? {
        std::fs::write(folder.join(path), bytes)?;
    }
    Ok(())
}

fn say(dossier: &mut Dossier, text: &str) {
    let epochs = dossier.streams.iter_mut().flat_map(|stream| &mut stream.epochs);
    for segment in epochs.flat_map(|epoch| &mut epoch.windows).flat_map(|window| &mut window.segments) {
        for (word, said) in segment.words.iter_mut().zip(text.split_whitespace().cycle()) {
            said.clone_into(&mut word.word);
        }
    }
    for flag in &mut dossier.flags {
        text.clone_into(&mut flag.words);
        flag.findings.iter_mut().for_each(|finding| text.clone_into(&mut finding.words));
    }
    dossier.room.title = Some(text.to_owned());
}
