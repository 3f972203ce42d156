//! `cargo xtask serve`: a plain static server, as any host would be: no special headers.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::arguments::Arguments;
use crate::dist::{self, Kind};
use crate::page::content_hash;
use crate::workspace::Workspace;

const PORT: u16 = 8080;
const PORTS_TRIED: u16 = 50;
/// Bytes of a request that are read at most.
const LONGEST_REQUEST: u64 = 32 * 1024;
const NOT_MODIFIED: &str = "304 Not Modified";
/// How long a connection may say nothing.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn command(workspace: &Workspace, mut arguments: Arguments) -> Result<()> {
    let port: Option<u16> = arguments.option("--port")?;
    let prefix: String = arguments.option("--prefix")?.unwrap_or_default();
    let folder: PathBuf = arguments.option("--dir")?.unwrap_or_else(|| workspace.dist());
    let kind = Kind { optimize: arguments.flag("--wasm-opt"), quick: arguments.flag("--quick") };
    let no_build = arguments.flag("--no-build");
    arguments.finish()?;
    if !no_build {
        dist::build(workspace, kind)?;
    }
    ensure!(folder.join("index.html").is_file(), "{} has no index.html", folder.display());
    ensure!(prefix.chars().all(|c| c.is_ascii_graphic()), "`{prefix}` is no path");
    let prefix = match prefix.trim_matches('/') {
        "" => "/".to_owned(),
        inner => format!("/{inner}/"),
    };
    let listener = listen(port)?;
    let address = listener.local_addr()?;
    println!("\nundertone is at http://{address}{prefix}  (Ctrl-C ends it)");
    std::io::stdout().flush()?;

    let site = Arc::new(Site { folder, prefix });
    for stream in listener.incoming().flatten() {
        let site = Arc::clone(&site);
        // An error means that the browser went away. A thread for each connection: none ever waits for another to close.
        std::thread::spawn(move || site.answer(&stream).ok());
    }
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
}

/// What is of interest in a request.
struct Request {
    method: String,
    url: String,
    /// Value of `If-None-Match`.
    known: Option<String>,
}

struct Response {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Site {
    fn answer(&self, stream: &TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        let Some(request) = read(stream)? else { return Ok(()) };
        let response = self.respond(&request);
        let mut text = format!("HTTP/1.1 {}\r\n", response.status);
        for (field, value) in &response.headers {
            text += &format!("{field}: {value}\r\n");
        }
        if response.status != NOT_MODIFIED {
            text += &format!("Content-Length: {}\r\n", response.body.len());
        }
        text += "Connection: close\r\n\r\n";
        let mut stream = stream;
        stream.write_all(text.as_bytes())?;
        if request.method != "HEAD" {
            stream.write_all(&response.body)?;
        }
        stream.flush()
    }

    fn respond(&self, request: &Request) -> Response {
        if !["GET", "HEAD"].contains(&request.method.as_str()) {
            return plain("405 Method Not Allowed", "only GET and HEAD");
        }
        let path = request.url.split(['?', '#']).next().unwrap_or_default();
        if format!("{path}/") == self.prefix {
            let mut moved = plain("301 Moved Permanently", "");
            moved.headers.push(("Location", self.prefix.clone()));
            return moved;
        }
        let file = path.strip_prefix(&self.prefix).and_then(|inner| file_for(&self.folder, inner));
        let Some((file, body)) = file.and_then(|file| std::fs::read(&file).ok().map(|bytes| (file, bytes))) else {
            return plain("404 Not Found", "not found");
        };
        let tag = format!("\"{}\"", content_hash(&body));
        let known = request.known.as_ref() == Some(&tag);
        let headers = vec![
            ("Content-Type", content_type(&file).to_owned()),
            ("Cache-Control", "no-cache".to_owned()),
            ("ETag", tag),
        ];
        if known {
            Response { status: NOT_MODIFIED, headers, body: Vec::new() }
        } else {
            Response { status: "200 OK", headers, body }
        }
    }
}

/// The request, or `None` for a connection that was closed unused or sends something else.
fn read(stream: &TcpStream) -> std::io::Result<Option<Request>> {
    let mut lines = BufReader::new(stream.take(LONGEST_REQUEST)).lines();
    let Some(first) = lines.next().transpose()? else { return Ok(None) };
    let mut words = first.split_whitespace();
    let (Some(method), Some(url)) = (words.next(), words.next()) else { return Ok(None) };
    let mut request = Request { method: method.to_owned(), url: url.to_owned(), known: None };
    for line in lines {
        let line = line?;
        if line.is_empty() {
            return Ok(Some(request));
        }
        if let Some((field, value)) = line.split_once(':')
            && field.eq_ignore_ascii_case("if-none-match")
        {
            request.known = Some(value.trim().to_owned());
        }
    }
    Ok(None)
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

fn plain(status: &'static str, text: &str) -> Response {
    let headers = vec![("Content-Type", "text/plain; charset=utf-8".to_owned())];
    Response { status, headers, body: text.into() }
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
    fn answers_requests_as_a_host_does() {
        let site = Site { folder: env!("CARGO_MANIFEST_DIR").into(), prefix: "/voice/".into() };
        let ask = |method: &str, url: &str, known: Option<&str>| {
            let known = known.map(str::to_owned);
            site.respond(&Request { method: method.into(), url: url.into(), known })
        };
        let found = ask("GET", "/voice/Cargo.toml?sha256=0", None);
        assert_eq!((found.status, found.body.is_empty()), ("200 OK", false));
        let (_, tag) = found.headers.iter().find(|(field, _)| *field == "ETag").unwrap();
        let known = ask("GET", "/voice/Cargo.toml", Some(tag));
        assert_eq!((known.status, known.body.is_empty()), ("304 Not Modified", true));
        assert_eq!(ask("GET", "/voice", None).status, "301 Moved Permanently");
        assert_eq!(ask("GET", "/Cargo.toml", None).status, "404 Not Found");
        assert_eq!(ask("POST", "/voice/Cargo.toml", None).status, "405 Method Not Allowed");
    }

    #[test]
    fn reads_a_request_from_the_wire_and_closes_after_the_answer() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let mut browser = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        browser.write_all(b"HEAD /Cargo.toml HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"0\"\r\n\r\n").unwrap();
        let site = Site { folder: env!("CARGO_MANIFEST_DIR").into(), prefix: "/".into() };
        site.answer(&stream).unwrap();
        drop(stream);
        let mut answer = String::new();
        browser.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
    }

    #[test]
    fn wasm_has_the_type_that_streaming_compilation_needs() {
        assert_eq!(content_type(Path::new("a_bg.wasm")), "application/wasm");
        assert!(content_type(Path::new("a.js")).starts_with("text/javascript"));
    }
}
