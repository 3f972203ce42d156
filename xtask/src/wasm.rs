//! WebAssembly files: drops the sections that only debuggers read (a tenth of the download).

use anyhow::{Context, Result, ensure};

const DROPPED: [&[u8]; 2] = [b"name", b"producers"];
const CUSTOM: u8 = 0;

/// The module without function names and tool versions.
pub fn without_names(module: &[u8]) -> Result<Vec<u8>> {
    ensure!(module.starts_with(b"\0asm\x01\0\0\0"), "this is no WebAssembly module of version 1");
    let mut kept = module[..8].to_vec();
    let mut at = 8;
    while at < module.len() {
        let (length, body) = number(module, at + 1)?;
        let end = body.checked_add(length).filter(|end| *end <= module.len()).context("a section is cut off")?;
        let dropped = module[at] == CUSTOM && {
            let (length, name) = number(module, body)?;
            DROPPED.contains(&module.get(name..name + length).unwrap_or_default())
        };
        if !dropped {
            kept.extend(&module[at..end]);
        }
        at = end;
    }
    Ok(kept)
}

/// An unsigned LEB128 number, and where what follows it begins.
fn number(bytes: &[u8], mut at: usize) -> Result<(usize, usize)> {
    let mut value = 0;
    for shift in (0..35).step_by(7) {
        let byte = *bytes.get(at).context("a number is cut off")?;
        at += 1;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok((value, at));
        }
    }
    anyhow::bail!("a number is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_names_and_keeps_the_rest() {
        let head = b"\0asm\x01\0\0\0";
        let types = b"\x01\x01\0";
        let names = b"\0\x07\x04name\x01\0";
        let features = b"\0\x05\x03abcd";
        let module = [&head[..], types, names, features].concat();
        assert_eq!(without_names(&module).unwrap(), [&head[..], types, features].concat());
        assert!(without_names(&module[..module.len() - 1]).is_err());
        assert!(without_names(b"<!doctype html>").is_err());
    }

    #[test]
    fn reads_numbers_of_several_bytes() {
        assert_eq!(number(&[0xe5, 0x8e, 0x26], 0).unwrap(), (624_485, 3));
        assert!(number(&[0x80], 0).is_err());
        assert!(number(&[0xff; 9], 0).is_err());
    }
}
