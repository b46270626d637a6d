//! Quantising known blocks, what must stay as it is, and damaged files.

use std::io::Cursor;

use super::*;
use crate::bounded::put_u32;
use crate::random::Random;

const HEADER: WhisperHeader = WhisperHeader {
    n_vocab: 2,
    n_audio_ctx: 1,
    n_audio_state: 32,
    n_audio_head: 1,
    n_audio_layer: 1,
    n_text_ctx: 1,
    n_text_state: 32,
    n_text_head: 1,
    n_text_layer: 1,
    n_mels: 1,
    ftype: FILE_KIND_F16,
};

fn bytes_of(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect()
}

fn file_of(header: &WhisperHeader, tensors: &[(Record, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    header.write(&mut out).unwrap();
    for number in [1, 3, 11, 12, 13, 1, 2] {
        put_u32(&mut out, number).unwrap();
    }
    out.extend(b"ab");
    for (record, data) in tensors {
        record.write(&mut out).unwrap();
        out.extend(data);
    }
    out
}

fn record(name: &str, sizes: &[u32], element: Element) -> Record {
    Record { name: name.to_owned(), sizes: sizes.to_vec(), element }
}

fn run(bytes: &[u8]) -> Result<Vec<u8>, ConvertError> {
    let mut out = Vec::new();
    quantise_from(&mut Bounded::new(Cursor::new(bytes)).unwrap(), &mut out)?;
    Ok(out)
}

/// 64 rows of 32 numbers.
fn matrix() -> Vec<f32> {
    (0..2048_u16).map(|index| f32::from(index.wrapping_mul(40_503) % 1999) / 1000.0 - 1.0).collect()
}

#[test]
fn a_block_is_its_scale_and_the_nearest_of_255_steps_ties_to_even() {
    let mut values = [0.0_f32; 32];
    values[..6].copy_from_slice(&[127.0, -127.0, 0.5, 1.5, 2.5, -0.5]);
    let mut block = Vec::new();
    assert!(put_blocks(&bytes_of(&values), &mut block));
    assert_eq!(block[..2], f16::from_f32(1.0).to_le_bytes());
    assert_eq!(block[2..8], [127, 129, 0, 2, 2, 0]);
    assert!(block[8..].iter().all(|&byte| byte == 0));

    let mut zero = Vec::new();
    assert!(put_blocks(&bytes_of(&[0.0; 32]), &mut zero));
    assert_eq!(zero, [0; 34]);
}

#[test]
fn every_number_stays_within_half_a_step() {
    let values = matrix();
    let mut blocks = Vec::new();
    assert!(put_blocks(&bytes_of(&values), &mut blocks));
    for (row, block) in values.chunks(32).zip(blocks.chunks(34)) {
        let scale = f16::from_le_bytes([block[0], block[1]]).to_f32();
        for (&value, &byte) in row.iter().zip(&block[2..]) {
            let back = scale * f32::from(i8::from_le_bytes([byte]));
            assert!((back - value).abs() <= scale * 0.51 + 1e-3, "{back} for {value}");
        }
    }
}

#[test]
fn only_matrices_change() {
    let half = |count: usize| bytes_of(&vec![0.25; count]);
    let kept = [
        (record("encoder.conv1.weight", &[3, 4, 8], Element::F16), half(96)),
        (record("encoder.positional_embedding", &[32, 3], Element::F16), half(96)),
        (record("decoder.ln.weight", &[32], Element::F32), vec![9; 128]),
        (record("encoder.conv1.bias", &[1, 32], Element::F32), vec![8; 128]),
    ];
    let before = file_of(&HEADER, &kept);
    let after = run(&before).unwrap();
    assert_eq!(after.len(), before.len());
    assert_eq!(after[44..48], FILE_KIND_Q8_0.to_le_bytes());
    assert_eq!(after[48..], before[48..]);

    let changed =
        run(&file_of(&HEADER, &[(record("x.weight", &[32, 64], Element::F16), bytes_of(&matrix()))])).unwrap();
    let head = record("x.weight", &[32, 64], Element::Q8_0);
    let mut wanted = file_of(&WhisperHeader { ftype: FILE_KIND_Q8_0, ..HEADER }, &[(head, Vec::new())]);
    assert!(put_blocks(&bytes_of(&matrix()), &mut wanted));
    assert_eq!(changed, wanted);
}

#[test]
fn what_cannot_be_quantised_is_named() {
    for not_finite in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut values = matrix();
        values[77] = not_finite;
        let error = run(&file_of(&HEADER, &[(record("x.weight", &[32, 64], Element::F16), bytes_of(&values))]));
        assert!(matches!(error, Err(ConvertError::NotFinite { name }) if name == "x.weight"));
    }
    let narrow = [(record("x.weight", &[31, 2], Element::F16), bytes_of(&[0.5; 62]))];
    assert!(matches!(run(&file_of(&HEADER, &narrow)), Err(ConvertError::Ggml(GgmlError::Record { .. }))));
    let already = file_of(&WhisperHeader { ftype: FILE_KIND_Q8_0, ..HEADER }, &[]);
    assert!(matches!(run(&already), Err(ConvertError::Foreign { .. })));
}

#[test]
fn cut_and_damaged_files_are_refused_or_converted_but_never_fatal() {
    let tensors = [
        (record("x.weight", &[32, 64], Element::F16), bytes_of(&matrix())),
        (record("x.bias", &[64], Element::F32), vec![1; 256]),
    ];
    let sound = file_of(&HEADER, &tensors);
    let boundaries: Vec<usize> = (0..=2).map(|count| file_of(&HEADER, &tensors[..count]).len()).collect();
    for cut in 0..sound.len() {
        // A file that ends between two tensors is whole to this converter: the check of completeness is for that.
        assert_eq!(run(&sound[..cut]).is_ok(), boundaries.contains(&cut), "cut at {cut}");
    }
    let mut random = Random::new(5);
    let damaged = (0..3000).map(|_| run(&random.damage(&sound, 120)).is_err());
    assert!(damaged.filter(|&refused| refused).count() > 1000);
}
