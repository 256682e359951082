//! Content lines: unfolding them, and taking them apart.

/// Content lines with the number of their first line: a line that begins with a blank goes on with the one before.
pub(crate) fn unfold(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (n, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match (raw.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some((_, line))) => line.push_str(more),
            _ => lines.push((n + 1, raw.to_owned())),
        }
    }
    lines
}

/// Property with parameters, and value. A colon within quotes belongs to a parameter.
pub(crate) fn split(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let colon = line.bytes().position(|b| {
        quoted ^= b == b'"';
        b == b':' && !quoted
    })?;
    Some((line.get(..colon)?, line.get(colon + 1..)?))
}

/// A content line in its parts.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// The property, in capitals.
    pub name: String,
    /// Parameters: names in capitals, values without quotes.
    pub params: Vec<(String, String)>,
    /// The value as it stands there.
    pub value: String,
}

impl Line {
    /// Takes a line apart; none where it has no colon.
    pub fn read(number: usize, content: &str) -> Option<Self> {
        let (head, value) = split(content)?;
        let mut parts = pieces(head, ';').into_iter();
        let name = parts.next()?.trim().to_ascii_uppercase();
        let params = parts
            .filter_map(|p| {
                let (name, value) = p.split_once('=')?;
                let value = value.trim().trim_matches('"').to_owned();
                Some((name.trim().to_ascii_uppercase(), value))
            })
            .collect();
        Some(Self {
            number,
            name,
            params,
            value: value.trim().to_owned(),
        })
    }

    /// A parameter's value.
    pub fn param(&self, name: &str) -> Option<&str> {
        let found = self.params.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Splits where the sign does not stand within quotes.
fn pieces(text: &str, at: char) -> Vec<&str> {
    let mut quoted = false;
    let mut out = Vec::new();
    let mut from = 0;
    for (i, c) in text.char_indices() {
        quoted ^= c == '"';
        if c == at && !quoted {
            out.extend(text.get(from..i));
            from = i + c.len_utf8();
        }
    }
    out.extend(text.get(from..));
    out
}

/// A text value without its escapes, as one line.
pub(crate) fn plain(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => out.push(' '),
                Some(other) => out.push(other),
                None => {}
            },
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}
