//! Any clips that a CSV file lists: a row a clip, with the columns `path`, `label` and `speaker`.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use csv::{ReaderBuilder, StringRecord, Trim};

use super::{Clip, CorpusKind, Layout, Reason, Skipped, Source, folder, has_audio_extension};

pub(super) const LAYOUT: Layout = Layout {
    classes: &[],
    min_speakers: 1,
    label: |_| Err(Reason::Borrowed("no row names it")),
    expected: "a CSV file with the header path,label,speaker and a row a clip",
};

const COLUMNS: [&str; 3] = ["path", "label", "speaker"];

/// The clips that the rows of `table` name, and the rows that were left out.
///
/// # Errors
/// A file that is no CSV file in UTF-8, or lacks a column.
pub(super) fn read(table: &Path) -> Result<(Vec<Clip>, Vec<Skipped>)> {
    ensure!(table.is_file(), "there is no CSV file at {}; give it as table=FILE.csv", table.display());
    let about = || format!("the table {}", table.display());
    let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).from_path(table).with_context(about)?;
    let columns = columns(reader.headers().with_context(about)?).with_context(about)?;
    let dir = table.parent().unwrap_or(Path::new(""));
    let (mut clips, mut skipped) = (Vec::new(), Vec::new());
    for row in reader.records() {
        let row = row.with_context(about)?;
        let [path, label, speaker] = columns.map(|column| row.get(column).unwrap_or_default());
        match clip(dir, path, label, speaker) {
            Ok(clip) => clips.push(clip),
            Err(reason) => {
                let line = row.position().map_or(0, csv::Position::line);
                let name = if path.is_empty() { format!("line {line}") } else { path.to_owned() };
                skipped.push(Skipped { name, reason });
            }
        }
    }
    clips.sort_by(|left, right| left.id.cmp(&right.id));
    Ok((clips, skipped))
}

/// Where `path`, `label` and `speaker` stand.
fn columns(header: &StringRecord) -> Result<[usize; 3]> {
    let mut columns = [0; 3];
    for (column, name) in columns.iter_mut().zip(COLUMNS) {
        *column = header.iter().position(|field| field.eq_ignore_ascii_case(name)).with_context(|| {
            let there = header.iter().collect::<Vec<_>>().join(", ");
            format!(
                "no column is called {name}, only: {there}. Write path,label,speaker as its first line, with commas"
            )
        })?;
    }
    Ok(columns)
}

fn clip(dir: &Path, path: &str, label: &str, speaker: &str) -> Result<Clip, Reason> {
    if path.is_empty() {
        return Err("no path".into());
    }
    let label = folder::emotion(label).ok_or_else(|| format!("unknown label '{label}'"))?;
    if !has_audio_extension(path) {
        return Err("not an audio file".into());
    }
    let file = dir.join(path);
    if !file.is_file() {
        return Err("no file is there".into());
    }
    let corpus = CorpusKind::Table;
    let speaker = if speaker.is_empty() { path } else { speaker };
    Ok(Clip {
        id: format!("{corpus}/{path}"),
        corpus,
        speaker: format!("{corpus}-{speaker}"),
        label,
        intensity: None,
        votes: None,
        source: Source::File(file),
    })
}

#[cfg(test)]
mod tests {
    use undertone::inference::Emotion;

    use super::super::{Corpus, CorpusPath};
    use super::*;

    fn open(text: &str) -> Result<Corpus> {
        let dir = tempfile::tempdir()?;
        std::fs::create_dir(dir.path().join("clips"))?;
        for name in ["b.wav", "clips/a.flac", "clips/c.wav", "notes.txt"] {
            std::fs::write(dir.path().join(name), b"")?;
        }
        let path = dir.path().join("mine.csv");
        std::fs::write(&path, text)?;
        Corpus::open(&CorpusPath { kind: CorpusKind::Table, path })
    }

    #[test]
    fn rows_in_any_order_of_columns() {
        let text = "\u{feff}Speaker, note, label, path\nanna, x, happy, clips/c.wav\n\"ben, junior\",,fear,b.wav\n,,Joy,clips/a.flac\n";
        let corpus = open(text).unwrap();
        let seen: Vec<_> =
            corpus.clips.iter().map(|clip| (clip.id.as_str(), clip.speaker.as_str(), clip.label)).collect();
        assert_eq!(
            seen,
            [
                ("table/b.wav", "table-ben, junior", Emotion::Fearful),
                ("table/clips/a.flac", "table-clips/a.flac", Emotion::Happy),
                ("table/clips/c.wav", "table-anna", Emotion::Happy),
            ]
        );
        assert_eq!(corpus.clips[1].source.extension(), Some("flac"));
        assert_eq!(CorpusKind::Table.classes(&corpus.clips), [Emotion::Happy, Emotion::Fearful]);
        assert!(corpus.summary().contains("happy 2, fearful 1"), "{}", corpus.summary());
    }

    #[test]
    fn rows_that_are_left_out_are_named() {
        let text = "path,label,speaker\nb.wav,sad,x\nclips/a.flac,bored,x\nnowhere.wav,sad,x\nnotes.txt,sad,x\nclips/c.wav\n,sad,x\n";
        let corpus = open(text).unwrap();
        assert_eq!((corpus.clips.len(), corpus.skipped.len()), (1, 5));
        let summary = corpus.summary();
        for line in [
            "unknown label 'bored': clips/a.flac",
            "no file is there: nowhere.wav",
            "not an audio file: notes.txt",
            "unknown label '': clips/c.wav",
            "no path: line 7",
        ] {
            assert!(summary.contains(line), "{summary}");
        }
    }

    #[test]
    fn errors_say_what_to_do() {
        let error = |text: &str| format!("{:#}", open(text).unwrap_err());
        assert!(error("path,label\nb.wav,sad\n").contains("no column is called speaker, only: path, label."));
        assert!(error("path;label;speaker\nb.wav;sad;x\n").contains("with commas"));
        assert!(error("").contains("no column is called path"));
        assert!(error("path,label,speaker\n").contains("it is empty. Expected a CSV file"));
        assert!(error("path,label,speaker\nb.wav,bored,x\n").contains("b.wav (unknown label 'bored')"));
        let nowhere = CorpusPath { kind: CorpusKind::Table, path: "/nowhere.csv".into() };
        assert!(format!("{:#}", Corpus::open(&nowhere).unwrap_err()).contains("there is no CSV file at /nowhere.csv"));
    }
}
