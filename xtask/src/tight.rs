//! Scripts that a tool wrote, and style sheets, without what only people read.

/// Drops indentation, empty lines and comments that stand on lines of their own. Texts of several lines (template literals) would
/// suffer: a script that has one stays as it is.
pub fn script(text: &str) -> String {
    if text.lines().any(|line| line.matches('`').count() % 2 == 1) {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if inside || line.starts_with("/*") {
            inside = !line.contains("*/");
            if inside || line.ends_with("*/") {
                continue;
            }
        }
        if !line.is_empty() && !line.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Drops indentation, empty lines and comments.
pub fn style(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let lines = plain.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_machine_reads_stays() {
        let text = "/**\n * words\n */\nfunction a() {\n    // more\n    return 1; // kept\n\n}\n/* one line */\n";
        assert_eq!(script(text), "function a() {\nreturn 1; // kept\n}\n");
        let literal = "const a = `one\n  two`;\n";
        assert_eq!(script(literal), literal);
        assert_eq!(script("const url = `./${a}`;\n  b();"), "const url = `./${a}`;\nb();\n");
    }

    #[test]
    fn rules_stay() {
        let text = "/* colours\n of the page */\n.a {\n    color: red; /* kept apart */\n}\n\n.b > .c { margin: 0 }\n";
        assert_eq!(style(text), ".a {\ncolor: red;\n}\n.b > .c { margin: 0 }\n");
    }
}
