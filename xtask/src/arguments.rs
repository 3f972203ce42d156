//! Command-line arguments: a command, flags, and options with a value.

use std::str::FromStr;

use anyhow::{Context, Result, bail};

pub struct Arguments(Vec<String>);

impl Arguments {
    pub fn of_process() -> Self {
        Self(std::env::args().skip(1).collect())
    }

    /// Takes the first argument.
    pub fn command(&mut self) -> Option<String> {
        if self.0.is_empty() { None } else { Some(self.0.remove(0)) }
    }

    /// Takes `name` out, and says whether it was there.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|argument| argument != name);
        self.0.len() < before
    }

    /// Takes `name VALUE` or `name=VALUE` out.
    pub fn option<T: FromStr>(&mut self, name: &str) -> Result<Option<T>> {
        let prefix = format!("{name}=");
        let Some(at) = self.0.iter().position(|argument| argument == name || argument.starts_with(&prefix)) else {
            return Ok(None);
        };
        let argument = self.0.remove(at);
        let value = match argument.strip_prefix(&prefix) {
            Some(value) => value.to_owned(),
            None if at < self.0.len() => self.0.remove(at),
            None => bail!("{name} needs a value"),
        };
        value.parse().ok().with_context(|| format!("`{value}` is no value for {name}")).map(Some)
    }

    /// Refuses what nobody took.
    pub fn finish(self) -> Result<()> {
        match self.0.first() {
            None => Ok(()),
            Some(argument) => bail!("`{argument}` is not understood here (see `cargo xtask help`)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(words: &[&str]) -> Arguments {
        Arguments(words.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn takes_flags_and_options_in_any_order() {
        let mut given = arguments(&["serve", "--port", "81", "--no-build", "--prefix=/a/b"]);
        assert_eq!(given.command().as_deref(), Some("serve"));
        assert!(given.flag("--no-build"));
        assert_eq!(given.option::<u16>("--port").unwrap(), Some(81));
        assert_eq!(given.option::<String>("--prefix").unwrap().as_deref(), Some("/a/b"));
        assert!(given.finish().is_ok());
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        assert!(arguments(&["--prot", "81"]).finish().is_err());
        assert!(arguments(&["--port", "many"]).option::<u16>("--port").is_err());
        assert!(arguments(&["--port"]).option::<u16>("--port").is_err());
    }
}
