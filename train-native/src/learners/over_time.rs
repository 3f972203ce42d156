//! Convolutions over time as products of matrices. The gradient of the library's own, by its weights, is a product of few columns,
//! which takes several times as long.

use burn::nn::conv::Conv1d;
use burn::tensor::Tensor;

/// What `conv`, of an odd kernel padded by half of it on either side, gives of `[batch, channels, n_frames]`.
pub(super) fn convolve(conv: &Conv1d, x: Tensor<3>) -> Tensor<3> {
    let weight = conv.weight.val();
    let [out, channels, kernel] = weight.dims();
    let [batch, _, n_frames] = x.dims();
    let (stride, dilation) = (conv.stride, conv.dilation);
    let frames = (n_frames - 1) / stride + 1;
    let columns = if kernel == 1 && stride == 1 {
        x
    } else {
        let reach = dilation * (kernel / 2);
        let device = x.device();
        let still = |n: usize| Tensor::zeros([batch, channels, n], &device);
        let behind = (2 * reach + stride * frames).saturating_sub(reach + n_frames);
        let wide = Tensor::cat(vec![still(reach), x, still(behind)], 2);
        Tensor::cat((0..kernel).map(|tap| every(wide.clone(), tap * dilation, stride, frames)).collect(), 1)
    };
    let weight = weight.swap_dims(1, 2).reshape([1, out, kernel * channels]);
    let y = weight.matmul(columns);
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

#[cfg(test)]
mod tests {
    use burn::nn::PaddingConfig1d;
    use burn::nn::conv::Conv1dConfig;
    use burn::tensor::{Device, TensorData};

    use super::super::cnn::values;
    use super::super::noise::Noise;
    use super::*;

    #[test]
    fn it_gives_what_the_library_gives_with_the_same_gradient() {
        let device = Device::flex().autodiff();
        let values_of = |n: usize| (0..n).map(|k| ((k * 37 % 101) as f32 / 50.0 - 1.0)).collect::<Vec<_>>();
        for (kernel, stride, dilation, n_frames) in
            [(1, 1, 1, 9), (3, 1, 1, 9), (3, 1, 4, 20), (7, 4, 1, 32), (7, 4, 1, 29), (3, 2, 2, 11), (1, 3, 1, 10)]
        {
            let reach = dilation * (kernel / 2);
            let conv = Conv1dConfig::new(5, 4, kernel)
                .with_stride(stride)
                .with_dilation(dilation)
                .with_padding(PaddingConfig1d::Explicit(reach, reach));
            let conv = Noise::new(3).fill_conv1d(conv.init(&device));
            let x: Tensor<3> = Tensor::from_data(TensorData::new(values_of(10 * n_frames), [2, 5, n_frames]), &device);
            let got = |y: Tensor<3>| {
                let loss = (y.clone() * y.clone()).sum();
                let gradients = loss.backward();
                let of_weight = conv.weight.val().grad(&gradients).unwrap();
                (y.dims(), values(y).unwrap(), values(of_weight).unwrap())
            };
            let (ours, theirs) = (got(convolve(&conv, x.clone())), got(conv.forward(x)));
            assert_eq!(ours.0, theirs.0, "kernel {kernel}, stride {stride}");
            let near = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3 * b.abs().max(1.0));
            assert!(near(&ours.1, &theirs.1) && near(&ours.2, &theirs.2), "kernel {kernel}, stride {stride}");
        }
    }
}
