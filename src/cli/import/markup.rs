//! JIRA's markup, made plain.

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
        fences(line, &mut out);
    }
    out
}

/// One walk over a line: where no fence can end any more, none is looked for.
fn fences(line: &str, out: &mut String) {
    const FENCES: [(&str, &str); 4] = [
        ("{code", "```"),
        ("{noformat", "```"),
        ("{quote", "\""),
        ("{color", ""),
    ];
    let mut rest = line;
    while let Some(at) = rest.find('{') {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        rest = tail;
        let fence = FENCES.iter().find_map(|(tag, becomes)| {
            let inside = tail.strip_prefix(tag)?;
            inside.starts_with([':', '}']).then_some((inside, *becomes))
        });
        let Some((inside, becomes)) = fence else {
            out.push('{');
            rest = tail.strip_prefix('{').unwrap_or(tail);
            continue;
        };
        let Some((_, after)) = inside.split_once('}') else {
            break;
        };
        out.push_str(becomes);
        rest = after;
    }
    out.push_str(rest);
}
