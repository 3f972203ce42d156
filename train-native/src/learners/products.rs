//! Convolutions as products of matrices. Of the library's own, the gradient by the weights is a product of as few columns as the kernel
//! has places, and a first layer of one channel has next to no product at all.

use burn::nn::conv::{Conv1d, Conv2d};
use burn::tensor::Tensor;

/// What `conv`, of an odd kernel padded by half of it on either side, gives of `[batch, channels, n_frames]`.
pub(super) fn over_time(conv: &Conv1d, x: Tensor<3>) -> Tensor<3> {
    let weight = conv.weight.val();
    let [out, channels, kernel] = weight.dims();
    let (stride, dilation) = (conv.stride, conv.dilation);
    let frames = x.dims()[2].div_ceil(stride);
    let columns = if kernel == 1 && stride == 1 {
        x
    } else {
        let wide = padded(x, 2, dilation * (kernel / 2), stride, frames);
        Tensor::cat((0..kernel).map(|place| every(wide.clone(), place * dilation, stride, frames)).collect(), 1)
    };
    let y = weight.swap_dims(1, 2).reshape([1, out, kernel * channels]).matmul(columns);
    match &conv.bias {
        Some(bias) => y + bias.val().reshape([1, out, 1]),
        None => y,
    }
}

/// `frames` frames from `start` on, `stride` apart.
fn every(x: Tensor<3>, start: usize, stride: usize, frames: usize) -> Tensor<3> {
    let [batch, channels, _] = x.dims();
    let x = x.narrow(2, start, stride * frames);
    match stride {
        1 => x,
        _ => x.reshape([batch, channels, frames, stride]).narrow(3, 0, 1).reshape([batch, channels, frames]),
    }
}

/// What `conv`, without a bias and of an odd kernel padded by half of it on every side, gives of `[batch, channels, height, width]`. The
/// gradient by the input would take as many copies of it as the kernel has places: for layers that need none.
pub(super) fn over_plane(conv: &Conv2d, x: Tensor<4>) -> Tensor<4> {
    let weight = conv.weight.val();
    let [out, channels, high, wide] = weight.dims();
    let [batch, _, height, width] = x.dims();
    let [down, right] = conv.stride;
    let (rows, columns) = (height.div_ceil(down), width.div_ceil(right));
    let x = padded(padded(x, 2, high / 2, down, rows), 3, wide / 2, right, columns);
    let (height, width) = (x.dims()[2] / down, x.dims()[3] / right);
    let x = x.reshape([batch, channels, height, down, width, right]);
    let grid = |row: usize, column: usize| {
        x.clone().narrow(3, row, 1).narrow(5, column, 1).reshape([batch, channels, height, width])
    };
    let grids: Vec<Vec<Tensor<4>>> =
        (0..down).map(|row| (0..right).map(|column| grid(row, column)).collect()).collect();
    let place = |index: usize| {
        let (row, column) = (index / wide, index % wide);
        let x = grids[row % down][column % right].clone();
        x.narrow(2, row / down, rows).narrow(3, column / right, columns).reshape([batch, channels, rows * columns])
    };
    let places = Tensor::cat((0..high * wide).map(place).collect(), 1);
    let weight = weight.permute([0, 2, 3, 1]).reshape([1, out, high * wide * channels]);
    weight.matmul(places).reshape([batch, out, rows, columns])
}

/// Zeros on either side: `before` of them, and behind as many as a kernel reaches that stands at `places` places, `stride` apart.
fn padded<const D: usize>(x: Tensor<D>, dim: usize, before: usize, stride: usize, places: usize) -> Tensor<D> {
    let (dims, device) = (x.dims(), x.device());
    let all = (2 * before + stride * places).next_multiple_of(stride);
    let zeros = |n: usize| {
        let mut dims = dims;
        dims[dim] = n;
        (n > 0).then(|| Tensor::zeros(dims, &device))
    };
    Tensor::cat([zeros(before), Some(x), zeros(all - before - dims[dim])].into_iter().flatten().collect(), dim)
}

#[cfg(test)]
mod tests {
    use burn::nn::conv::{Conv1dConfig, Conv2dConfig};
    use burn::nn::{PaddingConfig1d, PaddingConfig2d};
    use burn::tensor::{Device, TensorData};

    use super::super::cnn::values;
    use super::super::noise::Noise;
    use super::*;

    fn ramp<const D: usize>(dims: [usize; D], device: &Device) -> Tensor<D> {
        let values = (0..dims.iter().product()).map(|n: usize| (n * 37 % 101) as f32 / 50.0 - 1.0).collect::<Vec<_>>();
        Tensor::from_data(TensorData::new(values, dims), device)
    }

    /// Values, and the gradient of the sum of their squares by `weight`.
    fn found<const D: usize>(y: Tensor<D>, weight: &Tensor<D>) -> ([usize; D], Vec<f32>) {
        let gradients = (y.clone() * y.clone()).sum().backward();
        let of_weight = weight.grad(&gradients).unwrap();
        (y.dims(), [values(y).unwrap(), values(of_weight).unwrap()].concat())
    }

    fn same<const D: usize>(ours: ([usize; D], Vec<f32>), theirs: ([usize; D], Vec<f32>)) -> bool {
        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-3 * b.abs().max(1.0);
        ours.0 == theirs.0 && ours.1.len() == theirs.1.len() && ours.1.iter().zip(&theirs.1).all(near)
    }

    #[test]
    fn over_time_as_the_library_with_the_same_gradient() {
        let device = Device::flex().autodiff();
        for (kernel, stride, dilation, n_frames) in
            [(1, 1, 1, 9), (3, 1, 1, 9), (3, 1, 4, 20), (7, 4, 1, 32), (7, 4, 1, 29), (3, 2, 2, 11), (1, 3, 1, 10)]
        {
            let reach = dilation * (kernel / 2);
            let conv = Conv1dConfig::new(5, 4, kernel)
                .with_stride(stride)
                .with_dilation(dilation)
                .with_padding(PaddingConfig1d::Explicit(reach, reach));
            let conv = Noise::new(3).fill_conv1d(conv.init(&device));
            let (x, weight) = (ramp([2, 5, n_frames], &device), conv.weight.val());
            let (ours, theirs) = (over_time(&conv, x.clone()), conv.forward(x));
            assert!(same(found(ours, &weight), found(theirs, &weight)), "kernel {kernel}, stride {stride}");
        }
    }

    #[test]
    fn over_a_plane_as_the_library_with_the_same_gradient() {
        let device = Device::flex().autodiff();
        for (kernel, stride, [height, width]) in
            [(5, [2, 2], [16, 24]), (3, [2, 1], [9, 8]), (3, [1, 3], [5, 11]), (1, [2, 2], [6, 5])]
        {
            let reach = kernel / 2;
            let conv = Conv2dConfig::new([3, 4], [kernel, kernel])
                .with_stride(stride)
                .with_padding(PaddingConfig2d::Explicit(reach, reach, reach, reach))
                .with_bias(false);
            let conv = Noise::new(3).fill_conv2d(conv.init(&device));
            let (x, weight) = (ramp([2, 3, height, width], &device), conv.weight.val());
            let (ours, theirs) = (over_plane(&conv, x.clone()), conv.forward(x));
            assert!(same(found(ours, &weight), found(theirs, &weight)), "kernel {kernel}, stride {stride:?}");
        }
    }
}
