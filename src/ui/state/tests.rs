use super::*;
use crate::analysis::{
    Analysis, ClipInfo, ClipVoice, DeepAnalysis, Emotion, Envelope, MelView, Tier, VoiceAttributes, VoiceMean,
};
use crate::protocol::DeepReady;

pub(super) fn report(job: JobId) -> Report {
    let analysis = Analysis {
        clip: ClipInfo { name: "a.wav".into(), codec: "PCM".into(), sample_rate: 16_000, channels: 1, seconds: 1.0 },
        quality: crate::analysis::RecordingQuality::default(),
        envelope: Envelope { minima: vec![], maxima: vec![] },
        kept: vec![],
        preparation: crate::analysis::PreparationView::default(),
        mel: MelView {
            n_mels: 0,
            n_frames: 0,
            values: vec![],
            frame_seconds: 0.01,
            centers_hz: vec![],
            floor_db: -80.0,
        },
        voice: VoiceAttributes::default(),
        probabilities: [0.125; 8],
        winner: Emotion::Neutral,
        answers: vec![],
        notices: vec![],
        times: vec![],
    };
    Report::new(job, analysis, Moment::default())
}

pub(super) fn file(name: &str) -> LoadedModel {
    LoadedModel { name: name.into(), bytes: 1, sha256: "00".into() }
}

pub(super) fn given(state: &State, job: JobId) -> State {
    state.after(Action::ClipGiven { job, name: format!("{job}.wav") })
}

#[test]
fn a_new_clip_hides_the_old_result() {
    let done = given(&State::default(), 1).after(Action::AnalysisDone(report(1)));
    assert!(matches!(done.job, JobState::Done(_)));
    let next = given(&done, 2);
    assert_eq!(next.running(), Some(2));
}

#[test]
fn a_late_answer_to_an_old_clip_changes_nothing() {
    let state = given(&given(&State::default(), 1), 2);
    assert_eq!(state.after(Action::AnalysisDone(report(1))), state);
    assert_eq!(state.after(Action::StageBegun { job: 1, stage: Stage::Models }), state);
    assert_eq!(state.after(Action::AnalysisFailed { job: 1, error: Error::Silent }), state);
    assert!(matches!(state.after(Action::AnalysisDone(report(2))).job, JobState::Done(_)));
}

#[test]
fn cancel_is_no_error() {
    let state = given(&State::default(), 1).after(Action::AnalysisFailed { job: 1, error: Error::Cancelled });
    assert_eq!(state.job, JobState::Cancelled { name: "1.wav".into() });
}

#[test]
fn a_crash_fails_the_running_job_and_keeps_a_shown_result() {
    let crash = |restarted| Action::WorkerCrashed { error: Error::Stopped { reason: "trap".into() }, restarted };
    let running = given(&State::default(), 1).after(crash(true));
    assert!(matches!(running.job, JobState::Failed { .. }));
    assert_eq!(running.engine, EngineState::Starting);
    let shown = given(&State::default(), 1).after(Action::AnalysisDone(report(1))).after(crash(false));
    assert!(matches!(shown.job, JobState::Done(_)));
    assert!(matches!(shown.engine, EngineState::Failed(_)));
}

#[test]
fn models_that_failed_can_be_asked_for_again() {
    let failed = State::default().after(Action::ModelsFailed(Error::Silent));
    assert!(failed.started());
    let begun = EngineState::Fetching { received: 0, total: 0 };
    assert_eq!(failed.after(Action::ReloadAsked { restarted: false }).engine, begun);
    let restarted = failed.after(Action::ReloadAsked { restarted: true });
    assert!(!restarted.started());
    assert_eq!(restarted.after(Action::WorkerStarted).engine, begun);
}

#[test]
fn a_new_attempt_forgets_the_clip_that_failed() {
    let failed = given(&State::default(), 1).after(Action::AnalysisFailed { job: 1, error: Error::Silent });
    assert_eq!(failed.after(Action::ReloadAsked { restarted: false }).job, JobState::Idle);
}

const READY: DeepReady = DeepReady { kept: false, fetch_millis: 900.0, load_millis: 1300.0, memory: 200 };

pub(super) fn offered(allowed: bool) -> State {
    let offer = DeepOffer {
        version: "v".into(),
        bytes: 10,
        encoder: "encoder".into(),
        heads: vec![],
        files: vec![file("encoder")],
    };
    let ready = Action::ModelsReady { models: vec![], offer: Some(offer), millis: 1.0 };
    State { allowed, ..State::default() }.after(ready)
}

/// Clip 1 has its first answer.
pub(super) fn answered(state: &State) -> State {
    given(state, 1).after(Action::AnalysisDone(report(1)))
}

pub(super) fn deep(state: &State, event: DeepEvent) -> State {
    state.after(Action::DeepChanged(event))
}

pub(super) fn second(job: JobId, winner: Emotion) -> DeepEvent {
    let mut probabilities = [0.05; 8];
    probabilities[winner.index()] = 0.65;
    let analysis = DeepAnalysis {
        probabilities,
        winner,
        answers: vec![],
        attention: vec![],
        against: None,
        windows: 1,
        hearings: 1,
        encoder_millis: 250.0,
    };
    let voice =
        ClipVoice { version: "v".into(), mean: VoiceMean::default(), answer: [0.125; 8], direction: vec![1.0, 0.0] };
    DeepEvent::Done { job, analysis: Box::new(analysis), voice: Box::new(voice), memory: 300 }
}

fn shown(state: &State) -> (Tier, Emotion) {
    let JobState::Done(report) = &state.job else { panic!("no result: {:?}", state.job) };
    (report.shown().tier, report.shown().winner)
}

#[test]
fn the_second_answer_takes_the_place_of_the_first() {
    let state = answered(&offered(true));
    assert_eq!(state.deep_status(), DeepStatus::Absent);
    let state = deep(&state, DeepEvent::Fetching { received: 4, total: 10 });
    assert_eq!(state.deep_status(), DeepStatus::Fetching { received: 4, total: 10 });
    let state = deep(&state, DeepEvent::Loading);
    assert_eq!(state.deep_status(), DeepStatus::Loading);
    let state = deep(&deep(&state, DeepEvent::Ready(READY)), DeepEvent::Progress { job: 1, window: 1, of: 2 });
    assert_eq!(state.deep_status(), DeepStatus::Running { window: 1, of: 2 });
    assert_eq!(shown(&state), (Tier::Quick, Emotion::Neutral));
    let state = deep(&state, second(1, Emotion::Happy));
    assert_eq!(state.deep_status(), DeepStatus::Ready { sharpened: true });
    assert_eq!(shown(&state), (Tier::Deep, Emotion::Happy));
    assert_eq!(state.memory, 300);
    let JobState::Done(report) = &state.job else { panic!("the result is gone") };
    assert_eq!(report.first().winner, Emotion::Neutral);
}

#[test]
fn without_a_deep_tier_nothing_is_said() {
    for allowed in [true, false] {
        let ready = Action::ModelsReady { models: vec![], offer: None, millis: 1.0 };
        let state = answered(&State { allowed, ..State::default() }.after(ready));
        assert_eq!(state.deep_status(), DeepStatus::Absent);
    }
}

#[test]
fn a_second_answer_to_an_old_clip_changes_nothing() {
    let state = given(&answered(&offered(true)), 2).after(Action::AnalysisDone(report(2)));
    for event in [
        second(1, Emotion::Sad),
        DeepEvent::Progress { job: 1, window: 1, of: 9 },
        DeepEvent::Ended { job: 1, error: Error::Cancelled },
    ] {
        assert_eq!(deep(&state, event.clone()).job, state.job, "{event:?}");
    }
    let running = given(&state, 3);
    assert_eq!(deep(&running, second(3, Emotion::Sad)).job, running.job);
}

#[test]
fn a_failed_download_leaves_the_first_answer_and_can_be_tried_again() {
    let error = Error::Model { model: "encoder".into(), reason: "it has been altered".into() };
    let failed = deep(&answered(&offered(true)), DeepEvent::Failed(error.clone()));
    assert_eq!(failed.deep_status(), DeepStatus::Failed { error: error.clone(), again: true });
    assert_eq!(shown(&failed), (Tier::Quick, Emotion::Neutral));
    let again = failed.after(Action::DeepAskedFor);
    assert_eq!(again.deep_status(), DeepStatus::Fetching { received: 0, total: 10 });

    let ready = deep(&answered(&offered(true)), DeepEvent::Ready(READY));
    let failed = deep(&ready, DeepEvent::Ended { job: 1, error: error.clone() });
    assert_eq!(failed.deep_status(), DeepStatus::Failed { error, again: true });
    assert_eq!(failed.after(Action::DeepAskedFor).deep_status(), DeepStatus::Running { window: 0, of: 0 });
}

#[test]
fn a_visitor_who_saves_data_is_asked() {
    let state = answered(&offered(false));
    assert_eq!(state.deep_status(), DeepStatus::Off);
    let asked = deep(&state, DeepEvent::Asked);
    assert_eq!(asked.deep_status(), DeepStatus::Asked);
    assert_eq!(asked.after(Action::DeepAskedFor).deep_status(), DeepStatus::Fetching { received: 0, total: 10 });
    assert!(!asked.after(Action::DeepAskedFor).allowed, "one yes is not a yes for ever");
    let switched = asked.after(Action::DeepAllowed(true));
    assert!(switched.allowed);
    assert_eq!(switched.deep_status(), DeepStatus::Fetching { received: 0, total: 10 });
    assert_eq!(asked.after(Action::DeepAllowed(false)).deep_status(), DeepStatus::Asked);
}

#[test]
fn cancel_keeps_the_first_answer() {
    let running = deep(&answered(&offered(true)), DeepEvent::Progress { job: 1, window: 0, of: 24 });
    let stopped = deep(&running, DeepEvent::Ended { job: 1, error: Error::Cancelled });
    assert_eq!(stopped.deep_status(), DeepStatus::Ready { sharpened: false });
    assert_eq!(shown(&stopped), (Tier::Quick, Emotion::Neutral));
}

#[test]
fn stop_is_at_once_and_what_the_worker_says_before_it_hears_of_it_changes_nothing() {
    let running = deep(&answered(&offered(true)), DeepEvent::Progress { job: 1, window: 0, of: 24 });
    let stopped = running.after(Action::DeepStopped(1));
    assert_eq!(stopped.deep_status(), DeepStatus::Ready { sharpened: false });
    let late = deep(&stopped, DeepEvent::Progress { job: 1, window: 1, of: 24 });
    let late = deep(&late, second(1, Emotion::Happy));
    assert_eq!(deep(&late, DeepEvent::Ended { job: 1, error: Error::Cancelled }), stopped);
    assert_eq!(shown(&stopped), (Tier::Quick, Emotion::Neutral));
    assert_eq!(running.after(Action::DeepStopped(2)), running);
}

#[test]
fn a_crash_in_the_deep_tier_is_told_and_keeps_the_answer() {
    let stopped = Error::Stopped { reason: "out of memory".into() };
    let crash = || Action::WorkerCrashed { error: stopped.clone(), restarted: true };
    let loading = deep(&answered(&offered(true)), DeepEvent::Loading);
    let ready = deep(&answered(&offered(true)), DeepEvent::Ready(READY));
    let running = deep(&ready, DeepEvent::Progress { job: 1, window: 0, of: 2 });
    for busy in [loading, running] {
        assert!(busy.deep_busy());
        let crashed = busy.after(crash());
        assert_eq!(crashed.deep_status(), DeepStatus::Failed { error: stopped.clone(), again: false });
        assert_eq!(shown(&crashed), (Tier::Quick, Emotion::Neutral));
        let next = given(&crashed, 2).after(Action::AnalysisDone(report(2)));
        assert_eq!(next.deep_status(), DeepStatus::Failed { error: stopped.clone(), again: true });
    }
    let done = deep(&ready, second(1, Emotion::Calm));
    assert!(!done.deep_busy());
    assert_eq!(shown(&done.after(crash())), (Tier::Deep, Emotion::Calm));
    assert_eq!(done.after(crash()).deep, DeepState::Absent);
}
