//! The words of the language: fields and the values that are words.

use super::{DueState, Flag, Stamp};

/// What a field is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Status,
    Assignee,
    Tenant,
    Workspace,
    Requester,
    Label,
    Priority,
    Kind,
    Channel,
    Turn,
    Id,
    Is,
    Due,
    /// Takes lengths of time and days.
    Time(Stamp),
    /// Takes lengths of time only.
    Elapsed(Stamp),
}

/// Every field with its name, its other names and what it is for.
pub(super) const FIELDS: &[(Field, &str, &[&str], &str)] = &[
    (
        Field::Status,
        "status",
        &["state"],
        "where it stands: status:open,pending",
    ),
    (
        Field::Assignee,
        "assignee",
        &["assigned", "agent", "owner"],
        "who handles it: assignee:me, assignee:none",
    ),
    (
        Field::Tenant,
        "tenant",
        &["client"],
        "whose organisation: tenant:umc",
    ),
    (
        Field::Workspace,
        "ws",
        &["workspace"],
        "the Workspace: ws:dws-3049 or ws:3049",
    ),
    (
        Field::Requester,
        "requester",
        &["from"],
        "who asked: requester:jan",
    ),
    (
        Field::Label,
        "label",
        &["labels", "tag"],
        "a label on it: label:vpn",
    ),
    (
        Field::Priority,
        "priority",
        &["p", "prio"],
        "how urgent: priority:1, p<3",
    ),
    (
        Field::Kind,
        "kind",
        &["type"],
        "what sort of work: kind:problem",
    ),
    (
        Field::Channel,
        "channel",
        &["via"],
        "how it came: channel:phone",
    ),
    (Field::Turn, "turn", &[], "who has to speak: turn:ours"),
    (Field::Id, "id", &["key", "number"], "its number: id:10482"),
    (
        Field::Is,
        "is",
        &[],
        "unread, changed, snoozed, late, unassigned, live, ...",
    ),
    (
        Field::Due,
        "due",
        &[],
        "the promise: due<2h, due:today, due:late, due:paused",
    ),
    (
        Field::Elapsed(Stamp::Created),
        "age",
        &[],
        "how long ago it was asked: age>3d",
    ),
    (
        Field::Elapsed(Stamp::Updated),
        "idle",
        &["untouched"],
        "how long nothing happened: idle>7d",
    ),
    (
        Field::Time(Stamp::Created),
        "created",
        &["asked"],
        "when it was asked: created>2026-11-01",
    ),
    (
        Field::Time(Stamp::Updated),
        "updated",
        &["touched"],
        "when something happened: updated<2h",
    ),
    (
        Field::Time(Stamp::Resolved),
        "resolved",
        &[],
        "when it was resolved: resolved<7d",
    ),
    (
        Field::Time(Stamp::Closed),
        "closed",
        &[],
        "when it was closed: closed<7d",
    ),
];

impl Flag {
    /// All of them with their words and meanings.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Unread, "unread", "not opened since it came"),
        (Self::Changed, "changed", "changed since I looked"),
        (Self::Snoozed, "snoozed", "out of sight for now"),
        (Self::Late, "late", "a promise is past its time"),
        (Self::Unassigned, "unassigned", "nobody handles it"),
        (Self::Live, "live", "neither resolved nor closed"),
        (Self::Waiting, "waiting", "pending or on hold"),
        (Self::Merged, "merged", "lives on in another ticket"),
        (
            Self::Unsent,
            "unsent",
            "holds changes the desk has not confirmed",
        ),
        (Self::Draft, "draft", "a text for it was begun and not sent"),
        (
            Self::Escalated,
            "escalated",
            "with the vendor, or on its way",
        ),
        (Self::Marked, "marked", "marked on the screen"),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(f, ..)| *f == self)
            .map_or("", |(_, w, _)| w)
    }
}

impl DueState {
    /// All of them with their words and meanings.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Late, "late", "past its time"),
        (Self::Running, "running", "a clock runs"),
        (Self::Paused, "paused", "the clock stands still"),
        (Self::None, "none", "no promise is open"),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(f, ..)| *f == self)
            .map_or("", |(_, w, _)| w)
    }
}

/// The straight quotation mark and those that word processors make of it.
pub(super) const fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„')
}

/// The field of a name.
pub(super) fn field(name: &str) -> Option<Field> {
    FIELDS
        .iter()
        .find(|(_, n, others, _)| {
            n.eq_ignore_ascii_case(name) || others.iter().any(|o| o.eq_ignore_ascii_case(name))
        })
        .map(|(f, ..)| *f)
}

/// The main name of a field.
pub(super) fn name(field: Field) -> &'static str {
    FIELDS
        .iter()
        .find(|(f, ..)| *f == field)
        .map_or("", |(_, n, ..)| n)
}

/// The word nearest to what was written, if one is near: it starts so, or at most a
/// third of its letters differ.
pub(in crate::domain) fn nearest<'a>(
    written: &str,
    words: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let written = written.to_lowercase();
    if written.is_empty() || written.len() > 40 {
        return None;
    }
    words
        .into_iter()
        .filter_map(|w| {
            let started = written.len() >= 2 && w.starts_with(&written);
            let d = if started { 1 } else { distance(&written, w) };
            (d <= 1 + w.chars().count() / 4).then_some((d, w))
        })
        .min_by_key(|(d, _)| *d)
        .map(|(_, w)| w)
}

/// How many letters to change, add, leave out or swap with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let differ = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1)
                .min(rows[i][j - 1] + 1)
                .min(rows[i - 1][j - 1] + differ);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

/// Whether a text to be found is read as such when it stands without quotes.
pub(super) fn is_bare(text: &str) -> bool {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let like_a_field = letters > 0 && text[letters..].starts_with([':', '<', '>', '=']);
    !text.is_empty()
        && !like_a_field
        && !text.starts_with(['-', '!'])
        && !text.contains(|c: char| c.is_whitespace() || is_quote(c))
}
