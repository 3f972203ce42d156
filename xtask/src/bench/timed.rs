//! A program that times one run for each line that it is sent, so that programs can take turns.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};

/// A running program; it is ended on drop.
pub struct Timed {
    name: &'static str,
    child: Child,
    requests: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Timed {
    /// Starts it, waits for its line `ready WHAT`, and gives that `WHAT`.
    pub fn start(name: &'static str, command: &mut Command) -> Result<(Self, String)> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name} could not be started"))?;
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().context("no output")?).lines();
        let mut timed = Self { name, child, requests, answers };
        let said = timed.answer()?;
        let ready = said.strip_prefix("ready ").with_context(|| format!("{name} said `{said}`"))?;
        Ok((timed, ready.to_owned()))
    }

    /// Milliseconds of one run.
    pub fn run(&mut self, outputs: &str, clip: &str) -> Result<f64> {
        let name = self.name;
        let requests = self.requests.as_mut().context("it was ended")?;
        writeln!(requests, "{outputs} {clip}").with_context(|| format!("{name} is gone"))?;
        requests.flush()?;
        let said = self.answer().with_context(|| format!("{outputs} of {clip}"))?;
        said.trim().parse().with_context(|| format!("{name} said `{said}`"))
    }

    fn answer(&mut self) -> Result<String> {
        let name = self.name;
        self.answers.next().transpose()?.with_context(|| format!("{name} failed; what it said stands above"))
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        // A program that reads no more requests ends; killing cargo would leave what it started.
        drop(self.requests.take());
        self.child.wait().ok();
    }
}
