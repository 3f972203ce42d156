//! Programs that run beside a test and end with it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// A program that is ended on drop.
pub struct Process(Child);

impl Process {
    /// Starts `command` and reads its output until `wanted` finds something in a line. What comes after that is thrown
    /// away, so that the program never waits for a reader.
    ///
    /// # Errors
    /// Where it can't be started, or ends before.
    pub fn start<T>(command: &mut Command, wanted: impl Fn(&str) -> Option<T>) -> Result<(Self, T)> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name} could not be started"))?;
        let output = child.stdout.take().context("no output")?;
        let process = Self(child);
        let mut lines = BufReader::new(output).lines();
        let found = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| wanted(&line))
            .with_context(|| format!("{name} ended before it was ready"))?;
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Ok((process, found))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
