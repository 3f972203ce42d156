//! What holds for every sound, not only for the signals of the golden tests. One module a part of the feature path.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use undertone::audio::Audio;

fn sound(samples: Vec<f32>) -> Audio {
    Audio::new(samples, 16_000).unwrap()
}

/// Finite samples of any size, denormal and huge ones among them.
fn any_sample() -> impl Strategy<Value = f32> {
    any::<u32>().prop_map(f32::from_bits).prop_filter("finite", |sample| sample.is_finite())
}

/// Sound of up to 0.1 s that may be anything: nothing, one sample, silence, DC, noise at any level, clicks.
fn any_samples() -> impl Strategy<Value = Vec<f32>> {
    prop_oneof![
        prop::collection::vec(any_sample(), 0..4),
        prop::collection::vec(any_sample(), 0..1600),
        prop::collection::vec(-1.0f32..1.0, 0..1600),
        (any_sample(), 0usize..1600).prop_map(|(level, len)| vec![level; len]),
        (any_sample(), 1usize..1600, 0usize..1600).prop_map(|(level, len, at)| {
            let mut click = vec![0.0; len];
            click[at % len] = level;
            click
        }),
    ]
}

/// Noise of an even level, 0.1 s to 0.2 s.
fn noise() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(-0.3f32..0.3, 1600..3200)
}

mod spectral {
    use ndarray::{Array2, ArrayView2};
    use undertone::dsp::lpc::{autocorrelate, levinson_durbin};
    use undertone::dsp::wavelet::WaveletPacket;
    use undertone::features::spectrum::{self, MelConfig, MelNorm, MelScale};
    use undertone::features::{ColorMap, DescriptorTable, picture, table_frames};

    use super::*;

    /// Frames at either end that hear reflected samples, or whose predecessor does.
    const INSIDE: usize = 3;

    fn table(samples: &[f32]) -> DescriptorTable {
        spectrum::spectral_descriptors(&sound(samples.to_vec())).unwrap()
    }

    /// Power of the weakest bin of each frame.
    fn lowest_powers(samples: &[f32]) -> Vec<f32> {
        let spectrogram = spectrum::stft(&sound(samples.to_vec()), 400, 160);
        spectrogram.frames().map(|power| power.iter().copied().fold(f32::MAX, f32::min)).collect()
    }

    fn all_finite(values: ArrayView2<f32>) -> bool {
        values.iter().all(|value| value.is_finite())
    }

    /// How a row answers a gain in dB: not at all, or by this share of it.
    fn share_of_gain(name: &str) -> Option<f32> {
        match name {
            "rms" => None,
            "rms_db" => Some(1.0),
            "mfcc0" => Some(80f32.sqrt()),
            name if name.starts_with("wavelet_energy") || name.starts_with("mel_band") => Some(1.0),
            _ => Some(0.0),
        }
    }

    proptest! {
        #[test]
        fn every_descriptor_is_finite(samples in any_samples()) {
            let table = table(&samples);
            prop_assert_eq!(table.values.dim(), (table.names.len(), table_frames(samples.len())));
            for (name, row) in table.names.iter().zip(table.values.rows()) {
                prop_assert!(row.iter().all(|value| value.is_finite()), "{}: {}", name, row);
            }
        }

        #[test]
        fn every_function_is_finite_for_any_frames(
            samples in any_samples(),
            n_fft in 0usize..700,
            hop_length in 0usize..300,
            n_mels in 0usize..90,
            range in [0.0f32..9000.0, 0.0f32..9000.0],
            fraction in 0.0f64..1.0,
        ) {
            let audio = sound(samples);
            let spectrogram = spectrum::stft(&audio, n_fft, hop_length);
            let n_frames = spectrogram.n_frames();
            let [fmin, fmax] = range;
            let config = MelConfig { n_mels, fmin, fmax, scale: MelScale::Htk, norm: MelNorm::None };
            let mel = spectrum::melspectrogram(&spectrogram, &config);
            prop_assert_eq!(mel.dim(), (n_mels, n_frames));
            let log_mel = spectrum::power_to_db(mel.view(), Some(80.0));
            let mfcc = spectrum::mfcc(log_mel.view(), 13);
            let matrices = [
                spectrogram.magnitude().to_owned(),
                spectrum::delta(mfcc.view(), 9, 1),
                spectrum::delta(mfcc.view(), 9, 2),
                spectrum::chroma_stft(&spectrogram),
                spectrum::spectral_contrast(&spectrogram),
                mel,
                log_mel.clone(),
                mfcc,
            ];
            prop_assert!(matrices.iter().all(|matrix| matrix.ncols() == n_frames && all_finite(matrix.view())));
            let rows = [
                spectrum::spectral_centroid(&spectrogram),
                spectrum::spectral_bandwidth(&spectrogram),
                spectrum::spectral_skewness(&spectrogram),
                spectrum::spectral_kurtosis(&spectrogram),
                spectrum::spectral_rolloff(&spectrogram, fraction),
                spectrum::spectral_flatness(&spectrogram),
                spectrum::spectral_entropy(&spectrogram),
                spectrum::spectral_flux(&spectrogram),
                spectrum::spectral_slope(&spectrogram, fmin, fmax),
                spectrum::alpha_ratio(&spectrogram),
                spectrum::hammarberg_index(&spectrogram),
                spectrum::onset_strength(log_mel.view()),
            ];
            prop_assert!(rows.iter().all(|row| row.len() == n_frames && row.iter().all(|value| value.is_finite())));
            let levels = [
                spectrum::rms(audio.samples(), n_fft, hop_length),
                spectrum::zero_crossing_rate(audio.samples(), n_fft, hop_length),
            ];
            prop_assert!(levels.iter().flatten().all(|value| value.is_finite()));
            prop_assert_eq!(picture(log_mel.view(), ColorMap::Viridis, 20, 30).dim(), (20, 30, 3));
        }

        // At the ends reflection makes spectra real, whose bins pass through zero, and thereby under the floor of -100
        // dB; inside, a bin rarely does.
        #[test]
        fn a_gain_moves_levels_and_nothing_else(samples in noise(), gain in 0.1f32..3.0) {
            let (plain, loud) = (table(&samples), table(&samples.iter().map(|s| s * gain).collect::<Vec<_>>()));
            let gain_db = 20.0 * gain.log10();
            let lowest = lowest_powers(&samples);
            let floored = |frame: usize| lowest[frame] * gain.min(1.0).powi(2) < 1e-10;
            for ((name, plain), loud) in plain.names.iter().zip(plain.values.rows()).zip(loud.values.rows()) {
                let scale = plain.iter().fold(1e-2f32, |most, v| most.max(v.abs()));
                // A roll-off is a bin: where the sum meets the threshold, a rounding moves it to the next.
                let slack = if name.contains("rolloff") { 40.01 } else { 1e-3 * scale };
                for frame in (INSIDE..plain.len() - INSIDE).filter(|frame| !floored(*frame)) {
                    let (plain, loud) = (plain[frame], loud[frame]);
                    let expected = share_of_gain(name).map_or(plain * gain, |share| plain + share * gain_db);
                    prop_assert!((loud - expected).abs() <= slack, "{}: {} instead of {}", name, loud, expected);
                }
            }
        }

        #[test]
        fn a_hop_later_is_a_frame_later(samples in noise(), before in prop::collection::vec(-0.3f32..0.3, 160)) {
            let late = [before, samples.clone()].concat();
            let (table, late) = (table(&samples), table(&late));
            prop_assert_eq!(late.n_frames(), table.n_frames() + 1);
            for (name, (row, late)) in table.names.iter().zip(table.values.rows().into_iter().zip(late.values.rows())) {
                for frame in INSIDE..table.n_frames() - INSIDE {
                    let (here, there) = (row[frame], late[frame + 1]);
                    prop_assert!((here - there).abs() <= 1e-5 * (1.0 + here.abs()), "{}: {} {}", name, here, there);
                }
            }
        }

        #[test]
        fn a_rising_tone_has_a_rising_centroid(first in 300.0f32..1500.0, rise in 500.0f32..5000.0) {
            let n = 8000;
            let phase = |t: f32| first * t + rise * t * t;
            let chirp: Vec<f32> =
                (0..n).map(|i| (std::f32::consts::TAU * phase(i as f32 / 16_000.0).fract()).sin()).collect();
            let table = table(&chirp);
            let centroid = table.row("spectral_centroid_hz").unwrap().to_vec();
            let inner = &centroid[2..centroid.len() - 2];
            prop_assert!(inner.windows(2).all(|pair| pair[1] > pair[0]), "{:?}", inner);
        }

        #[test]
        fn ranges_hold(samples in any_samples()) {
            let table = table(&samples);
            let within = |name: &str, low: f32, high: f32| {
                table.row(name).unwrap().iter().all(|value| (low..=high).contains(value))
            };
            for name in ["spectral_flatness", "spectral_entropy", "zero_crossing_rate", "chroma0", "chroma11"] {
                prop_assert!(within(name, 0.0, 1.0), "{}", name);
            }
            for name in ["spectral_centroid_hz", "spectral_bandwidth_hz", "spectral_rolloff85_hz"] {
                prop_assert!(within(name, 0.0, 8000.0), "{}", name);
            }
            prop_assert!(within("spectral_flux", 0.0, 1.4143) && within("lpc_residual_db", -200.0, 0.0));
        }

        #[test]
        fn a_wavelet_tree_keeps_the_energy(
            level in 0u32..5,
            blocks in 1usize..40,
            samples in prop::collection::vec(-1e3f32..1e3, 640),
        ) {
            let frame = &samples[..blocks << level];
            let mut energies = vec![0.0; 1 << level];
            WaveletPacket::new(frame.len(), level).energies(frame, &mut energies);
            let (kept, whole): (f32, f32) = (energies.iter().sum(), frame.iter().map(|x| x * x).sum());
            prop_assert!((kept - whole).abs() <= 1e-4 * whole, "{} of {}", kept, whole);
        }

        #[test]
        fn prediction_never_adds_energy(samples in any_samples(), order in 0usize..30) {
            let frame: Vec<f64> = samples.iter().take(400).map(|s| f64::from(*s)).collect();
            let (mut r, mut a) = (vec![0.0; order + 1], vec![0.0; order + 1]);
            autocorrelate(&frame, &mut r);
            let error = levinson_durbin(&r, &mut a);
            prop_assert!((0.0..=r[0]).contains(&error) && a.iter().all(|c| c.is_finite()));
        }

        #[test]
        fn a_line_has_one_slope_and_no_bend(slope in -5.0f32..5.0, level in -50.0f32..50.0, n in 9usize..60) {
            let line = Array2::from_shape_fn((1, n), |(_, t)| level + slope * t as f32);
            prop_assert!(spectrum::delta(line.view(), 9, 1).iter().all(|v| (v - slope).abs() < 1e-3));
            prop_assert!(spectrum::delta(line.view(), 9, 2).iter().all(|v| v.abs() < 1e-3));
        }
    }
}

mod voice {
    use undertone::features::spectrum::stft;
    use undertone::features::table_frames;
    use undertone::features::voice::{self, Pitch, PitchOptions};

    use super::*;

    /// Samples that the widest window reaches to either side, in frames, and one more.
    const REACH: usize = 6;

    fn pitch(samples: &[f32]) -> Pitch {
        voice::pitch(samples, &PitchOptions::default())
    }

    /// Six harmonics, each half as strong as the one before, of an f0 that runs in a line, in Hz over half a second.
    fn sweep(first: f32, last: f32) -> Vec<f32> {
        let phase = |t: f64| f64::from(first) * t + f64::from(last - first) * t * t;
        let harmonics = |phase: f64| -> f64 {
            (1..=6).map(|k| 0.4 * 0.5f64.powi(k) * (std::f64::consts::TAU * f64::from(k) * phase).sin()).sum()
        };
        (0..8000).map(|n| harmonics(phase(f64::from(n) / 16_000.0)) as f32).collect()
    }

    fn cents(a: Option<f32>, b: Option<f32>) -> f32 {
        match (a, b) {
            (Some(a), Some(b)) => 1200.0 * (a / b).log2().abs(),
            (None, None) => 0.0,
            _ => f32::INFINITY,
        }
    }

    proptest! {
        #[test]
        fn every_number_is_finite(samples in any_samples(), floor in 0.0f64..2000.0, ceiling in 0u32..10_000) {
            let audio = sound(samples.clone());
            let n_frames = table_frames(samples.len());
            let options = PitchOptions { floor, ..PitchOptions::default() };
            for pitch in [pitch(&samples), voice::pitch(&samples, &options)] {
                prop_assert!(pitch.hz.len() == n_frames && pitch.strength.len() == n_frames);
                prop_assert!(pitch.hz.iter().flatten().all(|hz| (10.0..=600.0).contains(hz)), "{:?}", pitch.hz);
                prop_assert!(pitch.strength.iter().all(|r| (0.0..=1.0).contains(r)), "{:?}", pitch.strength);
                let pulses = voice::pulses(&samples, &pitch);
                prop_assert!(pulses.iter().all(|at| at.is_finite()) && pulses.windows(2).all(|two| two[0] < two[1]));
                let (jitter, shimmer) = (voice::jitter(&pulses), voice::shimmer(&samples, &pulses));
                let measures = [jitter.local, jitter.rap, jitter.ppq5, jitter.ddp]
                    .into_iter()
                    .chain([shimmer.local, shimmer.local_db, shimmer.apq3, shimmer.apq5]);
                prop_assert!(measures.flatten().all(|value| value.is_finite() && value >= 0.0));
                let rhythm = voice::rhythm(&voice::intensity(&samples, floor), &pitch);
                prop_assert!(rhythm.speech_seconds >= 0.0 && (0.0..=1.0).contains(&rhythm.pause_share));
            }
            let hnr = voice::harmonicity(&samples);
            prop_assert!(hnr.len() == n_frames && hnr.iter().flatten().all(|db| (-20.0..=60.0).contains(db)));
            let intensity = voice::intensity(&samples, floor);
            prop_assert!(intensity.len() == n_frames && intensity.iter().all(|db| db.is_finite() && *db >= 0.0));
            let loudness = voice::loudness(&stft(&audio, 400, 160));
            prop_assert!(loudness.len() == n_frames && loudness.iter().all(|n| n.is_finite() && *n >= 0.0));
            let formants = voice::formants(&audio, ceiling).unwrap();
            prop_assert_eq!(formants.len(), n_frames);
            for frame in formants {
                let found: Vec<f32> = frame.iter().flatten().map(|formant| formant.hz).collect();
                prop_assert!(found.windows(2).all(|two| two[0] <= two[1]), "{:?}", frame);
                prop_assert!(frame.iter().flatten().all(|own| own.hz > 0.0 && own.bandwidth_hz.is_finite()));
            }
            let tables = voice::voice_descriptors(&audio).unwrap();
            let values = tables.of_voiced.values.iter().chain(&tables.of_all.values);
            prop_assert!(tables.voiced.len() == n_frames && values.into_iter().all(|value| value.is_finite()));
            let said = serde_json::to_value(voice::voice_attributes(&audio).unwrap()).unwrap();
            let numbers = said.as_object().unwrap().values().filter_map(|value| value.as_f64());
            prop_assert!(numbers.into_iter().all(f64::is_finite), "{}", said);
        }

        #[test]
        fn a_gain_changes_no_pitch_and_no_quality(f0 in 90.0f32..400.0, gain in 1e-3f32..1e3) {
            let samples = sweep(f0, 1.1 * f0);
            let louder: Vec<f32> = samples.iter().map(|s| s * gain).collect();
            let (plain, loud) = (pitch(&samples), pitch(&louder));
            let off: Vec<f32> = plain.hz.iter().zip(&loud.hz).map(|(a, b)| cents(*a, *b)).collect();
            prop_assert!(off.iter().all(|cents| *cents < 0.01), "{:?}", off);
            let pulses = [voice::pulses(&samples, &plain), voice::pulses(&louder, &loud)];
            prop_assert_eq!(pulses[0].len(), pulses[1].len());
            prop_assert!(pulses[0].iter().zip(&pulses[1]).all(|(a, b)| (a - b).abs() < 1e-6));
            let shimmer = [voice::shimmer(&samples, &pulses[0]), voice::shimmer(&louder, &pulses[1])];
            prop_assert!((shimmer[0].local.unwrap() - shimmer[1].local.unwrap()).abs() < 1e-4);
            let gain_db = 20.0 * gain.log10();
            let levels = voice::intensity(&samples, 75.0).into_iter().zip(voice::intensity(&louder, 75.0));
            prop_assert!(levels.into_iter().all(|(a, b)| (b - a - gain_db).abs() < 1e-3 || b == 0.0));
        }

        #[test]
        fn a_gain_changes_no_formant(samples in noise(), gain in 1e-3f32..1e3) {
            let louder = samples.iter().map(|s| s * gain).collect();
            let plain = voice::formants(&sound(samples), 5500).unwrap();
            let loud = voice::formants(&sound(louder), 5500).unwrap();
            for (plain, loud) in plain.iter().flatten().zip(loud.iter().flatten()) {
                let off = plain.zip(*loud).map(|(a, b)| (a.hz - b.hz).abs());
                prop_assert!(off.is_none_or(|hz| hz < 0.1), "{:?} {:?}", plain, loud);
                prop_assert_eq!(plain.is_some(), loud.is_some());
            }
        }

        #[test]
        fn a_rising_voice_has_a_rising_pitch(first in 90.0f32..300.0, rise in 1.2f32..1.8) {
            let hz: Vec<f32> = pitch(&sweep(first, first * rise)).hz[REACH..50 - REACH].iter().flatten().copied().collect();
            prop_assert_eq!(hz.len(), 50 - 2 * REACH);
            prop_assert!(hz.windows(2).all(|two| two[0] < two[1]), "{:?}", hz);
            let falling = pitch(&sweep(first * rise, first)).hz;
            let inner: Vec<f32> = falling[REACH..50 - REACH].iter().flatten().copied().collect();
            prop_assert!(inner.len() == hz.len() && inner.windows(2).all(|two| two[0] > two[1]), "{:?}", inner);
        }

        #[test]
        fn a_hop_later_is_a_frame_later(first in 90.0f32..400.0, last in 90.0f32..400.0, hops in 1usize..9) {
            let samples = sweep(first, last);
            let late = [vec![0.0; 160 * hops], samples.clone()].concat();
            let inner = REACH..50 - REACH;
            let (plain, shifted) = (pitch(&samples), pitch(&late));
            let (hnr, late_hnr) = (voice::harmonicity(&samples), voice::harmonicity(&late));
            let (level, late_level) = (voice::intensity(&samples, 75.0), voice::intensity(&late, 75.0));
            for frame in inner {
                prop_assert!(cents(plain.hz[frame], shifted.hz[frame + hops]) < 0.1);
                let (a, b) = (hnr[frame].unwrap(), late_hnr[frame + hops].unwrap());
                prop_assert!((a - b).abs() < 0.05, "{} {}", a, b);
                prop_assert!((level[frame] - late_level[frame + hops]).abs() < 1e-3);
            }
            // The first pulse of a stretch is sought in its middle, which moves with its first voiced frame.
            let pulses = [voice::pulses(&samples, &plain), voice::pulses(&late, &shifted)];
            prop_assert!(pulses[0].len().abs_diff(pulses[1].len()) <= 3);
        }
    }
}
