//! Acts on tickets: what is wanted, the preview for many, the gate before resolving, the commit.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::app::effect::Effect;
use crate::app::inner::{After, Sending};
use crate::app::state::{Confirm, Go, Macro, MacroStep, Overlay, Pane, PreviewRow, Wanted};
use crate::domain::change::{Act, BatchId, Change, ChangeId, LinkKind};
use crate::domain::text::{Printable, Untrusted, line};
use crate::domain::thread::{Message, MessageId, Visibility};
use crate::domain::ticket::{Status, Ticket, TicketId, TicketKey, Turn as Whose};

use super::{Turn, say};

impl Turn<'_> {
    /// The tickets an act is about: the marked ones, else the one under the cursor.
    pub fn targets(&self) -> Vec<Arc<Ticket>> {
        if self.s.queue.marks.is_empty() || self.s.pane != Pane::Queue {
            return self
                .s
                .subject()
                .map(|r| Arc::clone(&r.ticket))
                .into_iter()
                .collect();
        }
        self.s
            .queue
            .marks
            .values()
            .map(|m| Arc::clone(&m.ticket))
            .collect()
    }

    /// One act on all targets.
    pub fn act_on_all(&mut self, make: impl Fn(&Ticket) -> Vec<Act>) {
        let targets = self.targets();
        let wants: Vec<Wanted> = targets
            .iter()
            .flat_map(|t| make(t).into_iter().map(|act| wanted(t, act)))
            .collect();
        if targets.is_empty() {
            return self.refuse("there is no ticket under the cursor");
        }
        if wants.is_empty() {
            return self.refuse("that is so already; nothing to change");
        }
        if targets.len() > 1 {
            self.preview(wants, &targets, "change");
        } else {
            self.commit(wants, None);
        }
    }

    /// Shows what would happen; a key of its own lets it happen.
    pub fn preview(&mut self, wants: Vec<Wanted>, targets: &[Arc<Ticket>], verb: &str) {
        let rows = targets
            .iter()
            .map(|t| {
                let mine: Vec<&Wanted> = wants.iter().filter(|w| w.ticket == t.id).collect();
                let before: BTreeSet<String> =
                    mine.iter().map(|w| say::before(&w.act, t)).collect();
                let after: Vec<String> = mine.iter().map(|w| say::act(&w.act, self.s)).collect();
                PreviewRow {
                    key: Printable::from(&t.key),
                    subject: t.subject.line(),
                    before: line(
                        before
                            .into_iter()
                            .filter(|b| !b.is_empty())
                            .collect::<Vec<_>>()
                            .join(", ")
                            .as_str(),
                    ),
                    after: line(&after.join(", ")),
                    skipped: mine.is_empty().then(|| line("that is so already")),
                }
            })
            .collect();
        let n = wants
            .iter()
            .map(|w| w.ticket)
            .collect::<BTreeSet<_>>()
            .len();
        let plural = if n == 1 { "" } else { "s" };
        self.confirm(
            &format!("{verb} {n} ticket{plural}"),
            vec![line("One undo (z) takes all of it back.")],
            rows,
            Go::Commit(wants),
        );
    }

    /// Asks with a key of its own.
    pub fn confirm(&mut self, verb: &str, lines: Vec<Printable>, rows: Vec<PreviewRow>, go: Go) {
        let title = line(&format!("{}?", capital(verb)));
        let verb = line(verb);
        self.s.overlays.push(Overlay::Confirm(Confirm {
            title,
            lines,
            rows,
            scroll: 0,
            key: 'y',
            verb,
            go,
        }));
    }

    /// One batch, at once; gives what it is undone with.
    pub fn commit(&mut self, wants: Vec<Wanted>, draft_of: Option<TicketId>) -> Option<BatchId> {
        let first = wants.first()?;
        let at = self.s.now;
        let tickets = wants
            .iter()
            .map(|w| w.ticket)
            .collect::<BTreeSet<_>>()
            .len();
        let words = say::act(&first.act, self.s);
        let what = if tickets > 1 {
            line(&format!("{words} · {tickets} tickets · z undoes"))
        } else {
            line(&format!("#{} {words} · z undoes", first.key))
        };
        let batch = BatchId(self.s.inner.id(at));
        let public = |act: &Act| {
            matches!(
                act,
                Act::Say {
                    visibility: Visibility::Public,
                    ..
                }
            )
        };
        let window = self.s.undo_window;
        let waits = window > TimeDelta::zero() && wants.iter().any(|w| public(&w.act));
        let changes = wants
            .into_iter()
            .map(|w| Change {
                id: ChangeId(self.s.inner.id(at)),
                batch,
                ticket: w.ticket,
                at,
                by: self.s.me.clone(),
                base: w.base,
                not_before: waits.then(|| at + window),
                act: w.act,
            })
            .collect();
        // Said when it is on disk, not before.
        let sending = Sending {
            words: what,
            until: waits.then(|| at + window),
            draft: None,
        };
        self.s.inner.sending.insert(batch, sending);
        self.fx.push(Effect::Commit {
            batch,
            changes,
            draft_of,
        });
        Some(batch)
    }

    /// A message's identity; it never meets a number that the store gives.
    pub fn message_id(&mut self) -> MessageId {
        let bits = self.s.inner.id(self.s.now).as_u128();
        let low = u64::try_from(bits & u128::from(u32::MAX)).unwrap_or(0);
        let millis = self.s.now.timestamp_millis();
        MessageId(
            (millis << 20).wrapping_add(i64::try_from(low & 0xf_ffff).unwrap_or(0)) & i64::MAX,
        )
    }

    /// Resolve, or close what is resolved: refuses with the reason, lets pass with one.
    pub fn resolve(&mut self, to: Option<Status>) {
        let targets = self.targets();
        if targets.is_empty() {
            return self.refuse("there is no ticket under the cursor");
        }
        let mut wants = Vec::new();
        let mut against = Vec::new();
        for t in &targets {
            let to = to.unwrap_or(if t.status == Status::Resolved {
                Status::Closed
            } else {
                Status::Resolved
            });
            if t.status == to {
                continue;
            }
            wants.push(wanted(t, Act::Status { to }));
            if t.status.is_live() {
                against.extend(self.gate(t));
            }
        }
        if wants.is_empty() {
            return self.refuse("that is so already; nothing to change");
        }
        if !against.is_empty() {
            against.push(line(
                "y: do it all the same; a reason goes into an internal note.",
            ));
            return self.confirm(
                "resolve all the same",
                against,
                Vec::new(),
                Go::Override(wants),
            );
        }
        self.preview(wants, &targets, "resolve");
    }

    fn gate(&self, t: &Ticket) -> Vec<Printable> {
        let mut out = Vec::new();
        let mut say = |words: &str| out.push(line(&format!("#{} {words}", t.key)));
        if t.turn == Whose::Ours {
            say("waits for an answer: the requester had the last word. r replies.");
        }
        if t.assignee.is_none() {
            say("is nobody's: i takes it.");
        }
        let open = self
            .s
            .detail
            .as_ref()
            .filter(|d| d.ticket == t.id)
            .and_then(|d| d.loaded.as_ref());
        let draft = open
            .and_then(|l| l.thread.draft.as_ref())
            .is_some_and(|d| !d.is_empty());
        if draft
            || self
                .s
                .inner
                .drafts
                .get(&t.id)
                .is_some_and(|d| !d.is_empty())
        {
            say("has a draft that was not sent. c or r opens it.");
        }
        out
    }

    /// The reason was given: the acts and a note that says it.
    pub fn pass_gate(&mut self, reason: &str) {
        let mut wants = std::mem::take(&mut self.s.inner.override_wants);
        let tickets: Vec<(TicketId, TicketKey, u64)> = wants
            .iter()
            .map(|w| (w.ticket, w.key.clone(), w.base))
            .collect();
        for (ticket, key, base) in tickets {
            let act = Act::Say {
                message: self.message_id(),
                visibility: Visibility::Internal,
                body: Untrusted::new(format!("Resolved past the gate: {reason}")),
                attachments: Vec::new(),
            };
            wants.push(Wanted {
                ticket,
                key,
                base,
                act,
            });
        }
        self.commit(wants, None);
    }

    /// Finds a ticket by its number, for something.
    pub fn find_ticket(&mut self, text: &str, after: After) {
        match TicketKey::parse(text) {
            Err(why) => self.refuse(&why),
            Ok(key) => {
                let generation = self.next();
                self.s.inner.found = generation;
                self.s.inner.after = Some((key.clone(), after));
                let asker = self.asker();
                self.fx.push(Effect::FindTicket {
                    generation,
                    asker,
                    key,
                });
            }
        }
    }

    fn by_id(&self, ids: &[TicketId]) -> Vec<Arc<Ticket>> {
        let rows = self.s.queue.rows.iter().map(|r| &r.ticket);
        let marks = self.s.queue.marks.values().map(|m| &m.ticket);
        let open = self
            .s
            .detail
            .as_ref()
            .and_then(|d| d.row())
            .map(|r| &r.ticket);
        let all: Vec<&Arc<Ticket>> = rows.chain(marks).chain(open).collect();
        ids.iter()
            .filter_map(|id| all.iter().find(|t| t.id == *id).map(|t| Arc::clone(t)))
            .collect()
    }

    /// Shows what merging would do.
    pub fn merge_into(&mut self, from: &[TicketId], into: TicketId, key: &TicketKey) {
        let from: Vec<_> = self
            .by_id(from)
            .into_iter()
            .filter(|t| t.id != into)
            .collect();
        if from.is_empty() {
            return self.refuse("a ticket cannot be merged into itself; name another one");
        }
        let wants = from
            .iter()
            .map(|t| wanted(t, Act::Merge { into }))
            .collect();
        self.preview(wants, &from, &format!("merge into #{key}:"));
    }

    /// Ties tickets to another.
    pub fn link_to(&mut self, from: &[TicketId], to: TicketId, _key: &TicketKey) {
        let from: Vec<_> = self
            .by_id(from)
            .into_iter()
            .filter(|t| t.id != to)
            .collect();
        if from.is_empty() {
            return self.refuse("a ticket cannot be tied to itself; name another one");
        }
        let wants: Vec<_> = from
            .iter()
            .map(|t| {
                wanted(
                    t,
                    Act::Link {
                        to,
                        kind: LinkKind::Related,
                    },
                )
            })
            .collect();
        if from.len() > 1 {
            self.preview(wants, &from, "link");
        } else {
            self.commit(wants, None);
        }
    }

    /// Shows which messages would move to a new ticket.
    pub fn split(&mut self, subject: &str) {
        let subject = subject.trim();
        if subject.is_empty() {
            return self.refuse("give the new ticket a subject: :split SUBJECT");
        }
        let open = self.s.detail.as_ref();
        let Some((d, l)) = open.and_then(|d| Some((d, d.loaded.as_ref()?))) else {
            return self.refuse("open the ticket first; Space marks the messages that move");
        };
        let all = &l.thread.messages;
        let moving: Vec<&Message> = if d.marked.is_empty() {
            d.in_sight().and_then(|i| all.get(i)).into_iter().collect()
        } else {
            all.iter().filter(|m| d.marked.contains(&m.id)).collect()
        };
        if moving.len() == all.len() {
            return self.refuse("at least one message has to stay; there is nothing to split");
        }
        if moving.iter().any(|m| m.ticket != l.thread.ticket.id) {
            return self.refuse("that message came with a merge; undo the merge instead");
        }
        let n = moving.len();
        let plural = if n == 1 { "" } else { "s" };
        let mut lines = vec![line(&format!(
            "A new ticket \"{subject}\" gets {n} message{plural}:"
        ))];
        lines.extend(moving.iter().map(|m| {
            let at = crate::app::prepare::time(self.s, m.at);
            crate::domain::text::fit(&line(&format!("{at}  {}", m.body.line())), 80)
        }));
        lines.push(line("Undo (z) brings everything back."));
        let act = Act::Split {
            subject: Untrusted::new(subject),
            messages: moving.iter().map(|m| m.id).collect(),
            new: None,
        };
        let ticket = Arc::clone(&l.row.ticket);
        self.confirm(
            &format!("split off {n} message{plural}"),
            lines,
            Vec::new(),
            Go::Commit(vec![wanted(&ticket, act)]),
        );
    }

    /// Shows what a macro would do.
    pub fn run_macro(&mut self, name: &str) {
        let Some(m) = self
            .s
            .macros
            .iter()
            .find(|m| m.name.eq_ignore_ascii_case(name.trim()))
            .cloned()
        else {
            return self.refuse(&format!(
                "there is no macro \"{}\"; ; lists them",
                name.trim()
            ));
        };
        let targets = self.targets();
        if targets.is_empty() {
            return self.refuse("there is no ticket under the cursor");
        }
        let mut wants = Vec::new();
        for t in &targets {
            for act in self.macro_acts(&m, t) {
                wants.push(wanted(t, act));
            }
        }
        if wants.is_empty() {
            return self.refuse("the macro changes nothing here");
        }
        self.preview(wants, &targets, &format!("run \"{}\" on", m.name));
    }

    fn macro_acts(&mut self, m: &Macro, t: &Ticket) -> Vec<Act> {
        let mut acts = Vec::new();
        for step in &m.steps {
            acts.push(match step {
                MacroStep::Status(to) if *to != t.status => Act::Status { to: *to },
                MacroStep::Priority(to) if Some(*to) != t.priority => {
                    Act::Priority { to: Some(*to) }
                }
                MacroStep::AssignMe if t.assignee.as_ref() != Some(&self.s.me) => Act::Assign {
                    to: Some(self.s.me.clone()),
                },
                MacroStep::Assign(to) if t.assignee.as_ref() != Some(to) => Act::Assign {
                    to: Some(to.clone()),
                },
                MacroStep::AddLabel(l) if !t.labels.contains(l) => {
                    Act::AddLabel { label: l.clone() }
                }
                MacroStep::RemoveLabel(l) if t.labels.contains(l) => {
                    Act::RemoveLabel { label: l.clone() }
                }
                MacroStep::Note(text) | MacroStep::Reply(text) => Act::Say {
                    message: self.message_id(),
                    visibility: if matches!(step, MacroStep::Note(_)) {
                        Visibility::Internal
                    } else {
                        Visibility::Public
                    },
                    body: Untrusted::new(super::composer::fill(text, t, self.s)),
                    attachments: Vec::new(),
                },
                _ => continue,
            });
        }
        acts
    }
}

/// An act on a ticket as it is shown.
pub fn wanted(t: &Ticket, act: Act) -> Wanted {
    Wanted {
        ticket: t.id,
        key: t.key.clone(),
        base: t.version,
        act,
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
