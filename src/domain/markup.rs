//! HTML as desks and mails bring it, made plain. It comes from outside: no page may hold up or end the program,
//! however deep or full it is.

use std::collections::HashMap;

use html2text::config;

/// The most HTML that is laid out; what is longer loses its tags only.
const LAID_OUT: usize = 2 * 1024 * 1024;
/// Elements inside elements beyond which a text is no letter.
const DEEP: usize = 400;
/// The same for quotes and lists: each of them indents every line in it.
const INDENTED: usize = 40;
/// Parts of one tag beyond which it is none of a letter: a parser compares all attributes of
/// a tag with each other.
const PARTS: usize = 5000;

/// HTML as text: paragraphs, lists, quotes and links (as footnotes) stay recognisable.
pub fn html(source: &str) -> String {
    if !source.contains(['<', '&']) {
        return source.to_owned();
    }
    let text = if source.len() > LAID_OUT || is_no_letter(source) {
        None
    } else {
        config::plain()
            .raw_mode(true)
            .no_link_wrapping()
            .link_footnotes(true)
            .allow_width_overflow()
            .string_from_read(source.as_bytes(), 100_000)
            .ok()
    };
    let text = text.unwrap_or_else(|| entities(&without_tags(source)));
    let mut out = String::with_capacity(text.len());
    for line in text.trim_end().lines() {
        let rule = line.len() > 120 && line.chars().all(|c| c == '─');
        out.push_str(if rule {
            "────────"
        } else {
            line.trim_end()
        });
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether laying it out could take long: its elements lie deep or a tag is full of
/// attributes. What is never closed by its own name counts as open, because a parser keeps
/// it open too.
fn is_no_letter(source: &str) -> bool {
    const ALONE: [&str; 8] = ["br", "img", "hr", "p", "li", "input", "meta", "link"];
    const INDENT: [&str; 6] = ["blockquo", "ul", "ol", "dl", "dd", "menu"];
    if most_parts(source) > PARTS {
        return true;
    }
    let mut open: HashMap<String, usize> = HashMap::new();
    let (mut now, mut indented) = (0_usize, 0_usize);
    for tag in source.split('<').skip(1) {
        let (closes, tag) = tag.strip_prefix('/').map_or((false, tag), |t| (true, t));
        let name: String = tag
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .take(8)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        if name.is_empty() || ALONE.contains(&name.as_str()) {
            continue;
        }
        let indents = usize::from(INDENT.contains(&name.as_str()));
        let of = open.entry(name).or_default();
        if !closes {
            (now, indented, *of) = (now + 1, indented + indents, *of + 1);
        } else if *of > 0 {
            (now, indented, *of) = (now - 1, indented - indents, *of - 1);
        }
        if now > DEEP || indented > INDENTED {
            return true;
        }
    }
    false
}

/// How many parts the fullest tag has at most; a `>` in quotes does not end it.
fn most_parts(source: &str) -> usize {
    let bytes = source.as_bytes();
    let (mut most, mut parts, mut quote, mut inside) = (0, 0, None, false);
    for pair in bytes.windows(2) {
        let &[this, next] = pair else { continue };
        match quote {
            Some(q) if this == q => quote = None,
            _ if !inside => (inside, parts) = (this == b'<' && next.is_ascii_alphabetic(), 0),
            Some(_) => parts += usize::from(this.is_ascii_whitespace()),
            None if this == b'>' => inside = false,
            None if this == b'=' && matches!(next, b'"' | b'\'') => parts += 1,
            None if matches!(this, b'"' | b'\'') => quote = Some(this),
            None => parts += usize::from(this.is_ascii_whitespace() || this == b'/'),
        }
        most = most.max(parts);
    }
    most
}

/// One walk: where no tag can end any more, none is looked for.
fn without_tags(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(open) = rest.find('<') {
        let (before, tail) = rest.split_at(open);
        out.push_str(before);
        rest = tail;
        let inside = tail.strip_prefix('<').unwrap_or(tail);
        if !inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
            out.push('<');
            rest = inside;
            continue;
        }
        let Some((_, after)) = inside.split_once('>') else {
            break;
        };
        out.push(' ');
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Entities as the characters they stand for; what is no entity stays.
pub fn entities(source: &str) -> String {
    const NAMED: [(&str, &str); 12] = [
        ("amp", "&"),
        ("lt", "<"),
        ("gt", ">"),
        ("quot", "\""),
        ("apos", "'"),
        ("nbsp", "\u{a0}"),
        ("ndash", "–"),
        ("mdash", "—"),
        ("hellip", "…"),
        ("lsquo", "‘"),
        ("rsquo", "’"),
        ("euro", "€"),
    ];
    if !source.contains('&') {
        return source.to_owned();
    }
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        let known = tail
            .char_indices()
            .take(12)
            .find(|(_, c)| *c == ';')
            .and_then(|(end, _)| {
                let name = &tail[..end];
                let text = match name.strip_prefix('#') {
                    Some(n) => {
                        let code = match n.strip_prefix(['x', 'X']) {
                            Some(hex) => u32::from_str_radix(hex, 16).ok(),
                            None => n.parse().ok(),
                        };
                        char::from_u32(code?)?.to_string()
                    }
                    None => NAMED.iter().find(|(n, _)| *n == name)?.1.to_owned(),
                };
                Some((end, text))
            });
        match known {
            Some((end, text)) => {
                out.push_str(&text);
                rest = &tail[end + 1..];
            }
            None => {
                out.push('&');
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out
}
