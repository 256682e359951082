//! Ready-made texts: their placeholders.

use super::text::Untrusted;
use super::ticket::Ticket;

/// Puts a ticket's words into a text's placeholders: `{requester.first}`, `{requester}`,
/// `{ticket.key}`, `{workspace}`, `{tenant}`, and `{agent.name}` for whoever writes. In one
/// walk: what a requester's name holds is never taken for a placeholder. A word in braces
/// that is none of these stays.
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
            "requester.first" => requester()
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned(),
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
