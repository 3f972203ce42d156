//! Compiles XGBoost and LightGBM from the C++ sources that the crates `xgboost_lib-sys` and `lightgbm3-sys` carry, for
//! the processor alone, and keeps the two static libraries in the user's cache, where every later build finds them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

#[path = "build/sources.rs"]
mod sources;

use sources::{Library, Unit};

type Result<T> = std::result::Result<T, String>;

/// Raised when the recipe changes in a way that its flags and versions don't show.
const RECIPE: u32 = 1;

const COMPILER_HINT: &str = "Install GCC's C++ compiler with OpenMP (Debian, Ubuntu: `apt install g++`; Fedora: `dnf install gcc-c++`; \
     macOS: `brew install gcc` and CXX=g++-15 CC=gcc-15), or name one with the variable CXX.";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=Cargo.toml");
    for variable in ["CXX", "CC", "XDG_CACHE_HOME"] {
        println!("cargo:rerun-if-env-changed={variable}");
    }
    if let Err(message) = build() {
        eprintln!("\n{message}\n");
        std::process::exit(1);
    }
}

fn build() -> Result<()> {
    let compiler = compiler()?;
    let mut libraries = [sources::xgboost()?, sources::lightgbm()?];
    for library in &mut libraries {
        let folder = cache_folder()?.join(key(library, &compiler));
        let archive = folder.join(library.archive());
        if !archive.is_file() {
            compile(library, &compiler, &archive)?;
        }
        println!("cargo:rerun-if-changed={}", archive.display());
        println!("cargo:rustc-link-search=native={}", folder.display());
        println!("cargo:rustc-link-lib=static={}", library.name);
    }
    println!("cargo:rustc-link-lib=stdc++");
    println!("cargo:rustc-link-lib=gomp");
    Ok(())
}

/// The C++ compiler, tried on a program with OpenMP; with what it says of its version.
struct Compiler {
    tool: cc::Tool,
    version: String,
}

fn compiler() -> Result<Compiler> {
    let tool = cc::Build::new()
        .cpp(true)
        .cargo_metadata(false)
        .opt_level(2)
        .debug(false)
        .warnings(false)
        .try_get_compiler()
        .map_err(|error| format!("No C++ compiler was found ({error}). {COMPILER_HINT}"))?;
    let probe = out_dir()?.join("probe.cpp");
    write(&probe, "#include <omp.h>\n#include <optional>\nint main() { return omp_get_max_threads() < 1; }\n")?;
    let output = tool
        .to_command()
        .args(["-std=c++17", "-fopenmp", "-c", "-o"])
        .arg(out_dir()?.join("probe.o"))
        .arg(&probe)
        .output()
        .map_err(|error| {
            format!("The C++ compiler {} does not run ({error}). {COMPILER_HINT}", tool.path().display())
        })?;
    if !output.status.success() {
        return Err(format!(
            "The C++ compiler {} can't compile C++17 with OpenMP:\n{}\n{COMPILER_HINT}",
            tool.path().display(),
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    let version = Command::new(tool.path()).arg("--version").output().map_err(|error| error.to_string())?;
    Ok(Compiler { tool, version: String::from_utf8_lossy(&version.stdout).into_owned() })
}

fn key(library: &Library, compiler: &Compiler) -> String {
    let target = env::var("TARGET").unwrap_or_default();
    let text = format!("{RECIPE}\n{target}\n{}\n{}\n{:?}", library.package, compiler.version, library.flags);
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Compiles each unit to an object beside the archive, and joins them. Objects of an interrupted build are kept and used.
fn compile(library: &mut Library, compiler: &Compiler, archive: &Path) -> Result<()> {
    let folder = archive.parent().ok_or("the cache folder has no parent")?;
    let objects = folder.join("objects");
    let generated = out_dir()?.join(library.name);
    for path in [&objects, &generated] {
        fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    println!(
        "cargo:warning=compiling {} once, about {} CPU minutes; kept in {}",
        library.package,
        library.cpu_minutes,
        folder.display()
    );
    let units = library.units(&generated)?;
    let jobs: usize = env::var("NUM_JOBS").ok().and_then(|jobs| jobs.parse().ok()).unwrap_or(1);
    let next = AtomicUsize::new(0);
    let failures: Vec<String> = std::thread::scope(|scope| {
        let work = || -> Result<()> {
            while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
                compile_unit(unit, library, compiler, &objects)?;
            }
            Ok(())
        };
        let threads: Vec<_> = (0..jobs.clamp(1, units.len())).map(|_| scope.spawn(work)).collect();
        let failed = |thread: std::thread::ScopedJoinHandle<Result<()>>| match thread.join() {
            Ok(result) => result.err(),
            Err(_) => Some("a compiling thread panicked".to_string()),
        };
        threads.into_iter().filter_map(failed).collect()
    });
    if let Some(failure) = failures.first() {
        return Err(failure.clone());
    }
    let staging = folder.join(format!("staging-{}", std::process::id()));
    fs::create_dir_all(&staging).map_err(|error| format!("{}: {error}", staging.display()))?;
    cc::Build::new()
        .cpp(true)
        .cargo_metadata(false)
        .out_dir(&staging)
        .objects(units.iter().map(|unit| objects.join(unit.object())))
        .try_compile(library.name)
        .map_err(|error| format!("joining {}: {error}", library.package))?;
    fs::rename(staging.join(library.archive()), archive).map_err(|error| format!("{}: {error}", archive.display()))?;
    for leftover in [staging, objects] {
        match fs::remove_dir_all(&leftover) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.to_string()),
            _ => {}
        }
    }
    Ok(())
}

fn compile_unit(unit: &Unit, library: &Library, compiler: &Compiler, objects: &Path) -> Result<()> {
    let object = objects.join(unit.object());
    if object.is_file() {
        return Ok(());
    }
    let partial = objects.join(format!("{}.{}", unit.object(), std::process::id()));
    let mut command = compiler.tool.to_command();
    command.args(if unit.is_c() { ["-x", "c", "-std=c11"] } else { ["-x", "c++", "-std=c++17"] });
    let output = command
        .args(&library.flags)
        .args(library.include.iter().map(|folder| format!("-I{}", folder.display())))
        .arg("-c")
        .arg("-o")
        .arg(&partial)
        .arg(&unit.path)
        .output()
        .map_err(|error| format!("{}: {error}", compiler.tool.path().display()))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} of {} does not compile:\n{errors}", unit.path.display(), library.package));
    }
    fs::rename(&partial, &object).map_err(|error| format!("{}: {error}", object.display()))
}

fn cache_folder() -> Result<PathBuf> {
    let named = |variable: &str| env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = named("XDG_CACHE_HOME")
        .or_else(|| named("HOME").map(|home| home.join(".cache")))
        .or_else(|| named("LOCALAPPDATA"));
    Ok(match base {
        Some(base) => base.join("undertone").join("boosters"),
        None => out_dir()?.join("boosters"),
    })
}

fn out_dir() -> Result<PathBuf> {
    env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| "OUT_DIR is not set".to_string())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
