//! One clip on its way through the stages.

use std::path::Path;
use std::rc::Rc;

use super::{
    Analysis, Answer, Clip, ClipInfo, Deepening, Envelope, MelView, Notice, PreparationView, Question, Reasons, Stage,
    StageTime, Timing, Treated,
};
use crate::audio::{Audio, Decoded, MIN_SECONDS, NoiseModel, PreparedBy, decode, prepare_by, resample};
use crate::features::voice::{VoiceAttributes, voice_attributes};
use crate::features::{
    Features, MelSpectrogram, RecordingQuality, extract, large_of_middle, recording_quality, require_speech,
    wants_second_hearing,
};
use crate::inference::{Engine, Inputs, Probabilities, winner};
use crate::{Error, Result};

const ENVELOPE_SLICES: usize = 1200;
/// Of the small pictures, one a stage of preparation.
const TREATED_SLICES: usize = 300;
const SHORT_SECONDS: f32 = 0.8;
/// From these on the page says what is wrong with the recording.
const CLIPPED_SHARE: f32 = 1e-3;
const NOISY_DB: f32 = 8.0;
const NARROW_HZ: f32 = 4_200.0;

/// A clip being analysed: call [`step`](Self::step) until it gives the result. Between any two calls the caller may show
/// progress, or stop.
pub struct Analyzer {
    state: State,
    found: Found,
    question: Question,
    noise: Option<Rc<NoiseModel>>,
    deepening: Option<Deepening>,
    timing: Option<Timing>,
    reasons: Option<Reasons>,
    heard: Option<Audio>,
}

/// What one step gave.
#[derive(Debug)]
pub enum Step {
    /// More to do; the stage that the next step works on.
    Next(Stage),
    /// The result.
    Done(Box<Analysis>),
}

enum State {
    Decode(Clip),
    Resample(Decoded),
    Trim(Audio),
    Features(PreparedBy),
    Voice(Inputs, Audio),
    Models { inputs: Inputs, answers: Vec<Answer>, votes: Vec<Probabilities> },
    Ended,
}

#[derive(Default)]
struct Found {
    clip: Option<ClipInfo>,
    quality: RecordingQuality,
    envelope: Option<Envelope>,
    kept: Vec<(f32, f32)>,
    preparation: PreparationView,
    mel: Option<MelView>,
    voice: Option<VoiceAttributes>,
    log_mel: Option<MelSpectrogram>,
    is_noisy: bool,
    heard: Option<Audio>,
    timing: Option<Timing>,
    notices: Vec<Notice>,
    times: Vec<StageTime>,
}

impl Analyzer {
    /// A clip before its first stage.
    pub fn new(clip: Clip) -> Self {
        Self {
            state: State::Decode(clip),
            found: Found::default(),
            question: Question::default(),
            noise: None,
            deepening: None,
            timing: None,
            reasons: None,
            heard: None,
        }
    }

    /// Of that part, prepared that way; the noise model is for a plan that reduces noise.
    pub fn asked(mut self, question: Question, noise: Option<Rc<NoiseModel>>) -> Self {
        (self.question, self.noise) = (question, noise);
        self
    }

    /// The stage that the next step works on; `None` after the end.
    pub fn next_stage(&self) -> Option<Stage> {
        match self.state {
            State::Decode(_) => Some(Stage::Decode),
            State::Resample(_) => Some(Stage::Resample),
            State::Trim(_) => Some(Stage::Trim),
            State::Features(_) => Some(Stage::Features),
            State::Voice(..) => Some(Stage::Voice),
            State::Models { .. } => Some(Stage::Models),
            State::Ended => None,
        }
    }

    /// Works on one stage, or on one model of the last. `now` gives milliseconds of any clock.
    ///
    /// # Errors
    /// What is wrong with the clip or a model; the analysis has then ended, and a further step is [`Error::Cancelled`].
    pub fn step(&mut self, engine: &Engine, now: &dyn Fn() -> f64) -> Result<Step> {
        let stage = self.next_stage().ok_or(Error::Cancelled)?;
        let start = now();
        let state = std::mem::replace(&mut self.state, State::Ended);
        let next = self.advance(state, engine, now)?;
        self.add_time(stage, (now() - start) as f32);
        match next {
            State::Models { answers, votes, inputs } if answers.len() == engine.entries().len() => {
                self.reasons = self.found.log_mel.clone().map(|mel| Reasons::new(mel, inputs.row()));
                self.finish(engine, answers, &votes).map(|analysis| Step::Done(Box::new(analysis)))
            }
            state => {
                self.state = state;
                Ok(Step::Next(self.next_stage().unwrap_or(Stage::Models)))
            }
        }
    }

    /// The clip as the models heard it, once it has its result: 16 kHz, silence cut, level evened.
    pub fn take_heard(&mut self) -> Option<Audio> {
        self.heard.take()
    }

    /// What there is to be asked about it, once it has its result.
    pub fn take_reasons(&mut self) -> Option<Reasons> {
        self.reasons.take()
    }

    /// The same clip for its timeline, once it has its result, if it is long enough for one.
    pub fn take_timing(&mut self) -> Option<Timing> {
        self.timing.take()
    }

    /// The same clip for the deep tier, once it has its result.
    pub fn into_deepening(self) -> Option<Deepening> {
        self.deepening
    }

    /// All steps at once: the result, and the same clip for the deep tier.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn run(mut self, engine: &Engine, now: &dyn Fn() -> f64) -> Result<(Analysis, Option<Deepening>)> {
        loop {
            if let Step::Done(analysis) = self.step(engine, now)? {
                return Ok((*analysis, self.deepening));
            }
        }
    }

    fn advance(&mut self, state: State, engine: &Engine, now: &dyn Fn() -> f64) -> Result<State> {
        Ok(match state {
            State::Decode(clip) => {
                let (name, decoded) = read(clip)?;
                let decoded = part(decoded, self.question.region)?;
                self.describe(name, &decoded);
                State::Resample(decoded)
            }
            State::Resample(decoded) => State::Trim(resample(&decoded.audio, engine.features().sample_rate)?),
            State::Trim(audio) => {
                let plan = self.question.plan;
                self.found.is_noisy = plan.noise == 0.0 && plan.level && wants_second_hearing(&audio);
                let after = &mut self.found.preparation.after;
                let prepared = prepare_by(audio, plan, self.noise.as_deref(), |treatment, audio| {
                    let envelope = envelope(audio.samples(), TREATED_SLICES);
                    after.push(Treated { treatment, seconds: audio.seconds(), envelope });
                })?;
                let seconds = prepared.audio.seconds();
                if seconds < SHORT_SECONDS {
                    self.found.notices.push(Notice::Short { seconds });
                }
                self.found.kept.clone_from(&prepared.kept);
                self.found.preparation.report = prepared.report.clone();
                self.found.preparation.region = self.question.region;
                State::Features(prepared)
            }
            State::Features(prepared) => {
                let config = engine.features();
                let features: Features = extract(&prepared.audio, config)?;
                require_speech(&features.log_mel, &features.f0)?;
                self.found.mel = Some(mel_view(&features.log_mel, config.floor_decades, 1.0 / config.frame_rate()));
                let inputs = quick_inputs(engine, &prepared.audio, &features)?;
                self.found.log_mel = Some(features.log_mel);
                self.found.heard = Some(prepared.audio);
                State::Voice(inputs, prepared.cleaned)
            }
            State::Voice(inputs, audio) => {
                self.found.voice = Some(voice_attributes(&audio)?);
                self.found.timing = Timing::new(audio);
                State::Models { inputs, answers: Vec::new(), votes: Vec::new() }
            }
            State::Models { mut inputs, mut answers, mut votes } => {
                let index = answers.len();
                let start = now();
                let vote = engine.predict(index, &mut inputs)?;
                if let Some(entry) = engine.entries().nth(index) {
                    answers.push(Answer {
                        model: entry.name.clone(),
                        kind: entry.kind,
                        tier: entry.tier,
                        probabilities: engine.balanced(&vote),
                        millis: (now() - start) as f32,
                    });
                    votes.push(vote);
                }
                State::Models { inputs, answers, votes }
            }
            State::Ended => return Err(Error::Cancelled),
        })
    }

    fn describe(&mut self, name: String, decoded: &Decoded) {
        let samples = decoded.audio.samples();
        let seconds = decoded.audio.seconds();
        if decoded.truncated {
            self.found.notices.push(Notice::Truncated { seconds });
        }
        let quality = recording_quality(&decoded.audio);
        if quality.clipped_share > CLIPPED_SHARE {
            self.found.notices.push(Notice::Clipped);
        }
        if quality.snr_db < NOISY_DB {
            self.found.notices.push(Notice::Noisy { snr_db: quality.snr_db });
        }
        if quality.bandwidth_hz < NARROW_HZ {
            self.found.notices.push(Notice::Narrow { bandwidth_hz: quality.bandwidth_hz });
        }
        self.found.quality = quality;
        self.found.envelope = Some(envelope(samples, ENVELOPE_SLICES));
        self.found.clip = Some(ClipInfo {
            name,
            codec: decoded.codec.clone(),
            sample_rate: decoded.audio.sample_rate(),
            channels: decoded.channels,
            seconds,
        });
    }

    fn add_time(&mut self, stage: Stage, millis: f32) {
        match self.found.times.last_mut() {
            Some(last) if last.stage == stage => last.millis += millis,
            _ => self.found.times.push(StageTime { stage, millis }),
        }
    }

    fn finish(&mut self, engine: &Engine, answers: Vec<Answer>, votes: &[Probabilities]) -> Result<Analysis> {
        let said: Vec<(&str, Probabilities)> =
            answers.iter().map(|answer| answer.model.as_str()).zip(votes.iter().copied()).collect();
        let probabilities = engine.join(&said)?;
        let found = std::mem::take(&mut self.found);
        let (Some(clip), Some(envelope), Some(mel)) = (found.clip, found.envelope, found.mel) else {
            return Err(Error::Cancelled);
        };
        let quick = answers.iter().map(|answer| (answer.model.clone(), answer.probabilities)).collect();
        let noisy = if found.is_noisy { found.heard.clone() } else { None };
        self.deepening = found.log_mel.map(|mel| Deepening::new(mel, quick).noisy(noisy));
        self.heard = found.heard;
        self.timing = found.timing;
        Ok(Analysis {
            clip,
            quality: found.quality,
            envelope,
            kept: found.kept,
            preparation: found.preparation,
            mel,
            voice: found.voice.unwrap_or_default(),
            probabilities,
            winner: winner(&probabilities),
            answers,
            notices: found.notices,
            times: found.times,
        })
    }
}

/// A clip's sound as it was recorded, or a part of it.
///
/// # Errors
/// What is wrong with the clip; [`Error::TooShort`] for a part that is.
pub fn sound_of(clip: Clip, region: Option<(f32, f32)>) -> Result<Audio> {
    Ok(part(read(clip)?.1, region)?.audio)
}

/// What the models of the quick tier take of sound that is prepared, and of its features.
///
/// # Errors
/// What the large set of functionals says, where a model takes it.
pub fn quick_inputs(engine: &Engine, audio: &Audio, features: &Features) -> Result<Inputs> {
    let inputs = Inputs::new(features, engine.features());
    Ok(if engine.takes_large() { inputs.with_large(large_of_middle(audio)?) } else { inputs })
}

/// The samples of a region.
fn part(decoded: Decoded, region: Option<(f32, f32)>) -> Result<Decoded> {
    let Some(region) = region else { return Ok(decoded) };
    let audio = decoded.audio.part(region);
    let seconds = audio.samples().len() as f64 / f64::from(audio.sample_rate());
    if seconds < MIN_SECONDS {
        return Err(Error::TooShort { seconds, minimum: MIN_SECONDS });
    }
    Ok(Decoded { audio, ..decoded })
}

fn read(clip: Clip) -> Result<(String, Decoded)> {
    match clip {
        Clip::File { name, bytes } => {
            let decoded = decode(bytes, Path::new(&name).extension().and_then(|extension| extension.to_str()))?;
            Ok((name, decoded))
        }
        Clip::Pcm { samples, sample_rate } => {
            let audio = Audio::new(samples, sample_rate)?;
            Ok(("recording".into(), Decoded { audio, channels: 1, codec: "PCM, float".into(), truncated: false }))
        }
    }
}

fn envelope(samples: &[f32], most: usize) -> Envelope {
    let slices = most.min(samples.len());
    // In 64 bits: the product of a long clip does not fit the browser's 32.
    let begin = |index: usize| (samples.len() as u64 * index as u64 / slices as u64) as usize;
    let slice = |index: usize| &samples[begin(index)..begin(index + 1)];
    let fold = |pick: fn(f32, f32) -> f32| -> Vec<f32> {
        (0..slices).map(|index| slice(index).iter().copied().fold(0.0, pick).clamp(-1.0, 1.0)).collect()
    };
    Envelope { minima: fold(f32::min), maxima: fold(f32::max) }
}

fn mel_view(mel: &MelSpectrogram, floor_decades: f32, frame_seconds: f32) -> MelView {
    let (n_mels, n_frames) = mel.values.dim();
    let peak = mel.values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let byte = |value: &f32| (255.0 * (1.0 - (peak - value) / floor_decades)).round().clamp(0.0, 255.0) as u8;
    MelView {
        n_mels,
        n_frames,
        values: mel.values.iter().map(byte).collect(),
        frame_seconds,
        centers_hz: mel.centers_hz.clone(),
        floor_db: -10.0 * floor_decades,
    }
}
