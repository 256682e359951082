//! Escalating: the effect first, a key of its own, and the way back.

use std::sync::Arc;

use crate::app::effect::Effect;
use crate::app::escalation::{EscalateNews, EscalateWish};
use crate::app::event::Generation;
use crate::app::state::{Go, Loaded};
use crate::domain::change::Act;
use crate::domain::escalation::{Refusal, Row, Stage, addressed, to_vendor};
use crate::domain::text::{Printable, Untrusted, line, pad};
use crate::domain::thread::Visibility;
use crate::domain::ticket::{Ticket, TicketId};

use super::Turn;
use super::acts::wanted;

/// Room for what a row is about.
const WHAT: usize = 10;
/// So many lines of what is taken out are shown; the rest is counted.
const MOST_DIFF: usize = 60;

/// What becomes of a note that the vendor is to hear.
pub enum Overheard {
    /// It leaves so.
    Leaves(String),
    /// What is taken out of it is looked at first.
    Asked,
}

impl Turn<'_> {
    /// `E`: shows what escalating would do, or coming back; `say WORDS` tells the vendor.
    pub fn escalate(&mut self, arg: Option<&str>) {
        let Some(ticket) = self.one_target() else {
            return;
        };
        match arg.map(|a| a.split_once(' ').unwrap_or((a, ""))) {
            None => self.escalate_as_typed(ticket.id),
            Some(("say", words)) => self.say_to_vendor(&ticket, words),
            Some(_) => {
                self.refuse(
                    ":escalate shows what it would do; :escalate say WORDS tells the vendor",
                );
            }
        }
    }

    /// The one ticket that is meant.
    fn one_target(&mut self) -> Option<Arc<Ticket>> {
        let targets = self.targets();
        match targets.as_slice() {
            [one] => Some(Arc::clone(one)),
            [] => {
                self.refuse("there is no ticket under the cursor");
                None
            }
            _ => {
                self.refuse("one ticket at a time is escalated; Esc clears the marks");
                None
            }
        }
    }

    /// What goes is what stands in the open form, so it is on disk first.
    fn escalate_as_typed(&mut self, ticket: TicketId) {
        self.s.inner.escalate_saved = Some(ticket);
        self.left_field();
        self.save_report();
        self.escalate_when_saved();
    }

    /// Goes on once nothing in the form of the ticket is still on its way to the disk.
    pub fn escalate_when_saved(&mut self) {
        let Some(ticket) = self.s.inner.escalate_saved else {
            return;
        };
        let form = self.s.report.form.as_ref();
        let form = form.filter(|f| f.kept.ticket == Some(ticket));
        if form.is_none_or(|f| f.saving.is_none() && f.touched.is_none()) {
            self.s.inner.escalate_saved = None;
            self.ask_escalation(ticket, None);
        }
    }

    fn ask_escalation(&mut self, ticket: TicketId, reason: Option<String>) {
        let generation = self.next();
        self.s.inner.escalating = Some((generation, ticket));
        let wish = EscalateWish { ticket, reason };
        self.fx.push(Effect::Escalate(generation, wish));
    }

    /// The reason why it goes although its gate says no.
    pub fn escalate_anyway(&mut self, reason: &str) {
        if let Some((_, ticket)) = self.s.inner.escalating.take() {
            self.ask_escalation(ticket, Some(reason.to_owned()));
        }
    }

    /// What it would do has come.
    pub fn escalation_planned(&mut self, generation: Generation, news: EscalateNews) {
        let asked = self.s.inner.escalating;
        let Some((_, id)) = asked.filter(|(g, _)| *g == generation) else {
            return;
        };
        if let EscalateNews::Failed(fault) = news {
            return self.fault(fault);
        }
        let Some(ticket) = self.by_id(&[id]).pop() else {
            return self.refuse("the ticket is not on the screen any more; open it and press E");
        };
        match news {
            EscalateNews::Out(plan) => {
                let mut lines = rows(&plan.rows);
                lines.push(Printable::empty());
                lines.extend(plan.lines.iter().map(|l| line(l)));
                lines.extend(taken_out(&plan.diff));
                let acts = plan.acts(&mut || self.message_id());
                let verb = format!("escalate #{} to {}", ticket.key, plan.package.vendor);
                self.show_effect(&ticket, &verb, lines, acts);
            }
            EscalateNews::Back(back) => {
                let mut lines = rows(&back.rows);
                lines.push(Printable::empty());
                lines.extend(back.lines.iter().map(|l| line(l)));
                let acts = back.acts(self.message_id());
                let verb = format!("take #{} back from the vendor", ticket.key);
                self.show_effect(&ticket, &verb, lines, acts);
            }
            EscalateNews::Against(refusal) => self.stands_against(&ticket, &refusal),
            EscalateNews::Failed(_) => {}
        }
    }

    fn show_effect(&mut self, t: &Ticket, verb: &str, lines: Vec<Printable>, acts: Vec<Act>) {
        let wants = acts.into_iter().map(|act| wanted(t, act)).collect();
        self.confirm(verb, lines, Vec::new(), Go::Commit(wants));
    }

    fn stands_against(&mut self, t: &Ticket, refusal: &Refusal) {
        if !refusal.yields {
            let why = refusal.against.join("; ");
            return self.refuse(&format!("#{}: {why}", t.key));
        }
        let mut lines: Vec<Printable> = refusal.against.iter().map(|w| line(w)).collect();
        lines.push(Printable::empty());
        lines.push(line(
            "4 opens the report, f asks the requester for the rest. y asks for your reason to go on without; it goes into an internal note and the audit trail.",
        ));
        let verb = format!("escalate #{} anyway", t.key);
        self.confirm(&verb, lines, Vec::new(), Go::EscalateAnyway);
    }

    fn say_to_vendor(&mut self, t: &Arc<Ticket>, words: &str) {
        if !t.vendor.is_some_and(Stage::is_open) {
            return self.refuse("it is not with the vendor; E escalates it first");
        }
        if words.trim().is_empty() {
            return self.refuse("say what: :escalate say WORDS");
        }
        let (note, diff) = to_vendor(words, t.workspace.as_ref());
        let act = Act::Say {
            message: self.message_id(),
            visibility: Visibility::Internal,
            body: Untrusted::new(note),
            attachments: Vec::new(),
        };
        if diff.is_empty() {
            self.commit(vec![wanted(t, act)], None);
            return;
        }
        let verb = format!("tell the vendor on #{}", t.key);
        self.show_effect(t, &verb, taken_out(&diff), vec![act]);
    }

    /// A note to the vendor as it leaves; none: it stays here. What is taken out is shown first,
    /// and sends it when it is agreed to: then nothing is given back either.
    pub fn overheard(&mut self, t: &Ticket, note: &str, agreed: bool) -> Option<Overheard> {
        if !t.vendor.is_some_and(Stage::is_open) {
            return None;
        }
        let words = addressed(note)?;
        let (clean, diff) = to_vendor(words, t.workspace.as_ref());
        if agreed || diff.is_empty() {
            return Some(Overheard::Leaves(clean));
        }
        let verb = format!("tell the vendor on #{}", t.key);
        self.confirm(&verb, taken_out(&diff), Vec::new(), Go::SendNote);
        Some(Overheard::Asked)
    }

    /// How a ticket's clocks came to be the vendor's.
    pub fn vendor_why(&self, l: &Loaded) -> Vec<Printable> {
        let Some(e) = l.thread.vendor.as_deref() else {
            return Vec::new();
        };
        let at = crate::app::prepare::time(self.s, e.at);
        let by = self.s.names.whole(&e.by);
        if !e.stage.is_open() {
            return vec![line(&format!(
                "It was with {} from {at} on and is ours again.",
                e.name()
            ))];
        }
        vec![line(&format!(
            "The clocks are with {} since {at}: {by} escalated it. They say: {}.",
            e.name(),
            e.line(self.s.now)
        ))]
    }
}

/// Before and after, below each other.
fn rows(rows: &[Row]) -> Vec<Printable> {
    let one = |row: &Row| {
        let what = pad(&line(row.what), WHAT);
        let before = match row.before.as_str() {
            "" => String::new(),
            before => format!("{before} → "),
        };
        Printable::from_parts([&what, &line(&format!("{before}{}", row.after))])
    };
    rows.iter().map(one).collect()
}

/// What is taken out before anything leaves.
fn taken_out(diff: &[String]) -> Vec<Printable> {
    if diff.is_empty() {
        return vec![line("Nothing had to be taken out of it.")];
    }
    let mut lines = vec![Printable::empty(), line("Taken out before it leaves:")];
    let all = diff.iter().flat_map(|d| d.lines());
    lines.extend(all.clone().take(MOST_DIFF).map(line));
    let over = all.count().saturating_sub(MOST_DIFF);
    if over > 0 {
        lines.push(line(&format!("and {over} more lines")));
    }
    lines
}
