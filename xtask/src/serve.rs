//! `cargo xtask serve`: a plain static server, as any host would be: no special headers.

use std::io::{ErrorKind, Write};
use std::net::TcpListener;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

use crate::arguments::Arguments;
use crate::dist;
use crate::page::content_hash;
use crate::workspace::Workspace;

const PORT: u16 = 8080;
const PORTS_TRIED: u16 = 50;
const THREADS: usize = 4;

pub fn command(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let port: Option<u16> = arguments.option("--port")?;
    let prefix: String = arguments.option("--prefix")?.unwrap_or_default();
    let folder: PathBuf = arguments.option("--dir")?.unwrap_or_else(|| workspace.dist());
    let optimize = arguments.flag("--wasm-opt");
    let no_build = arguments.flag("--no-build");
    arguments.finish()?;
    if !no_build {
        dist::build(workspace, optimize)?;
    }
    ensure!(folder.join("index.html").is_file(), "{} has no index.html", folder.display());
    ensure!(prefix.chars().all(|c| c.is_ascii_graphic()), "`{prefix}` is no path");
    let prefix = match prefix.trim_matches('/') {
        "" => "/".to_owned(),
        inner => format!("/{inner}/"),
    };
    let listener = listen(port)?;
    let address = listener.local_addr()?;
    let server = Server::from_listener(listener, None).map_err(|error| anyhow::anyhow!("{error}"))?;
    println!("\nundertone is at http://{address}{prefix}  (Ctrl-C ends it)");
    std::io::stdout().flush()?;

    let site = Arc::new(Site { folder, prefix, server });
    let others: Vec<_> = (1..THREADS)
        .map(|_| {
            let site = Arc::clone(&site);
            std::thread::spawn(move || site.answer_all())
        })
        .collect();
    site.answer_all();
    others.into_iter().for_each(|thread| drop(thread.join()));
    Ok(())
}

/// The port asked for, or the first free one from [`PORT`] on.
fn listen(port: Option<u16>) -> Result<TcpListener> {
    if let Some(port) = port {
        return TcpListener::bind(("127.0.0.1", port)).with_context(|| format!("port {port} can't be used"));
    }
    for port in PORT..PORT + PORTS_TRIED {
        match TcpListener::bind(("127.0.0.1", port)) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            other => return Ok(other?),
        }
    }
    bail!("no port from {PORT} to {} is free", PORT + PORTS_TRIED - 1)
}

struct Site {
    folder: PathBuf,
    /// Begins and ends with a slash.
    prefix: String,
    server: Server,
}

impl Site {
    fn answer_all(&self) {
        while let Ok(request) = self.server.recv() {
            // An error here means that the browser went away.
            self.answer(request).ok();
        }
    }

    fn answer(&self, request: Request) -> std::io::Result<()> {
        if !matches!(request.method(), Method::Get | Method::Head) {
            return request.respond(plain(405, "only GET and HEAD"));
        }
        let path = request.url().split(['?', '#']).next().unwrap_or_default().to_owned();
        if format!("{path}/") == self.prefix {
            return request.respond(plain(301, "").with_header(header("Location", &self.prefix)));
        }
        let file = path.strip_prefix(&self.prefix).and_then(|inner| file_for(&self.folder, inner));
        let Some((file, bytes)) = file.and_then(|file| std::fs::read(&file).ok().map(|bytes| (file, bytes))) else {
            return request.respond(plain(404, "not found"));
        };
        let tag = format!("\"{}\"", content_hash(&bytes));
        let known = request.headers().iter().any(|h| h.field.equiv("If-None-Match") && h.value.as_str() == tag);
        let response = if known { plain(304, "") } else { Response::from_data(bytes) };
        request.respond(
            response
                .with_header(header("Content-Type", content_type(&file)))
                .with_header(header("Cache-Control", "no-cache"))
                .with_header(header("ETag", &tag)),
        )
    }
}

/// The file that a path below the prefix means, if that is inside `folder`.
fn file_for(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = decode_percent(path)?;
    if path.contains(['\\', '\0', ':']) {
        return None;
    }
    let relative = Path::new(&path);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let file = folder.join(relative);
    let file = if path.is_empty() || path.ends_with('/') { file.join("index.html") } else { file };
    let (folder, file) = (folder.canonicalize().ok()?, file.canonicalize().ok()?);
    (file.starts_with(folder) && file.is_file()).then_some(file)
}

fn decode_percent(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "md" | "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn plain(status: u16, text: &str) -> Response<std::io::Cursor<Vec<u8>>> {
    Response::from_string(text).with_status_code(StatusCode(status))
}

fn header(field: &str, value: &str) -> Header {
    Header::from_bytes(field, value).unwrap_or_else(|()| unreachable!("both are ASCII"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serves_files_inside_the_folder_only() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest = folder.join("Cargo.toml").canonicalize().unwrap();
        assert_eq!(file_for(folder, "Cargo.toml"), Some(manifest.clone()));
        assert_eq!(file_for(folder, "%43argo.toml"), Some(manifest));
        assert!(file_for(folder, "src/main.rs").is_some());
        for outside in [
            "../Cargo.toml",
            "src/../../Cargo.toml",
            "%2e%2e/Cargo.toml",
            "/etc/hostname",
            "//etc/hostname",
            "..\\x",
            "%",
        ] {
            assert_eq!(file_for(folder, outside), None, "{outside}");
        }
        assert_eq!(file_for(folder, "src"), None);
        assert_eq!(file_for(folder, "src/"), None, "no index.html there");
    }

    #[test]
    fn wasm_has_the_type_that_streaming_compilation_needs() {
        assert_eq!(content_type(Path::new("a_bg.wasm")), "application/wasm");
        assert!(content_type(Path::new("a.js")).starts_with("text/javascript"));
    }
}
