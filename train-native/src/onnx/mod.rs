//! Writes ONNX: a graph is built node by node and encoded as `ModelProto` (IR 8, opset 13, `ai.onnx.ml` 3).

mod operators;
mod trees;

use prost::Message;
use tract_onnx::pb;

pub use operators::Convolution;
pub use trees::tree_classifier;

const IR_VERSION: i64 = 8;
const OPSET: i64 = 13;
const ML_DOMAIN: &str = "ai.onnx.ml";
const ML_OPSET: i64 = 3;

/// A tensor of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Value(usize);

/// Type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// 32-bit floating point.
    F32,
    /// 64-bit signed integer.
    I64,
    /// 8-bit signed integer.
    I8,
}

impl Element {
    fn data_type(self) -> i32 {
        match self {
            Self::F32 => pb::tensor_proto::DataType::Float as i32,
            Self::I64 => pb::tensor_proto::DataType::Int64 as i32,
            Self::I8 => pb::tensor_proto::DataType::Int8 as i32,
        }
    }
}

/// The size of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// Always this.
    Fixed(usize),
    /// Whatever is put in; the same name is the same size.
    Named(&'static str),
}

/// An attribute of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// An integer.
    Int(i64),
    /// A number.
    Float(f32),
    /// A text.
    Text(String),
    /// Integers.
    Ints(Vec<i64>),
    /// Numbers.
    Floats(Vec<f32>),
    /// Texts.
    Texts(Vec<String>),
}

impl Attribute {
    fn proto(self, name: &str) -> pb::AttributeProto {
        use pb::attribute_proto::AttributeType;
        let mut proto = pb::AttributeProto { name: name.into(), ..Default::default() };
        let kind = match self {
            Self::Int(value) => {
                proto.i = value;
                AttributeType::Int
            }
            Self::Float(value) => {
                proto.f = value;
                AttributeType::Float
            }
            Self::Text(value) => {
                proto.s = value.into_bytes();
                AttributeType::String
            }
            Self::Ints(values) => {
                proto.ints = values;
                AttributeType::Ints
            }
            Self::Floats(values) => {
                proto.floats = values;
                AttributeType::Floats
            }
            Self::Texts(values) => {
                proto.strings = values.into_iter().map(String::into_bytes).collect();
                AttributeType::Strings
            }
        };
        proto.r#type = kind as i32;
        proto
    }
}

struct Node {
    op_type: &'static str,
    domain: &'static str,
    inputs: Vec<Value>,
    outputs: Vec<Value>,
    attributes: Vec<(&'static str, Attribute)>,
}

/// A graph under construction. Values are named by the order in which they come; outputs get the names given to them.
pub struct GraphBuilder {
    name: String,
    names: Vec<String>,
    inputs: Vec<pb::ValueInfoProto>,
    initializers: Vec<(Value, pb::TensorProto)>,
    nodes: Vec<Node>,
    outputs: Vec<pb::ValueInfoProto>,
    metadata: Vec<pb::StringStringEntryProto>,
}

impl GraphBuilder {
    /// An empty graph.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            names: Vec::new(),
            inputs: Vec::new(),
            initializers: Vec::new(),
            nodes: Vec::new(),
            outputs: Vec::new(),
            metadata: Vec::new(),
        }
    }

    fn value(&mut self, name: String) -> Value {
        self.names.push(name);
        Value(self.names.len() - 1)
    }

    /// A float input of a fixed shape.
    pub fn input(&mut self, name: &str, shape: &[usize]) -> Value {
        self.input_of(name, Element::F32, &fixed(shape))
    }

    /// An input, some of whose axes may have any size.
    pub fn input_of(&mut self, name: &str, element: Element, shape: &[Dimension]) -> Value {
        self.inputs.push(value_info(name, element, shape));
        self.value(name.into())
    }

    /// A float constant, its data row-major.
    ///
    /// # Panics
    /// If `data` does not fill `shape`: an error of the calling code, not of any input.
    pub fn constant(&mut self, shape: &[usize], data: &[f32]) -> Value {
        assert_eq!(shape.iter().product::<usize>(), data.len(), "a constant of shape {shape:?}");
        let bytes = data.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.initializer(Element::F32, shape, bytes)
    }

    /// Weights rounded to 8 bits, `levels` row-major of `shape`, one scale an element of the first axis: stored as int8, and
    /// made floats by `DequantizeLinear`, once, at load.
    ///
    /// # Panics
    /// If `levels` or `scales` do not fill `shape`: an error of the calling code, not of any input.
    pub fn constant_rounded(&mut self, shape: &[usize], levels: &[i8], scales: &[f32]) -> Value {
        assert_eq!(
            (shape.iter().product::<usize>(), shape[0]),
            (levels.len(), scales.len()),
            "weights of shape {shape:?}"
        );
        let bytes = |levels: &[i8]| levels.iter().map(|level| level.to_le_bytes()[0]).collect();
        let rounded = self.initializer(Element::I8, shape, bytes(levels));
        let scale = self.constant(&[scales.len()], scales);
        let zero = self.initializer(Element::I8, &[scales.len()], vec![0; scales.len()]);
        self.node("DequantizeLinear", &[rounded, scale, zero], vec![("axis", Attribute::Int(0))])
    }

    /// An integer constant of one axis.
    pub fn constant_i64(&mut self, data: &[i64]) -> Value {
        let bytes = data.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.initializer(Element::I64, &[data.len()], bytes)
    }

    /// A float constant without axes.
    pub fn scalar(&mut self, value: f32) -> Value {
        self.constant(&[], &[value])
    }

    /// An integer constant without axes.
    pub fn scalar_i64(&mut self, value: i64) -> Value {
        self.initializer(Element::I64, &[], value.to_le_bytes().to_vec())
    }

    fn initializer(&mut self, element: Element, shape: &[usize], raw_data: Vec<u8>) -> Value {
        let value = self.value(format!("constant_{}", self.names.len()));
        let tensor =
            pb::TensorProto { dims: dims(shape), data_type: element.data_type(), raw_data, ..Default::default() };
        self.initializers.push((value, tensor));
        value
    }

    /// A node with one output.
    pub fn node(
        &mut self,
        op_type: &'static str,
        inputs: &[Value],
        attributes: Vec<(&'static str, Attribute)>,
    ) -> Value {
        self.nodes_outputs("", op_type, inputs, attributes, 1)[0]
    }

    fn nodes_outputs(
        &mut self,
        domain: &'static str,
        op_type: &'static str,
        inputs: &[Value],
        attributes: Vec<(&'static str, Attribute)>,
        n_outputs: usize,
    ) -> Vec<Value> {
        let outputs: Vec<Value> = (0..n_outputs)
            .map(|_| {
                let name = format!("{}_{}", op_type.to_lowercase(), self.names.len());
                self.value(name)
            })
            .collect();
        let (inputs, made) = (inputs.to_vec(), outputs.clone());
        self.nodes.push(Node { op_type, domain, inputs, outputs: made, attributes });
        outputs
    }

    /// Makes `value` an output of the graph, under that name. A value that is an input, a constant or an output already
    /// is copied by `Identity`.
    pub fn output(&mut self, name: &str, value: Value, element: Element, shape: &[usize]) {
        self.output_of(name, value, element, &fixed(shape));
    }

    /// As [`output`](Self::output); some axes may have any size.
    pub fn output_of(&mut self, name: &str, value: Value, element: Element, shape: &[Dimension]) {
        let is_taken = self.outputs.iter().any(|output| output.name == self.names[value.0]);
        let is_made = self.nodes.iter().any(|node| node.outputs.contains(&value));
        let value = if is_made && !is_taken { value } else { self.identity(value) };
        self.names[value.0] = name.into();
        self.outputs.push(value_info(name, element, shape));
    }

    /// A line of the file's metadata.
    pub fn metadata(&mut self, key: &str, value: &str) {
        self.metadata.push(pb::StringStringEntryProto { key: key.into(), value: value.into() });
    }

    /// The file.
    pub fn encode(self) -> Vec<u8> {
        let names = self.names;
        let resolve = |values: &[Value]| values.iter().map(|value| names[value.0].clone()).collect();
        let mut opset_import = vec![pb::OperatorSetIdProto { domain: String::new(), version: OPSET }];
        if self.nodes.iter().any(|node| node.domain == ML_DOMAIN) {
            opset_import.push(pb::OperatorSetIdProto { domain: ML_DOMAIN.into(), version: ML_OPSET });
        }
        let node = |node: Node| pb::NodeProto {
            input: resolve(&node.inputs),
            output: resolve(&node.outputs),
            name: names[node.outputs[0].0].clone(),
            op_type: node.op_type.into(),
            domain: node.domain.into(),
            attribute: node.attributes.into_iter().map(|(name, attribute)| attribute.proto(name)).collect(),
            ..Default::default()
        };
        let initializer = |(value, mut tensor): (Value, pb::TensorProto)| {
            tensor.name = names[value.0].clone();
            tensor
        };
        let graph = pb::GraphProto {
            name: self.name,
            node: self.nodes.into_iter().map(node).collect(),
            initializer: self.initializers.into_iter().map(initializer).collect(),
            input: self.inputs,
            output: self.outputs,
            ..Default::default()
        };
        pb::ModelProto {
            ir_version: IR_VERSION,
            opset_import,
            producer_name: "undertone".into(),
            producer_version: env!("CARGO_PKG_VERSION").into(),
            graph: Some(graph),
            metadata_props: self.metadata,
            ..Default::default()
        }
        .encode_to_vec()
    }
}

fn dims(shape: &[usize]) -> Vec<i64> {
    shape.iter().map(|&size| size as i64).collect()
}

fn fixed(shape: &[usize]) -> Vec<Dimension> {
    shape.iter().map(|size| Dimension::Fixed(*size)).collect()
}

fn value_info(name: &str, element: Element, shape: &[Dimension]) -> pb::ValueInfoProto {
    use pb::tensor_shape_proto::{Dimension as Proto, dimension};
    let dimension = |size: &Dimension| {
        let value = match size {
            Dimension::Fixed(size) => dimension::Value::DimValue(*size as i64),
            Dimension::Named(name) => dimension::Value::DimParam((*name).into()),
        };
        Proto { value: Some(value), ..Default::default() }
    };
    let shape = pb::TensorShapeProto { dim: shape.iter().map(dimension).collect() };
    let tensor = pb::type_proto::Tensor { elem_type: element.data_type(), shape: Some(shape) };
    let kind = pb::TypeProto { value: Some(pb::type_proto::Value::TensorType(tensor)), ..Default::default() };
    pb::ValueInfoProto { name: name.into(), r#type: Some(kind), ..Default::default() }
}

#[cfg(test)]
mod tests;
