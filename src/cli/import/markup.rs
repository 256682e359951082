//! Bodies as desks send them, made plain: HTML, JIRA's markup, entities in subjects.

use html2text::config;

/// The most HTML that is laid out; what is longer loses its tags only.
const LAID_OUT: usize = 4 * 1024 * 1024;
/// Elements inside elements beyond which a text is no letter.
const DEEP: usize = 400;

/// HTML as text: paragraphs, lists, quotes and links (as footnotes) stay recognisable.
pub fn html(source: &str) -> String {
    if !source.contains(['<', '&']) {
        return source.to_owned();
    }
    let text = if source.len() > LAID_OUT || depth(source) > DEEP {
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

/// How deep the elements lie at most, roughly: what is never closed counts as open.
fn depth(source: &str) -> usize {
    const ALONE: [&str; 8] = ["br", "img", "hr", "p", "li", "input", "meta", "link"];
    let (mut now, mut most) = (0_usize, 0);
    for tag in source.split('<').skip(1) {
        let name: String = tag
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric())
            .take(8)
            .collect();
        if tag.starts_with('/') {
            now = now.saturating_sub(1);
        } else if !name.is_empty() && !ALONE.contains(&name.to_ascii_lowercase().as_str()) {
            now += 1;
            most = most.max(now);
        }
    }
    most
}

fn without_tags(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        let tail = &rest[open..];
        match tail.find('>') {
            Some(close)
                if tail[1..]
                    .starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') =>
            {
                out.push(' ');
                rest = &tail[close + 1..];
            }
            _ => {
                out.push('<');
                rest = &tail[1..];
            }
        }
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

/// JIRA's markup stays as text; fences lose their arguments, headings their marks.
pub fn jira(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    for (n, line) in source.lines().enumerate() {
        if n > 0 {
            out.push('\n');
        }
        let bytes = line.as_bytes();
        if bytes.len() > 3
            && bytes[0] == b'h'
            && (b'1'..=b'6').contains(&bytes[1])
            && &bytes[2..4] == b". "
        {
            out.push_str(line.get(4..).unwrap_or(""));
            continue;
        }
        let mut rest = line;
        while let Some((at, tag)) = ["{code", "{noformat", "{quote", "{color"]
            .iter()
            .filter_map(|t| rest.find(t).map(|at| (at, *t)))
            .min()
        {
            let tail = &rest[at + tag.len()..];
            let Some(close) = tail.find('}').filter(|_| tail.starts_with([':', '}'])) else {
                out.push_str(&rest[..at + tag.len()]);
                rest = tail;
                continue;
            };
            out.push_str(&rest[..at]);
            out.push_str(match tag {
                "{color" => "",
                "{quote" => "\"",
                _ => "```",
            });
            rest = &tail[close + 1..];
        }
        out.push_str(rest);
    }
    out
}
