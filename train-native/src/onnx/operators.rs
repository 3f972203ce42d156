//! The operators that the networks are made of, in their forms of opset 13.

use super::{Attribute, Element, GraphBuilder, Value};

/// How a convolution moves; each field has one number an axis, but `pads`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Steps.
    pub strides: Vec<usize>,
    /// Zeros before the first element of each axis, then after the last of each.
    pub pads: Vec<usize>,
    /// Distance between the elements that the kernel sees.
    pub dilations: Vec<usize>,
    /// Groups of channels.
    pub groups: usize,
}

impl Convolution {
    /// Steps of one, no padding, no dilation, one group, over `n_axes` axes.
    pub fn plain(n_axes: usize) -> Self {
        Self { strides: vec![1; n_axes], pads: vec![0; 2 * n_axes], dilations: vec![1; n_axes], groups: 1 }
    }

    /// With those steps.
    pub fn strides(self, strides: &[usize]) -> Self {
        Self { strides: strides.to_vec(), ..self }
    }

    /// With as many zeros after each axis as before it.
    pub fn symmetric_pads(self, pads: &[usize]) -> Self {
        Self { pads: [pads, pads].concat(), ..self }
    }

    /// With those dilations.
    pub fn dilations(self, dilations: &[usize]) -> Self {
        Self { dilations: dilations.to_vec(), ..self }
    }

    /// With that many groups.
    pub fn groups(self, groups: usize) -> Self {
        Self { groups, ..self }
    }
}

fn ints(values: &[usize]) -> Attribute {
    Attribute::Ints(values.iter().map(|&value| value as i64).collect())
}

fn keep(keep_dims: bool) -> (&'static str, Attribute) {
    ("keepdims", Attribute::Int(keep_dims.into()))
}

impl GraphBuilder {
    /// Columns of `x` `[N, n]` less their `mean`, times their `scale`, held within `clip` on either side.
    pub fn standardised(&mut self, x: Value, mean: &[f32], scale: &[f32], clip: f32) -> Value {
        let (mean, scale) = (self.constant(&[1, mean.len()], mean), self.constant(&[1, scale.len()], scale));
        let centred = self.sub(x, mean);
        let scaled = self.mul(centred, scale);
        let (low, high) = (self.scalar(-clip), self.scalar(clip));
        self.node("Clip", &[scaled, low, high], vec![])
    }

    /// `x · weight + bias`: `x` `[N, in]`, `weight` `[in, out]`, or `[out, in]` where `is_transposed`, `bias` `[out]`.
    pub fn gemm(&mut self, x: Value, weight: Value, bias: Option<Value>, is_transposed: bool) -> Value {
        let inputs: Vec<Value> = [Some(x), Some(weight), bias].into_iter().flatten().collect();
        self.node("Gemm", &inputs, vec![("transB", Attribute::Int(is_transposed.into()))])
    }

    /// Convolution of `x` `[N, in, …]` with `weight` `[out, in / groups, …]` and `bias` `[out]`, over one or two axes.
    pub fn conv(&mut self, x: Value, weight: Value, bias: Option<Value>, how: &Convolution) -> Value {
        let inputs: Vec<Value> = [Some(x), Some(weight), bias].into_iter().flatten().collect();
        let attributes = vec![
            ("strides", ints(&how.strides)),
            ("pads", ints(&how.pads)),
            ("dilations", ints(&how.dilations)),
            ("group", Attribute::Int(how.groups as i64)),
        ];
        self.node("Conv", &inputs, attributes)
    }

    /// Matrix product, over leading axes.
    pub fn matmul(&mut self, a: Value, b: Value) -> Value {
        self.node("MatMul", &[a, b], vec![])
    }

    /// Sum, with broadcasting.
    pub fn add(&mut self, a: Value, b: Value) -> Value {
        self.node("Add", &[a, b], vec![])
    }

    /// Difference, with broadcasting.
    pub fn sub(&mut self, a: Value, b: Value) -> Value {
        self.node("Sub", &[a, b], vec![])
    }

    /// Product, with broadcasting.
    pub fn mul(&mut self, a: Value, b: Value) -> Value {
        self.node("Mul", &[a, b], vec![])
    }

    /// Quotient, with broadcasting.
    pub fn div(&mut self, a: Value, b: Value) -> Value {
        self.node("Div", &[a, b], vec![])
    }

    /// Square root.
    pub fn sqrt(&mut self, x: Value) -> Value {
        self.node("Sqrt", &[x], vec![])
    }

    /// The greater of `x` and 0.
    pub fn relu(&mut self, x: Value) -> Value {
        self.node("Relu", &[x], vec![])
    }

    /// Hyperbolic tangent.
    pub fn tanh(&mut self, x: Value) -> Value {
        self.node("Tanh", &[x], vec![])
    }

    /// Logistic function.
    pub fn sigmoid(&mut self, x: Value) -> Value {
        self.node("Sigmoid", &[x], vec![])
    }

    /// A copy.
    pub fn identity(&mut self, x: Value) -> Value {
        self.node("Identity", &[x], vec![])
    }

    /// The same values as another type.
    pub fn cast(&mut self, x: Value, to: Element) -> Value {
        self.node("Cast", &[x], vec![("to", Attribute::Int(to.data_type().into()))])
    }

    /// Softmax over one axis; negative ones count from the last.
    pub fn softmax(&mut self, x: Value, axis: i64) -> Value {
        self.node("Softmax", &[x], vec![("axis", Attribute::Int(axis))])
    }

    /// Mean over axes.
    pub fn reduce_mean(&mut self, x: Value, axes: &[i64], keep_dims: bool) -> Value {
        self.node("ReduceMean", &[x], vec![("axes", Attribute::Ints(axes.to_vec())), keep(keep_dims)])
    }

    /// Greatest over axes.
    pub fn reduce_max(&mut self, x: Value, axes: &[i64], keep_dims: bool) -> Value {
        self.node("ReduceMax", &[x], vec![("axes", Attribute::Ints(axes.to_vec())), keep(keep_dims)])
    }

    /// Sum over axes; opset 13 takes these as an input.
    pub fn reduce_sum(&mut self, x: Value, axes: &[i64], keep_dims: bool) -> Value {
        let axes = self.constant_i64(axes);
        self.node("ReduceSum", &[x, axes], vec![keep(keep_dims)])
    }

    /// The same elements under another shape; one size may be -1.
    pub fn reshape(&mut self, x: Value, shape: &[i64]) -> Value {
        let shape = self.constant_i64(shape);
        self.node("Reshape", &[x, shape], vec![])
    }

    /// Axis `i` of the result is axis `order[i]` of `x`.
    pub fn transpose(&mut self, x: Value, order: &[usize]) -> Value {
        self.node("Transpose", &[x], vec![("perm", ints(order))])
    }

    /// Joined along one axis.
    pub fn concat(&mut self, parts: &[Value], axis: i64) -> Value {
        self.node("Concat", parts, vec![("axis", Attribute::Int(axis))])
    }
}
