//! JSON that is printable and still holds the original text.

use super::gate;

/// A JSON string, with its quotes, in which everything that the gate would change is
/// written as `\u` escapes: safe to print, and every JSON parser gives the original.
pub fn json_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    escape(text, &mut out);
    out
}

fn escape(text: &str, out: &mut String) {
    let as_is = *gate::block(text) == *text;
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(c),
            _ if as_is => out.push(c),
            _ => unicode_escape(c, out),
        }
    }
    out.push('"');
}

/// A JSON text as it stands, but printable: in its strings what the gate would change is
/// written as `\u` escapes, between them every blank is a plain one. Nothing else is touched,
/// and a JSON parser reads the same from it. What is no JSON passes the gate as a line.
pub fn printable_json(json: &str) -> String {
    if json.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len() + 16);
    let mut rest = json;
    while let Some(at) = rest.find('"') {
        let (between, string) = rest.split_at(at);
        out.push_str(&plain(between));
        let inside = string.strip_prefix('"').unwrap_or(string);
        let end = end_of_string(inside);
        let (inside, after) = inside.split_at(end);
        out.push('"');
        in_string(inside, &mut out);
        rest = match after.strip_prefix('"') {
            Some(after) => {
                out.push('"');
                after
            }
            None => after,
        };
    }
    out.push_str(&plain(rest));
    out
}

/// Where a string ends whose beginning quote is behind; at the end of the text if it does not.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, b) in text.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at,
            _ => {}
        }
    }
    text.len()
}

fn plain(between: &str) -> String {
    gate::block(&between.replace(['\t', '\r', '\n'], " ")).into_string()
}

fn in_string(text: &str, out: &mut String) {
    if *gate::block(text) == *text {
        return out.push_str(text);
    }
    for c in text.chars() {
        match c {
            ' '..='~' => out.push(c),
            _ => unicode_escape(c, out),
        }
    }
}

fn unicode_escape(c: char, out: &mut String) {
    let mut buf = [0; 2];
    for unit in c.encode_utf16(&mut buf) {
        out.push_str(&format!("\\u{unit:04x}"));
    }
}

/// A whole value as printable JSON; `pretty` puts each member on a line of its own.
pub fn to_printable_json(value: &serde_json::Value, pretty: bool) -> String {
    let mut out = String::new();
    write(value, pretty.then_some(0), &mut out);
    out
}

fn write(value: &serde_json::Value, depth: Option<usize>, out: &mut String) {
    use serde_json::Value;
    let inner = depth.map(|d| d + 1);
    match value {
        Value::String(s) => escape(s, out),
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                separate(i, inner, out);
                write(item, inner, out);
            }
            new_row(depth, out);
            out.push(']');
        }
        Value::Object(members) if !members.is_empty() => {
            out.push('{');
            for (i, (key, member)) in members.iter().enumerate() {
                separate(i, inner, out);
                escape(key, out);
                out.push_str(if depth.is_some() { ": " } else { ":" });
                write(member, inner, out);
            }
            new_row(depth, out);
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

fn separate(i: usize, depth: Option<usize>, out: &mut String) {
    if i > 0 {
        out.push(',');
    }
    new_row(depth, out);
}

fn new_row(depth: Option<usize>, out: &mut String) {
    if let Some(depth) = depth {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
}
