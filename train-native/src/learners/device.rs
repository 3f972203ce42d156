//! Where networks are trained: on all cores, or with the feature `gpu` on the graphics card. What they answer is always computed on
//! the cores.

use burn::module::Module;
use burn::tensor::Device;

/// The device that trains.
///
/// # Panics
/// With the feature `gpu` on a machine where no adapter is found.
pub fn training() -> Device {
    #[cfg(feature = "gpu")]
    let device = Device::wgpu(burn::tensor::DeviceKind::DefaultDevice);
    #[cfg(not(feature = "gpu"))]
    let device = Device::flex();
    device.autodiff()
}

/// A trained network on the device that answers.
pub fn trained<M: Module>(model: M) -> M {
    model.valid().to_device(&Device::flex())
}
