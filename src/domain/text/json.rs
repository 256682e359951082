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
            _ => {
                let mut buf = [0; 2];
                for unit in c.encode_utf16(&mut buf) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
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
