//! CTranslate2 models of one layer, made here, converted and compared tensor by tensor; then damaged in every way.

use std::collections::BTreeMap;
use std::io::Cursor;

use half::f16;

use super::*;
use crate::bounded::Bounded;
use crate::ggml::Record;
use crate::random::Random;
use crate::whisper::skip_mels_and_tokens;

const STATE: u32 = 32;
const VOCABULARY: u32 = 300;

#[derive(Clone)]
enum Data {
    F16(Vec<u32>),
    F32(Vec<u32>),
    Int8(Vec<u32>),
    Number(i16),
    /// f16, all zero but for the rows given last.
    ZeroRows(Vec<u32>, std::ops::Range<usize>),
}

/// What stands in a variable at an index: a number that f16 cannot hold exactly, and no two alike.
fn value(name: &str, index: usize) -> f32 {
    let salt: u32 = name.bytes().fold(7, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    let mixed = (salt ^ u32::try_from(index).unwrap()).wrapping_mul(2_654_435_761) >> 8;
    (mixed as f32 / (1 << 23) as f32 - 1.0) * 0.7
}

/// The variables of a model with one layer on each side; vectors f16, matrices f32 or f16.
fn variables(matrix: fn(Vec<u32>) -> Data) -> BTreeMap<String, Data> {
    let (s, f) = (STATE, 4 * STATE);
    let mut all = BTreeMap::new();
    let mut put = |name: &str, data: Data| assert!(all.insert(name.to_owned(), data).is_none());
    let norm = |name: &str| [format!("{name}/gamma"), format!("{name}/beta")];
    put("encoder/num_heads", Data::Number(2));
    put("decoder/num_heads", Data::Number(2));
    put("encoder/position_encodings/encodings", Data::F16(vec![6, s]));
    put("decoder/position_encodings/encodings", Data::F16(vec![5, s]));
    put("decoder/embeddings/weight", matrix(vec![VOCABULARY, s]));
    for (conv, width) in [("encoder/conv1", 80), ("encoder/conv2", s)] {
        put(&format!("{conv}/weight"), matrix(vec![s, width, 3]));
        put(&format!("{conv}/bias"), Data::F16(vec![s]));
    }
    let stacked_zeros = |parts: u32, keys: usize| {
        let rows = s as usize * (keys)..s as usize * (keys + 1);
        Data::ZeroRows(vec![s * parts], rows)
    };
    let linears = [
        ("encoder/layer_0/self_attention/linear_0", matrix(vec![3 * s, s]), stacked_zeros(3, 1)),
        ("encoder/layer_0/self_attention/linear_1", matrix(vec![s, s]), Data::F16(vec![s])),
        ("encoder/layer_0/ffn/linear_0", matrix(vec![f, s]), Data::F16(vec![f])),
        ("encoder/layer_0/ffn/linear_1", matrix(vec![s, f]), Data::F16(vec![s])),
        ("decoder/layer_0/self_attention/linear_0", matrix(vec![3 * s, s]), stacked_zeros(3, 1)),
        ("decoder/layer_0/self_attention/linear_1", matrix(vec![s, s]), Data::F16(vec![s])),
        ("decoder/layer_0/attention/linear_0", matrix(vec![s, s]), Data::F16(vec![s])),
        ("decoder/layer_0/attention/linear_1", matrix(vec![2 * s, s]), stacked_zeros(2, 0)),
        ("decoder/layer_0/attention/linear_2", matrix(vec![s, s]), Data::F16(vec![s])),
        ("decoder/layer_0/ffn/linear_0", matrix(vec![f, s]), Data::F16(vec![f])),
        ("decoder/layer_0/ffn/linear_1", matrix(vec![s, f]), Data::F16(vec![s])),
    ];
    for (name, weight, bias) in linears {
        put(&format!("{name}/weight"), weight);
        put(&format!("{name}/bias"), bias);
    }
    let norms = [
        "encoder/layer_norm",
        "encoder/layer_0/self_attention/layer_norm",
        "encoder/layer_0/ffn/layer_norm",
        "decoder/layer_norm",
        "decoder/layer_0/self_attention/layer_norm",
        "decoder/layer_0/attention/layer_norm",
        "decoder/layer_0/ffn/layer_norm",
    ];
    for name in norms.iter().flat_map(|name| norm(name)) {
        put(&name, Data::F16(vec![s]));
    }
    all
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend(u16::try_from(text.len() + 1).unwrap().to_le_bytes());
    out.extend(text.as_bytes());
    out.push(0);
}

fn put_variable(out: &mut Vec<u8>, name: &str, data: &Data) {
    let count = |shape: &[u32]| shape.iter().product::<u32>() as usize;
    let half = |index| f16::from_f32(value(name, index)).to_le_bytes();
    let (shape, code, bytes): (&[u32], u8, Vec<u8>) = match data {
        Data::F16(shape) => (shape, 4, (0..count(shape)).flat_map(half).collect()),
        Data::F32(shape) => (shape, 0, (0..count(shape)).flat_map(|index| value(name, index).to_le_bytes()).collect()),
        Data::Int8(shape) => (shape, 1, vec![3; count(shape)]),
        Data::Number(number) => (&[], 2, number.to_le_bytes().to_vec()),
        Data::ZeroRows(shape, zero) => {
            let row = |index| if zero.contains(&index) { f16::NEG_ZERO.to_le_bytes() } else { half(index) };
            (shape, 4, (0..count(shape)).flat_map(row).collect())
        }
    };
    put_text(out, name);
    out.push(u8::try_from(shape.len()).unwrap());
    out.extend(shape.iter().flat_map(|size| size.to_le_bytes()));
    out.push(code);
    out.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
    out.extend(bytes);
}

fn file_of(specification: &str, variables: &BTreeMap<String, Data>) -> Vec<u8> {
    let mut out = 6_u32.to_le_bytes().to_vec();
    put_text(&mut out, specification);
    out.extend(3_u32.to_le_bytes());
    out.extend(u32::try_from(variables.len()).unwrap().to_le_bytes());
    for (name, data) in variables {
        put_variable(&mut out, name, data);
    }
    out.extend(1_u32.to_le_bytes());
    put_text(&mut out, "decoder/projection/weight");
    put_text(&mut out, "decoder/embeddings/weight");
    out
}

fn tokens() -> Vec<Vec<u8>> {
    (0..VOCABULARY).map(|token| format!("t{token}").into_bytes()).collect()
}

fn convert(model: &[u8]) -> Result<Vec<u8>, ConvertError> {
    let mut model = Model::index(Bounded::new(Cursor::new(model)).unwrap())?;
    let header = header_of(&mut model)?;
    let mut out = Vec::new();
    write_model(&mut model, &header, &tokens(), &mut out)?;
    Ok(out)
}

#[track_caller]
fn refusal(variables: &BTreeMap<String, Data>) -> String {
    let Err(error) = convert(&file_of("WhisperSpec", variables)) else { panic!("was converted") };
    format!("{error:?}")
}

/// Tensor, variable, first row of it, sizes in the file: written out by hand, not by the plan under test.
fn expected() -> Vec<(String, String, usize, Vec<u32>)> {
    let (s, f) = (STATE, 4 * STATE);
    let n = STATE as usize;
    let mut all = Vec::new();
    let mut put = |to: &str, from: &str, row: usize, sizes: &[u32]| {
        all.push((to.to_owned(), from.to_owned(), row, sizes.to_vec()));
    };
    put("encoder.positional_embedding", "encoder/position_encodings/encodings", 0, &[s, 6]);
    put("encoder.conv1.weight", "encoder/conv1/weight", 0, &[3, 80, s]);
    put("encoder.conv1.bias", "encoder/conv1/bias", 0, &[1, s]);
    put("encoder.conv2.weight", "encoder/conv2/weight", 0, &[3, s, s]);
    put("encoder.conv2.bias", "encoder/conv2/bias", 0, &[1, s]);
    put("decoder.positional_embedding", "decoder/position_encodings/encodings", 0, &[s, 5]);
    put("decoder.token_embedding.weight", "decoder/embeddings/weight", 0, &[s, VOCABULARY]);
    for (to, from) in [("encoder.ln_post", "encoder/layer_norm"), ("decoder.ln", "decoder/layer_norm")] {
        put(&format!("{to}.weight"), &format!("{from}/gamma"), 0, &[s]);
        put(&format!("{to}.bias"), &format!("{from}/beta"), 0, &[s]);
    }
    for side in ["encoder", "decoder"] {
        for (to, from) in [("attn_ln", "self_attention"), ("cross_attn_ln", "attention"), ("mlp_ln", "ffn")] {
            if side == "decoder" || from != "attention" {
                let (to, from) = (format!("{side}.blocks.0.{to}"), format!("{side}/layer_0/{from}/layer_norm"));
                put(&format!("{to}.weight"), &format!("{from}/gamma"), 0, &[s]);
                put(&format!("{to}.bias"), &format!("{from}/beta"), 0, &[s]);
            }
        }
        for (to, from, row) in
            [("query", "linear_0", 0), ("key", "linear_0", n), ("value", "linear_0", 2 * n), ("out", "linear_1", 0)]
        {
            let (to, from) = (format!("{side}.blocks.0.attn.{to}"), format!("{side}/layer_0/self_attention/{from}"));
            put(&format!("{to}.weight"), &format!("{from}/weight"), row, &[s, s]);
            if !to.ends_with("key") {
                put(&format!("{to}.bias"), &format!("{from}/bias"), row, &[s]);
            }
        }
        let mlp = format!("{side}.blocks.0.mlp");
        put(&format!("{mlp}.0.weight"), &format!("{side}/layer_0/ffn/linear_0/weight"), 0, &[s, f]);
        put(&format!("{mlp}.0.bias"), &format!("{side}/layer_0/ffn/linear_0/bias"), 0, &[f]);
        put(&format!("{mlp}.2.weight"), &format!("{side}/layer_0/ffn/linear_1/weight"), 0, &[f, s]);
        put(&format!("{mlp}.2.bias"), &format!("{side}/layer_0/ffn/linear_1/bias"), 0, &[s]);
    }
    for (to, from, row) in
        [("query", "linear_0", 0), ("key", "linear_1", 0), ("value", "linear_1", n), ("out", "linear_2", 0)]
    {
        let (to, from) = (format!("decoder.blocks.0.cross_attn.{to}"), format!("decoder/layer_0/attention/{from}"));
        put(&format!("{to}.weight"), &format!("{from}/weight"), row, &[s, s]);
        if !to.ends_with("key") {
            put(&format!("{to}.bias"), &format!("{from}/bias"), row, &[s]);
        }
    }
    all
}

fn check_tensors_of(converted: &[u8], exact_matrices: bool) {
    let mut from = Bounded::new(Cursor::new(converted)).unwrap();
    let header = WhisperHeader::read(&mut from).unwrap();
    assert_eq!((header.n_vocab, header.n_audio_ctx, header.n_text_ctx, header.n_mels), (VOCABULARY, 6, 5, 80));
    assert_eq!((header.n_audio_head, header.n_audio_layer, header.n_text_layer), (2, 1, 1));
    skip_mels_and_tokens(&mut from).unwrap();
    let mut missing: BTreeMap<_, _> =
        expected().into_iter().map(|(name, variable, row, sizes)| (name, (variable, row, sizes))).collect();
    while from.left() > 0 {
        let record = Record::read(&mut from).unwrap();
        let data = from.take("data", record.data_bytes().unwrap()).unwrap();
        let (variable, row, sizes) = missing.remove(&record.name).unwrap();
        assert_eq!(record.sizes, sizes, "{}", record.name);
        let vector = sizes.len() == 1 || record.name.contains("positional") || record.name.ends_with("bias");
        assert_eq!(record.element == Element::F32, vector, "{}", record.name);
        let width: usize =
            if vector && sizes.len() == 1 { 1 } else { sizes[..sizes.len() - 1].iter().product::<u32>() as usize };
        let wanted = |index: usize| f16::from_f32(value(&variable, row * width + index));
        if vector {
            let wanted: Vec<u8> = (0..data.len() / 4).flat_map(|index| wanted(index).to_f32().to_le_bytes()).collect();
            assert_eq!(data, wanted, "{}", record.name);
        } else if exact_matrices {
            let wanted: Vec<u8> = (0..data.len() / 2).flat_map(|index| wanted(index).to_le_bytes()).collect();
            assert_eq!(data, wanted, "{}", record.name);
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_tensor_of_a_one_layer_model_comes_out_in_its_place() {
    check_tensors_of(&convert(&file_of("WhisperSpec", &variables(Data::F16))).unwrap(), true);
    check_tensors_of(&convert(&file_of("WhisperSpec", &variables(Data::F32))).unwrap(), true);
}

#[test]
fn foreign_quantised_and_inconsistent_models_are_named() {
    let sound = variables(Data::F16);
    let with = |name: &str, data: Data| {
        let mut changed = sound.clone();
        changed.insert(name.to_owned(), data);
        changed
    };
    let other = convert(&file_of("TransformerSpec", &sound)).unwrap_err().to_string();
    assert!(other.contains("TransformerSpec"), "{other}");
    let quantised = refusal(&variables(Data::Int8));
    assert!(quantised.contains("a quantised model cannot be converted"), "{quantised}");
    let keys = refusal(&with("decoder/layer_0/attention/linear_1/bias", Data::F16(vec![2 * STATE])));
    assert!(keys.contains("a bias for keys"), "{keys}");
    let shape = refusal(&with("encoder/layer_0/ffn/linear_0/weight", Data::F16(vec![STATE, STATE])));
    assert!(shape.contains("[32, 32]"), "{shape}");
    let heads = refusal(&with("encoder/num_heads", Data::Number(-1)));
    assert!(heads.contains("negative"), "{heads}");
    let mels = refusal(&with("encoder/conv1/weight", Data::F16(vec![1, 2000, 1])));
    assert!(mels.contains("2000 mel bands"), "{mels}");
    for name in sound.keys() {
        let mut fewer = sound.clone();
        fewer.remove(name);
        let problem = refusal(&fewer);
        assert!(problem.contains(name.as_str()), "{name}: {problem}");
    }
}

#[test]
fn a_model_cut_or_prolonged_anywhere_is_refused() {
    let sound = file_of("WhisperSpec", &variables(Data::F16));
    let mut random = Random::new(3);
    let cuts = (0..300).chain((0..300).map(|_| random.below(sound.len()))).chain(sound.len() - 90..sound.len());
    for cut in cuts {
        assert!(convert(&sound[..cut]).is_err(), "cut at {cut} of {}", sound.len());
    }
    assert!(convert(&[sound.as_slice(), b"x"].concat()).unwrap_err().to_string().contains("1 bytes follow"));
}

#[test]
fn a_damaged_model_is_refused_or_converted_but_never_fatal() {
    let sound = file_of("WhisperSpec", &variables(Data::F16));
    let mut random = Random::new(4);
    let mut refused = 0;
    for _ in 0..600 {
        // Heads stand all over the file; most of the reach is weights, which any bits may fill.
        let reach = [60, 400, sound.len()][random.below(3)];
        refused += u32::from(convert(&random.damage(&sound, reach)).is_err());
    }
    assert!(refused > 80, "{refused}");
}
