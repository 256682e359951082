//! What the signs of the panes mean, for help. Colour never says more than they do.

use super::commands::Context;
use Context::{Coverage, Detail, Form, Outbox, Queue, Report, Requests, Sla};

/// A sign that stands alone, without a word beside it.
#[derive(Debug, PartialEq, Eq)]
pub struct Sign {
    /// As it is drawn.
    pub sign: &'static str,
    /// What it says.
    pub means: &'static str,
    /// Where it is drawn.
    pub contexts: &'static [Context],
}

const fn sign(sign: &'static str, means: &'static str, contexts: &'static [Context]) -> Sign {
    Sign {
        sign,
        means,
        contexts,
    }
}

/// All of them.
pub const SIGNS: &[Sign] = &[
    sign("!!", "late: a promise is broken", &[Queue, Sla, Requests]),
    sign("!", "falls due soon", &[Queue, Sla, Requests]),
    sign(
        "±",
        "the desk counts another due than we do; w says both",
        &[Queue],
    ),
    sign("•", "something in it is unread", &[Queue]),
    sign("~", "something in it changed since you read it", &[Queue]),
    sign("✎", "a draft of yours waits in it", &[Queue]),
    sign("↑", "a change of it waits in the outbox", &[Queue, Outbox]),
    sign("✗", "the desk refused a change of it; 6 says why", &[Queue]),
    sign(
        "≠",
        "a change of it is in conflict; 6 shows both sides",
        &[Queue, Outbox],
    ),
    sign("┃", "read by the requester", &[Detail]),
    sign("┊", "read by agents only", &[Detail]),
    sign("↔", "a ticket that this one is tied to", &[Detail]),
    sign("+", "a file", &[Detail]),
    sign(
        "▲",
        "something falls due in this hour; late ones stand first",
        &[Sla],
    ),
    sign("✓", "in order", &[Detail, Report, Form, Requests]),
    sign("✗", "missing or wrong", &[Detail, Report, Form, Requests]),
    sign(
        "»",
        "said in the text; not taken yet",
        &[Detail, Report, Form],
    ),
    sign("☐", "to be done", &[Requests]),
    sign("·", "there", &[Coverage]),
    sign("░", "away; the name in it stands in", &[Coverage]),
    sign("▒", "away for a part of it", &[Coverage]),
    sign("!", "nobody, or nobody who may", &[Coverage]),
    sign("+", "a number that has no room", &[Coverage]),
    sign("*", "decided by you, not by the plan", &[Coverage]),
    sign("◂", "the requester wrote meanwhile", &[Coverage]),
    sign("✓", "the desk has it", &[Outbox]),
    sign("✗", "refused by the desk; Enter says why", &[Outbox]),
];
