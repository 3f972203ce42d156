//! Where networks are trained: on the processor, or with the feature `gpu` on the graphics card. What they answer is always computed
//! on the processor.

use anyhow::Result;
use burn::module::Module;
use burn::tensor::Device;

/// The device that trains.
///
/// # Errors
/// With the feature `gpu`: a machine without a card that can be used.
pub fn training() -> Result<Device> {
    Ok(device()?.autodiff())
}

/// A trained network on the device that answers.
pub fn trained<M: Module>(model: M) -> M {
    model.valid().to_device(&Device::flex())
}

#[cfg(not(feature = "gpu"))]
fn device() -> Result<Device> {
    Ok(Device::flex())
}

#[cfg(feature = "gpu")]
fn device() -> Result<Device> {
    // It can be initialised once a process.
    static CARD: std::sync::OnceLock<Result<Device, String>> = std::sync::OnceLock::new();
    let card = CARD.get_or_init(|| {
        let device = Device::wgpu_options().init().map_err(|error| error.to_string())?;
        let name = device.identity().map_or_else(|| "a graphics card".into(), |card| card.name);
        eprintln!("networks are trained on {name}");
        Ok(device)
    });
    card.clone().map_err(|reason| {
        anyhow::anyhow!("no graphics card can be used: {reason}; without --features gpu the processor trains")
    })
}
