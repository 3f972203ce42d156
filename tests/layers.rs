//! Holds the table of `src/ARCHITECTURE.md`: which layer may know which, where tract and the browser may be named, how long
//! a file may be, and that none names a place on somebody's machine.
#![cfg(not(target_arch = "wasm32"))]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Layer, and the layers it may import.
const TABLE: [(&str, &[&str]); 13] = [
    ("error", &[]),
    ("dsp", &[]),
    ("audio", &["error"]),
    ("features", &["audio", "dsp", "error"]),
    ("inference", &["features", "error"]),
    ("analysis", &["audio", "features", "inference", "error"]),
    ("protocol", &["analysis", "audio", "error"]),
    ("browser", &["error"]),
    ("worker", &["protocol", "analysis", "inference", "browser", "error"]),
    ("module", &["analysis", "inference", "browser", "error"]),
    ("ui", &["protocol", "analysis", "browser", "error"]),
    ("bin", &["ui", "worker", "module", "browser"]),
    ("train-native", &["audio", "features", "inference", "analysis", "error"]),
];

const WEB: [&str; 5] = ["web_sys", "js_sys", "wasm_bindgen", "wasm_bindgen_futures", "console_error_panic_hook"];
const LONGEST_FILE: usize = 450;

/// A source file: its path from the root with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn layer(&self) -> &str {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inner.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// Lines without comments, numbered from 1; line breaks stay, so that positions do.
    fn code(&self) -> String {
        let lines = self.text.lines().map(|line| match line.find("//") {
            Some(at) if at == 0 || line.as_bytes()[at - 1] != b':' => &line[..at],
            _ => line,
        });
        lines.flat_map(|line| [line, "\n"]).collect()
    }
}

/// What is wrong with a file of `src` or `train-native`, one line each.
fn violations(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let layer = source.layer();
    if layer == "lib" {
        return found;
    }
    let code = source.code();
    let mut report = |at: usize, what: String| {
        let line = code[..at].matches('\n').count() + 1;
        found.push(format!("{}:{line}: {what}", source.path));
    };
    let Some((_, allowed)) = TABLE.iter().find(|(name, _)| *name == layer) else {
        report(0, format!("`{layer}` is in no row of the table"));
        return found;
    };

    let root = if ["train-native", "bin"].contains(&layer) { "undertone::" } else { "crate::" };
    for (at, name) in imports(&code, root) {
        let other = match name.as_str() {
            "Error" | "Result" => "error",
            name => name,
        };
        if other != layer && !allowed.contains(&other) {
            report(at, format!("{layer} may not import {other}"));
        }
    }
    if root == "crate::" {
        let depth = source.path.matches('/').count() - usize::from(source.path.ends_with("/mod.rs"));
        let inline = code.find("\nmod tests {").unwrap_or(code.len());
        for (at, _) in code.match_indices(&"super::".repeat(depth)) {
            if at < inline || code[at..].starts_with(&"super::".repeat(depth + 1)) {
                report(at, "leaves its layer through `super`; write `crate::`".into());
            }
        }
        for (at, name) in identifiers(&code) {
            let web = WEB.contains(&name) || name.starts_with("gloo");
            if web && !["browser", "worker", "ui"].contains(&layer) {
                report(at, format!("{layer} names {name}"));
            }
            if name.starts_with("yew") && layer != "ui" {
                report(at, format!("{layer} names {name}"));
            }
            if name.starts_with("tract") && name.contains('_') && !source.path.starts_with("src/inference/onnx") {
                report(at, format!("{name} outside inference/onnx"));
            }
        }
    }
    found
}

/// The names right behind `root`, braces opened, with their places.
fn imports(code: &str, root: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(root) {
        if code[..at].chars().next_back().is_some_and(is_name) {
            continue;
        }
        let rest = &code[at + root.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            found.push((at, leading_name(rest)));
            continue;
        };
        let mut depth = 0;
        let mut begins = true;
        for (offset, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                c if begins && is_name(c) => {
                    begins = false;
                    found.push((at + root.len() + 1 + offset, leading_name(&list[offset..])));
                }
                _ => {}
            }
        }
    }
    found
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn leading_name(text: &str) -> String {
    text.chars().take_while(|c| is_name(*c)).collect()
}

fn identifiers(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let words = code.split(|c: char| !is_name(c)).filter(|word| !word.is_empty());
    words.map(|word| (word.as_ptr() as usize - code.as_ptr() as usize, word))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Text files under `folder` with one of these endings.
fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !["target", "dist", "node_modules"].contains(&name.as_str()) {
                if !name.starts_with('.') || name == ".ci" || name == ".cargo" {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
                found.push(Source { path, text });
            }
        }
    }
    found
}

fn assert_none(found: Vec<String>) {
    let list = found.iter().fold(String::new(), |mut list, line| {
        let _ = writeln!(list, "{line}");
        list
    });
    assert!(found.is_empty(), "\n{list}");
}

#[test]
fn every_layer_imports_only_what_the_table_allows() {
    let mut all = sources("src", &[".rs"]);
    all.extend(sources("train-native", &[".rs"]));
    assert!(all.len() > 20, "only {} files were found", all.len());
    assert_none(all.iter().flat_map(violations).collect());
}

#[test]
fn the_scan_finds_what_it_should() {
    let check = |path: &str, text: &str| violations(&Source { path: path.into(), text: text.into() });
    let bad = [
        ("src/dsp/stft.rs", "fn f() {}\nuse crate::audio::Audio;", ":2: dsp may not import audio"),
        ("src/audio/mod.rs", "use crate::{\n    Error,\n    features::{Features, mfcc},\n};", ":3: audio may not"),
        ("src/ui/app.rs", "let e = crate::inference::Engine::new();", "ui may not import inference"),
        ("src/ui/plots/mel.rs", "use super::super::super::dsp::mel;", "leaves its layer"),
        ("src/protocol.rs", "use super::ui::State;", "leaves its layer"),
        ("src/dsp/mel.rs", "\nmod tests {\n    use super::super::super::audio::Audio;", "leaves its layer"),
        ("src/dsp/mod.rs", "use crate::Error;", "dsp may not import error"),
        ("src/inference/trees.rs", "use tract_onnx::prelude::*;", "outside inference/onnx"),
        ("src/analysis/mod.rs", "fn f(_: wasm_bindgen::JsValue) {}", "analysis names wasm_bindgen"),
        ("src/worker/mod.rs", "use yew::prelude::*;", "worker names yew"),
        ("src/novelty/mod.rs", "", "in no row"),
        ("train-native/src/main.rs", "use undertone::{Error, ui::App};", "train-native may not import ui"),
        ("train-native/src/main.rs", "undertone::protocol::Request::Load", "may not import protocol"),
    ];
    for (path, text, expected) in bad {
        let found = check(path, text);
        assert!(found.iter().any(|line| line.contains(expected)), "{path}: {text}: {found:?}");
    }
    let good = [
        (
            "src/ui/app.rs",
            "// crate::dsp is not for us\nuse crate::protocol::{Request, Response};\nuse crate::{Error};",
        ),
        ("src/ui/plots/mel.rs", "use super::super::state::State;\nuse web_sys::Element;\nuse yew::html;"),
        ("src/inference/onnx/mod.rs", "use tract_onnx::prelude::*;\nlet contract = abstraction_tract;"),
        ("src/features/mod.rs", "use crate::audio::Audio; // see crate::ui"),
        ("src/dsp/mel.rs", "\nmod tests {\n    use super::super::stft::Stft;"),
        ("src/bin/app.rs", "fn main() { undertone::ui::start() }"),
        ("train-native/src/main.rs", "use undertone::{Result, features::{Features, names}};"),
    ];
    for (path, text) in good {
        assert_none(check(path, text));
    }
}

#[test]
fn files_stay_short_enough_to_be_read() {
    let long = |source: &Source| {
        let lines = source.text.lines().count();
        (lines >= LONGEST_FILE).then(|| format!("{}: {lines} lines, {LONGEST_FILE} are too many", source.path))
    };
    let all = ["src", "train-native", "xtask", "tests"].map(|folder| sources(folder, &[".rs"]));
    assert_none(all.iter().flatten().filter_map(long).collect());
}

#[test]
fn no_file_names_a_place_on_a_machine() {
    let places = ["/work", "/root", "/home", "/Users"].map(|folder| format!("{folder}/"));
    let endings = [".rs", ".toml", ".md", ".html", ".css", ".js", ".json", ".svg", ".webmanifest", "run"];
    let all = sources("", &endings);
    let named = |source: &Source| {
        let lines = source.text.lines().enumerate();
        let found = lines.filter(|(_, line)| {
            places.iter().any(|place| {
                line.match_indices(place.as_str())
                    .any(|(at, _)| !line[..at].ends_with(|c: char| is_name(c) || c == '.'))
            })
        });
        found.map(|(index, line)| format!("{}:{}: {}", source.path, index + 1, line.trim())).collect::<Vec<_>>()
    };
    assert!(all.iter().any(|source| source.path == ".ci/run"));
    assert_none(all.iter().flat_map(named).collect());
}
