use std::io::Write;

use super::*;

fn name(actor: usize, class: usize) -> String {
    format!("03-01-{class:02}-01-01-01-{actor:02}")
}

fn corpus(dir: &Path, folder: &str, actors: usize, classes: usize, ending: &str) {
    for actor in 1..=actors {
        let dir = dir.join(folder).join(format!("Actor_{actor:02}"));
        std::fs::create_dir_all(&dir).unwrap();
        for class in 1..=classes {
            std::fs::write(dir.join(format!("{}.{ending}", name(actor, class))), b"").unwrap();
        }
    }
}

fn open(path: &Path) -> Result<Corpus> {
    Corpus::open(&CorpusPath { kind: CorpusKind::Ravdess, path: path.to_owned() })
}

fn error(path: &Path) -> String {
    format!("{:#}", open(path).unwrap_err())
}

#[test]
fn unpacked_folders_and_the_double_copy() {
    let dir = tempfile::tempdir().unwrap();
    corpus(dir.path(), "", 2, 8, "wav");
    let once = open(dir.path()).unwrap();
    assert_eq!((once.clips.len(), once.skipped.len()), (16, 0));
    assert_eq!(once.clips[0].id, "ravdess/03-01-01-01-01-01-01");
    assert_eq!(once.clips[8].speaker, "ravdess-02");
    corpus(dir.path(), "audio_speech_actors_01-24", 2, 8, "wav");
    assert_eq!(open(dir.path()).unwrap().clips.len(), 32);
}

#[test]
fn unknown_files_are_named() {
    let dir = tempfile::tempdir().unwrap();
    corpus(dir.path(), "", 2, 8, "flac");
    std::fs::write(dir.path().join("Actor_01/03-02-01-01-01-01-01.wav"), b"").unwrap();
    std::fs::write(dir.path().join("notes.txt"), b"").unwrap();
    std::fs::write(dir.path().join(".DS_Store"), b"").unwrap();
    let corpus = open(dir.path()).unwrap();
    assert_eq!(corpus.clips.len(), 16);
    let summary = corpus.summary();
    assert!(summary.contains("song, not speech: Actor_01/03-02-01-01-01-01-01.wav"), "{summary}");
    assert!(summary.contains("not an audio file: notes.txt") && !summary.contains("DS_Store"), "{summary}");
}

#[test]
fn the_official_zip() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("Audio_Speech_Actors_01-24.zip");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for actor in 1..=2 {
        archive.add_directory(format!("Actor_{actor:02}/"), options).unwrap();
        for class in 1..=8 {
            archive.start_file(format!("Actor_{actor:02}/{}.wav", name(actor, class)), options).unwrap();
            archive.write_all(format!("{actor} {class}").as_bytes()).unwrap();
        }
    }
    archive.start_file("__MACOSX/Actor_01/._03-01-01-01-01-01-01.wav", options).unwrap();
    archive.finish().unwrap();
    let corpus = open(&path).unwrap();
    assert_eq!((corpus.clips.len(), corpus.skipped.len()), (16, 0));
    assert_eq!(corpus.clips[10].source.read().unwrap(), b"2 3");
    assert_eq!(corpus.clips[10].source.extension(), Some("wav"));

    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(error(&path).contains("neither a folder nor a whole zip file"), "{}", error(&path));
}

#[test]
fn errors_say_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    assert!(error(&dir.path().join("nowhere")).contains("there is no folder or zip file at"));
    assert!(error(dir.path()).contains("it is empty"));
    std::fs::write(dir.path().join("song.mp3"), b"").unwrap();
    assert!(error(dir.path()).contains("song.mp3 (not a RAVDESS name)"));
    assert!(error(&dir.path().join("song.mp3")).contains("is one audio file"));
    corpus(dir.path(), "", 1, 8, "wav");
    assert!(error(dir.path()).contains("only one speaker (ravdess-01)"));

    let dir = tempfile::tempdir().unwrap();
    corpus(dir.path(), "", 3, 6, "wav");
    assert!(error(dir.path()).contains("no clip of disgust, surprised under"), "{}", error(dir.path()));
}

#[test]
fn the_command_line_form() {
    let got: CorpusPath = "crema-d=/a=b".parse().unwrap();
    assert_eq!(got, CorpusPath { kind: CorpusKind::CremaD, path: "/a=b".into() });
    for kind in CorpusKind::ALL {
        assert_eq!(kind.name().parse::<CorpusKind>().unwrap(), kind);
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
    }
    assert!("ravdes=/a".parse::<CorpusPath>().unwrap_err().to_string().contains("known: ravdess, crema-d"));
    assert!("/a".parse::<CorpusPath>().unwrap_err().to_string().contains("ravdess=PATH"));
}

#[test]
fn song_is_a_corpus_of_the_same_people() {
    let dir = tempfile::tempdir().unwrap();
    corpus(dir.path(), "", 2, 8, "wav");
    for actor in 1..=2 {
        for class in 1..=6 {
            std::fs::write(dir.path().join(format!("03-02-{class:02}-01-01-01-{actor:02}.wav")), b"").unwrap();
        }
    }
    let speech = open(dir.path()).unwrap();
    assert_eq!((speech.clips.len(), speech.skipped.len()), (16, 12));
    assert!(speech.summary().contains("song, not speech: 03-02-01-01-01-01-01.wav"), "{}", speech.summary());
    let song = CorpusPath { kind: CorpusKind::RavdessSong, path: dir.path().to_owned() };
    let song = Corpus::open(&song).unwrap();
    assert_eq!((song.clips.len(), song.skipped.len()), (12, 16));
    assert_eq!(
        (song.clips[0].id.as_str(), song.clips[0].speaker.as_str()),
        ("ravdess-song/03-02-01-01-01-01-01", "ravdess-01")
    );
    assert!(song.summary().contains("speech, not song"), "{}", song.summary());
}

#[test]
fn a_folder_of_any_labels() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["anna/happy/1.wav", "anna/Sadness/1.wav", "happy/1.wav", "happy/2.wav", "bored/1.wav", "sleepy/1.wav"]
    {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, b"").unwrap();
    }
    let open = || Corpus::open(&CorpusPath { kind: CorpusKind::Folder, path: dir.path().to_owned() });
    let corpus = open().unwrap();
    let speakers: Vec<&str> = corpus.clips.iter().map(|clip| clip.speaker.as_str()).collect();
    assert_eq!(speakers, ["folder-anna", "folder-anna", "folder-happy/1", "folder-happy/2"]);
    let summary = corpus.summary();
    assert!(summary.contains("4 clips, 3 speakers") && summary.contains("happy 3, sad 1"), "{summary}");
    assert!(summary.contains("its folder 'bored' is no label: bored/1.wav"), "{summary}");
    assert!(summary.contains("its folder 'sleepy' is no label: sleepy/1.wav"), "{summary}");

    std::fs::remove_dir_all(dir.path().join("anna")).unwrap();
    assert_eq!(CorpusKind::Folder.classes(&open().unwrap().clips), [Emotion::Happy]);
    std::fs::remove_dir_all(dir.path().join("happy")).unwrap();
    let error = format!("{:#}", open().unwrap_err());
    assert!(error.contains("its folder 'bored' is no label") && error.contains("a sub-folder a label"), "{error}");
}
