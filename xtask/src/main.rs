//! The project's own commands: `cargo xtask serve | build | test | bench | size`.

mod arguments;
mod bench;
mod browser;
mod debian;
mod deep;
mod dist;
mod module;
mod offline;
mod page;
mod python;
mod serve;
mod size;
mod test;
mod tight;
mod tools;
mod wasm;
mod wasm_opt;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};
use arguments::Arguments;
use dist::Kind;
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask serve [--port N] [--prefix /PATH] [--dir DIR] [--no-build] [--quick] [--wasm-opt]
                                 build the page, serve it on this machine and print its address
cargo xtask build [--quick] [--wasm-opt]
                                 leave a static site in dist/, and print what a visitor downloads
cargo xtask size                 print the bytes of the built page again
cargo xtask test [--only STEP,…] fmt, clippy, native, wasm, build, e2e: all of them, or those named
cargo xtask try [--no-build] [NAME …]
                                 build with --quick and run the browser tests whose names contain one of these
cargo xtask bench [page]         time a 3 s clip on the built page in headless Chromium, beside onnxruntime-web
cargo xtask bench features [--only native|browser]
                                 time the features beside librosa and openSMILE, and Meyda and essentia.js in Chromium
cargo xtask tools                install what the commands above need, and nothing else

What is missing (wasm target, Trunk, wasm-bindgen; axe-core by npm for the browser tests) is installed into the user's cache
folder at first use. The benches compare with others' programs, which npm and Python's pip bring.
--quick links in seconds, for work on the page: what comes out is larger and slower than what should be hosted.
--wasm-opt takes minutes and some per cent off the wasm files, but next to nothing (0.5 %) off what is downloaded.";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = Arguments::of_process();
    let Some(command) = arguments.command() else {
        println!("{USAGE}");
        return Ok(());
    };
    let workspace = Workspace::find()?;
    match command.as_str() {
        "serve" => serve::command(&workspace, arguments),
        "build" => {
            let kind = Kind { optimize: arguments.flag("--wasm-opt"), quick: arguments.flag("--quick") };
            arguments.finish()?;
            dist::build(&workspace, kind)
        }
        "size" => {
            arguments.finish()?;
            size::report(&workspace.dist()).map(drop)
        }
        "test" => test::command(&workspace, arguments),
        "try" => test::try_command(&workspace, arguments),
        "bench" => bench::command(&workspace, arguments),
        "tools" => {
            arguments.finish()?;
            tools::ensure_all(&workspace)
        }
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("there is no command `{other}`\n\n{USAGE}"),
    }
}
