//! The guide in the bundle, followed to the letter with the tools that it names.

use std::{fs, path::Path, process::Command};

use crate::{
    archive::{bundle, put_together, take_apart},
    room::{key, room},
};

/// The tools that the guide asks for.
const TOOLS: [&str; 5] = ["bash", "unzip", "sha256sum", "openssl", "jq"];

fn is_there(tool: &str) -> bool {
    Command::new(tool).arg("--help").output().is_ok()
}

/// The guide's commands of one section, as they stand there.
fn section(guide: &str, number: usize) -> String {
    let sections: Vec<&str> = guide.split("\n## ").collect();
    let commands = sections[number].lines().filter_map(|line| line.strip_prefix("    "));
    commands.collect::<Vec<_>>().join("\n")
}

/// What the commands print, in the folder; and whether the last one says yes.
fn run(folder: &Path, commands: &str) -> (String, bool) {
    let output = Command::new("bash").args(["-c", commands]).current_dir(folder).output().unwrap();
    let text = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
    (text, output.status.success())
}

#[test]
fn the_guide_s_commands_work_as_written_and_find_a_change() {
    if let Some(missing) = TOOLS.iter().find(|tool| !is_there(tool)) {
        eprintln!("not run: {missing} is not there");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (dossier, audit) = room();
    let bytes = bundle(&dossier, &audit, &key(7));
    fs::write(folder.path().join("BUNDLE.zip"), &bytes).unwrap();
    fs::write(folder.path().join("log.vkey"), format!("{}\n", key(7).public())).unwrap();
    let guide = take_apart(&bytes).into_iter().find(|(path, _)| path == "VERIFY.md").unwrap().1;
    let guide = String::from_utf8(guide).unwrap();
    assert_eq!(run(folder.path(), &section(&guide, 0)), (String::new(), true));
    let inside = folder.path().join("bundle");
    assert_eq!(run(&inside, &section(&guide, 1)), (String::new(), true));
    assert_eq!(run(&inside, &section(&guide, 2)), ("Signature Verified Successfully\n".into(), true));
    assert_eq!(run(&inside, &section(&guide, 3)), ("every file fits\n1\n".into(), true));
    let (leaves, _) = run(&inside, &section(&guide, 4));
    let leaves: Vec<_> = leaves.lines().collect();
    assert_eq!(leaves[0].strip_suffix("  -"), Some(leaves[1]));
    // Packed anew by the same kind of tool, with folders and all, it is the same bundle.
    if is_there("zip") {
        assert!(run(&inside, "zip -qr ../again.zip .").1);
        let again = fs::read(folder.path().join("again.zip")).unwrap();
        assert_eq!(crate::archive::check(&again, Some(key(7).public())).1, []);
    }
    // A change of a table, and one of the list of sums with it.
    let table = inside.join("tables/flags.csv");
    fs::write(&table, fs::read_to_string(&table).unwrap().replace("high", "low")).unwrap();
    assert!(run(&inside, &section(&guide, 3)).0.contains("tables/flags.csv: FAILED"));
    let list = "find . -type f ! -name 'manifest*' ! -name SHA256SUMS | cut -c3- | xargs sha256sum > SHA256SUMS";
    run(&inside, list);
    assert!(run(&inside, &section(&guide, 3)).0.contains("\n0\n"));
    let manifest = inside.join("manifest.json");
    fs::write(&manifest, fs::read_to_string(&manifest).unwrap().replace("town", "down")).unwrap();
    assert!(!run(&inside, &section(&guide, 2)).1);
    // Something that nobody named.
    fs::write(inside.join("more.txt"), "more").unwrap();
    assert!(run(&inside, &section(&guide, 3)).0.contains("> more.txt"));
    // And the bundle packed anew by another program is the same bundle.
    assert!(crate::archive::check(&put_together(&take_apart(&bytes)), None).0.sound);
}
