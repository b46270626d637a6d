//! Header and completeness checks on hollow files: right in every length, with holes where the weights would be.

use std::fs::File;

use super::*;
use crate::random::Random;

/// tiny.en's own shape, as `q8_0`.
const TINY: WhisperHeader = WhisperHeader {
    n_vocab: 51864,
    n_audio_ctx: 1500,
    n_audio_state: 384,
    n_audio_head: 6,
    n_audio_layer: 4,
    n_text_ctx: 448,
    n_text_state: 384,
    n_text_head: 6,
    n_text_layer: 4,
    n_mels: 80,
    ftype: FILE_KIND_Q8_0,
};

fn records() -> Vec<Record> {
    plan(&TINY).into_iter().map(|planned| planned.record).collect()
}

/// A hollow file; the offset of each record's head and the end.
fn hollow(header: &WhisperHeader, records: &[Record]) -> (tempfile::NamedTempFile, Vec<u64>) {
    let named = tempfile::NamedTempFile::new().unwrap();
    let mut file: &File = named.as_file();
    header.write(&mut file).unwrap();
    put_u32(&mut file, header.n_mels).unwrap();
    put_u32(&mut file, MEL_COLUMNS).unwrap();
    file.seek_relative(i64::from(header.n_mels * MEL_COLUMNS * 4)).unwrap();
    put_u32(&mut file, 3).unwrap();
    for token in ["!", "\"", " the"] {
        put_u32(&mut file, u32::try_from(token.len()).unwrap()).unwrap();
        file.write_all(token.as_bytes()).unwrap();
    }
    let mut heads = Vec::new();
    for record in records {
        heads.push(file.stream_position().unwrap());
        record.write(&mut file).unwrap();
        file.seek_relative(i64::try_from(record.data_bytes().unwrap()).unwrap()).unwrap();
    }
    heads.push(file.stream_position().unwrap());
    file.set_len(*heads.last().unwrap()).unwrap();
    (named, heads)
}

#[track_caller]
fn cause(file: &tempfile::NamedTempFile) -> String {
    let Err(VerifyError::Content { source, .. }) = check_tensors(file.path()) else {
        panic!("not refused for its content")
    };
    format!("{source:?}")
}

#[test]
fn a_whole_file_passes_in_f16_and_q8_0_and_any_order() {
    let (file, _) = hollow(&TINY, &records());
    assert_eq!(check_tensors(file.path()).unwrap(), TINY);

    let mut quantised = records();
    quantised.reverse();
    for record in &mut quantised {
        if record.element == Element::F16 && record.sizes.len() == 2 {
            record.element = Element::Q8_0;
        }
    }
    let (file, _) = hollow(&TINY, &quantised);
    assert_eq!(check_tensors(file.path()).unwrap(), TINY);
}

#[test]
fn only_published_shapes_pass_the_header_check() {
    let changes: [fn(&mut WhisperHeader); 14] = [
        |header| header.n_vocab = 51863,
        |header| header.n_vocab = 2_000_000_000,
        |header| header.n_audio_ctx = 1501,
        |header| header.n_audio_state = 385,
        |header| header.n_audio_head = 0,
        |header| header.n_audio_head = 7,
        |header| header.n_audio_layer = 1_000_000,
        |header| header.n_text_ctx = 0,
        |header| header.n_text_state = 512,
        |header| header.n_text_head = 0,
        |header| header.n_text_layer = u32::MAX,
        |header| header.n_mels = 81,
        |header| header.ftype = 0,
        |header| header.ftype = 2009,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut header = TINY;
        change(&mut header);
        let file = tempfile::NamedTempFile::new().unwrap();
        header.write(&mut file.as_file()).unwrap();
        let refused = matches!(
            check_header(file.path()),
            Err(VerifyError::Content { source: GgmlError::Foreign { wanted: "Whisper", .. }, .. })
        );
        assert!(refused, "change {number}: {header:?}");
    }
}

#[test]
fn foreign_empty_and_missing_files_are_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(cause(&file).contains("Truncated"));
    std::fs::write(file.path(), b"GGUF and what follows, which is another format altogether").unwrap();
    assert!(cause(&file).contains("Magic"));
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_path_buf(), folder.path().join("nothing")] {
        assert!(matches!(check_header(&path), Err(VerifyError::Open { .. })));
    }
}

#[test]
fn a_file_without_tensors_or_with_one_too_few_is_incomplete() {
    let (file, _) = hollow(&TINY, &[]);
    assert!(cause(&file).contains("Missing { count: 167"), "{}", cause(&file));
    for missing in [0, 83, 166] {
        let mut fewer = records();
        let gone = fewer.remove(missing);
        let (file, _) = hollow(&TINY, &fewer);
        assert!(cause(&file).contains(&format!("Missing {{ count: 1, first: \"{}\"", gone.name)));
    }
}

#[test]
fn a_tensor_twice_or_of_other_sizes_or_kind_is_refused() {
    let mut twice = records();
    twice.push(twice[5].clone());
    let mut wider = records();
    wider[9].sizes[0] += 1;
    let mut quantised_vector = records();
    let vector = quantised_vector.iter_mut().find(|record| record.element == Element::F32 && record.sizes == [384]);
    vector.unwrap().element = Element::F16;
    let mut renamed = records();
    renamed[20].name.push('x');
    for wrong in [twice, wider, quantised_vector, renamed] {
        let (file, _) = hollow(&TINY, &wrong);
        assert!(cause(&file).starts_with("Tensor"), "{}", cause(&file));
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let (file, heads) = hollow(&TINY, &records());
    let end = *heads.last().unwrap();
    let mut random = Random::new(1);
    let anywhere = (0..200).map(|_| random.below(usize::try_from(end).unwrap()) as u64);
    let cuts: Vec<u64> = heads[..heads.len() - 1].iter().copied().chain(anywhere).chain([end - 1]).collect();
    let mut cuts: Vec<u64> = cuts.into_iter().chain(0..120).collect();
    // Longest first: a file that was cut does not grow back.
    cuts.sort_unstable_by(|a, b| b.cmp(a));
    for cut in cuts {
        file.as_file().set_len(cut).unwrap();
        assert!(check_tensors(file.path()).is_err(), "cut at {cut} of {end}");
    }
}

#[test]
fn damage_to_what_is_not_weights_is_found_or_harmless_and_never_fatal() {
    // Small shape, everything but the weights in reach: the header check would refuse it, so the walk is called below it.
    let small = WhisperHeader { n_vocab: 8, n_audio_ctx: 2, n_audio_state: 32, n_text_ctx: 2, n_mels: 2, ..TINY };
    let small = WhisperHeader { n_audio_layer: 1, n_text_layer: 1, ..small };
    let planned: Vec<Record> = plan(&small).into_iter().map(|planned| planned.record).collect();
    let (file, _) = hollow(&small, &planned);
    let sound = std::fs::read(file.path()).unwrap();
    let walk_below = |bytes: &[u8]| {
        let mut from = Bounded::new(std::io::Cursor::new(bytes)).unwrap();
        let header = WhisperHeader::read(&mut from)?;
        skip_mels_and_tokens(&mut from)?;
        walk_records(&mut from, planned.clone())?;
        Ok::<_, GgmlError>(header)
    };
    assert!(walk_below(&sound).is_ok());
    let mut random = Random::new(2);
    let outcomes = (0..3000).map(|_| walk_below(&random.damage(&sound, 4000)).is_err());
    assert!(outcomes.filter(|&refused| refused).count() > 300);
}
