//! The built `index.html`: its content security policy, its start script, and what must not be in it.

use anyhow::{Context, Result, bail, ensure};

/// What the page may load and where it may send: its own host only.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    worker-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
    font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";

/// The mark that `trunk.toml` puts into the page.
const START_MARK: &str = "<script type=\"module\" data-start ";

/// The page's own scripts, as Trunk named them.
#[derive(Debug, PartialEq)]
pub struct Start {
    pub element: String,
    pub js: String,
    pub wasm: String,
}

/// Finds the element that `trunk.toml` asks Trunk to write.
pub fn find_start(html: &str) -> Result<Start> {
    let begin =
        html.find(START_MARK).context("Trunk did not read trunk.toml: the page lacks its `data-start` script")?;
    let length = html[begin..].find("</script>").context("the start script has no end")? + "</script>".len();
    let element = html[begin..begin + length].to_owned();
    let value = |name| {
        attributes(&element)
            .into_iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.trim_start_matches("./").to_owned())
            .with_context(|| format!("the start script has no {name}"))
    };
    Ok(Start { js: value("data-js")?, wasm: value("data-wasm")?, element })
}

/// The module that starts the page; where the browser can't, it says so in the page.
pub fn start_script(js: &str, wasm: &str) -> String {
    format!(
        r#"import init from "./{js}";
try {{
  await init({{ module_or_path: new URL("./{wasm}", import.meta.url) }});
}} catch (error) {{
  const message = document.createElement("p");
  message.setAttribute("role", "alert");
  message.id = "start-failed";
  message.textContent = `The page could not start (${{error}}). Reload it; if that does not help, use a browser of 2022 or later.`;
  document.body.prepend(message);
  throw error;
}}
"#
    )
}

/// The worker's script: what wasm-bindgen wrote, and the line that starts it.
pub fn worker_script(js: &str, wasm: &str) -> Result<String> {
    ensure!(js.contains("__wbg_init as default"), "wasm-bindgen's script for the worker has changed its export");
    let js = js.trim_end();
    Ok(format!("{js}\nawait __wbg_init({{ module_or_path: new URL(\"./{wasm}\", import.meta.url) }});\n"))
}

/// Puts the policy first into the head.
pub fn insert_policy(html: &str) -> Result<String> {
    let head = html.find("<head>").context("the page has no <head>")? + "<head>".len();
    let (before, after) = html.split_at(head);
    Ok(format!(
        "{before}\n    <meta http-equiv=\"Content-Security-Policy\" content=\"{CONTENT_SECURITY_POLICY}\">{after}"
    ))
}

/// Drops Trunk's digest of a file that has changed since: a browser refuses a file that has another.
pub fn without_integrity(html: &str, name: &str) -> Result<String> {
    let address = html.find(name).with_context(|| format!("the page does not name {name}"))?;
    let begin = html[..address].rfind('<').unwrap_or_default();
    let end = begin + html[begin..].find('>').with_context(|| format!("the element of {name} has no end"))?;
    let Some(from) = html[begin..end].find(" integrity=\"").map(|at| begin + at) else { return Ok(html.to_owned()) };
    let value = from + " integrity=\"".len();
    let to = value + html[value..].find('"').context("an attribute has no end")? + 1;
    Ok(format!("{}{}", &html[..from], &html[to..]))
}

/// Drops comments, and lines with nothing on them.
pub fn without_comments(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(begin) = rest.find("<!--") {
        text.push_str(&rest[..begin]);
        rest = rest[begin..].find("-->").map_or("", |end| &rest[begin + end + 3..]);
    }
    text.push_str(rest);
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.push("");
    lines.join("\n")
}

/// Refuses a page that its own policy would block, or that would not work under another path or host. Gives the
/// relative addresses that it names.
pub fn check(html: &str) -> Result<Vec<String>> {
    let policy = html.find("<meta http-equiv=\"Content-Security-Policy\"").context("the page has no policy")?;
    let mut addresses = Vec::new();
    for (begin, _) in html.match_indices('<') {
        let tag = &html[begin..];
        let Some(name) = tag[1..].split(|c: char| !c.is_ascii_alphanumeric()).next().filter(|name| !name.is_empty())
        else {
            continue;
        };
        let tag = &tag[..tag.find('>').with_context(|| format!("<{name}> has no end"))? + 1];
        if ["script", "link", "style"].contains(&name) {
            ensure!(begin > policy, "<{name}> stands before the policy: {tag}");
        }
        ensure!(name != "style", "an inline style sheet: the policy blocks it");
        ensure!(name != "base", "a <base> element: the policy blocks it");
        if name == "script" {
            let body = html[begin + tag.len()..].split("</script>").next().unwrap_or_default();
            ensure!(tag.contains(" src=") && body.trim().is_empty(), "an inline script: the policy blocks it");
        }
        for (key, value) in attributes(tag) {
            ensure!(key != "style", "an inline style: the policy blocks it: {tag}");
            ensure!(!key.starts_with("on"), "an inline event handler: the policy blocks it: {tag}");
            if ["href", "src", "data", "action", "poster", "srcset"].contains(&key.as_str()) {
                check_address(&value).with_context(|| tag.to_owned())?;
                addresses.push(value);
            }
        }
    }
    addresses.retain(|address| !address.starts_with("data:") && !address.starts_with('#'));
    Ok(addresses)
}

fn check_address(address: &str) -> Result<()> {
    if address.starts_with('/') {
        bail!("`{address}` is not relative, so the page would not work under another path");
    }
    if address.contains("://") {
        bail!("`{address}` is on another host");
    }
    Ok(())
}

/// Refuses scripts and styles that name another host.
pub fn check_text(name: &str, text: &str) -> Result<()> {
    const NAMES_NOT_ADDRESSES: [&str; 1] = ["http://www.w3.org/"];
    for (begin, _) in text.match_indices("://") {
        let scheme = text[..begin].rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let from = begin - scheme.len();
        let host = text[from..].split(['"', '\'', '`', ')', ' ', '\n']).next().unwrap_or_default();
        if ["http", "https", "ws", "wss"].contains(&scheme)
            && !NAMES_NOT_ADDRESSES.iter().any(|name| host.starts_with(name))
            && !is_in_comment(&text[..from])
        {
            bail!("{name} names another host: {host}");
        }
    }
    Ok(())
}

fn is_in_comment(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    line.starts_with("//") || line.starts_with('*') || before.rfind("/*") > before.rfind("*/")
}

/// Name and value of each attribute of a start tag; names in lower case.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = tag.trim_start_matches('<');
    rest = &rest[rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len())..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '>').unwrap_or(rest.len());
        if end == 0 {
            return found;
        }
        let key = rest[..end].to_ascii_lowercase();
        rest = &rest[end..];
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let quote = after.chars().next().filter(|c| ['"', '\''].contains(c));
            (value, rest) = match quote {
                Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                None => after.split_at(after.find([' ', '\n', '>']).unwrap_or(after.len())),
            };
        }
        found.push((key, value.to_owned()));
    }
}

/// 64 bits of the content (FNV-1a) for file names and entity tags.
pub fn content_hash(bytes: &[u8]) -> String {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT: &str = "<!doctype html><html><head>\n<meta charset=\"utf-8\">\n<!-- a word -->\n\
        <link rel=\"stylesheet\" href=\"./style-1.css\"/>\
        <script type=\"module\" data-start data-js=\"./app-1.js\" data-wasm=\"./app-1_bg.wasm\"></script>\
        </head><body><p title=\"3 > 2\">text</p></body></html>";

    #[test]
    fn finds_the_mark_of_trunk_toml() {
        let start = find_start(BUILT).unwrap();
        assert_eq!((start.js.as_str(), start.wasm.as_str()), ("app-1.js", "app-1_bg.wasm"));
        assert!(start.element.starts_with(START_MARK) && start.element.ends_with("</script>"));
        let error = find_start("<head><script type=\"module\">import init</script></head>").unwrap_err();
        assert!(error.to_string().contains("trunk.toml"));
    }

    #[test]
    fn accepts_the_finished_page_and_names_its_files() {
        let start = find_start(BUILT).unwrap();
        let html = BUILT.replace(&start.element, "<script type=\"module\" src=\"./start-1.js\"></script>");
        let html = insert_policy(&without_comments(&html)).unwrap();
        assert!(!html.contains("a word"));
        assert!(html.find("Content-Security-Policy") < html.find("charset"));
        assert_eq!(check(&html).unwrap(), ["./style-1.css", "./start-1.js"]);
    }

    #[test]
    fn drops_the_digest_of_one_file_only() {
        let html = "<link href=\"./a.css\" integrity=\"sha384-x\"/><link href=\"./b.svg\" integrity=\"sha384-y\"/>";
        let expected = "<link href=\"./a.css\"/><link href=\"./b.svg\" integrity=\"sha384-y\"/>";
        assert_eq!(without_integrity(html, "a.css").unwrap(), expected);
        assert_eq!(without_integrity(expected, "a.css").unwrap(), expected);
        assert!(without_integrity(html, "c.css").is_err());
    }

    #[test]
    fn refuses_what_the_policy_would_block() {
        let finished = insert_policy("<html><head></head><body>HERE</body></html>").unwrap();
        assert!(check(&finished).is_ok());
        for bad in [
            "<script>start()</script>",
            "<style>p {}</style>",
            "<p style=\"color: red\"></p>",
            "<p onclick=start()></p>",
            "<img src=\"/icon.png\">",
            "<img src=\"//example.org/icon.png\">",
            "<a href='https://example.org'>there</a>",
            "<base href=\"./\">",
        ] {
            assert!(check(&finished.replace("HERE", bad)).is_err(), "{bad}");
        }
        assert!(check(BUILT).is_err(), "no policy");
    }

    #[test]
    fn refuses_other_hosts_in_scripts_and_styles() {
        assert!(check_text("a.js", "fetch(\"https://example.org/x\")").is_err());
        assert!(check_text("a.css", "@import url(http://example.org/x.css);").is_err());
        assert!(check_text("a.js", "new WebSocket('wss://example.org')").is_err());
        assert!(check_text("a.js", "createElementNS('http://www.w3.org/2000/svg', 'path')").is_ok());
        assert!(check_text("a.js", "// see https://example.org\n/* http://example.org */ start()").is_ok());
    }

    #[test]
    fn hashes_like_fnv_1a() {
        assert_eq!(content_hash(b""), "cbf29ce484222325");
        assert_eq!(content_hash(b"foobar"), "85944171f73967e8");
    }
}
