//! The network itself: token ids in, logits out, and on request what inner layers made of the text.

use std::collections::HashSet;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tract_onnx::pb::{ModelProto, ValueInfoProto};
use tract_onnx::prelude::tract_ndarray::Array2;
use tract_onnx::prelude::{
    Datum, Framework, InferenceFact, InferenceModelExt, IntoRunnable, Tensor, ToDim, TractResult, TypedRunnableModel,
    tvec,
};

use super::files::Verified;
use super::fold::fold;
use crate::ClassifyError;

const INPUTS: [&str; 2] = ["input_ids", "attention_mask"];
const OUTPUT: &str = "logits";

pub(super) struct Network(Arc<TypedRunnableModel>);

/// What one pass gives.
pub(super) struct Passed {
    /// One a head.
    pub(super) logits: Vec<f32>,
    /// The mean over the tokens of every inner layer that was asked for, one after the other.
    pub(super) embedding: Vec<f32>,
}

impl Network {
    /// `inner` names values of the graph, [1, tokens, width], that every pass gives too.
    pub(super) fn parse(file: &Verified, inner: &[String]) -> Result<Self, ClassifyError> {
        let unusable = |source| ClassifyError::Unusable { path: file.path.clone(), source };
        let form = |reason| ClassifyError::Form { path: file.path.clone(), reason };
        let mut model = tract_onnx::onnx()
            .proto_model_for_read(&mut file.bytes.as_slice())
            .map_err(|source| unusable(source.into()))?;
        check_form(&model).map_err(form)?;
        if let Some(graph) = &mut model.graph {
            fold(graph).map_err(form)?;
            for inner in inner {
                if !graph.node.iter().any(|node| node.output.contains(inner)) {
                    return Err(form(format!("no node of it makes {inner}, which the category heads read")));
                }
                graph.output.push(ValueInfoProto { name: inner.clone(), ..ValueInfoProto::default() });
            }
        }
        // tract indexes into what a model claims without asking: a graph that it cannot follow may panic.
        catch_unwind(AssertUnwindSafe(|| optimised(&model)))
            .map_err(|_| form("its graph makes no sense to the runtime".to_owned()))?
            .map(Self)
            .map_err(|source| unusable(source.into()))
    }

    /// `ids` are the tokens of one text, the marks at its ends among them, without padding.
    pub(super) fn run(&self, ids: &[u32]) -> Result<Passed, Box<dyn Error + Send + Sync>> {
        let shape = (1, ids.len());
        let tokens: Tensor = Array2::from_shape_vec(shape, ids.iter().map(|id| i64::from(*id)).collect())?.into();
        let mask: Tensor = Array2::from_elem(shape, 1_i64).into();
        let outputs = self.0.run(tvec!(tokens.into(), mask.into()))?;
        let logits = outputs.first().ok_or("the model gave no output")?;
        let logits = logits.to_plain_array_view::<f32>()?.iter().copied().collect();
        let mut embedding = Vec::new();
        for inner in &outputs[1..] {
            let values: Vec<f32> = inner.to_plain_array_view::<f32>()?.iter().copied().collect();
            embedding.extend(mean(&values, ids.len()));
        }
        Ok(Passed { logits, embedding })
    }
}

/// The mean of `rows` rows that stand one after the other.
fn mean(values: &[f32], rows: usize) -> Vec<f32> {
    let width = values.len() / rows.max(1);
    let mut mean = vec![0.0; width];
    for row in values.chunks_exact(width.max(1)) {
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    // No text has more tokens than the calibration allows, 512.
    let count = f32::from(u16::try_from(rows).unwrap_or(u16::MAX));
    mean.into_iter().map(|sum| sum / count).collect()
}

/// The length of the text stays a symbol: as fast as a model of fixed length (measured), with nothing to pad.
fn optimised(model: &ModelProto) -> TractResult<Arc<TypedRunnableModel>> {
    let mut model = tract_onnx::onnx().model_for_proto_model(model)?;
    let shape = tvec!(1.to_dim(), model.symbols.sym("tokens").to_dim());
    for input in 0..INPUTS.len() {
        model.set_input_fact(input, InferenceFact::dt_shape(i64::datum_type(), shape.clone()))?;
    }
    model.into_optimized()?.into_runnable()
}

/// Whether the model has our inputs and our output, and some node really makes it.
fn check_form(model: &ModelProto) -> Result<(), String> {
    let graph = model.graph.as_ref().ok_or("it holds no graph")?;
    let stored: HashSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
    let inputs: Vec<&str> =
        graph.input.iter().map(|input| input.name.as_str()).filter(|name| !stored.contains(name)).collect();
    let outputs: Vec<&str> = graph.output.iter().map(|output| output.name.as_str()).collect();
    if inputs != INPUTS || outputs != [OUTPUT] {
        return Err(format!("its inputs are {inputs:?} and its outputs {outputs:?}, not {INPUTS:?} and [{OUTPUT:?}]"));
    }
    let is_made = graph.node.iter().any(|node| node.output.iter().any(|name| name == OUTPUT));
    is_made.then_some(()).ok_or_else(|| format!("no node of it makes {OUTPUT}"))
}
