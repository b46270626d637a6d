//! Restores matrices that are stored as int8 with one scale a row or column.
//!
//! The file holds them as a `Cast` and a `Mul`, which any ONNX runtime understands. tract does not fold the pair when it
//! optimises: every pass would restore every matrix again, and take four times as long.

use std::collections::HashMap;

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

/// Replaces each `Mul(Cast(int8 matrix), scale)` by one f32 initialiser, and returns how many there were.
///
/// # Errors
/// Says which matrix does not have the bytes or the scale that its shape asks for.
pub(super) fn fold(graph: &mut GraphProto) -> Result<usize, String> {
    let stored: HashMap<&str, &TensorProto> =
        graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
    let cast: HashMap<&str, &TensorProto> = graph
        .node
        .iter()
        .filter(|node| node.op_type == "Cast")
        .filter_map(|node| Some((only(&node.output)?, *stored.get(only(&node.input)?)?)))
        .filter(|(_, tensor)| tensor.data_type == i32::from(DataType::Int8 as u8))
        .collect();
    let pair = |node: &NodeProto| -> Option<(&TensorProto, &TensorProto)> {
        let [matrix, scale] = node.input.as_slice() else { return None };
        (node.op_type == "Mul").then_some((*cast.get(matrix.as_str())?, *stored.get(scale.as_str())?))
    };
    let mut restored = Vec::new();
    for node in &graph.node {
        if let (Some((matrix, scale)), Some(name)) = (pair(node), only(&node.output)) {
            restored.push(restore(name, matrix, scale)?);
        }
    }
    let count = restored.len();
    // An initialiser or a Cast that nothing reads any more costs memory, no time; the optimiser drops both.
    let is_restored =
        |node: &NodeProto| only(&node.output).is_some_and(|name| restored.iter().any(|tensor| tensor.name == name));
    let kept = graph.node.iter().filter(|node| !is_restored(node)).cloned().collect();
    graph.node = kept;
    graph.initializer.append(&mut restored);
    Ok(count)
}

fn only(names: &[String]) -> Option<&str> {
    match names {
        [name] => Some(name),
        _ => None,
    }
}

/// `matrix` is int8 [rows, columns], `scale` f32 [rows, 1] or [1, columns].
fn restore(name: &str, matrix: &TensorProto, scale: &TensorProto) -> Result<TensorProto, String> {
    let wrong = || format!("the scale of {name} does not fit its matrix");
    let (&[rows, columns], &[scale_rows, scale_columns]) = (matrix.dims.as_slice(), scale.dims.as_slice()) else {
        return Err(wrong());
    };
    let (row_step, column_step) = match (scale_rows, scale_columns) {
        (1, n) if n == columns => (0, 1),
        (n, 1) if n == rows => (1, 0),
        _ => return Err(wrong()),
    };
    let (scales, rest) = scale.raw_data.as_chunks::<4>();
    let scales: Vec<f32> = scales.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let size = |n: i64| usize::try_from(n).ok().filter(|n| *n > 0).ok_or_else(wrong);
    let (rows, columns) = (size(rows)?, size(columns)?);
    let fits = rows.checked_mul(columns) == Some(matrix.raw_data.len())
        && scales.len() == rows * row_step + columns * column_step
        && rest.is_empty()
        && scale.data_type == i32::from(DataType::Float as u8);
    if !fits {
        return Err(wrong());
    }
    let mut raw_data = Vec::with_capacity(matrix.raw_data.len() * size_of::<f32>());
    for (row, values) in matrix.raw_data.chunks_exact(columns).enumerate() {
        for (column, value) in values.iter().enumerate() {
            let value = f32::from(value.cast_signed()) * scales[row * row_step + column * column_step];
            raw_data.extend_from_slice(&value.to_le_bytes());
        }
    }
    Ok(TensorProto {
        name: name.to_owned(),
        dims: matrix.dims.clone(),
        data_type: i32::from(DataType::Float as u8),
        raw_data,
        ..TensorProto::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(name: &str, dims: &[i64], data_type: DataType, raw_data: Vec<u8>) -> TensorProto {
        let data_type = i32::from(data_type as u8);
        TensorProto { name: name.to_owned(), dims: dims.to_vec(), data_type, raw_data, ..TensorProto::default() }
    }

    fn node(op_type: &str, inputs: &[&str], output: &str) -> NodeProto {
        NodeProto {
            op_type: op_type.to_owned(),
            input: inputs.iter().map(|name| (*name).to_owned()).collect(),
            output: vec![output.to_owned()],
            ..NodeProto::default()
        }
    }

    /// int8 [2, 2] of 1, -2, 3, -128, with a scale of the given shape.
    fn graph(scale_dims: &[i64], scale: &[f32]) -> GraphProto {
        let scale = scale.iter().flat_map(|value| value.to_le_bytes()).collect();
        GraphProto {
            initializer: vec![
                tensor("w.q", &[2, 2], DataType::Int8, vec![1, 254, 3, 128]),
                tensor("w.s", scale_dims, DataType::Float, scale),
            ],
            node: vec![
                node("Cast", &["w.q"], "w.f"),
                node("Mul", &["w.f", "w.s"], "w"),
                node("MatMul", &["x", "w"], "y"),
            ],
            ..GraphProto::default()
        }
    }

    #[track_caller]
    fn check(scale_dims: &[i64], scale: &[f32], restored: Result<[f32; 4], &str>) {
        let mut graph = graph(scale_dims, scale);
        match (fold(&mut graph), restored) {
            (Ok(count), Ok(values)) => {
                assert_eq!(count, 1);
                assert!(graph.node.iter().all(|node| node.op_type != "Mul"));
                let tensor = graph.initializer.iter().find(|tensor| tensor.name == "w").unwrap();
                let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                assert_eq!((&tensor.dims, &tensor.raw_data), (&vec![2, 2], &bytes));
            }
            (found, expected) => assert_eq!(found.err().as_deref(), expected.err()),
        }
    }

    #[test]
    fn the_scale_of_a_square_matrix_is_told_apart_by_its_shape() {
        check(&[1, 2], &[0.5, 2.0], Ok([0.5, -4.0, 1.5, -256.0]));
        check(&[2, 1], &[0.5, 2.0], Ok([0.5, -1.0, 6.0, -256.0]));
    }

    #[test]
    fn a_scale_that_does_not_fit_is_an_error() {
        let wrong = Err("the scale of w does not fit its matrix");
        check(&[2], &[0.5, 2.0], wrong);
        check(&[1, 3], &[0.5, 2.0, 1.0], wrong);
        check(&[1, 2], &[0.5], wrong);
    }

    #[test]
    fn a_product_of_f32_values_stays() {
        let mut graph = GraphProto { node: vec![node("Mul", &["x", "w"], "y")], ..GraphProto::default() };
        assert_eq!(fold(&mut graph), Ok(0));
        assert_eq!(graph.node.len(), 1);
    }
}
