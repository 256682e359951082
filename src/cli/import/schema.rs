//! The tickets' file form as it is on the wire: one JSON object a line. Every reading
//! names the field that is wrong, what stands there and what should.

use serde_json::{Map, Value};

use crate::domain::Instant;

/// What is wrong with a line, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Column in bytes from 1, where the JSON itself is broken.
    pub column: Option<usize>,
    /// The field, for instance `events[3].at`.
    pub field: Option<String>,
    /// What is wrong.
    pub what: String,
}

impl BadLine {
    pub(super) fn field(field: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            column: None,
            field: Some(field.into()),
            what: what.into(),
        }
    }

    pub(super) fn whole(what: impl Into<String>) -> Self {
        Self {
            column: None,
            field: None,
            what: what.into(),
        }
    }
}

/// An object with the path that leads to it.
pub(super) struct Object<'a> {
    map: &'a Map<String, Value>,
    path: String,
}

/// Reads a line as JSON.
pub(super) fn parse(line: &[u8]) -> Result<Map<String, Value>, BadLine> {
    match serde_json::from_slice(line) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(other) => Err(BadLine::whole(format!(
            "the line holds {}, not a ticket; a ticket is written {{...}}",
            sort(&other)
        ))),
        Err(e) => {
            let message = e.to_string();
            let message = message.split(" at line ").next().unwrap_or(&message);
            let text = std::str::from_utf8(line);
            let what = match text {
                Err(bad) if line.iter().take(64).any(|b| *b < 9) => {
                    format!("binary data, not JSON (byte {})", bad.valid_up_to() + 1)
                }
                Err(bad) => format!("not valid UTF-8 from byte {} on", bad.valid_up_to() + 1),
                Ok(_) if e.is_eof() => format!("the line ends too early: {message}"),
                Ok(_) => format!("not valid JSON: {message}"),
            };
            Err(BadLine {
                column: Some(e.column().max(1)),
                field: None,
                what,
            })
        }
    }
}

const fn sort(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The beginning of a text, for a message.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("\"{short}\"")
}

impl<'a> Object<'a> {
    pub(super) fn new(map: &'a Map<String, Value>, path: &str) -> Self {
        Self {
            map,
            path: path.to_owned(),
        }
    }

    pub(super) fn name(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// The value; `null` and nothing are one.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|v| !v.is_null())
    }

    fn wrong(&self, key: &str, wanted: &str, found: &Value) -> BadLine {
        BadLine::field(
            self.name(key),
            format!("is {}, should be {wanted}", sort(found)),
        )
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>, BadLine> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(s)) => Ok(Some(s)),
            Some(other) => Err(self.wrong(key, "a text", other)),
        }
    }

    pub(super) fn time(&self, key: &str) -> Result<Option<Instant>, BadLine> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        let parsed = chrono::DateTime::parse_from_rfc3339(text)
            .map_err(|_| {
                BadLine::field(
                    self.name(key),
                    format!(
                        "{} is no time; write it as in 2016-02-29T01:16:00Z",
                        shown(text)
                    ),
                )
            })?
            .to_utc();
        if !(1970..=2200).contains(&chrono::Datelike::year(&parsed)) {
            return Err(BadLine::field(
                self.name(key),
                format!("{} lies outside 1970 to 2200", shown(text)),
            ));
        }
        Ok(Some(parsed))
    }

    pub(super) fn count(&self, key: &str) -> Result<Option<u64>, BadLine> {
        match self.get(key) {
            None => Ok(None),
            Some(v) => v
                .as_u64()
                .map(Some)
                .ok_or_else(|| self.wrong(key, "a whole number", v)),
        }
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, BadLine> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Bool(b)) => Ok(Some(*b)),
            Some(other) => Err(self.wrong(key, "true or false", other)),
        }
    }

    pub(super) fn list(&self, key: &str) -> Result<&'a [Value], BadLine> {
        match self.get(key) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(other) => Err(self.wrong(key, "a list", other)),
        }
    }

    pub(super) fn object(&self, key: &str) -> Result<Option<&'a Map<String, Value>>, BadLine> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(other) => Err(self.wrong(key, "an object", other)),
        }
    }

    /// A text that one of our own types reads.
    pub(super) fn read<T>(
        &self,
        key: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, BadLine> {
        self.text(key)?
            .map(|t| read(t).map_err(|e| BadLine::field(self.name(key), e)))
            .transpose()
    }
}
