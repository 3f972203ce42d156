//! `predict`: any number of audio files -> one JSON object a line, in the order given, on all cores.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use undertone::analysis::{Analysis, Analyzer, Clip, DeepAnalysis};
use undertone::audio::MAX_BYTES;
use undertone::inference::{DeepEngine, Emotion, Encoder, Engine, Manifest, ModelEntry, Probabilities, Tier};

use crate::cli::PredictArgs;
use crate::interrupt;

/// Paths waiting for a worker, for each worker.
const QUEUE: usize = 4;

/// A line of the output.
#[derive(Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Answer {
        file: &'a str,
        tier: Tier,
        #[serde(flatten)]
        joined: Joined,
        models: Vec<ModelAnswer<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        quick: Option<Joined>,
    },
    Failure {
        file: &'a str,
        error: String,
    },
}

/// The answer of a tier's ensemble.
#[derive(Serialize)]
struct Joined {
    winner: Emotion,
    probabilities: Probabilities,
}

#[derive(Serialize)]
struct ModelAnswer<'a> {
    model: &'a str,
    tier: Tier,
    probabilities: Probabilities,
}

/// Answers the files on standard output. A file that cannot be answered gets a line with `error`; that is no failure of
/// the command.
///
/// # Errors
/// Models that cannot be loaded, an output that cannot be written, Ctrl-C.
pub fn predict(args: &PredictArgs) -> Result<()> {
    let models = Arc::new(ModelFiles::read(&args.models, args.tier)?);
    models.engines()?;
    let workers = args.jobs.map_or_else(default_jobs, usize::from);
    let stdin = || Box::new(std::io::stdin().lock()) as Box<dyn BufRead>;
    let make = move || {
        let engines = models.engines()?;
        Ok(move |path: &Path| answer(path, &engines))
    };
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    let (answered, failed) = run(args.files.clone(), stdin, workers, make, &mut output)?;
    if failed > 0 {
        eprintln!("{failed} of {answered} files could not be answered");
    }
    Ok(())
}

fn default_jobs() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

struct ModelFiles {
    manifest: Manifest,
    files: BTreeMap<String, Vec<u8>>,
    encoder: Option<Arc<Encoder>>,
}

/// What answers a clip.
struct Engines {
    quick: Engine,
    deep: Option<DeepEngine>,
}

impl ModelFiles {
    fn read(dir: &Path, tier: Option<Tier>) -> Result<Self> {
        let read = |name: &str| {
            let path = dir.join(name);
            std::fs::read(&path).with_context(|| format!("cannot read {}; name the folder by --models", path.display()))
        };
        let manifest = Manifest::parse(&read(crate::report::MANIFEST)?)?;
        ensure!(
            tier != Some(Tier::Deep) || manifest.encoder.is_some(),
            "the models in {} have no deep tier; train it, or leave --tier out",
            dir.display()
        );
        let encoder = match manifest.encoder.as_ref().filter(|_| tier != Some(Tier::Quick)) {
            Some(entry) => {
                let bytes = read(&entry.file)?;
                entry.check(&bytes)?;
                Some(Arc::new(Encoder::load(entry, &bytes, &[])?))
            }
            None => None,
        };
        let files = manifest.models.iter().map(|entry| Ok((entry.file.clone(), read(&entry.file)?)));
        Ok(Self { files: files.collect::<Result<_>>()?, manifest, encoder })
    }

    fn engines(&self) -> Result<Engines> {
        let file = |entry: &ModelEntry| self.files.get(&entry.file).cloned();
        let deep = match &self.encoder {
            Some(encoder) => Some(DeepEngine::with_encoder(self.manifest.clone(), encoder.clone(), file)?),
            None => None,
        };
        Ok(Engines { quick: Engine::new(self.manifest.clone(), file)?, deep })
    }
}

/// The line of one file, and whether it is an answer.
fn answer(path: &Path, engines: &Engines) -> (String, bool) {
    let file = path.to_string_lossy();
    let analysed = catch_unwind(AssertUnwindSafe(|| analyse(path, engines)))
        .unwrap_or_else(|_| Err("the analysis failed inside".to_owned()));
    let line = match &analysed {
        Ok((quick, deep)) => {
            let joined = Joined { winner: quick.winner, probabilities: quick.probabilities };
            let answers = quick.answers.iter().chain(deep.iter().flat_map(|deep| &deep.answers));
            let models = answers
                .map(|answer| ModelAnswer {
                    model: &answer.model,
                    tier: answer.tier,
                    probabilities: answer.probabilities,
                })
                .collect();
            match deep {
                Some(deep) => Line::Answer {
                    file: &file,
                    tier: Tier::Deep,
                    joined: Joined { winner: deep.winner, probabilities: deep.probabilities },
                    models,
                    quick: Some(joined),
                },
                None => Line::Answer { file: &file, tier: Tier::Quick, joined, models, quick: None },
            }
        }
        Err(error) => Line::Failure { file: &file, error: error.clone() },
    };
    (serde_json::to_string(&line).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}")), analysed.is_ok())
}

fn analyse(path: &Path, engines: &Engines) -> Result<(Analysis, Option<DeepAnalysis>), String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > MAX_BYTES as u64 {
        let (megabytes, limit) = (size as f64 / 1e6, MAX_BYTES as f64 / 1e6);
        return Err(undertone::Error::TooLarge { megabytes, limit }.to_string());
    }
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let start = Instant::now();
    let clock = || start.elapsed().as_secs_f64() * 1e3;
    let refuse = |error: undertone::Error| error.to_string();
    let (analysis, deepening) =
        Analyzer::new(Clip::File { name, bytes }).run(&engines.quick, &clock).map_err(refuse)?;
    let deep = match (&engines.deep, deepening) {
        (Some(engine), Some(deepening)) => {
            let heard = deepening.with_included_noise_model().and_then(|deepening| deepening.run(engine, &clock));
            Some(heard.map_err(refuse)?.analysis)
        }
        _ => None,
    };
    Ok((analysis, deep))
}

/// Hands paths to `workers` threads, each with its own function from `make`, and writes their lines in the order of the
/// paths, flushed whenever none is waiting. Gives the number of lines and of failures. The threads are left to
/// themselves where the output is closed early: they may be waiting for input.
fn run<F: FnMut(&Path) -> (String, bool)>(
    files: Vec<PathBuf>,
    stdin: impl FnOnce() -> Box<dyn BufRead> + Send + 'static,
    workers: usize,
    make: impl Fn() -> Result<F> + Send + Sync + 'static,
    output: &mut dyn Write,
) -> Result<(usize, usize)> {
    let (paths, queue) = sync_channel(QUEUE * workers);
    let queue = Arc::new(Mutex::new(queue));
    let (done, lines) = channel();
    let make = Arc::new(make);
    std::thread::spawn(move || feed(files, stdin, &paths));
    for _ in 0..workers {
        let (queue, done, make) = (Arc::clone(&queue), done.clone(), Arc::clone(&make));
        std::thread::spawn(move || match make() {
            Ok(mut work) => {
                while let Some((number, path)) = next(&queue) {
                    let line = path.map_or_else(unreadable_list, |path| work(&path));
                    if done.send(Ok((number, line))).is_err() {
                        return;
                    }
                }
            }
            Err(error) => drop(done.send(Err(error))),
        });
    }
    drop(done);
    collect(&lines, output)
}

type Job = (usize, std::io::Result<PathBuf>);

fn next(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue.lock().ok()?.recv().ok()
}

fn unreadable_list(error: std::io::Error) -> (String, bool) {
    (serde_json::json!({"error": format!("the list of files cannot be read further: {error}")}).to_string(), false)
}

fn feed(files: Vec<PathBuf>, stdin: impl FnOnce() -> Box<dyn BufRead>, paths: &SyncSender<Job>) {
    let mut stdin = Some(stdin);
    let listed = files.into_iter().flat_map(|file| {
        let list: Box<dyn Iterator<Item = std::io::Result<PathBuf>>> = match stdin.take_if(|_| file == Path::new("-")) {
            Some(open) => Box::new(lines_of(open())),
            None => Box::new(std::iter::once(Ok(file))),
        };
        list
    });
    for job in listed.enumerate() {
        if paths.send(job).is_err() {
            return;
        }
    }
}

fn lines_of(mut input: Box<dyn BufRead>) -> impl Iterator<Item = std::io::Result<PathBuf>> {
    std::iter::from_fn(move || {
        loop {
            let mut line = Vec::new();
            match input.read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(_) => {
                    while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
                        line.pop();
                    }
                    if !line.is_empty() {
                        return Some(Ok(path_of(line)));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    })
    .scan(false, |ended, item| {
        let last = std::mem::replace(ended, item.is_err());
        (!last).then_some(item)
    })
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

fn collect(lines: &Receiver<Result<(usize, (String, bool))>>, output: &mut dyn Write) -> Result<(usize, usize)> {
    let mut early = BTreeMap::new();
    let (mut written, mut failed) = (0, 0);
    loop {
        interrupt::check()?;
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(line) => {
                let (number, line) = line?;
                early.insert(number, line);
            }
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return Ok((written, failed)),
        }
        let mut write = || -> std::io::Result<()> {
            while let Some((line, is_answer)) = early.remove(&written) {
                writeln!(output, "{line}")?;
                written += 1;
                failed += usize::from(!is_answer);
            }
            output.flush()
        };
        match write() {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok((written, failed)),
            other => other.context("cannot write the answers")?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(files: &[&str], stdin: &'static [u8], workers: usize) -> (Vec<String>, (usize, usize)) {
        let work = || {
            Ok(|path: &Path| {
                let name = path.to_string_lossy().into_owned();
                std::thread::sleep(Duration::from_millis(name.len() as u64 % 3));
                let sound = !name.contains("bad");
                (name, sound)
            })
        };
        let mut output = Vec::new();
        let files = files.iter().map(PathBuf::from).collect();
        let counts = run(files, move || Box::new(stdin) as Box<dyn BufRead>, workers, work, &mut output).unwrap();
        (String::from_utf8(output).unwrap().lines().map(str::to_owned).collect(), counts)
    }

    #[test]
    fn answers_come_in_the_order_of_the_files() {
        let names: Vec<String> = (0..200).map(|number| "x".repeat(number % 7 + 1) + &number.to_string()).collect();
        let files: Vec<&str> = names.iter().map(String::as_str).collect();
        for workers in [1, 4] {
            assert_eq!(answered(&files, b"", workers), (names.clone(), (200, 0)));
        }
    }

    #[test]
    fn a_dash_stands_for_the_list_on_standard_input() {
        let (lines, counts) = answered(&["first", "-", "last", "-"], b"a b\n\nbad\r\nc", 2);
        assert_eq!(lines, ["first", "a b", "bad", "c", "last", "-"]);
        assert_eq!(counts, (6, 1));
    }

    #[test]
    fn a_worker_that_cannot_start_is_an_error() {
        type Work = fn(&Path) -> (String, bool);
        let make = || -> Result<Work> { anyhow::bail!("no models") };
        let error = run(vec!["a".into()], || Box::new(&b""[..]) as Box<dyn BufRead>, 2, make, &mut Vec::new());
        assert!(error.unwrap_err().to_string().contains("no models"));
    }
}
