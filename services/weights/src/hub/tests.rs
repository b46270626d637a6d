//! Fetching from a hub that breaks off, cannot resume, lies or is not there.

use super::*;
use crate::loopback::{Answer, Loopback};

fn body() -> Vec<u8> {
    (0..1_000_000_u32).flat_map(|number| (number.wrapping_mul(2_654_435_761) >> 16).to_le_bytes()).collect()
}

fn sha1(bytes: &[u8]) -> Sha1Hash {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    sha1_of_file(file.path()).unwrap()
}

fn hub_file(server: &Loopback, bytes: &[u8]) -> HubFile {
    HubFile { url: format!("{}/weights.bin", server.url), bytes: bytes.len() as u64, sha1: sha1(bytes) }
}

#[test]
fn a_connection_that_breaks_off_is_resumed_where_it_broke() {
    let (folder, body) = (tempfile::tempdir().unwrap(), body());
    let server = Loopback::serve(vec![
        Answer::BreaksOff(body.clone(), 1_500_000),
        Answer::BreaksOff(body.clone(), 500_000),
        Answer::Ranged(body.clone()),
    ]);
    let mut most = 0;
    let path = obtain(&hub_file(&server, &body), folder.path(), &mut |progress| {
        if let Progress::Bytes { done, total, .. } = progress {
            assert!(done > most && done <= total, "{done} after {most} of {total}");
            most = done;
        }
    });
    assert_eq!(fs::read(path.unwrap()).unwrap(), body);
    assert_eq!(server.ranges(), ["", "bytes=1500000-", "bytes=2000000-"]);
    assert_eq!(most, body.len() as u64);
}

#[test]
fn a_part_from_an_earlier_fetch_is_continued_and_a_whole_file_kept() {
    let (folder, body) = (tempfile::tempdir().unwrap(), body());
    let server = Loopback::serve(vec![Answer::Ranged(body.clone())]);
    fs::write(folder.path().join("weights.bin.part"), &body[..123_456]).unwrap();
    for _ in 0..2 {
        let path = obtain(&hub_file(&server, &body), folder.path(), &mut |_| {}).unwrap();
        assert_eq!(fs::read(path).unwrap(), body);
    }
    assert_eq!(server.ranges(), ["bytes=123456-"]);
}

#[test]
fn a_server_that_cannot_resume_is_read_from_the_start() {
    let (folder, body) = (tempfile::tempdir().unwrap(), body());
    let server = Loopback::serve(vec![Answer::BreaksOff(body.clone(), 300_000), Answer::Whole(body.clone())]);
    let path = obtain(&hub_file(&server, &body), folder.path(), &mut |_| {}).unwrap();
    assert_eq!(fs::read(path).unwrap(), body);
}

#[test]
fn a_kept_part_that_is_wrong_costs_one_more_fetch_and_no_more() {
    let (folder, body) = (tempfile::tempdir().unwrap(), body());
    let server = Loopback::serve(vec![Answer::Ranged(body.clone())]);
    for wrong in [vec![7; 1000], vec![7; body.len() + 5]] {
        fs::write(folder.path().join("weights.bin.part"), wrong).unwrap();
        let path = obtain(&hub_file(&server, &body), folder.path(), &mut |_| {}).unwrap();
        assert_eq!(fs::read(&path).unwrap(), body);
        fs::remove_file(path).unwrap();
    }
    assert_eq!(server.ranges(), ["bytes=1000-", "", ""]);
}

#[test]
fn another_file_than_the_published_one_is_refused_and_not_kept() {
    let (folder, body) = (tempfile::tempdir().unwrap(), body());
    let mut other = body.clone();
    other[77] ^= 1;
    let server = Loopback::serve(vec![Answer::Ranged(other)]);
    let error = obtain(&hub_file(&server, &body), folder.path(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, HubError::Hash { .. }), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_longer_file_than_the_recorded_one_is_refused() {
    let (folder, body) = (tempfile::tempdir().unwrap(), body());
    let server = Loopback::serve(vec![Answer::Whole(body.clone())]);
    let hub = HubFile { bytes: 1000, ..hub_file(&server, &body) };
    let error = obtain(&hub, folder.path(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, HubError::TooLong { wanted: 1000, .. }), "{error}");
}

#[test]
fn a_hub_that_is_not_there_or_refuses_is_given_up_with_a_reason() {
    let (folder, body) = (tempfile::tempdir().unwrap(), body());
    let server = Loopback::serve(vec![Answer::Status(404)]);
    let error = obtain(&hub_file(&server, &body), folder.path(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, HubError::Status { status: 404, .. }), "{error}");
    assert_eq!(server.ranges().len(), 1);

    let server = Loopback::serve(vec![Answer::BreaksOff(body.clone(), 9), Answer::Status(503)]);
    let error = obtain(&hub_file(&server, &body), folder.path(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, HubError::Status { status: 503, .. }), "{error}");
    assert_eq!(server.ranges().len(), 1 + FRUITLESS_ATTEMPTS as usize);

    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = HubFile { url: format!("http://127.0.0.1:{port}/weights.bin"), ..hub_file(&server, &body) };
    let error = obtain(&gone, folder.path(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, HubError::Reach { .. }), "{error}");
}
