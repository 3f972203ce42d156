//! Which files of the two libraries are compiled, in which units, and with which flags.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

use super::{Result, write};

/// Files joined into one unit: headers dominate the time, so few units are cheap; more of them need more memory.
const FILES_A_UNIT: usize = 8;

const COMMON_FLAGS: [&str; 4] = ["-fopenmp", "-pthread", "-DNDEBUG", "-w"];

/// One translation unit.
pub struct Unit {
    pub path: PathBuf,
    name: String,
}

impl Unit {
    pub fn object(&self) -> String {
        format!("{}.o", self.name)
    }

    pub fn is_c(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == "c")
    }
}

/// A C++ library, to be compiled.
pub struct Library {
    /// Name to link, without `lib`.
    pub name: &'static str,
    /// `crate version`, the version as in Cargo.toml.
    pub package: String,
    pub flags: Vec<String>,
    pub include: Vec<PathBuf>,
    pub cpu_minutes: u32,
    kind: Kind,
}

enum Kind {
    Xgboost,
    Lightgbm,
}

pub fn xgboost() -> Result<Library> {
    let mut flags: Vec<String> = COMMON_FLAGS.map(String::from).into();
    flags.extend(["-DDMLC_LOG_CUSTOMIZE=1", "-D_MWAITXINTRIN_H_INCLUDED"].map(String::from));
    flags.push("-DXGBOOST_BUILTIN_PREFETCH_PRESENT=1".to_string());
    Ok(Library {
        name: "undertone_xgboost",
        package: package("xgboost_lib-sys")?,
        flags,
        include: Vec::new(),
        cpu_minutes: 8,
        kind: Kind::Xgboost,
    })
}

pub fn lightgbm() -> Result<Library> {
    let mut flags: Vec<String> = COMMON_FLAGS.map(String::from).into();
    flags.extend(["-DEIGEN_MPL2_ONLY", "-DEIGEN_DONT_PARALLELIZE", "-DUSE_SOCKET"].map(String::from));
    if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "x86_64" || arch == "x86") {
        flags.extend(["-DMM_MALLOC=1", "-DMM_PREFETCH=1"].map(String::from));
    }
    Ok(Library {
        name: "undertone_lightgbm",
        package: package("lightgbm3-sys")?,
        flags,
        include: Vec::new(),
        cpu_minutes: 5,
        kind: Kind::Lightgbm,
    })
}

impl Library {
    pub fn archive(&self) -> String {
        format!("lib{}.a", self.name)
    }

    /// The units, those that join several files written into `generated`.
    pub fn units(&mut self, generated: &Path) -> Result<Vec<Unit>> {
        match self.kind {
            Kind::Xgboost => self.xgboost_units(generated),
            Kind::Lightgbm => self.lightgbm_units(generated),
        }
    }

    fn xgboost_units(&mut self, generated: &Path) -> Result<Vec<Unit>> {
        let root = source_folder(&self.package)?.join("xgboost");
        self.include = vec![root.join("include"), root.join("dmlc-core/include"), root.clone()];
        let mut files = Vec::new();
        list(&root.join("src"), "cc", true, &mut files)?;
        // Registries that XGBoost's own unity build leaves out.
        let alone = [
            "predictor/predictor.cc",
            "gbm/gbm.cc",
            "tree/tree_updater.cc",
            "metric/metric.cc",
            "objective/objective.cc",
        ];
        let (mut single, joined): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|file| alone.iter().any(|name| file.ends_with(name)));
        single.push(root.join("amalgamation/dmlc-minimum0.cc"));
        units(generated, "cc", &single, &joined)
    }

    fn lightgbm_units(&mut self, generated: &Path) -> Result<Vec<Unit>> {
        let root = source_folder(&self.package)?.join("lightgbm");
        let external = root.join("external_libs");
        self.include = vec![
            root.join("include"),
            root.join("src"),
            external.join("eigen"),
            external.join("fast_double_parser/include"),
            external.join("fmt/include"),
            external.join("nanoarrow/src"),
            generated.to_path_buf(),
        ];
        let config = generated.join("nanoarrow");
        fs::create_dir_all(&config).map_err(|error| error.to_string())?;
        write(&config.join("nanoarrow_config.h"), NANOARROW_CONFIG)?;

        let mut joined = Vec::new();
        for folder in ["boosting", "io", "metric", "network", "objective", "treelearner", "utils"] {
            list(&root.join("src").join(folder), "cpp", false, &mut joined)?;
        }
        let mut single = vec![root.join("src/c_api.cpp")];
        for name in ["array", "array_stream", "schema", "utils"] {
            single.push(external.join(format!("nanoarrow/src/nanoarrow/common/{name}.c")));
        }
        units(generated, "cpp", &single, &joined)
    }
}

const NANOARROW_CONFIG: &str = "#pragma once
#define NANOARROW_VERSION_MAJOR 0
#define NANOARROW_VERSION_MINOR 8
#define NANOARROW_VERSION_PATCH 0
#define NANOARROW_VERSION \"0.8.0\"
#define NANOARROW_VERSION_INT 800
#define NANOARROW_CXX_NAMESPACE nanoarrow
#define NANOARROW_CXX_NAMESPACE_BEGIN namespace nanoarrow {
#define NANOARROW_CXX_NAMESPACE_END }
";

fn units(generated: &Path, extension: &str, single: &[PathBuf], joined: &[PathBuf]) -> Result<Vec<Unit>> {
    let mut units = Vec::new();
    for (index, files) in joined.chunks(FILES_A_UNIT).enumerate() {
        let text: String = files.iter().map(|file| format!("#include \"{}\"\n", file.display())).collect();
        let name = format!("unit{index:02}");
        let path = generated.join(format!("{name}.{extension}"));
        write(&path, &text)?;
        units.push(Unit { path, name });
    }
    for (index, file) in single.iter().enumerate() {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        units.push(Unit { path: file.clone(), name: format!("single{index:02}_{stem}") });
    }
    Ok(units)
}

/// Files with that extension, in order of their names.
fn list(folder: &Path, extension: &str, recursive: bool, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if recursive {
                list(&path, extension, recursive, files)?;
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    Ok(())
}

fn manifest() -> Result<PathBuf> {
    let folder = env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?;
    Ok(PathBuf::from(folder).join("Cargo.toml"))
}

/// `name version` for a dependency written `name = "=version"` in Cargo.toml.
fn package(name: &str) -> Result<String> {
    let path = manifest()?;
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let prefix = format!("{name} = \"=");
    let version = text.lines().find_map(|line| line.strip_prefix(&prefix)?.strip_suffix('"'));
    version.map(|version| format!("{name} {version}")).ok_or_else(|| format!("{}: no line {prefix}…\"", path.display()))
}

/// Where Cargo unpacked the crate `name version`.
fn source_folder(package: &str) -> Result<PathBuf> {
    static METADATA: OnceLock<Result<serde_json::Value>> = OnceLock::new();
    let metadata = METADATA.get_or_init(metadata).as_ref().map_err(Clone::clone)?;
    let (name, version) = package.split_once(' ').ok_or("a package without a version")?;
    let found = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"].as_str() == Some(name) && package["version"].as_str() == Some(version));
    let manifest = found.and_then(|package| package["manifest_path"].as_str());
    let folder = manifest.and_then(|manifest| Path::new(manifest).parent()).map(Path::to_path_buf);
    folder.ok_or_else(|| format!("{package} is not in Cargo.lock; run `cargo update -p {name}`"))
}

fn metadata() -> Result<serde_json::Value> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run = |offline: bool| -> Result<serde_json::Value> {
        let mut command = Command::new(&cargo);
        command.args(["metadata", "--locked", "--format-version", "1", "--manifest-path"]).arg(manifest()?);
        if offline {
            command.arg("--offline");
        }
        let output = command.output().map_err(|error| format!("cargo metadata: {error}"))?;
        if !output.status.success() {
            return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))
    };
    run(true).or_else(|_| run(false))
}
