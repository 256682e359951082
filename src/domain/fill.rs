//! Ready-made texts: their placeholders.

use super::report::is_address;
use super::text::Untrusted;
use super::ticket::Ticket;

/// Puts a ticket's words into a text's placeholders: `{requester.first}`, `{requester}`,
/// `{ticket.key}`, `{workspace}`, `{tenant}`, and `{agent.name}` for whoever writes. In one
/// walk: what a requester's name holds is never taken for a placeholder. A word in braces
/// that is none of these stays; one whose word is not known goes with the blank before it.
pub fn fill(text: &str, ticket: &Ticket, agent_name: &str) -> String {
    let plain = |u: &Option<Untrusted>| {
        u.as_ref()
            .map(|u| u.line().into_string())
            .unwrap_or_default()
    };
    let word = |name: &str| {
        let requester = || plain(&ticket.requester);
        Some(match name {
            "requester" => requester(),
            "requester.first" => called(&requester()).to_owned(),
            "ticket.key" => ticket.key.to_string(),
            "workspace" => plain(&ticket.workspace),
            "tenant" => ticket
                .tenant
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            "agent.name" => agent_name.to_owned(),
            _ => return None,
        })
    };
    walk(text, &word)
}

/// The same where no ticket is at hand: the names that are known by their placeholders.
pub fn address(text: &str, names: &[(&str, &str)]) -> String {
    walk(text, &|name| {
        let known = names.iter().find(|(placeholder, _)| *placeholder == name)?;
        Some(known.1.to_owned())
    })
}

/// Puts words in the place of their names in braces. One that is not known, an empty one, goes
/// with the blank before it.
fn walk(text: &str, word: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('{') {
        out.push_str(before);
        // The longest placeholder is short: nothing further away ends one.
        let end = tail.bytes().take(24).position(|b| b == b'}');
        let found = end.and_then(|end| {
            let after = tail.get(end + 1..)?;
            Some((word(tail.get(..end)?)?, after))
        });
        match found {
            Some((word, after)) => {
                if word.is_empty() {
                    out.truncate(out.trim_end_matches(' ').len());
                }
                out.push_str(&word);
                rest = after;
            }
            None => {
                out.push('{');
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out
}

/// How somebody is greeted: one of whom only an address is known, by no name.
fn called(name: &str) -> &str {
    Some(first_name(name))
        .filter(|n| !is_address(n))
        .unwrap_or("")
}

/// What a person is called by: the first word of a name that is no title. A name of titles
/// only is given whole.
pub fn first_name(name: &str) -> &str {
    let name = name.trim();
    let mut words = name.split_whitespace();
    words.find(|w| !is_title(w)).unwrap_or(name)
}

fn is_title(word: &str) -> bool {
    let low = word.trim_end_matches(',').to_lowercase();
    let dotted = low.contains('.');
    let mut parts = low.split('.').filter(|p| !p.is_empty()).peekable();
    parts.peek().is_some()
        && parts.all(|p| match p {
            "prof" | "dr" | "drs" | "mr" | "mrs" | "ms" | "mx" | "dhr" | "mevr" => true,
            // People are called Ir and Ing too, so that these need their dot.
            "ir" | "ing" => dotted,
            _ => false,
        })
}
