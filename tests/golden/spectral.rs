//! Against librosa and PyWavelets.

use ndarray::{ArrayView2, Axis};
use undertone::audio::Audio;
use undertone::dsp::lpc::{autocorrelate, levinson_durbin, lpc_to_cepstrum};
use undertone::dsp::wavelet::WaveletPacket;
use undertone::dsp::window::hann_f64;
use undertone::features::spectrum::{self, MelConfig, MelNorm, MelScale, Spectrogram};

use crate::reference::{Reference, Tensor, signal};

/// Largest difference over the largest magnitude of a feature in a signal.
const TOLERANCE: f32 = 1e-4;
/// 1 dB a frame, 1 dB a kHz; a tenth of it for skewness, which has no unit.
const UNIT: f32 = 1.0;
/// Frames between two whose spectra the reference keeps.
const STRIDE: usize = 6;
const SIGNALS: [&str; 15] = [
    "chirp_down",
    "chirp_up",
    "clicks",
    "noise_pink",
    "noise_white",
    "silence",
    "speech_en",
    "speech_en_f",
    "tone_440",
    "tones",
    "vowel_a_120",
    "vowel_glide",
    "vowel_i_220",
    "vowel_jitter",
    "vowel_noise",
];

/// Errors by feature; the names and figures are printed with `--nocapture`.
#[derive(Default)]
struct Comparison {
    worst: Vec<(String, String, f32)>,
    failures: Vec<String>,
}

impl Comparison {
    /// `least` is the smallest scale that a difference is measured by: [`UNIT`] for features that are zero by
    /// definition in some signal (the deltas of silence; slope and skewness of a click), where the reference holds a
    /// residue of rounding.
    fn check(&mut self, signal: &str, feature: &str, got: ArrayView2<f32>, want: &Tensor, least: f32) {
        assert_eq!(got.shape(), want.shape, "{signal}/{feature}");
        let scale = want.values.iter().fold(least, |most, v| most.max(v.abs()));
        let error = got.iter().zip(&want.values).map(|(a, b)| (a - b).abs() / scale).fold(0.0, f32::max);
        if error.is_nan() || error > TOLERANCE || got.iter().any(|v| !v.is_finite()) {
            self.failures.push(format!("{signal}/{feature}: {error:e}"));
        }
        match self.worst.iter_mut().find(|(name, ..)| name == feature) {
            Some(worst) if worst.2 < error => (worst.1, worst.2) = (signal.into(), error),
            Some(_) => {}
            None => self.worst.push((feature.into(), signal.into(), error)),
        }
    }

    fn finish(self) {
        for (feature, signal, error) in &self.worst {
            println!("{feature:28} {error:8.1e}  {signal}");
        }
        assert!(self.failures.is_empty(), "{:#?}", self.failures);
    }
}

fn row(values: &[f32]) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((1, values.len()), values).unwrap()
}

/// One check a feature of librosa's or of the definitions.
fn check_features(comparison: &mut Comparison, reference: &Reference, name: &str, prefix: &str, audio: &Audio) {
    let (n_fft, hop) = if prefix.is_empty() { (400, 160) } else { (1024, 256) };
    let spectrogram = spectrum::stft(audio, n_fft, hop);
    let slaney = spectrum::melspectrogram(&spectrogram, &MelConfig::default());
    let htk = MelConfig { n_mels: 40, fmin: 20.0, fmax: 7600.0, scale: MelScale::Htk, norm: MelNorm::None };
    let log_mel = spectrum::power_to_db(slaney.view(), Some(80.0));
    let mfcc = spectrum::mfcc(log_mel.view(), 20);
    let first = mfcc.view().split_at(Axis(0), 13).0;

    let last = spectrogram.n_frames() - 1;
    let kept: Vec<usize> = (0..=last).step_by(STRIDE).chain([last]).collect();
    let mut check = |feature: &str, got: ArrayView2<f32>, least: f32| {
        let want = reference.tensor(&format!("{name}/{prefix}{feature}"));
        comparison.check(name, &format!("{prefix}{feature}"), got, &want, least);
    };
    check("stft_magnitude", spectrogram.magnitude().select(Axis(1), &kept).view(), f32::MIN_POSITIVE);
    check("melspectrogram_slaney", slaney.select(Axis(1), &kept).view(), f32::MIN_POSITIVE);
    let htk = spectrum::melspectrogram(&spectrogram, &htk);
    check("melspectrogram_htk", htk.select(Axis(1), &kept).view(), f32::MIN_POSITIVE);
    check("log_mel", log_mel.select(Axis(1), &kept).view(), f32::MIN_POSITIVE);
    check("mfcc", mfcc.view(), f32::MIN_POSITIVE);
    check("mfcc_delta", spectrum::delta(first, 9, 1).view(), UNIT);
    check("mfcc_delta2", spectrum::delta(first, 9, 2).view(), UNIT);
    check("chroma_stft", spectrum::chroma_stft(&spectrogram).view(), f32::MIN_POSITIVE);
    check("spectral_contrast", spectrum::spectral_contrast(&spectrogram).view(), f32::MIN_POSITIVE);

    let mut check_row = |feature: &str, got: Vec<f32>, least: f32| check(feature, row(&got), least);
    check_row("spectral_centroid", spectrum::spectral_centroid(&spectrogram), f32::MIN_POSITIVE);
    check_row("spectral_bandwidth", spectrum::spectral_bandwidth(&spectrogram), f32::MIN_POSITIVE);
    check_row("spectral_flatness", spectrum::spectral_flatness(&spectrogram), f32::MIN_POSITIVE);
    check_row("onset_strength", spectrum::onset_strength(log_mel.view()), f32::MIN_POSITIVE);
    check_row("rms", spectrum::rms(audio.samples(), n_fft, hop), f32::MIN_POSITIVE);
    let crossings = spectrum::zero_crossing_rate(audio.samples(), n_fft, hop);
    check_row("zero_crossing_rate", crossings, f32::MIN_POSITIVE);

    check_row("spectral_skewness", spectrum::spectral_skewness(&spectrogram), 0.1 * UNIT);
    check_row("spectral_kurtosis", spectrum::spectral_kurtosis(&spectrogram), f32::MIN_POSITIVE);
    check_row("spectral_entropy", spectrum::spectral_entropy(&spectrogram), f32::MIN_POSITIVE);
    check_row("spectral_flux", spectrum::spectral_flux(&spectrogram), f32::MIN_POSITIVE);
    check_row("spectral_slope_0_500", spectrum::spectral_slope(&spectrogram, 0.0, 500.0), UNIT);
    check_row("spectral_slope_500_1500", spectrum::spectral_slope(&spectrogram, 500.0, 1500.0), UNIT);
    check_row("alpha_ratio", spectrum::alpha_ratio(&spectrogram), f32::MIN_POSITIVE);
    check_row("hammarberg_index", spectrum::hammarberg_index(&spectrogram), f32::MIN_POSITIVE);

    let want = reference.tensor(&format!("{name}/{prefix}spectral_rolloff"));
    let ties = check_rolloff(&spectrogram, &want);
    if ties > 0 {
        println!("{name}: {ties} of {} roll-offs a bin away, where the sum meets the threshold", last + 1);
    }
}

/// Roll-off is a bin, not a magnitude: it must be librosa's, but for frames whose running sum comes within a rounding
/// of single precision (librosa's) of the threshold, where it may be the next bin. Returns how many those are.
fn check_rolloff(spectrogram: &Spectrogram, want: &Tensor) -> usize {
    let got = spectrum::spectral_rolloff(spectrogram, 0.85);
    assert_eq!(got.len(), want.values.len());
    let mut ties = 0;
    for ((got, want), power) in got.iter().zip(&want.values).zip(spectrogram.frames()) {
        let bin = |hz: &f32| (hz / spectrogram.bin_hz()).round() as usize;
        let (got, want) = (bin(got), bin(want));
        if got == want {
            continue;
        }
        let sum = |end: usize| power[..end].iter().map(|p| f64::from(p.sqrt())).sum::<f64>();
        let total = sum(power.len());
        let off = (sum(got.min(want) + 1) - 0.85 * total).abs() / total;
        assert!(got.abs_diff(want) == 1 && off < 1e-6, "bin {got} instead of {want}, {off:e} from the threshold");
        ties += 1;
    }
    ties
}

#[test]
fn every_feature_is_librosas() {
    let reference = Reference::read("librosa.safetensors");
    let mut comparison = Comparison::default();
    for name in SIGNALS {
        check_features(&mut comparison, &reference, name, "", &signal(name));
    }
    check_features(&mut comparison, &reference, "speech_en", "wide/", &signal("speech_en"));
    comparison.finish();
}

#[test]
fn linear_prediction_is_scipys_and_wavelet_packets_are_pywavelets() {
    let reference = Reference::read("librosa.safetensors");
    let mut comparison = Comparison::default();
    let window = hann_f64(400);
    for name in SIGNALS {
        let audio = signal(name);
        let samples = audio.samples();
        let mut rows: [(&str, Vec<Vec<f32>>); 5] =
            ["lpc", "lpc_gain", "lpcc", "wavelet", "wavelet_odd"].map(|feature| (feature, Vec::new()));
        for fifth in 1..5 {
            let start = fifth * samples.len() / 5;
            let frame = &samples[start..start + 400];
            let windowed: Vec<f64> = frame.iter().zip(&window).map(|(x, w)| f64::from(*x) * w).collect();
            let (mut r, mut a, mut cepstrum) = ([0.0; 17], [0.0; 17], [0.0; 12]);
            autocorrelate(&windowed, &mut r);
            r[0] *= 1.0 + 1e-9;
            let gain = levinson_durbin(&r, &mut a).sqrt();
            lpc_to_cepstrum(&a, &mut cepstrum);
            let narrow = |values: &[f64]| values.iter().map(|v| *v as f32).collect();
            rows[0].1.push(narrow(&a));
            rows[1].1.push(vec![gain as f32]);
            rows[2].1.push(narrow(&cepstrum));
            for (index, part, level) in [(3, frame, 4), (4, &frame[..37], 3)] {
                let mut energies = vec![0.0; 1 << level];
                WaveletPacket::new(part.len(), level).energies(part, &mut energies);
                rows[index].1.push(energies);
            }
        }
        for (feature, columns) in rows {
            let flat: Vec<f32> = columns.concat();
            let got = ArrayView2::from_shape((columns.len(), columns[0].len()), &flat).unwrap();
            let want = reference.tensor(&format!("{name}/{feature}"));
            comparison.check(name, feature, got.t(), &want, f32::MIN_POSITIVE);
        }
    }
    comparison.finish();
}

/// The rows of the table are the functions compared above.
#[test]
fn the_table_holds_the_same_numbers() {
    for name in ["speech_en", "vowel_i_220", "silence"] {
        let audio = signal(name);
        let table = spectrum::spectral_descriptors(&audio).unwrap();
        assert_eq!(table.names, spectrum::spectral_descriptor_names());
        assert!(table.values.iter().all(|v| v.is_finite()));
        let spectrogram = spectrum::stft(&audio, 400, 160);
        let mel = spectrum::melspectrogram(&spectrogram, &MelConfig::default());
        let log_mel = spectrum::power_to_db(mel.view(), Some(80.0));
        let same = |row: &str, want: Vec<f32>| {
            let got = table.row(row).unwrap_or_else(|| panic!("no row {row}")).to_vec();
            let scale = want.iter().fold(1e-3f32, |most, v| most.max(v.abs()));
            assert_eq!(got.len(), want.len());
            assert!(got.iter().zip(&want).all(|(a, b)| (a - b).abs() <= 1e-6 * scale), "{name}/{row}");
        };
        same("rms", spectrum::rms(audio.samples(), 400, 160));
        same("zero_crossing_rate", spectrum::zero_crossing_rate(audio.samples(), 400, 160));
        same("spectral_centroid_hz", spectrum::spectral_centroid(&spectrogram));
        same("spectral_bandwidth_hz", spectrum::spectral_bandwidth(&spectrogram));
        same("spectral_skewness", spectrum::spectral_skewness(&spectrogram));
        same("spectral_kurtosis", spectrum::spectral_kurtosis(&spectrogram));
        same("spectral_rolloff25_hz", spectrum::spectral_rolloff(&spectrogram, 0.25));
        same("spectral_rolloff85_hz", spectrum::spectral_rolloff(&spectrogram, 0.85));
        same("spectral_flatness", spectrum::spectral_flatness(&spectrogram));
        same("spectral_entropy", spectrum::spectral_entropy(&spectrogram));
        same("spectral_flux", spectrum::spectral_flux(&spectrogram));
        same("spectral_slope_0_500", spectrum::spectral_slope(&spectrogram, 0.0, 500.0));
        same("spectral_slope_500_1500", spectrum::spectral_slope(&spectrogram, 500.0, 1500.0));
        same("alpha_ratio_db", spectrum::alpha_ratio(&spectrogram));
        same("hammarberg_index_db", spectrum::hammarberg_index(&spectrogram));
        same("onset_strength", spectrum::onset_strength(log_mel.view()));
        for (prefix, suffix, rows) in [
            ("chroma", "", spectrum::chroma_stft(&spectrogram)),
            ("spectral_contrast", "_db", spectrum::spectral_contrast(&spectrogram)),
            ("mfcc", "", spectrum::mfcc(log_mel.view(), 20)),
        ] {
            for (index, row) in rows.rows().into_iter().enumerate() {
                same(&format!("{prefix}{index}{suffix}"), row.to_vec());
            }
        }
    }
}
