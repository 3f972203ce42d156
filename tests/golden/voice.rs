//! Against Praat, and against what the signals were made of.

use undertone::features::voice::{
    Pitch, PitchOptions, formants, harmonicity, intensity, jitter, pitch, pulses, rhythm, shimmer,
};

use crate::reference::{Reference, Tensor, signal};

struct Heard {
    name: String,
    samples: Vec<f32>,
    pitch: Pitch,
    praat: Vec<f32>,
}

impl Heard {
    fn new(name: &str) -> Self {
        let samples = signal(name).samples().to_vec();
        let pitch = pitch(&samples, &PitchOptions::default());
        Self { name: name.into(), samples, pitch, praat: tensor(name, "f0").values }
    }

    /// Frames that both find voiced.
    fn voiced(&self) -> Vec<usize> {
        (0..self.praat.len()).filter(|k| self.pitch.hz[*k].is_some() && self.praat[*k] > 0.0).collect()
    }
}

fn praat() -> Reference {
    Reference::read("praat.safetensors")
}

fn tensor(name: &str, what: &str) -> Tensor {
    praat().tensor(&format!("{name}.{what}"))
}

/// Every signal that Praat heard.
fn all() -> Vec<Heard> {
    let names = praat().names();
    let mut heard: Vec<Heard> = names.iter().filter_map(|name| name.strip_suffix(".f0").map(Heard::new)).collect();
    heard.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(heard.len() >= 12);
    heard
}

/// Those with a voice: a tenth of a second of it, by Praat.
fn with_voice() -> Vec<Heard> {
    let mut heard = all();
    heard.retain(|heard| heard.praat.iter().filter(|hz| **hz > 0.0).count() >= 10);
    heard
}

fn share(count: usize, of: usize) -> f64 {
    count as f64 / of.max(1) as f64
}

/// The value that this share of the others does not exceed.
fn quantile(mut values: Vec<f32>, share: f64) -> f32 {
    values.sort_by(f32::total_cmp);
    values[(share * (values.len() - 1) as f64).ceil() as usize]
}

#[test]
fn pitch_is_praats() {
    let (mut frames, mut agreeing, mut both, mut close) = (0, 0, 0, 0);
    for heard in all() {
        assert_eq!(heard.pitch.hz.len(), heard.praat.len(), "{}", heard.name);
        let agree = heard.pitch.hz.iter().zip(&heard.praat).filter(|(a, b)| a.is_some() == (**b > 0.0)).count();
        assert!(share(agree, heard.praat.len()) >= 0.95, "{}: voicing agrees on {agree}", heard.name);
        let voiced = heard.voiced();
        let cents = |k: &&usize| 1200.0 * (heard.pitch.hz[**k].unwrap() / heard.praat[**k]).log2().abs();
        let near = voiced.iter().filter(|k| cents(k) <= 10.0).count();
        assert!(voiced.is_empty() || share(near, voiced.len()) >= 0.95, "{}: {near} within 10 cents", heard.name);
        let strength = tensor(&heard.name, "strength").values;
        let off = voiced.iter().map(|k| (heard.pitch.strength[*k] - strength[*k]).abs()).fold(0.0, f32::max);
        assert!(off < 1e-3, "{}: strength off by {off}", heard.name);
        frames += heard.praat.len();
        agreeing += agree;
        both += voiced.len();
        close += near;
    }
    println!("voicing {agreeing} of {frames}, within 10 cents {close} of {both}");
    assert!(share(agreeing, frames) >= 0.95 && share(close, both) >= 0.95);
}

#[test]
fn pulses_jitter_and_shimmer_are_praats() {
    // A third of a sample; Praat's own numbers carry seven digits here.
    const NEAR: f64 = 2e-5;
    for heard in all() {
        let own = pulses(&heard.samples, &heard.pitch);
        let want = tensor(&heard.name, "pulses").values;
        let near = own.iter().filter(|at| want.iter().any(|other| (*at - f64::from(*other)).abs() < NEAR)).count();
        let most = own.len().max(want.len());
        assert!(
            most == 0 || share(near, most) >= 0.99,
            "{}: {near} of {} pulses, {} of Praat",
            heard.name,
            own.len(),
            want.len()
        );
        let (jitter, shimmer) = (jitter(&own), shimmer(&heard.samples, &own));
        let got = [
            [jitter.local, jitter.rap, jitter.ppq5, jitter.ddp],
            [shimmer.local, shimmer.local_db, shimmer.apq3, shimmer.apq5],
        ];
        for (got, what) in got.iter().zip(["jitter", "shimmer"]) {
            for (got, want) in got.iter().zip(tensor(&heard.name, what).values) {
                // One pulse more or less in a hundred moves a mean of absolute differences by about a hundredth.
                let equal = got.map_or(want.is_nan(), |got| (got - want).abs() <= 0.01 * want.abs() + 1e-5);
                assert!(equal, "{}: {what} {got:?}, Praat {want}", heard.name);
            }
        }
    }
}

#[test]
fn harmonicity_is_praats() {
    for heard in with_voice() {
        let got = harmonicity(&heard.samples);
        let want = tensor(&heard.name, "hnr").values;
        assert_eq!(got.len(), want.len());
        // Above 50 dB both measure the rounding of 16 bit.
        let capped = |db: f32| db.clamp(-20.0, 50.0);
        let voiced: Vec<usize> =
            heard.voiced().into_iter().filter(|k| want[*k] > -199.0 && got[*k].is_some()).collect();
        let off: Vec<f32> = voiced.iter().map(|k| (capped(got[*k].unwrap()) - capped(want[*k])).abs()).collect();
        let mean = |of: &dyn Fn(usize) -> f32| voiced.iter().map(|k| capped(of(*k))).sum::<f32>() / voiced.len() as f32;
        let means = (mean(&|k| got[k].unwrap()), mean(&|k| want[k]));
        println!(
            "{}: HNR {:.2} dB, Praat {:.2}, 95 % within {}",
            heard.name,
            means.0,
            means.1,
            quantile(off.clone(), 0.95)
        );
        // A tone above 2 kHz has dozens of equal maxima.
        if heard.name != "chirp_up" {
            assert!(quantile(off, 0.95) < 0.1 && (means.0 - means.1).abs() < 0.5, "{}: {means:?}", heard.name);
        }
    }
}

#[test]
fn intensity_is_praats() {
    for heard in all() {
        let want = tensor(&heard.name, "intensity").values;
        let got = intensity(&heard.samples, 75.0);
        let worst = got.iter().zip(&want).map(|(a, b)| (a - b.max(0.0)).abs()).fold(0.0, f32::max);
        assert!(got.len() == want.len() && worst < 1e-3, "{}: off by {worst} dB", heard.name);
    }
}

/// Praat cuts away everything above the ceiling bin by bin; a resampler has a slope there. Where speech has next to nothing
/// just under 5.5 kHz, that slope decides where the highest poles go, and these push the others: leaving one more bin in
/// Praat's own resampling moves 5 % of the frames of `speech_en` by over 5 %. So the tolerances are those of quantiles.
#[test]
fn formants_are_praats() {
    for heard in with_voice().into_iter().filter(|heard| !heard.name.starts_with("chirp")) {
        let got = formants(&signal(&heard.name), 5500).unwrap();
        let want = tensor(&heard.name, "formants");
        assert_eq!(want.shape, [6, got.len()]);
        for n in 0..3 {
            let of = |row: usize, k: usize| want.values[row * got.len() + k];
            let off: Vec<f32> = heard
                .voiced()
                .into_iter()
                .filter_map(|k| got[k][n].map(|own| (own.hz / of(2 * n, k) - 1.0).abs()))
                .filter(|off| off.is_finite())
                .collect();
            let width: Vec<f32> = heard
                .voiced()
                .into_iter()
                .filter_map(|k| got[k][n].map(|own| (own.bandwidth_hz / of(2 * n + 1, k) - 1.0).abs()))
                .filter(|off| off.is_finite())
                .collect();
            let [half, most] = [0.5, 0.8].map(|share| quantile(off.clone(), share));
            let wide = quantile(width, 0.5);
            println!("{} F{}: half within {half:.5}, 80 % within {most:.5}; bandwidth {wide:.4}", heard.name, n + 1);
            assert!(half < 0.0015 && most < 0.01 && wide < 0.05, "{} F{}: {half} {most} {wide}", heard.name, n + 1);
        }
    }
}

#[test]
fn vowels_are_what_they_were_made_of() {
    let inner = |heard: &Heard| 10..heard.praat.len() - 10;
    let cents = |hz: Option<f32>, want: f64| 1200.0 * (f64::from(hz.unwrap()) / want).log2().abs();
    for (name, first, last) in
        [("vowel_a_120", 120.0, 120.0), ("vowel_i_220", 220.0, 220.0), ("vowel_glide", 100.0, 200.0)]
    {
        let heard = Heard::new(name);
        for k in inner(&heard) {
            let want = first + (last - first) * heard.pitch.seconds(k) / (heard.samples.len() as f64 / 16_000.0);
            assert!(cents(heard.pitch.hz[k], want) < 10.0, "{name} {k}: {:?}, made with {want}", heard.pitch.hz[k]);
        }
    }
    let perturbed = |name: &str| {
        let heard = Heard::new(name);
        let own = pulses(&heard.samples, &heard.pitch);
        (jitter(&own).local.unwrap(), shimmer(&heard.samples, &own).local.unwrap())
    };
    let (clean, rough) = (perturbed("vowel_a_120"), perturbed("vowel_jitter"));
    // Matching whole periods halves the jitter of single cycles, in Praat as here.
    assert!(clean.0 < 1e-3 && (0.008..0.03).contains(&rough.0), "{clean:?} {rough:?}");
    assert!(clean.1 < 5e-3 && (0.05..0.12).contains(&rough.1), "{clean:?} {rough:?}");

    let noisy = Heard::new("vowel_noise");
    let hnr: Vec<f32> = harmonicity(&noisy.samples)[inner(&noisy)].iter().map(|db| db.unwrap()).collect();
    let mean = hnr.iter().sum::<f32>() / hnr.len() as f32;
    assert!((mean - 15.0).abs() < 1.5, "{mean} dB, made with 15");

    // Over 220 Hz the harmonics are too far apart for five formants under 5.5 kHz, for Praat too: of /i/ only F1 is told.
    let made = [("vowel_a_120", &[730.0f32, 1090.0, 2440.0][..]), ("vowel_jitter", &[480.0, 1000.0, 2500.0])];
    for (name, made) in made.into_iter().chain([("vowel_i_220", &[310.0][..])]) {
        let heard = Heard::new(name);
        let got = formants(&signal(name), 5500).unwrap();
        for (n, want) in made.iter().enumerate() {
            let middle = quantile(got[inner(&heard)].iter().map(|frame| frame[n].unwrap().hz).collect(), 0.5);
            println!("{name} F{}: {middle:.0} Hz, made with {want}", n + 1);
            assert!((middle - want).abs() < 40.0, "{name} F{}: {middle} Hz, made with {want}", n + 1);
        }
    }
}

#[test]
fn syllables_are_counted() {
    // "The morning train leaves at nine." and "Why did you open the window?", cut after 1.5 s.
    for (name, spoken) in [("speech_en", 7), ("speech_en_f", 8)] {
        let heard = Heard::new(name);
        let found = rhythm(&intensity(&heard.samples, 50.0), &heard.pitch);
        println!("{name}: {} of {spoken} syllables", found.nuclei.len());
        assert!(found.nuclei.len().abs_diff(spoken) <= 1, "{name}: {found:?}");
    }
    for name in ["silence", "noise_white", "tone_440"] {
        let heard = Heard::new(name);
        assert!(rhythm(&intensity(&heard.samples, 50.0), &heard.pitch).nuclei.len() <= 1, "{name}");
    }
}
