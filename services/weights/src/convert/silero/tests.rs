//! Converting a network of Silero's shape with numbers of our own, and what is not that network.

use std::collections::HashMap;
use std::io::Cursor;

use safetensors::tensor::TensorView;

use super::*;
use crate::random::Random;

fn value(name: &str, index: usize) -> f32 {
    let salt = name.bytes().fold(3_usize, |hash, byte| hash * 33 % 65_521 + usize::from(byte));
    ((salt * 7919 + index * 104_729) % 60_001) as f32 / 30_000.0 - 1.0
}

/// A safetensors file of that network with numbers of our own.
pub(crate) fn silero_source() -> Vec<u8> {
    network(|_, _, _| {})
}

/// The same, after a change to the shape or kind of some tensor.
fn network(change: impl Fn(&str, &mut Vec<usize>, &mut Dtype)) -> Vec<u8> {
    let tensors: Vec<_> = plan()
        .into_iter()
        .map(|Planned { source, shape, .. }| {
            let (mut shape, mut kind) = (shape.to_vec(), Dtype::F32);
            change(source, &mut shape, &mut kind);
            let count = shape.iter().product::<usize>() * kind.bitsize() / 32;
            let data: Vec<u8> = (0..count).flat_map(|index| value(source, index).to_le_bytes()).collect();
            (source, kind, shape, data)
        })
        .collect();
    let views: HashMap<&str, TensorView<'_>> = tensors
        .iter()
        .map(|(source, kind, shape, data)| (*source, TensorView::new(*kind, shape.clone(), data).unwrap()))
        .collect();
    safetensors::serialize(views, None).unwrap()
}

fn run(bytes: &[u8]) -> Result<Vec<u8>, ConvertError> {
    let mut out = Vec::new();
    convert(&SafeTensors::deserialize(bytes)?, &mut out)?;
    Ok(out)
}

fn walk_bytes(bytes: &[u8]) -> Result<(), GgmlError> {
    walk(&mut Bounded::new(Cursor::new(bytes)).unwrap())
}

#[test]
fn every_tensor_comes_out_with_its_sizes_and_numbers() {
    let converted = run(&silero_source()).unwrap();
    assert_eq!(converted.len(), 885_098);
    walk_bytes(&converted).unwrap();

    let mut from = Bounded::new(Cursor::new(&converted)).unwrap();
    from.skip("head", 4 + 4 + 10 + 22 * 4).unwrap();
    let mut seen = Vec::new();
    while from.left() > 0 {
        let record = Record::read(&mut from).unwrap();
        let data = from.take("data", record.data_bytes().unwrap()).unwrap();
        let Planned { source, .. } = plan().into_iter().find(|planned| planned.record == record).unwrap();
        let wanted: Vec<u8> = if record.element == Element::F16 {
            (0..data.len() / 2).flat_map(|index| f16::from_f32(value(source, index)).to_le_bytes()).collect()
        } else {
            (0..data.len() / 4).flat_map(|index| value(source, index).to_le_bytes()).collect()
        };
        assert_eq!(data, wanted, "{source}");
        seen.push(record.name);
    }
    assert_eq!(seen.len(), 15);
    assert_eq!(seen[0], "_model.encoder.0.reparam_conv.weight");
    assert_eq!(seen[14], "_model.stft.forward_basis_buffer");
}

#[test]
fn another_network_is_refused_by_name() {
    let other_shape = network(|name, shape, _| {
        if name == "conv2.weight" {
            shape[0] = 65;
        }
    });
    let error = run(&other_shape).unwrap_err().to_string();
    assert!(error.contains("conv2.weight") && error.contains("65"), "{error}");
    let other_kind = network(|name, _, kind| {
        if name == "final_conv.bias" {
            *kind = Dtype::I32;
        }
    });
    assert!(run(&other_kind).unwrap_err().to_string().contains("final_conv.bias"));
    assert!(matches!(run(b"no tensors at all, just text"), Err(ConvertError::SafeTensors(_))));
}

#[test]
fn a_finished_file_cut_or_damaged_in_its_heads_is_refused() {
    let sound = run(&silero_source()).unwrap();
    let mut random = Random::new(6);
    for cut in (0..200).chain((0..300).map(|_| random.below(sound.len()))).chain([sound.len() - 1]) {
        assert!(walk_bytes(&sound[..cut]).is_err(), "cut at {cut}");
    }
    for at in 0..106 {
        let mut damaged = sound.clone();
        damaged[at] ^= 0x10;
        assert!(walk_bytes(&damaged).is_err(), "byte {at}");
    }
}

#[test]
fn damaged_sources_are_refused_or_converted_but_never_fatal() {
    let sound = silero_source();
    let mut random = Random::new(7);
    let refused = (0..300).filter(|_| run(&random.damage(&sound, 1500)).is_err()).count();
    assert!(refused > 100, "{refused}");
}
