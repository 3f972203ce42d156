//! Universal Binary JSON (<https://ubjson.org>, draft 12), as far as XGBoost writes it: numbers arrive bit for bit.

use std::collections::BTreeMap;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Array(Vec<Value>),
    Object(BTreeMap<String, Value>),
}

type Result<T> = std::result::Result<T, String>;

const MAX_DEPTH: usize = 64;

impl Value {
    /// Decodes one value from the start of `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader { bytes };
        let marker = reader.marker()?;
        reader.value(marker, 0)
    }

    /// The member of an object.
    pub fn get(&self, key: &str) -> Result<&Value> {
        match self {
            Self::Object(members) => members.get(key).ok_or_else(|| format!("no `{key}`")),
            _ => Err(format!("no object around `{key}`")),
        }
    }

    pub fn array(&self) -> Result<&[Value]> {
        match self {
            Self::Array(items) => Ok(items),
            _ => Err("no array".into()),
        }
    }

    pub fn text(&self) -> Result<&str> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err("no text".into()),
        }
    }

    pub fn int(&self) -> Result<i64> {
        match self {
            Self::Int(value) => Ok(*value),
            _ => Err("no integer".into()),
        }
    }

    pub fn float(&self) -> Result<f64> {
        match self {
            Self::Float(value) => Ok(*value),
            Self::Int(value) => Ok(*value as f64),
            _ => Err("no number".into()),
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, tail) = self.bytes.split_at_checked(count).ok_or("the bytes end too early")?;
        self.bytes = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| "the bytes end too early".to_string())
    }

    fn marker(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.first().copied()
    }

    fn length(&mut self) -> Result<usize> {
        let marker = self.marker()?;
        let length = self.value(marker, MAX_DEPTH)?.int()?;
        usize::try_from(length).map_err(|_| format!("length {length}"))
    }

    fn text(&mut self) -> Result<String> {
        let length = self.length()?;
        String::from_utf8(self.take(length)?.to_vec()).map_err(|error| error.to_string())
    }

    fn value(&mut self, marker: u8, depth: usize) -> Result<Value> {
        Ok(match marker {
            b'Z' => Value::Null,
            b'T' => Value::Bool(true),
            b'F' => Value::Bool(false),
            b'i' => Value::Int(i8::from_be_bytes(self.array()?).into()),
            b'U' => Value::Int(u8::from_be_bytes(self.array()?).into()),
            b'I' => Value::Int(i16::from_be_bytes(self.array()?).into()),
            b'l' => Value::Int(i32::from_be_bytes(self.array()?).into()),
            b'L' => Value::Int(i64::from_be_bytes(self.array()?)),
            b'd' => Value::Float(f32::from_be_bytes(self.array()?).into()),
            b'D' => Value::Float(f64::from_be_bytes(self.array()?)),
            b'S' => Value::Text(self.text()?),
            b'[' | b'{' if depth >= MAX_DEPTH => return Err("nested too deeply".into()),
            b'[' => self.items(depth + 1)?,
            b'{' => {
                let mut members = BTreeMap::new();
                while self.peek() != Some(b'}') {
                    let key = self.text()?;
                    let marker = self.marker()?;
                    members.insert(key, self.value(marker, depth + 1)?);
                }
                self.marker()?;
                Value::Object(members)
            }
            other => return Err(format!("marker {:?}", other as char)),
        })
    }

    fn items(&mut self, depth: usize) -> Result<Value> {
        let mut element = None;
        if self.peek() == Some(b'$') {
            self.marker()?;
            element = Some(self.marker()?);
        }
        let mut items = Vec::new();
        if self.peek() == Some(b'#') {
            self.marker()?;
            for _ in 0..self.length()? {
                if self.bytes.is_empty() {
                    return Err("the bytes end too early".into());
                }
                let marker = match element {
                    Some(marker) => marker,
                    None => self.marker()?,
                };
                items.push(self.value(marker, depth)?);
            }
        } else {
            while self.peek() != Some(b']') {
                let marker = self.marker()?;
                items.push(self.value(marker, depth)?);
            }
            self.marker()?;
        }
        Ok(Value::Array(items))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_and_plain_arrays() {
        let mut bytes = b"{L\0\0\0\0\0\0\0\x01a[$d#L\0\0\0\0\0\0\0\x02".to_vec();
        bytes.extend(1.5f32.to_be_bytes());
        bytes.extend((-0.1f32).to_be_bytes());
        bytes.extend(b"L\0\0\0\0\0\0\0\x01b[i\x07SL\0\0\0\0\0\0\0\x02hiTZ]}");
        let value = Value::decode(&bytes).unwrap();
        let floats = value.get("a").unwrap().array().unwrap();
        assert_eq!(floats, [Value::Float(1.5), Value::Float((-0.1f32).into())]);
        let mixed = value.get("b").unwrap().array().unwrap();
        assert_eq!(mixed, [Value::Int(7), Value::Text("hi".into()), Value::Bool(true), Value::Null]);
    }

    #[test]
    fn damaged_bytes_are_errors() {
        let good = b"{L\0\0\0\0\0\0\0\x01a[#L\0\0\0\0\0\0\0\x01i\x01}";
        assert!(Value::decode(good).is_ok());
        for end in 0..good.len() {
            assert!(Value::decode(&good[..end]).is_err(), "cut at {end}");
        }
        assert!(Value::decode(&[b'['; 10_000]).is_err());
        assert!(Value::decode(b"[#L\x7f\xff\xff\xff\xff\xff\xff\xff").is_err());
    }
}
