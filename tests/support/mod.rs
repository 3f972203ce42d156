//! Sounds made for the tests.
#![allow(dead_code)]

#[cfg(not(target_arch = "wasm32"))]
pub mod sounds;

/// A made-up voice: a pulse train of gliding pitch through two resonances, with pauses. Mono, in -1..=1.
pub fn voice(sample_rate: u32, seconds: f32) -> Vec<f32> {
    let rate = sample_rate as f32;
    let mut phase = 0.0f32;
    let mut states = [[0.0f32; 2]; 2];
    (0..(rate * seconds) as usize)
        .map(|n| {
            let t = n as f32 / rate;
            phase += (150.0 + 50.0 * (4.0 * t).sin()) / rate;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase = phase.fract();
            let mut out = 0.0;
            for (state, (hz, width)) in states.iter_mut().zip([(650.0f32, 90.0f32), (1400.0, 130.0)]) {
                let radius = (-std::f32::consts::PI * width / rate).exp();
                let angle = std::f32::consts::TAU * hz / rate;
                let y = pulse + 2.0 * radius * angle.cos() * state[0] - radius * radius * state[1];
                *state = [y, state[0]];
                out += y;
            }
            0.02 * out * (3.0 * t).sin().abs()
        })
        .collect()
}

/// A sine of 440 Hz at half of full scale.
pub fn tone(sample_rate: u32, seconds: f32) -> Vec<f32> {
    let step = std::f32::consts::TAU * 440.0 / sample_rate as f32;
    (0..(sample_rate as f32 * seconds) as usize).map(|n| 0.5 * (step * n as f32).sin()).collect()
}

/// Layouts of a sample in a WAV file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// 8 bit, unsigned.
    U8,
    /// 16 bit.
    I16,
    /// 24 bit.
    I24,
    /// 32 bit.
    I32,
    /// 32 bit floating point.
    F32,
}

/// A WAV file of `channels` equal channels.
pub fn wav(samples: &[f32], sample_rate: u32, channels: u16, layout: Sample) -> Vec<u8> {
    let bytes_each: u16 = match layout {
        Sample::U8 => 1,
        Sample::I16 => 2,
        Sample::I24 => 3,
        Sample::I32 | Sample::F32 => 4,
    };
    let mut data = Vec::new();
    for sample in samples {
        for _ in 0..channels {
            match layout {
                Sample::U8 => data.push((sample * 127.0 + 128.0).round() as u8),
                Sample::I16 => data.extend(((sample * 32767.0) as i16).to_le_bytes()),
                Sample::I24 => data.extend(&((sample * 8_388_607.0) as i32).to_le_bytes()[..3]),
                Sample::I32 => data.extend(((f64::from(*sample) * 2_147_483_647.0) as i32).to_le_bytes()),
                Sample::F32 => data.extend(sample.to_le_bytes()),
            }
        }
    }
    let frame = bytes_each * channels;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    file.extend((if layout == Sample::F32 { 3u16 } else { 1 }).to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(sample_rate.to_le_bytes());
    file.extend((sample_rate * u32::from(frame)).to_le_bytes());
    file.extend(frame.to_le_bytes());
    file.extend((8 * bytes_each).to_le_bytes());
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}
