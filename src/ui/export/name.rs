//! Names of saved files.

/// Characters of the clip's own name that are kept.
const LONGEST: usize = 60;

/// A file name that begins with the clip's and is safe on every system: letters, digits, `-`, `_` and single spaces only.
pub fn file_name(clip: &str, what: &str, ending: &str) -> String {
    let stem = match clip.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= 5 && ending.chars().all(|c| c.is_ascii_alphanumeric()) => stem,
        _ => clip,
    };
    let safe = |c: char| {
        if c.is_alphanumeric() || c == '-' {
            c
        } else if c.is_whitespace() {
            ' '
        } else {
            '_'
        }
    };
    let mut name = String::new();
    for c in stem.chars().map(safe) {
        if !(matches!(c, ' ' | '_') && name.ends_with([' ', '_'])) {
            name.push(c);
        }
    }
    let name: String = name.trim_matches([' ', '_', '-']).chars().take(LONGEST).collect();
    let name = name.trim_end_matches([' ', '_', '-']);
    let name = if name.is_empty() { "clip" } else { name };
    format!("{name}-{what}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_still_the_clips() {
        let named = |clip| file_name(clip, "undertone", "json");
        assert_eq!(named("voice.wav"), "voice-undertone.json");
        assert_eq!(named("Stimme ü 2.flac"), "Stimme ü 2-undertone.json");
        assert_eq!(named("<img src=x onerror=alert(1)>.wav"), "img src_x onerror_alert_1-undertone.json");
        assert_eq!(named("../../etc/passwd"), "etc_passwd-undertone.json");
        assert_eq!(named("C:\\CON.wav"), "C_CON-undertone.json");
        assert_eq!(named("a\u{202e}gpj.exe.wav"), "a_gpj_exe-undertone.json");
        assert_eq!(named("a\0b\nc.wav"), "a_b c-undertone.json");
        for nothing in ["", ".wav", "...", "///"] {
            assert_eq!(named(nothing), "clip-undertone.json", "{nothing:?}");
        }
        assert_eq!(named(&"x".repeat(500)).chars().count(), LONGEST + "-undertone.json".len());
    }
}
