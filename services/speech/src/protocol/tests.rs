//! Frames: round trips, and every damage is refused.

use super::*;

#[test]
fn a_frame_comes_back_as_it_went() {
    let mut bytes = Vec::new();
    write(&mut bytes, &Question::Gate, &pcm_to_bytes(&[1, -2, i16::MIN])).unwrap();
    let (question, body) = read::<Question<'_>>(&mut bytes.as_slice()).unwrap().unwrap();
    assert_eq!(question, Question::Gate);
    assert_eq!(pcm_from_bytes(&body).unwrap(), [1, -2, i16::MIN]);
}

#[test]
fn probabilities_come_back_bit_for_bit() {
    assert_eq!(f32_from_bytes(&f32_to_bytes(&[0.1, 1.0])).unwrap(), [0.1, 1.0]);
}

#[test]
fn the_end_between_frames_is_no_error() {
    assert!(read::<Question<'_>>(&mut [].as_slice()).unwrap().is_none());
}

#[test]
fn a_frame_cut_anywhere_is_an_error() {
    let frame = encode(&Question::Gate, &[0; 4]).unwrap();
    for length in 1..frame.len() {
        assert!(matches!(read::<Question<'_>>(&mut &frame[..length]), Err(ProtocolError::Pipe(_))), "{length} bytes");
    }
}

#[test]
fn another_version_is_refused() {
    let mut frame = encode(&Question::Gate, &[]).unwrap();
    frame[0] = 2;
    assert!(matches!(read::<Question<'_>>(&mut frame.as_slice()), Err(ProtocolError::Version(2))));
}

#[test]
fn absurd_lengths_are_refused_before_anything_is_allocated() {
    let frame = [VERSION, 255, 255, 255, 255, 255, 255, 255, 255];
    assert!(matches!(read::<Question<'_>>(&mut frame.as_slice()), Err(ProtocolError::TooLong { .. })));
}

#[test]
fn an_unknown_question_is_refused() {
    let frame = encode(&serde_json::json!({ "op": "sing" }), &[]).unwrap();
    assert!(matches!(read::<Question<'_>>(&mut frame.as_slice()), Err(ProtocolError::Header(_))));
}

#[test]
fn half_a_sample_is_refused() {
    assert!(matches!(pcm_from_bytes(&[1, 2, 3]), Err(ProtocolError::OddBody(3))));
}
