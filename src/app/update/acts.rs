//! Acts on tickets: what is wanted, the preview for many, the gate before resolving, the commit.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::app::effect::Effect;
use crate::app::inner::{After, EndBy, Sending};
use crate::app::state::{Confirm, Go, Overlay, Pane, PreviewRow, Wanted};
use crate::domain::change::{Act, Batch, BatchId, Change, ChangeId, LinkKind};
use crate::domain::gate::{
    AgainstStatus, against_leaving, against_merging, against_status, past_the_gate,
};
use crate::domain::macros::{Macro, Runner};
use crate::domain::request::{Asked, Ends};
use crate::domain::text::{Printable, Untrusted, line};
use crate::domain::thread::{DraftSeen, Message, MessageId, Visibility};
use crate::domain::ticket::{Status, Ticket, TicketId, TicketKey};

use super::closing::Forms;
use super::{Turn, say};

impl Turn<'_> {
    /// The tickets an act is about: those a question was asked about, else the marked ones,
    /// else the one under the cursor.
    pub fn targets(&self) -> Vec<Arc<Ticket>> {
        if let Some(asked) = &self.s.inner.asked {
            return self.by_id(asked);
        }
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

    /// The targets that may be worked on; says why not where there is none.
    fn workable(&mut self) -> Option<Vec<Arc<Ticket>>> {
        let all = self.targets();
        let merged = all.iter().find_map(|t| self.merged_away(t));
        let work: Vec<_> = all
            .into_iter()
            .filter(|t| t.merged_into.is_none())
            .collect();
        if work.is_empty() {
            let none = || "there is no ticket under the cursor".to_owned();
            self.refuse(&merged.unwrap_or_else(none));
            return None;
        }
        Some(work)
    }

    /// Why nothing is done to a ticket that lives on in another.
    pub fn merged_away(&self, t: &Ticket) -> Option<String> {
        let into = t.merged_into?;
        let detail = self.s.detail.as_ref().filter(|d| d.ticket == t.id);
        let known = detail.and_then(|d| d.loaded.as_ref()?.thread.into.clone());
        let rows = self.s.queue.rows.iter();
        let key = known.map(|(_, key)| key).or_else(|| {
            rows.map(|r| &r.ticket)
                .find(|t| t.id == into)
                .map(|t| t.key.clone())
        });
        Some(match key {
            Some(key) => format!("#{} lives on in #{key}; :open {key} goes there", t.key),
            None => format!("#{} was merged; open it to see where it lives on", t.key),
        })
    }

    /// One act on all targets.
    pub fn act_on_all(&mut self, make: impl Fn(&Ticket) -> Vec<Act>) {
        let Some(targets) = self.workable() else {
            return;
        };
        let wants: Vec<Wanted> = targets
            .iter()
            .flat_map(|t| make(t).into_iter().map(|act| wanted(t, act)))
            .collect();
        if wants.is_empty() {
            return self.refuse("nothing to change: it is already so");
        }
        if self.wants_preview(&targets) {
            self.preview(wants, &targets, "change");
        } else {
            self.commit(wants, None);
        }
    }

    /// Several tickets, or one that is not under the cursor: the effect is shown first.
    fn wants_preview(&self, targets: &[Arc<Ticket>]) -> bool {
        let here = self.s.under_cursor();
        self.s.inner.asked.is_none() && targets.iter().any(|t| Some(t.id) != here)
            || targets.len() > 1
    }

    /// Shows what would happen; a key of its own lets it happen.
    pub fn preview(&mut self, wants: Vec<Wanted>, targets: &[Arc<Ticket>], verb: &str) {
        if let Some(why) = self.beyond_desk(&wants) {
            return self.refuse(why);
        }
        let rows = self.preview_rows(&wants, targets);
        self.confirm(
            &format!("{verb} {}", tickets(&wants)),
            vec![line("One undo (z) takes all of it back.")],
            rows,
            Go::Commit(wants),
        );
    }

    fn preview_rows(&self, wants: &[Wanted], targets: &[Arc<Ticket>]) -> Vec<PreviewRow> {
        targets
            .iter()
            .map(|t| {
                let mine: Vec<&Wanted> = wants.iter().filter(|w| w.ticket == t.id).collect();
                let before: BTreeSet<String> = mine
                    .iter()
                    .map(|w| say::before(&w.act, t, self.s))
                    .collect();
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
                    skipped: mine.is_empty().then(|| line("no change")),
                }
            })
            .collect()
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
    pub fn commit(&mut self, wants: Vec<Wanted>, draft_of: Option<DraftSeen>) -> Option<BatchId> {
        if let Some(why) = self.beyond_desk(&wants) {
            self.refuse(why);
            return None;
        }
        let first = wants.first()?;
        let at = self.s.now;
        let here = self.kept_here(&wants);
        let mine = wants.iter().filter(|w| w.ticket == first.ticket);
        let acts: Vec<String> = mine.map(|w| self.done_in_words(w)).collect();
        let words = acts.join(", ");
        let count = wants
            .iter()
            .map(|w| w.ticket)
            .collect::<BTreeSet<_>>()
            .len();
        let what = if count > 1 {
            line(&format!("{words} · {count} tickets{here} · z undoes"))
        } else {
            line(&format!("#{} {words}{here} · z undoes", first.key))
        };
        // An act on marked tickets uses the marks up: the next key is about something else.
        if self.s.pane == Pane::Queue
            && wants
                .iter()
                .any(|w| self.s.queue.marks.contains_key(&w.ticket))
        {
            self.s.queue.marks.clear();
            self.s.queue.range = None;
        }
        let handled = wants.iter().map(|w| (w.ticket, at));
        self.s.inner.handled.extend(handled);
        let batch = BatchId(self.s.inner.id(at));
        let ends = self.ending(&wants);
        // A note too: once the desk has a text, it cannot be taken back.
        let says = |act: &Act| matches!(act, Act::Say { .. });
        let window = self.s.undo_window;
        let waits = window > TimeDelta::zero() && wants.iter().any(|w| says(&w.act));
        let common = Batch {
            id: batch,
            by: self.s.me.clone(),
            at,
            not_before: waits.then(|| at + window),
        };
        let acts = wants.into_iter().map(|w| (w.ticket, w.base, w.act));
        let changes = self.changes(&common, acts);
        // Said when it is on disk, not before.
        let sending = Sending {
            words: what,
            until: waits.then(|| at + window),
            draft: None,
        };
        self.s.inner.sending.insert(batch, sending);
        self.acted();
        self.fx.push(Effect::Commit {
            batch,
            changes,
            draft_of,
            ends,
        });
        Some(batch)
    }

    /// Acts on tickets, each made against a version, with an identity each.
    fn changes(
        &mut self,
        of: &Batch,
        acts: impl IntoIterator<Item = (TicketId, u64, Act)>,
    ) -> Vec<Change> {
        acts.into_iter()
            .map(|(ticket, base, act)| {
                let id = ChangeId(self.s.inner.id(of.at));
                of.change(id, (ticket, base), act)
            })
            .collect()
    }

    /// The same as one batch that is sent at once.
    pub fn batch(&mut self, acts: Vec<(TicketId, u64, Act)>) -> Vec<Change> {
        let at = self.s.now;
        let of = Batch {
            id: BatchId(self.s.inner.id(at)),
            by: self.s.me.clone(),
            at,
            not_before: None,
        };
        self.changes(&of, acts)
    }

    /// What was done, and how the request ended that ended with it.
    fn done_in_words(&self, w: &Wanted) -> String {
        let act = say::short(&w.act, self.s);
        match &w.ends {
            Some(ends) => format!("{act} as {}", ends.ending.word()),
            None => act,
        }
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
        let Some(targets) = self.workable() else {
            return;
        };
        // A request goes through the gate of its kind: its form is looked at first.
        if !self.asks_for_forms(&targets, EndBy::Status(to)) {
            self.resolve_all(&targets, to, &Forms::default());
        }
    }

    /// The same, when it is known which of them are requests.
    pub fn resolve_all(&mut self, targets: &[Arc<Ticket>], to: Option<Status>, forms: &Forms) {
        let mut wants = Vec::new();
        let mut against = Vec::new();
        for t in targets {
            let to = to.unwrap_or(if t.status == Status::Resolved {
                Status::Closed
            } else {
                Status::Resolved
            });
            if t.status == to {
                continue;
            }
            let request = forms.of(t.id);
            against.extend(self.gate(t, to, request));
            wants.push(ending(t, Act::Status { to }, request));
        }
        let closing = wants
            .iter()
            .all(|w| matches!(w.act, Act::Status { to: Status::Closed }));
        let verb = if closing { "close" } else { "resolve" };
        if wants.is_empty() {
            return self.refuse("nothing to change: it is already so");
        }
        if against.is_empty() {
            return self.preview(wants, targets, verb);
        }
        self.past_gate(verb, against, Vec::new(), wants);
    }

    /// Shows what is in the way; a key of its own goes on to the reason.
    fn past_gate(
        &mut self,
        verb: &str,
        mut against: Vec<Printable>,
        rows: Vec<PreviewRow>,
        wants: Vec<Wanted>,
    ) {
        against.push(line(
            "y asks for your reason, which goes into an internal note.",
        ));
        let verb = format!("{verb} {} anyway", tickets(&wants));
        self.confirm(&verb, against, rows, Go::Override(wants));
    }

    /// A text for it was begun and not sent.
    fn draft_is_unsent(&self, t: &Ticket) -> bool {
        let open = self.s.detail.as_ref().filter(|d| d.ticket == t.id);
        let open = open.and_then(|d| d.loaded.as_ref());
        t.draft
            || open.is_some_and(|l| !l.thread.drafts.is_empty())
            || self.s.inner.drafts.keys().any(|(id, _)| *id == t.id)
    }

    /// What stands against a ticket's getting a status.
    pub fn gate(&self, t: &Ticket, to: Status, request: Option<Asked<'_>>) -> Vec<Printable> {
        against(t, &against_status(t, to, self.draft_is_unsent(t), request))
    }

    /// The reason was given: the acts and a note that says it.
    pub fn pass_gate(&mut self, reason: &str) {
        let mut wants = std::mem::take(&mut self.s.inner.override_wants);
        let mut all: Vec<(TicketId, TicketKey, u64)> = wants
            .iter()
            .map(|w| (w.ticket, w.key.clone(), w.base))
            .collect();
        all.dedup_by_key(|t| t.0);
        for ends in wants.iter_mut().filter_map(|w| w.ends.as_mut()) {
            ends.past = Some(Untrusted::new(reason));
        }
        for (ticket, key, base) in all {
            let act = Act::Say {
                message: self.message_id(),
                visibility: Visibility::Internal,
                body: Untrusted::new(past_the_gate(reason)),
                attachments: Vec::new(),
            };
            wants.push(Wanted {
                ticket,
                key,
                base,
                act,
                ends: None,
            });
        }
        // Nothing is said any more in a ticket that lives on in another.
        wants.sort_by_key(|w| matches!(w.act, Act::Merge { .. }));
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
                self.fx.push(Effect::FindTicket { generation, key });
            }
        }
    }

    /// Tickets that are on the screen somewhere.
    pub fn by_id(&self, ids: &[TicketId]) -> Vec<Arc<Ticket>> {
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
    ///
    /// # Errors
    /// Why it cannot be done.
    pub fn merge_into(&mut self, from: &[TicketId], into: &Ticket) -> Result<(), String> {
        let from: Vec<_> = self
            .by_id(from)
            .into_iter()
            .filter(|t| t.id != into.id)
            .collect();
        if from.is_empty() {
            return Err("a ticket cannot be merged into itself; name another one".into());
        }
        let stands = |t: &Arc<Ticket>| Some((t.key.clone(), against_merging(t, into)?));
        if let Some((key, why)) = from.iter().find_map(stands) {
            return Err(why.sentence(&key, &into.key));
        }
        if !self.asks_for_forms(&from, EndBy::Merge(Box::new(into.clone()))) {
            self.show_merge(&from, into, &Forms::default());
        }
        Ok(())
    }

    /// The same, when it is known which of them are requests.
    pub fn show_merge(&mut self, from: &[Arc<Ticket>], into: &Ticket, forms: &Forms) {
        let stands = from.iter().map(|t| {
            let against_it = forms.of(t.id).map(|r| against_leaving(r, into));
            against(t, &against_it.unwrap_or_default())
        });
        let in_the_way: Vec<_> = stands.flatten().collect();
        let wants: Vec<_> = from
            .iter()
            .map(|t| wanted(t, Act::Merge { into: into.id }))
            .collect();
        let mut lines = vec![line(&format!(
            "The conversation goes on in #{}: {}",
            into.key,
            into.subject.line()
        ))];
        let asks = |t: &Ticket| t.requester.as_ref().map(|r| r.line());
        if let (Some(here), Some(other)) = (
            asks(into),
            from.iter()
                .find_map(|t| asks(t).filter(|r| Some(r) != asks(into).as_ref())),
        ) {
            lines.push(line(&format!(
                "Answers there go to {here}, not to {other}. A draft goes along as a note."
            )));
        }
        lines.push(line("One undo (z) takes all of it back."));
        let rows = self.preview_rows(&wants, from);
        if !in_the_way.is_empty() {
            lines.splice(0..0, in_the_way);
            return self.past_gate("merge", lines, rows, wants);
        }
        let verb = format!("merge {} into #{}", tickets(&wants), into.key);
        self.confirm(&verb, lines, rows, Go::Commit(wants));
    }

    /// Ties tickets to another.
    pub fn link_to(&mut self, from: &[TicketId], to: TicketId) {
        let from: Vec<_> = self
            .by_id(from)
            .into_iter()
            .filter(|t| t.id != to)
            .collect();
        if from.is_empty() {
            return self.refuse("a ticket cannot be linked to itself; name another one");
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
        let Some(m) = self.macro_called(name) else {
            return;
        };
        let Some(targets) = self.workable() else {
            return;
        };
        if !m.ends() || !self.asks_for_forms(&targets, EndBy::Macro(m.name.clone())) {
            self.run_macro_on(&m.name, &targets, &Forms::default());
        }
    }

    fn macro_called(&mut self, name: &str) -> Option<Macro> {
        let name = name.trim();
        let mut all = self.s.macros.iter();
        let found = all.find(|m| m.name.eq_ignore_ascii_case(name)).cloned();
        if found.is_none() {
            self.refuse(&format!(
                "there is no macro \"{name}\"; press ; for the list"
            ));
        }
        found
    }

    /// The same, when it is known which of them are requests.
    pub fn run_macro_on(&mut self, name: &str, targets: &[Arc<Ticket>], forms: &Forms) {
        let Some(m) = self.macro_called(name) else {
            return;
        };
        let name = self.s.names.whole(&self.s.me);
        let (mut wants, mut in_the_way) = (Vec::new(), Vec::new());
        for t in targets {
            let request = forms.of(t.id);
            let by = Runner {
                me: &self.s.me.clone(),
                name: &name,
                now: self.s.now,
                draft_is_unsent: self.draft_is_unsent(t),
                request,
            };
            for (act, why) in m.acts(t, &by, &mut || self.message_id()) {
                in_the_way.extend(against(t, &why));
                wants.push(ending(t, act, request));
            }
        }
        if wants.is_empty() {
            return self.refuse("nothing to change: the macro would do nothing here");
        }
        let verb = format!("run \"{}\" on", m.name);
        if in_the_way.is_empty() {
            return self.preview(wants, targets, &verb);
        }
        let rows = self.preview_rows(&wants, targets);
        self.past_gate(&verb, in_the_way, rows, wants);
    }
}

/// What stands against a ticket's status, with the keys that mend it.
fn against(t: &Ticket, why: &[AgainstStatus]) -> Vec<Printable> {
    let key = |why: &AgainstStatus| match why {
        AgainstStatus::Unanswered => "; r replies",
        AgainstStatus::Unassigned => "; i takes it",
        AgainstStatus::UnsentDraft => "; r or c opens it",
        AgainstStatus::Merged => "; z takes the merge back",
        // The sentence says it already.
        AgainstStatus::Request(_) => "",
    };
    why.iter()
        .map(|w| line(&format!("#{} {}{}.", t.key, w.words(), key(w))))
        .collect()
}

/// "1 ticket", "3 tickets".
fn tickets(wants: &[Wanted]) -> String {
    match wants
        .iter()
        .map(|w| w.ticket)
        .collect::<BTreeSet<_>>()
        .len()
    {
        1 => "1 ticket".into(),
        n => format!("{n} tickets"),
    }
}

/// An act on a ticket as it is shown.
pub fn wanted(t: &Ticket, act: Act) -> Wanted {
    Wanted {
        ticket: t.id,
        key: t.key.clone(),
        base: t.version,
        act,
        ends: None,
    }
}

/// The same; where the act ends a request, the request ends as fulfilled.
fn ending(t: &Ticket, act: Act, request: Option<Asked<'_>>) -> Wanted {
    let is_end = matches!(act, Act::Status { to } if t.status.is_live() && !to.is_live());
    let request = request.filter(|_| is_end);
    Wanted {
        ends: request.map(|r| Box::new(Ends::with_ticket(r))),
        ..wanted(t, act)
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
