//! Finds (or, as root on Debian and Ubuntu, installs) Chromium and the driver of the same version.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::debian;
use crate::workspace::{Workspace, find_program, output_of};

/// What a headless browser needs in a container, and what keeps it from calling home.
const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-search-engine-choice-screen",
];

const BROWSERS: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const ELSEWHERE: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const DRIVERS_ELSEWHERE: [&str; 2] = ["/usr/lib/chromium-browser/chromedriver", "/usr/lib/chromium/chromedriver"];

const ADVICE: &str = "The tests need Chromium (or Chrome) and chromedriver of the same major version.\n\
    Debian, Ubuntu:  sudo apt-get install chromium chromium-driver\n\
    Fedora:          sudo dnf install chromium chromedriver\n\
    macOS:           brew install --cask google-chrome chromedriver\n\
    Elsewhere: install both, and name them in the variables CHROME and CHROMEDRIVER.";

pub struct Browser {
    pub program: PathBuf,
    pub driver: PathBuf,
}

impl Browser {
    /// Hands the browser to a test runner: variables, and a file of capabilities for wasm-bindgen's.
    pub fn give_to(&self, workspace: &Workspace, command: &mut Command) -> Result<()> {
        let capabilities = workspace.target().join("webdriver.json");
        fs::create_dir_all(workspace.target())?;
        fs::write(&capabilities, self.capabilities())?;
        command
            .env("CHROME", &self.program)
            .env("CHROMEDRIVER", &self.driver)
            .env("UNDERTONE_BROWSER_FLAGS", FLAGS.join(" "))
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
        Ok(())
    }

    fn capabilities(&self) -> String {
        let program = self.program.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
        format!("{{\"goog:chromeOptions\": {{\"binary\": \"{program}\", \"args\": {FLAGS:?}}}}}\n")
    }
}

pub fn find_or_install() -> Result<Browser> {
    let missing = match find() {
        Ok(browser) => return Ok(browser),
        Err(error) => error,
    };
    if !debian::can_install() {
        return Err(missing.context(ADVICE));
    }
    debian::install(&["chromium", "chromium-driver"], "about a minute").context(ADVICE)?;
    find().context(ADVICE)
}

fn find() -> Result<Browser> {
    let programs = candidates("CHROME", &BROWSERS, &ELSEWHERE);
    let drivers = candidates("CHROMEDRIVER", &["chromedriver"], &DRIVERS_ELSEWHERE);
    let mut seen = Vec::new();
    for driver in &drivers {
        for program in &programs {
            let versions = (major_version(program), major_version(driver));
            if let (Some(one), Some(other)) = versions
                && one == other
            {
                return Ok(Browser { program: program.clone(), driver: driver.clone() });
            }
            seen.push(format!("{} {:?}, {} {:?}", program.display(), versions.0, driver.display(), versions.1));
        }
    }
    match (programs.is_empty(), drivers.is_empty()) {
        (true, _) => bail!("no Chromium was found"),
        (_, true) => bail!("no chromedriver was found"),
        _ => bail!("the versions of browser and driver differ: {}", seen.join("; ")),
    }
}

/// The program that a variable names; without one, those in the search path and in known places.
fn candidates(variable: &str, names: &[&str], elsewhere: &[&str]) -> Vec<PathBuf> {
    if let Some(named) = env::var_os(variable).filter(|value| !value.is_empty()) {
        return vec![PathBuf::from(named)];
    }
    let known = elsewhere.iter().map(PathBuf::from).filter(|file| file.is_file());
    names.iter().filter_map(|name| find_program(name)).chain(known).collect()
}

fn major_version(program: &Path) -> Option<u32> {
    parse_major(&output_of(Command::new(program).arg("--version"))?)
}

/// The 156 in `Chromium 156.0.8078.79 built on Debian`.
fn parse_major(said: &str) -> Option<u32> {
    said.split_whitespace().find_map(|word| word.split_once('.')?.0.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_as_browsers_say_them() {
        assert_eq!(parse_major("Chromium 156.0.8078.79 built on Debian GNU/Linux 12"), Some(156));
        assert_eq!(parse_major("ChromeDriver 156.0.8078.79 (a21ce95c24ce-refs/branch-heads/8078@{#1704})"), Some(156));
        assert_eq!(parse_major("no number"), None);
    }

    #[test]
    fn capabilities_name_the_browser_and_its_flags() {
        let browser = Browser { program: "C:\\chrome.exe".into(), driver: "chromedriver".into() };
        let text = browser.capabilities();
        assert!(text.contains(r#""binary": "C:\\chrome.exe""#) && text.contains(r#"["--headless=new", "#), "{text}");
    }
}
