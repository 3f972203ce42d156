use super::super::tests::{answered, deep, offered, second};
use super::super::{Action, JobState, Record, Report, State};
use super::*;
use crate::analysis::{Against, VoiceMean};
use crate::protocol::DeepEvent;

fn baseline(version: &str, seconds: f32) -> Baseline {
    Baseline {
        version: version.into(),
        clips: 1,
        seconds,
        mean: VoiceMean { pooled: vec![0.5; 4], blocks: vec![0.5; 2] },
        f0_hz: Some(120.0),
        level_dbfs: Some(-20.0),
        syllables_per_second: Some(4.0),
        device: "a microphone".into(),
    }
}

fn told(state: &State, action: VoicesAction) -> State {
    state.after(Action::Voices(action))
}

/// A voice that has been read.
fn read(state: &State, id: &str) -> State {
    let mut state = told(state, VoicesAction::Begun { again: false });
    for _ in 0..SENTENCES {
        state = told(&state, VoicesAction::TakeGiven);
        state = told(&state, VoicesAction::TakeHeard(Box::new(baseline("v", 5.0)), id.into()));
    }
    state
}

fn shown(state: &State) -> &Report {
    match &state.job {
        JobState::Done(report) => report,
        other => panic!("{other:?}"),
    }
}

fn sharpened(state: &State) -> State {
    deep(&answered(state), second(1, Emotion::Sad))
}

fn against(winner: Emotion) -> DeepEvent {
    let mut probabilities = [0.05; 8];
    probabilities[winner.index()] = 0.65;
    DeepEvent::Against { job: 1, against: Some(Against { probabilities, winner }) }
}

fn record(state: &State) -> VoiceRecord {
    state.voices.chosen().unwrap().record(true)
}

#[test]
fn three_sentences_make_a_voice_that_is_used_and_not_kept() {
    let state = told(&offered(true), VoicesAction::Begun { again: false });
    let failed = told(&told(&state, VoicesAction::TakeGiven), VoicesAction::TakeFailed(Unfit::Noisy));
    let reading = failed.voices.reading.clone().unwrap();
    assert_eq!((reading.sentence, reading.judging, reading.trouble), (0, false, Some(Unfit::Noisy)));
    assert!(told(&failed, VoicesAction::Cancelled).voices.reading.is_none());

    let state = read(&offered(true), "a");
    let voice = state.voices.usable().unwrap();
    assert_eq!((voice.name.as_str(), voice.kept, voice.baseline.clips), ("My voice", false, 3));
    assert!(state.voices.reading.is_none() && state.voices.readings == 1);
    let kept = told(&told(&state, VoicesAction::Renamed("  Anna\n ".into())), VoicesAction::Kept);
    assert_eq!((kept.voices.all[0].name.as_str(), kept.voices.all[0].kept), ("Anna", true));
    let two = read(&kept, "b");
    assert_eq!((two.voices.all.len(), two.voices.usable().unwrap().name.as_str()), (2, "My voice"));
    let again = told(&told(&two, VoicesAction::Chosen(Some("a".into()))), VoicesAction::Begun { again: true });
    let again = (0..SENTENCES)
        .fold(again, |state, _| told(&state, VoicesAction::TakeHeard(Box::new(baseline("v", 9.0)), "c".into())));
    assert_eq!(
        (again.voices.all.len(), again.voices.all[0].baseline.seconds, again.voices.all[0].kept),
        (2, 27.0, true)
    );
}

#[test]
fn sentences_of_other_models_do_not_mix_and_a_crash_asks_again() {
    let state = told(&offered(true), VoicesAction::Begun { again: false });
    let one = told(&state, VoicesAction::TakeHeard(Box::new(baseline("u", 5.0)), "a".into()));
    let two = told(&one, VoicesAction::TakeHeard(Box::new(baseline("v", 5.0)), "a".into()));
    let reading = two.voices.reading.clone().unwrap();
    assert_eq!((reading.sentence, reading.heard.unwrap().version.as_str()), (1, "v"));
    let error = Error::Stopped { reason: "trap".into() };
    let lost =
        told(&two, VoicesAction::TakeGiven).after(Action::WorkerCrashed { error: error.clone(), restarted: true });
    assert_eq!(lost.voices.reading.unwrap().trouble, Some(Unfit::Failed(error)));
}

#[test]
fn an_answer_is_shown_for_the_voice_and_for_anyone() {
    let plain = sharpened(&offered(true));
    assert!(shown(&plain).personal.is_none());
    let state = deep(&read(&plain, "a"), against(Emotion::Neutral));
    assert_eq!((shown(&state).shown().winner, shown(&state).for_anyone().winner), (Emotion::Neutral, Emotion::Sad));
    assert_eq!(shown(&state).personal.as_ref().unwrap().name, "My voice");
    let anyone = told(&state, VoicesAction::Plainly(1, true));
    assert_eq!(shown(&anyone).shown().winner, Emotion::Sad);
    let none = deep(&told(&state, VoicesAction::Chosen(None)), DeepEvent::Against { job: 1, against: None });
    assert!(shown(&none).personal.is_none());
    let erased = told(&state, VoicesAction::Erased { all: false });
    assert!(erased.voices.all.is_empty() && shown(&erased).personal.is_none());
    assert!(shown(&erased).deep().unwrap().against.is_none(), "what the voice has changed outlives it");
    let stored = Record::of(shown(&state)).into_report(9, 40).unwrap();
    assert_eq!(stored.shown().winner, Emotion::Neutral);
}

#[test]
fn a_correction_changes_the_answer_at_once_and_can_be_taken_back() {
    let before = sharpened(&offered(true));
    let wrong = told(&before, VoicesAction::Corrected(1, Emotion::Calm));
    let calm = |state: &State| shown(state).shown().probabilities[Emotion::Calm.index()];
    assert!(calm(&wrong) > calm(&before) && shown(&wrong).personal.as_ref().unwrap().corrected);
    let other = told(&wrong, VoicesAction::Corrected(1, Emotion::Happy));
    assert_eq!(other.voices.loose.len(), 1, "a second word on the same clip takes the place of the first");
    assert_eq!(other.voices.loose[0].answer, shown(&before).deep().unwrap().probabilities);
    for action in [VoicesAction::Undone, VoicesAction::Forgotten] {
        let back = told(&wrong, action);
        assert!(back.voices.corrections().is_empty() && shown(&back).personal.is_none());
    }
    let of_voice = told(&sharpened(&read(&offered(true), "a")), VoicesAction::Corrected(1, Emotion::Calm));
    assert_eq!((of_voice.voices.loose.len(), of_voice.voices.all[0].corrections.len()), (0, 1));
}

#[test]
fn a_voice_of_other_models_is_void() {
    let state = read(&offered(true), "a");
    let mut old = record(&state);
    old.baseline.version = "older".into();
    let back = told(&offered(true), VoicesAction::Restored(vec![("a".into(), Some(old.clone())), ("b".into(), None)]));
    assert!(back.voices.chosen().is_some() && back.voices.usable().is_none());
    assert!(back.voices.is_void(&back.voices.all[0]));
    assert_eq!(back.voices.trouble, Some(VoicesTrouble::Skipped(1)));
    let wrong = told(&sharpened(&back), VoicesAction::Corrected(1, Emotion::Calm));
    assert_eq!((wrong.voices.loose.len(), wrong.voices.all[0].corrections.len()), (1, 0));
    let blocked = told(&state, VoicesAction::Kept);
    let blocked = told(&blocked, VoicesAction::Failed(VoicesTrouble::NotStored(Error::Silent)));
    assert!(!blocked.voices.all[0].kept && blocked.voices.usable().is_some());
}

#[test]
fn files_from_outside_are_doubted() {
    let state = told(&sharpened(&read(&offered(true), "a")), VoicesAction::Corrected(1, Emotion::Calm));
    let sound = record(&state);
    let json = serde_json::to_string(&sound).unwrap();
    assert_eq!(VoiceRecord::of_file(json.as_bytes(), Some("v")), Ok(sound.clone()));
    assert_eq!(VoiceRecord::of_file(json.as_bytes(), Some("w")), Err(OLDER));
    assert_eq!(VoiceRecord::of_file(json.replace("calm", "bored").as_bytes(), Some("v")), Err(UNREADABLE));
    assert_eq!(VoiceRecord::of_file(b"[", Some("v")), Err(UNREADABLE));
    for broken in [
        json.replace(SCHEMA, "undertone-voice-9"),
        json.replace("\"seconds\":15.0", "\"seconds\":-1.0"),
        json.replace("\"direction\":[1.0,0.0]", "\"direction\":[]"),
        json.replace("\"answer\":[0.05", "\"answer\":[7.0"),
    ] {
        assert_ne!(broken, json);
        assert!(VoiceRecord::of_file(broken.as_bytes(), Some("v")).is_err(), "{broken}");
    }
    let named = VoiceRecord { name: "<b>\u{7}".repeat(90), ..sound };
    let imported = told(&offered(true), VoicesAction::Imported(Box::new(named), "z".into()));
    let voice = imported.voices.usable().unwrap();
    assert!(voice.name.chars().count() <= MOST_NAME && !voice.name.contains('\u{7}') && !voice.kept);
}

#[test]
fn a_sentence_is_doubted_before_it_counts() {
    let mut analysis = (*super::super::tests::report(1).analysis).clone();
    assert_eq!(unfit(&analysis), Some(Unfit::Short));
    analysis.kept = vec![(0.0, 1.5), (2.0, 3.0)];
    assert_eq!(unfit(&analysis), None);
    for (notice, why) in [
        (Notice::Clipped, Unfit::Clipped),
        (Notice::Noisy { snr_db: 3.0 }, Unfit::Noisy),
        (Notice::Narrow { bandwidth_hz: 3400.0 }, Unfit::Narrow),
    ] {
        analysis.notices = vec![notice];
        assert_eq!(unfit(&analysis), Some(why));
    }
}
