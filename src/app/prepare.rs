//! Texts made ready once: rows on arrival, a thread's lines on load or when the width changes.

use std::sync::Arc;

use chrono::Datelike;

use crate::domain::Instant;
use crate::domain::list::Row;
use crate::domain::people::AgentId;
use crate::domain::sla::countdown;
use crate::domain::text::{Printable, SegmentKind, block, fit, fold_quotes, line, wrap};
use crate::domain::thread::{Author, Message, Thread, TimelineEntry};
use crate::domain::ticket::{Due, Ticket};

use super::state::{DetailLine, LineKind, Loaded, QueueRow, State};

/// A row of the list, ready to show.
pub fn row(s: &State, row: Row) -> QueueRow {
    let t = row.ticket;
    let name = |text: &Option<crate::domain::text::Untrusted>| {
        text.as_ref().map_or_else(Printable::empty, |u| u.line())
    };
    QueueRow {
        place: row.place,
        countdown: countdown(&t.due, s.moment(), &s.calendar),
        other: other(s, &t),
        target: match t.due {
            Due::Running { target, .. } | Due::Paused { target, .. } => Some(target),
            Due::None => None,
        },
        key: Printable::from(&t.key),
        subject: t.subject.line(),
        assignee: assignee(s, &t),
        short: short(s, t.assignee.as_ref()),
        requester: name(&t.requester),
        tenant: t
            .tenant
            .as_ref()
            .map_or_else(Printable::empty, Printable::from),
        workspace: name(&t.workspace),
        status: t
            .status_label
            .as_ref()
            .map_or_else(|| Printable::from(t.status), |l| l.line()),
        labels: line(&t.labels.join(" ")),
        ticket: Arc::new(t),
    }
}

/// What the other side says of when it is due, where the two differ.
fn other(s: &State, t: &Ticket) -> Printable {
    let Some(due) = t.beside.other else {
        return Printable::empty();
    };
    let whose = t.beside.whose.other().word();
    line(&match due {
        Due::Running { at, .. } => format!("{whose}: {}", time(s, at)),
        Due::Paused { .. } => format!("{whose}: paused"),
        Due::None => format!("{whose}: no promise"),
    })
}

/// Whose a ticket is, in words: "You", a name, or "-".
pub fn assignee(s: &State, t: &Ticket) -> Printable {
    match &t.assignee {
        None => Printable::literal("-"),
        Some(id) if *id == s.me => Printable::literal("You"),
        Some(id) => s.names.whole(id),
    }
}

/// The same where there is little room.
pub fn short(s: &State, who: Option<&AgentId>) -> Printable {
    match who {
        None => Printable::literal("-"),
        Some(id) if *id == s.me => Printable::literal("You"),
        Some(id) => s.names.short(id),
    }
}

/// Names the assignee of a row anew.
pub fn rename(s: &State, row: &mut QueueRow) {
    row.assignee = assignee(s, &row.ticket);
    row.short = short(s, row.ticket.assignee.as_ref());
}

/// An instant in the person's zone, short: `Mon 23 Nov 14:02`, in another year `26 Jan 2021 14:02`.
pub fn time(s: &State, at: Instant) -> Printable {
    let (then, now) = (at.with_timezone(&s.zone), s.now.with_timezone(&s.zone));
    let form = if then.year() == now.year() {
        "%a %-d %b %H:%M"
    } else {
        "%-d %b %Y %H:%M"
    };
    line(&then.format(form).to_string())
}

/// A thread, ready to show at that width.
pub fn thread(s: &State, thread: Thread, row: QueueRow, width: u16, unfolded: &Unfolded) -> Loaded {
    let mut l = Loaded {
        attachments: thread
            .messages
            .iter()
            .flat_map(|m| m.attachments.iter().map(|a| a.id))
            .collect(),
        thread,
        row,
        conversation: Vec::new(),
        timeline: Vec::new(),
    };
    lines(s, &mut l, width, unfolded);
    l
}

/// Messages whose quotes are unfolded.
pub type Unfolded = std::collections::BTreeSet<crate::domain::thread::MessageId>;

/// Wraps the lines anew.
pub fn lines(s: &State, l: &mut Loaded, width: u16, unfolded: &Unfolded) {
    let width = usize::from(width.max(8));
    let mut out = further(&l.thread, width);
    if let Some((_, key)) = &l.thread.into {
        let text = format!("merged: the conversation goes on in {key} (:open {key})");
        out.push(plain(LineKind::Cut, fit(&line(&text), width), None));
    }
    for link in &l.thread.links {
        let text = format!("{} {} ({})", link.key, link.subject.line(), link.status);
        out.push(plain(LineKind::Link, fit(&line(&text), width), None));
    }
    for key in &l.thread.merged {
        out.push(plain(
            LineKind::Link,
            line(&format!("{key} was merged into this ticket")),
            None,
        ));
    }
    if !out.is_empty() {
        out.push(plain(LineKind::Blank, Printable::empty(), None));
    }
    let mut file = 0;
    for (i, m) in l.thread.messages.iter().enumerate() {
        message(
            s,
            &mut out,
            i,
            m,
            width,
            unfolded.contains(&m.id),
            &mut file,
        );
    }
    if !l.thread.whole && !l.thread.messages.iter().any(|m| m.missing) {
        let what = "what was said is not all here yet";
        out.push(plain(LineKind::Cut, not_here(s, what), None));
    }
    l.conversation = out;
    l.timeline = l
        .thread
        .timeline
        .iter()
        .map(|e| {
            let text = format!("{} · {}", e.by.line(), event(e));
            DetailLine {
                kind: LineKind::Timeline,
                text: line(&text),
                right: time(s, e.at),
                message: None,
            }
        })
        .collect();
}

/// The desk's further fields: name and value, as many on a row as fit.
fn further(thread: &Thread, width: usize) -> Vec<DetailLine> {
    let fields = thread.further.iter();
    let all = fields.map(|(name, value)| line(&format!("{name} {}", value.line())));
    let all = Printable::join(" · ", all);
    if all.is_empty() {
        return Vec::new();
    }
    let rows = wrap(&all, width).into_iter();
    rows.map(|row| plain(LineKind::Further, row, None))
        .collect()
}

/// Says that something is not here and whether the desk can be asked for it now.
fn not_here(s: &State, what: &str) -> Printable {
    line(&if s.freshness.offline {
        format!("{what}; it comes when the desk can be reached")
    } else {
        format!("{what}; asking the desk")
    })
}

/// What changed, in words. What ties tickets together names the other one.
fn event(e: &TimelineEntry) -> String {
    let field = e.field.as_str();
    let into = if field == "link" { "to" } else { "into" };
    match (field, &e.old, &e.new) {
        ("merge" | "split" | "link", None, None) => field.to_owned(),
        ("merge" | "split" | "link", None, Some(to)) => {
            format!("{field}: {into} {}", to.line())
        }
        ("merge" | "split" | "link", Some(from), None) => {
            format!("{field}: no longer {into} {}", from.line())
        }
        (_, old, new) => {
            let value = |v: &Option<crate::domain::text::Untrusted>| {
                v.as_ref()
                    .map_or_else(|| "nothing".to_owned(), |u| u.line().into_string())
            };
            format!("{field}: {} → {}", value(old), value(new))
        }
    }
}

fn plain(kind: LineKind, text: Printable, message: Option<usize>) -> DetailLine {
    DetailLine {
        kind,
        text,
        right: Printable::empty(),
        message,
    }
}

fn message(
    s: &State,
    out: &mut Vec<DetailLine>,
    i: usize,
    m: &Message,
    width: usize,
    open: bool,
    file: &mut usize,
) {
    let (name, requester) = match &m.author {
        Author::Requester { name } if name.line().is_empty() => {
            (Printable::literal("the requester"), true)
        }
        Author::Requester { name } => (name.line(), true),
        Author::Agent { id } if *id == s.me => (Printable::literal("You"), false),
        Author::Agent { id } => (s.names.whole(id), false),
        Author::Helper { name } => (name.line(), false),
        Author::System => (Printable::literal("the desk"), false),
    };
    let visibility = m.visibility;
    out.push(DetailLine {
        kind: LineKind::Head {
            visibility,
            requester,
            waiting: m.waiting,
        },
        text: name,
        right: time(s, m.at),
        message: Some(i),
    });
    if m.missing {
        let text = not_here(s, "body not here yet");
        out.push(plain(LineKind::Cut, text, Some(i)));
    }
    for part in fold_quotes(m.body.raw()) {
        let quoted = part.kind != SegmentKind::Own;
        if quoted && !open {
            let what = if part.kind == SegmentKind::Quoted {
                "quoted lines"
            } else {
                "lines of signature"
            };
            let text = line(&format!("… {} {what} (Q unfolds)", part.lines));
            out.push(plain(LineKind::Fold { visibility }, text, Some(i)));
            continue;
        }
        let kind = if quoted {
            LineKind::Quoted { visibility }
        } else {
            LineKind::Body { visibility }
        };
        out.extend(
            wrap(&block(&part.text), width)
                .into_iter()
                .map(|t| plain(kind, t, Some(i))),
        );
    }
    if let Some(bytes) = m.cut_from {
        let text = line(&format!("… the text goes on; {bytes} bytes in all"));
        out.push(plain(LineKind::Cut, text, Some(i)));
    }
    for a in &m.attachments {
        let text = line(&format!(
            "{} ({}, {})",
            a.name.line(),
            a.media_type.line(),
            Printable::bytes(a.size)
        ));
        out.push(plain(
            LineKind::Attachment { index: *file },
            fit(&text, width),
            Some(i),
        ));
        *file += 1;
    }
    out.push(plain(LineKind::Blank, Printable::empty(), Some(i)));
}
