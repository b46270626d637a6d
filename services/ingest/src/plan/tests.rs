//! Folders, descriptions and flags, right and wrong.

use std::fs;

use super::*;

fn options(room: Option<&str>) -> Options {
    Options {
        room: room.map(|room| room.parse().unwrap()),
        stream: None,
        speaker: None,
        language: None,
        default_language: "en".into(),
        scheduled: None,
        start: DateTime::UNIX_EPOCH,
        listeners: vec![],
        raw: None,
    }
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn refused(files: &[(&str, &str)], options: &Options) -> String {
    let folder = folder(files);
    let error = plan(&[folder.path().to_owned()], options).unwrap_err();
    let cause = std::error::Error::source(&error).map_or(String::new(), |cause| format!(": {cause}"));
    format!("{error}{cause}").replace(&folder.path().display().to_string(), "")
}

#[test]
fn each_sound_file_of_a_folder_is_a_stream() {
    let folder = folder(&[("b.WAV", ""), ("a.opus", ""), ("notes.txt", "")]);
    let run = plan(&[folder.path().to_owned()], &options(Some("town"))).unwrap();
    assert_eq!(run.streams.iter().map(|stream| stream.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn a_description_gives_connections_with_wall_times() {
    let folder = folder(&[
        ("talk.opus", ""),
        (
            "room.toml",
            r#"
            id = "hall"
            title = "The hall"
            scheduled = 2026-09-12T20:00:00Z
            listeners = [[0, 915000], [60, 1000000]]
            [[stream]]
            name = "stage"
            [[stream.attempt]]
            at = 2026-09-12T20:00:00Z
            result = "refused"
            status = 503
            [[stream.connection]]
            at = 2026-09-12T20:04:00Z
            [[stream.connection.play]]
            mute = 600.0
            [[stream.connection.play]]
            file = "talk.opus"
            speaker = "Mara"
            repeat = 2
            "#,
        ),
    ]);
    let run = plan(&[folder.path().to_owned()], &options(None)).unwrap();
    assert_eq!(run.room.room.as_str(), "hall");
    assert_eq!(run.listeners[1].from.to_rfc3339(), "2026-09-12T20:01:00+00:00");
    let connection = &run.streams[0].connections[0];
    assert_eq!(connection.at.to_rfc3339(), "2026-09-12T20:04:00+00:00");
    assert_eq!(connection.pieces[0], Piece::Mute(9_600_000));
    assert!(matches!(&connection.pieces[1], Piece::Sound { repeat: 2, .. }));
}

#[test]
fn what_makes_no_sense_is_named() {
    let room = Some("town");
    assert_eq!(refused(&[], &options(room)), "no sound found: name a file, a folder with sound, or a room.toml");
    assert_eq!(refused(&[("a.wav", ""), ("a.mp3", "")], &options(room)), r#"two sources would both be the stream "a""#);
    assert!(refused(&[("a.wav", "")], &options(None)).starts_with("name the room"));
    assert!(refused(&[("room.toml", "titel = 1")], &options(room)).contains("unknown field `titel`"));
    let both = "[[stream]]\nname='s'\n[[stream.connection]]\n[[stream.connection.play]]\nmute=1\ngap=1";
    assert!(refused(&[("room.toml", both)], &options(room)).contains("exactly one of file, mute and gap"));
    let missing = "[[stream]]\nname='s'\n[[stream.connection]]\n[[stream.connection.play]]\nfile='x.wav'";
    assert!(refused(&[("room.toml", missing)], &options(room)).contains("cannot read /x.wav"));
}
