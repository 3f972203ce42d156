use super::*;
use crate::dataset::Reason;

fn ravdess() -> Vec<Clip> {
    let mut clips = Vec::new();
    for actor in 1..=24 {
        for label in Emotion::ALL {
            for take in 0..clips_per_actor(label) {
                clips.push(Clip::made_up(CorpusKind::Ravdess, &format!("ravdess-{actor:02}"), label, take));
            }
        }
    }
    clips
}

fn crema() -> Vec<Clip> {
    let take = |actor, label| Clip::made_up(CorpusKind::CremaD, &format!("crema-d-{actor}"), label, 0);
    (1001..=1091)
        .flat_map(|actor| CorpusKind::CremaD.classes(&[]).into_iter().map(move |label| take(actor, label)))
        .collect()
}

fn dataset(clips: Vec<Clip>) -> Dataset {
    Dataset { clips, ..Dataset::default() }
}

fn tested_once(folds: &[Fold], count: usize) {
    let mut tested: Vec<usize> = folds.iter().flat_map(|fold| fold.test.iter().copied()).collect();
    tested.sort_unstable();
    assert_eq!(tested, (0..count).collect::<Vec<_>>());
}

#[test]
fn unseen_actor_protocols_test_every_clip_once() {
    let data = dataset(ravdess());
    for (protocol, sizes) in [
        (Protocol::Luna5, vec![300, 300, 300, 300, 240]),
        (Protocol::Emobox6, vec![240; 6]),
        (Protocol::Loso, vec![60; 24]),
    ] {
        let folds = protocol.folds(&data, 0).unwrap();
        assert_eq!(folds.iter().map(|fold| fold.test.len()).collect::<Vec<_>>(), sizes);
        tested_once(&folds, 1440);
        assert!(folds.iter().all(|fold| fold.train.len() + fold.test.len() == 1440));
        assert_eq!(protocol.classes(&data.clips), Emotion::ALL);
    }
    let luna = Protocol::Luna5.folds(&data, 0).unwrap();
    assert_eq!(luna[4].name, "ravdess-01 ravdess-04 ravdess-09 ravdess-22");
}

#[test]
fn a_corpus_that_is_crossed_to_is_not_named_as_trained_on() {
    let both = [CorpusKind::Ravdess, CorpusKind::Nemo];
    assert_eq!(Protocol::Luna5.trained_on(both.into_iter()), both);
    assert_eq!(Protocol::Cross(CorpusKind::Nemo).trained_on(both.into_iter()), [CorpusKind::Ravdess]);
}

#[test]
fn other_corpora_are_trained_on_and_not_tested() {
    let clips: Vec<Clip> = ravdess().into_iter().chain(crema()).collect();
    let data = dataset(clips);
    for fold in Protocol::Luna5.folds(&data, 0).unwrap() {
        assert!(fold.test.iter().all(|index| *index < 1440));
        assert_eq!(fold.train.iter().filter(|index| **index >= 1440).count(), 91 * 6);
    }
    for (number, fold) in Protocol::Crema5.folds(&data, 0).unwrap().into_iter().enumerate() {
        assert!(fold.test.iter().all(|index| data.clips[*index].speaker[8..].parse::<usize>().unwrap() % 5 == number));
    }
    let [fold] = &Protocol::Cross(CorpusKind::Ravdess).folds(&data, 0).unwrap()[..] else { panic!("one fold") };
    assert_eq!((fold.train.len(), fold.test.len()), (91 * 6, 24 * 44));
    assert_eq!(Protocol::Cross(CorpusKind::Ravdess).classes(&data.clips).len(), 6);
    assert_eq!(Protocol::Luna5.classes(&data.clips).len(), 8);
}

fn own(corpus: CorpusKind, labels: &[Emotion]) -> Vec<Clip> {
    (0..40).map(|take| Clip::made_up(corpus, &format!("{corpus}-{take}"), labels[take % labels.len()], take)).collect()
}

#[test]
fn song_never_gives_a_tested_actor_away() {
    let song =
        |actor: usize| Clip::made_up(CorpusKind::RavdessSong, &format!("ravdess-{actor:02}"), Emotion::Happy, 99);
    let data = dataset(ravdess().into_iter().chain((1..=23).map(song)).chain(crema()).collect());
    let is_song = |index: &&usize| data.clips[**index].corpus == CorpusKind::RavdessSong;
    for fold in Protocol::Luna5.folds(&data, 0).unwrap() {
        let tested: BTreeSet<&str> = fold.test.iter().map(|index| data.clips[*index].speaker.as_str()).collect();
        assert_eq!(fold.test.iter().filter(is_song).count(), 0);
        let singers = tested.iter().filter(|speaker| **speaker != "ravdess-24").count();
        assert_eq!(fold.train.iter().filter(is_song).count(), 23 - singers);
        let held = validation(Protocol::Luna5, &data.clips, &fold.train, 4, 1).unwrap();
        assert!(held.test.iter().all(|index| data.clips[*index].corpus == CorpusKind::Ravdess));
        assert!(
            held.train
                .iter()
                .all(|index| held.test.iter().all(|test| data.clips[*index].speaker != data.clips[*test].speaker))
        );
    }
    for tested in [CorpusKind::Ravdess, CorpusKind::RavdessSong] {
        let protocol = Protocol::Cross(tested);
        assert_eq!(protocol.trained_on(CorpusKind::ALL.into_iter()).len(), CorpusKind::ALL.len() - 2);
        let [fold] = &protocol.folds(&data, 0).unwrap()[..] else { panic!("one fold") };
        assert!(fold.train.iter().all(|index| data.clips[*index].corpus == CorpusKind::CremaD));
        assert!(fold.test.iter().all(|index| data.clips[*index].corpus == tested));
    }
    let held = validation(Protocol::Cross(CorpusKind::Nemo), &data.clips, &(0..data.len()).collect::<Vec<_>>(), 4, 1);
    assert_eq!(held.unwrap().test.len(), 91 * 6);
}

#[test]
fn the_classes_of_ones_own_clips_are_those_that_occur() {
    let cross = Protocol::Cross(CorpusKind::Folder);
    let with = |labels: &[Emotion]| dataset(ravdess().into_iter().chain(own(CorpusKind::Folder, labels)).collect());
    let data = with(&[Emotion::Surprised, Emotion::Happy]);
    assert_eq!(cross.classes(&data.clips), [Emotion::Happy, Emotion::Surprised]);
    let [fold] = &cross.folds(&data, 0).unwrap()[..] else { panic!("one fold") };
    assert_eq!((fold.train.len(), fold.test.len()), (1440, 40));
    let error = format!("{:#}", cross.folds(&with(&[Emotion::Happy]), 0).unwrap_err());
    assert!(error.contains("only happy can be tested on"), "{error}");
    assert_eq!(Protocol::Luna5.classes(&data.clips).len(), 8);
    assert!(Protocol::Luna5.folds(&data, 0).unwrap().iter().all(|fold| fold.train.contains(&1479)));
}

#[test]
fn what_is_held_out_is_of_the_tested_corpus_or_strange() {
    let ravdess_and_crema: Vec<Clip> = ravdess().into_iter().chain(crema()).collect();
    let clips: Vec<Clip> =
        ravdess_and_crema.into_iter().chain(own(CorpusKind::Table, &[Emotion::Sad, Emotion::Happy])).collect();
    let all: Vec<usize> = (0..clips.len()).collect();
    let luna = validation(Protocol::Luna5, &clips, &all, 4, 3).unwrap();
    assert_eq!(luna, inner(&clips, &all, CorpusKind::Ravdess, 4, 3).unwrap());
    let strange = validation(Protocol::Cross(CorpusKind::Nemo), &clips, &all, 4, 3).unwrap();
    assert_eq!((strange.name.as_str(), strange.test.len()), ("crema-d", 91 * 6));
    let of_own: Vec<usize> = (clips.len() - 40..clips.len()).collect();
    let held = validation(Protocol::Cross(CorpusKind::Nemo), &clips, &of_own, 4, 3).unwrap();
    assert_eq!((held.train.len(), held.test.len()), (32, 8));
    assert!(validation(Protocol::Cross(CorpusKind::Nemo), &clips, &of_own[..1], 4, 3).is_err());
}

#[test]
fn a_missing_clip_is_an_error_unless_it_was_left_out() {
    let mut clips = ravdess();
    let removed = clips.remove(777);
    let mut data = dataset(clips);
    let error = format!("{:#}", Protocol::Luna5.folds(&data, 0).unwrap_err());
    assert!(error.contains(&removed.speaker) && error.contains("instead of"), "{error}");
    assert!(Protocol::Random5.folds(&data, 0).is_ok());

    let same_name = LeftOut { clip: data.clips[776].clone(), reason: Reason::SameName };
    data.left_out = vec![LeftOut { clip: removed, reason: Reason::SameContent { kept: "x".into() } }, same_name];
    let folds = Protocol::Luna5.folds(&data, 0).unwrap();
    assert_eq!(folds.iter().map(|fold| fold.test.len()).sum::<usize>(), 1439);
}

#[test]
fn a_missing_actor_or_corpus_is_named() {
    let clips = ravdess().into_iter().filter(|clip| clip.speaker != "ravdess-13").collect();
    let error = format!("{:#}", Protocol::Luna5.folds(&dataset(clips), 0).unwrap_err());
    assert!(error.contains("no clip of ravdess-13"), "{error}");
    let error = format!("{:#}", Protocol::Crema5.folds(&dataset(ravdess()), 0).unwrap_err());
    assert!(error.contains("--corpus crema-d=PATH"), "{error}");
    assert!(Protocol::Cross(CorpusKind::Ravdess).folds(&dataset(ravdess()), 0).is_err());
}

#[test]
fn random_folds_are_stratified_and_follow_the_seed() {
    let data = dataset(ravdess());
    let folds = Protocol::Random5.folds(&data, 7).unwrap();
    tested_once(&folds, 1440);
    for fold in &folds {
        assert_eq!(fold.test.len(), 288);
        for label in Emotion::ALL {
            let share = fold.test.iter().filter(|index| data.clips[**index].label == label).count() as f64;
            assert!((share - 24.0 * clips_per_actor(label) as f64 / 5.0).abs() < 1.0);
        }
    }
    assert_eq!(folds, Protocol::Random5.folds(&data, 7).unwrap());
    assert_ne!(folds, Protocol::Random5.folds(&data, 8).unwrap());
}

#[test]
fn validation_speakers_come_out_of_the_training_ones() {
    let clips: Vec<Clip> = ravdess().into_iter().chain(crema()).collect();
    let data = dataset(clips);
    for outer in Protocol::Luna5.folds(&data, 0).unwrap() {
        let split = inner(&data.clips, &outer.train, CorpusKind::Ravdess, 4, 3).unwrap();
        assert_eq!(split, inner(&data.clips, &outer.train, CorpusKind::Ravdess, 4, 3).unwrap());
        assert_ne!(split, inner(&data.clips, &outer.train, CorpusKind::Ravdess, 4, 4).unwrap());
        assert_eq!(split.test.len(), 240);
        assert_eq!(split.train.len() + split.test.len(), outer.train.len());
        assert!(split.test.iter().all(|index| outer.train.contains(index)));

        let parts = inner_folds(&data.clips, &outer.train, CorpusKind::Ravdess, 4, 3).unwrap();
        let mut held: Vec<usize> = parts.iter().flat_map(|part| part.test.iter().copied()).collect();
        held.sort_unstable();
        let ravdess: Vec<usize> = outer.train.iter().copied().filter(|index| *index < 1440).collect();
        assert_eq!(held, ravdess);
        for part in &parts {
            let speakers: BTreeSet<&str> = part.test.iter().map(|index| data.clips[*index].speaker.as_str()).collect();
            assert!(part.train.iter().all(|index| !speakers.contains(data.clips[*index].speaker.as_str())));
        }
    }
    let one: Vec<usize> = (0..60).collect();
    assert!(inner(&data.clips, &one, CorpusKind::Ravdess, 1, 0).is_err());
    assert!(inner_folds(&data.clips, &one, CorpusKind::Ravdess, 2, 0).is_err());
}

#[test]
fn names_come_back() {
    for name in ["luna5", "emobox6", "loso", "random5", "crema5", "everyday", "cross:crema-d", "cross:ravdess-song"] {
        assert_eq!(name.parse::<Protocol>().unwrap().to_string(), name);
    }
    assert!("luna6".parse::<Protocol>().is_err() && "cross:".parse::<Protocol>().is_err());
}
