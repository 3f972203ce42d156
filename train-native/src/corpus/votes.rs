//! What CREMA-D's listeners heard: `tabulatedVotes.csv`, of which only the rows of the voice without a picture are taken.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use undertone::inference::{Emotion, N_CLASSES, Probabilities};

use super::source::Found;
use super::{Source, stem};

const FILE: &str = "tabulatedVotes.csv";

/// Votes for each class by name of the clip.
pub(super) type Votes = BTreeMap<String, [u32; N_CLASSES]>;

/// Whether a file is the table of votes.
pub(super) fn is_table(name: &str) -> bool {
    name == FILE || name.strip_suffix(FILE).is_some_and(|folder| folder.ends_with('/'))
}

/// The table of votes under, beside or above the corpus' folder, if there is one; `processedResults` is where it is published.
pub(super) fn table(corpus: &Path, found: &[Found]) -> Option<PathBuf> {
    let under = found.iter().find_map(|found| match &found.source {
        Source::File(path) if is_table(&found.name) => Some(path.clone()),
        _ => None,
    });
    let around = || {
        let corpus = std::path::absolute(corpus).ok().filter(|corpus| corpus.is_dir())?;
        let above = corpus.parent()?;
        [above.join(FILE), above.join("processedResults").join(FILE)].into_iter().find(|path| path.is_file())
    };
    under.or_else(around)
}

/// Reads the table.
///
/// # Errors
/// A file that is no such table.
pub(super) fn read(table: &Path) -> Result<Votes> {
    parse(table).with_context(|| format!("{}: take the official one, or move it away", table.display()))
}

fn parse(table: &Path) -> Result<Votes> {
    const LETTERS: [(&str, Emotion); 6] = [
        ("N", Emotion::Neutral),
        ("H", Emotion::Happy),
        ("S", Emotion::Sad),
        ("A", Emotion::Angry),
        ("F", Emotion::Fearful),
        ("D", Emotion::Disgust),
    ];
    let mut reader = csv::Reader::from_path(table)?;
    let header = reader.headers()?.clone();
    let column = |name: &str| {
        header.iter().position(|field| field == name).with_context(|| format!("no column is called {name}"))
    };
    let file_name = column("fileName")?;
    let counts = LETTERS.iter().map(|(name, emotion)| Ok((column(name)?, *emotion))).collect::<Result<Vec<_>>>()?;
    let mut votes = Votes::new();
    for row in reader.records() {
        let row = row?;
        let (id, clip) = (&row[0], &row[file_name]);
        if !is_voice_only(id) {
            continue;
        }
        let of_clip = votes.entry(stem(clip).to_owned()).or_default();
        for (column, emotion) in &counts {
            let count: u32 = row[*column].trim().parse().with_context(|| format!("row {id}: no number of votes"))?;
            of_clip[emotion.index()] = of_clip[emotion.index()].saturating_add(count);
        }
    }
    ensure!(!votes.is_empty(), "it has no row of the voice alone (row ids 100001 and up)");
    Ok(votes)
}

/// Rows of the face alone begin with 2, those of both with 3.
fn is_voice_only(id: &str) -> bool {
    id.len() == 6 && id.starts_with('1')
}

/// The share of each class; none without a vote.
pub(super) fn shares(votes: &[u32; N_CLASSES]) -> Option<Probabilities> {
    let all: f64 = votes.iter().copied().map(f64::from).sum();
    (all > 0.0).then(|| votes.map(|count| (f64::from(count) / all) as f32))
}

#[cfg(test)]
mod tests {
    use super::super::{Corpus, CorpusKind, CorpusPath};
    use super::*;

    const HEADER: &str = "\"\",\"A\",\"D\",\"F\",\"H\",\"N\",\"S\",\"fileName\",\"numResponses\"\n";

    fn folder(dir: &Path, table: &str, text: &str) {
        let clips = dir.join("AudioWAV");
        std::fs::create_dir_all(&clips).unwrap();
        for actor in ["1001", "1002"] {
            for emotion in ["NEU", "HAP", "SAD", "ANG", "FEA", "DIS"] {
                std::fs::write(clips.join(format!("{actor}_IEO_{emotion}_LO.wav")), b"").unwrap();
            }
        }
        let table = dir.join(table);
        std::fs::create_dir_all(table.parent().unwrap()).unwrap();
        std::fs::write(table, text).unwrap();
    }

    fn open(path: &Path) -> Result<Corpus> {
        Corpus::open(&CorpusPath { kind: CorpusKind::CremaD, path: path.to_owned() })
    }

    #[test]
    fn shares_of_the_voice_alone() {
        let rows = "\"100002\",0,0,0,3,6,0,\"1001_IEO_HAP_LO\",9\n\
                    \"100003\",1,1,1,1,2,2,\"1002_IEO_SAD_LO\",8\n\
                    \"100004\",0,0,0,0,0,0,\"1002_IEO_NEU_LO\",0\n\
                    \"200002\",0,0,0,9,0,0,\"1001_IEO_HAP_LO\",9\n\
                    \"300001\",0,0,0,9,0,0,\"1001_IEO_NEU_LO\",9\n";
        for (table, under) in [
            ("tabulatedVotes.csv", "."),
            ("tabulatedVotes.csv", "AudioWAV"),
            ("AudioWAV/tabulatedVotes.csv", "AudioWAV"),
            ("processedResults/tabulatedVotes.csv", "."),
            ("processedResults/tabulatedVotes.csv", "AudioWAV"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            folder(dir.path(), table, &format!("{HEADER}{rows}"));
            let corpus = open(&dir.path().join(under)).unwrap();
            let votes = |id: &str| corpus.clips.iter().find(|clip| clip.id == id).unwrap().votes;
            let happy = votes("crema-d/1001_IEO_HAP_LO").unwrap();
            assert_eq!(happy[Emotion::Happy.index()], 1.0 / 3.0);
            assert_eq!(happy[Emotion::Neutral.index()], 2.0 / 3.0);
            let sad = votes("crema-d/1002_IEO_SAD_LO").unwrap();
            assert_eq!(sad, [0.25, 0.0, 0.125, 0.25, 0.125, 0.125, 0.125, 0.0]);
            assert!(votes("crema-d/1002_IEO_NEU_LO").is_none() && votes("crema-d/1001_IEO_NEU_LO").is_none());
            assert!(corpus.skipped.is_empty(), "{:?}", corpus.skipped);
            assert!(corpus.summary().contains("12 clips, 2 speakers, 2 with listeners' votes, from"));
        }
    }

    #[test]
    fn without_a_table_there_are_no_votes() {
        let dir = tempfile::tempdir().unwrap();
        folder(dir.path(), "summaryTable.csv", HEADER);
        let corpus = open(dir.path()).unwrap();
        assert!(corpus.clips.iter().all(|clip| clip.votes.is_none()));
        assert!(corpus.summary().contains("12 clips, 2 speakers, from"), "{}", corpus.summary());
    }

    #[test]
    fn a_table_that_cannot_be_read_is_an_error() {
        for (text, wanted) in [
            ("version https://git-lfs.github.com/spec/v1\n", "no column is called fileName"),
            (HEADER, "no row of the voice alone"),
            ("\"\",A,D,F,H,N,fileName\n", "no column is called S"),
            (&format!("{HEADER}100001,x,0,0,0,0,0,1001_IEO_NEU_LO,9\n"), "row 100001: no number of votes"),
            (&format!("{HEADER}100001,1,0\n"), "official"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            folder(dir.path(), FILE, text);
            let error = format!("{:#}", open(dir.path()).unwrap_err());
            assert!(error.contains(wanted) && error.contains("move it away"), "{error}");
        }
    }
}
