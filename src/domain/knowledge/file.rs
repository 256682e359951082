//! An article as a file: Markdown below a head of `name: value` lines between two rows of
//! dashes, as static site programs write it. A round trip changes nothing.

use super::{Article, ArticleKey, Stale};
use crate::domain::Instant;
use crate::domain::people::AgentId;
use crate::domain::text::{self, Untrusted};
use crate::domain::ticket::TicketKey;
use crate::domain::value;

const FENCE: &str = "---";

/// The file of an article.
pub fn to_file(article: &Article) -> String {
    let mut head = Vec::new();
    let mut add = |name: &str, value: &str| head.push(format!("{name}: {}", quoted(value)));
    add("title", article.title.raw());
    add("key", article.key.as_str());
    let optional = [
        ("language", article.language.as_ref().map(Untrusted::raw)),
        ("source", article.source.as_ref().map(Untrusted::raw)),
        (
            "corrects",
            article.corrects.as_ref().map(ArticleKey::as_str),
        ),
        ("ticket", article.ticket.as_ref().map(TicketKey::as_str)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            add(name, value);
        }
    }
    if article.is_draft {
        add("draft", "true");
    }
    add("updated", &instant(article.updated));
    if let Some(on) = article.reviewed {
        add("reviewed", &on.to_string());
    }
    if let Some(stale) = &article.stale {
        add("stale", stale.why.raw());
        add("stale-at", &instant(stale.at));
        add("stale-by", stale.by.as_str());
        if let Some(ticket) = &stale.ticket {
            add("stale-ticket", ticket.as_str());
        }
    }
    head.extend(article.further.iter().map(|l| l.raw().to_owned()));
    format!(
        "{FENCE}\n{}\n{FENCE}\n{}",
        head.join("\n"),
        article.body.raw()
    )
}

fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// A value as it is written: in quotes where it could be misread.
fn quoted(value: &str) -> String {
    let plain = !value.is_empty()
        && value.trim() == value
        && !value.starts_with([
            '"', '\'', '[', '{', '#', '&', '*', '!', '|', '>', '%', '@', '`', '-', '?',
        ])
        && !value.contains(": ")
        && !value.contains(" #")
        && !value.ends_with(':')
        && !value.chars().any(char::is_control);
    if plain {
        value.to_owned()
    } else {
        serde_json::Value::from(value).to_string()
    }
}

fn unquoted(written: &str) -> String {
    let written = written.trim();
    if written.starts_with('"')
        && let Ok(text) = serde_json::from_str::<String>(written)
    {
        return text;
    }
    let single = written
        .strip_prefix('\'')
        .and_then(|w| w.strip_suffix('\''));
    single.map_or_else(|| written.to_owned(), |w| w.replace("''", "'"))
}

/// Reads a file. What its head does not say follows from the text and from the file's name:
/// the title from the first heading, the key from the name. `now` is taken for its last change
/// where the head does not say.
///
/// # Errors
/// A sentence that names the line of the head that cannot be used.
pub fn from_file(name: &str, content: &str, now: Instant) -> Result<Article, String> {
    let content = content.strip_prefix('\u{feff}').unwrap_or(content);
    let (head, body) = parted(content)?;
    let heading = || first_heading(body);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut title = None;
    let mut key = None;
    let mut stale: Option<Untrusted> = None;
    let (mut stale_at, mut stale_by, mut stale_ticket) = (now, None, None);
    let blank = ArticleKey("x".into());
    let mut article = Article::new(blank, Untrusted::default(), Untrusted::new(body), now);
    for (n, line) in head.iter().enumerate() {
        let wrong = |why: String| format!("line {}: {why}", n + 2);
        let Some((field, value)) = line.split_once(':').filter(|(f, _)| is_field(f)) else {
            article.further.push(Untrusted::new(*line));
            continue;
        };
        let value = unquoted(value);
        match field {
            "title" => title = Some(value),
            "key" => key = Some(ArticleKey::parse(&value).map_err(wrong)?),
            "language" => article.language = Some(Untrusted::new(value)),
            "source" => article.source = Some(Untrusted::new(value)),
            "corrects" => article.corrects = Some(ArticleKey::parse(&value).map_err(wrong)?),
            "ticket" => article.ticket = Some(TicketKey::parse(&value).map_err(wrong)?),
            "draft" => article.is_draft = value == "true",
            "updated" => article.updated = moment(&value).map_err(wrong)?,
            "reviewed" => article.reviewed = Some(value::date(&value).map_err(wrong)?),
            "stale" => stale = Some(Untrusted::new(value)),
            "stale-at" => stale_at = moment(&value).map_err(wrong)?,
            "stale-by" => stale_by = Some(AgentId::parse(&value).map_err(wrong)?),
            "stale-ticket" => stale_ticket = Some(TicketKey::parse(&value).map_err(wrong)?),
            _ => article.further.push(Untrusted::new(*line)),
        }
    }
    let title = title
        .or_else(heading)
        .unwrap_or_else(|| stem.replace('-', " "));
    article.key = match key {
        Some(key) => key,
        None => ArticleKey::parse(stem)
            .ok()
            .or_else(|| ArticleKey::of_title(stem))
            .or_else(|| ArticleKey::of_title(&title))
            .ok_or("it has no name; write `key: a-name` in its head")?,
    };
    article.title = Untrusted::new(title);
    article.stale = match (stale, stale_by) {
        (None, _) => None,
        (Some(_), None) => {
            return Err("it is stale, but `stale-by` does not say who found so".into());
        }
        (Some(why), Some(by)) => Some(Stale {
            at: stale_at,
            by,
            ticket: stale_ticket,
            why,
        }),
    };
    Ok(article)
}

fn is_field(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

fn moment(written: &str) -> Result<Instant, String> {
    written.parse().map_err(|_| {
        format!(
            "\"{}\" is no moment; write it as in 2026-11-24T09:00:00Z",
            text::line(written)
        )
    })
}

/// The lines of the head, and the text below it.
fn parted(content: &str) -> Result<(Vec<&str>, &str), String> {
    let mut rest = content;
    let mut next = || -> Option<&str> {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let line = (!rest.is_empty()).then_some(line.strip_suffix('\r').unwrap_or(line));
        rest = after;
        line
    };
    if next() != Some(FENCE) {
        return Ok((Vec::new(), content));
    }
    let mut head = Vec::new();
    loop {
        match next() {
            None => return Err("its head is not closed; write --- below it".into()),
            Some(FENCE) => return Ok((head, rest)),
            Some(line) => head.push(line),
        }
    }
}

fn first_heading(body: &str) -> Option<String> {
    let heading = body.lines().find_map(|l| l.strip_prefix("# "))?;
    Some(heading.trim().trim_end_matches('#').trim().to_owned()).filter(|h| !h.is_empty())
}
