//! Through the gate: marking a report complete, with a reason where it is not, and the ticket that
//! a report becomes.

use crate::app::event::Answer;
use crate::app::reports::ReportWish;
use crate::app::state::{Go, Purpose, Tone};
use crate::domain::change::Act;
use crate::domain::import::NewTicket;
use crate::domain::reach::Reach;
use crate::domain::report::{
    self, Draft, Field, Kept, ReportId, Through, Verdict, bundle, following,
};
use crate::domain::text::{Untrusted, fit, line};
use crate::domain::thread::Visibility;
use crate::domain::ticket::{Kind, Ticket};

use super::super::Turn;
use super::super::acts::wanted;

/// The longest subject that a report gives its ticket, in columns.
const SUBJECT: usize = 90;

impl Turn<'_> {
    /// Marks the report complete, or says what is missing and why that matters.
    pub fn complete(&mut self) {
        self.left_field();
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        if f.verdict.is_complete() {
            return self.let_through(None);
        }
        let missing = f.verdict.missing().to_vec();
        f.left.extend(missing.iter().map(|m| m.field));
        let first = missing.first().map(|m| m.field);
        let lines = missing.iter().flat_map(|m| {
            let sentence = format!("✗ {}: {}", m.field.word(), m.sentence);
            [line(&sentence), line(&format!("  why: {}", m.why))]
        });
        let mut lines: Vec<_> = lines.collect();
        lines.push(line(
            "Any other key goes back to the form. y asks for your reason to go on without.",
        ));
        if let Some(field) = first {
            self.focus_field(field);
        }
        self.lay_form();
        self.confirm(
            "mark it complete all the same",
            lines,
            Vec::new(),
            Go::PassReport,
        );
    }

    /// The reason is asked for.
    pub fn ask_reason(&mut self) {
        self.s.inner.passing = self.s.report.form.as_ref().map(|f| f.id());
        self.ask(Purpose::PassReport);
    }

    /// A reason was given.
    ///
    /// # Errors
    /// It says nothing.
    pub fn pass_report(&mut self, reason: &str) -> Result<(), String> {
        let passing = self.s.inner.passing;
        let form = self.s.report.form.as_ref();
        let Some(f) = form.filter(|f| Some(f.id()) == passing) else {
            return Err("the report is not open any more; Esc goes back".into());
        };
        f.verdict.clone().pass(Some(reason))?;
        self.let_through(Some(reason));
        Ok(())
    }

    /// It passes: the ticket gets what follows from it, in one act that one undo takes back.
    fn let_through(&mut self, reason: Option<&str>) {
        let (now, by) = (self.s.now, self.s.me.clone());
        self.form_touched();
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        f.kept.through = Some(Through {
            at: now,
            by,
            reason: reason.map(Untrusted::new),
        });
        let (kept, base, verdict) = (f.kept.clone(), f.base.clone(), f.verdict.clone());
        if kept.ticket.is_none() {
            return self.make_ticket(kept, base, &verdict);
        }
        self.save_report();
        self.tell_ticket(&kept, verdict, reason);
    }

    fn tell_ticket(&mut self, kept: &Kept, verdict: Verdict, reason: Option<&str>) {
        let Some(ticket) = self.s.subject().map(|r| r.ticket.clone()) else {
            return;
        };
        let done = match reason {
            None => format!("the report of #{} is complete", ticket.key),
            Some(_) => format!(
                "the report of #{} goes on without being complete",
                ticket.key
            ),
        };
        let mut acts = following(&kept.draft, &ticket);
        let note = verdict.pass(reason).ok().and_then(|p| p.note());
        acts.extend(note.map(|note| self.note(&note)));
        let wants: Vec<_> = acts
            .into_iter()
            .map(|act| wanted(&ticket, act))
            .filter(|w| !matches!(self.s.abilities.reach(&w.act), Reach::No(_)))
            .collect();
        if !wants.is_empty() {
            self.commit(wants, None);
        }
        self.toast(Tone::Good, line(&done), None);
    }

    fn note(&mut self, text: &str) -> Act {
        Act::Say {
            message: self.message_id(),
            visibility: Visibility::Internal,
            body: Untrusted::new(text),
            attachments: Vec::new(),
        }
    }

    /// A report without a ticket becomes one.
    fn make_ticket(&mut self, kept: Kept, base: Draft, verdict: &Verdict) {
        if let Some(why) = self.s.abilities.no_new_ticket {
            self.save_report();
            return self.refuse(why);
        }
        if self
            .s
            .report
            .form
            .as_ref()
            .is_some_and(|f| f.saving.is_some())
        {
            return self.refuse("the report is just being saved; press it again");
        }
        let draft = &kept.draft;
        let text = bundle(draft, verdict, None, report::Form::Text, self.s.zone).text;
        let (priority, _) = report::priority(&draft.impact);
        let new = NewTicket {
            subject: Untrusted::new(subject(draft)),
            body: Untrusted::new(text),
            requester: draft
                .has(Field::User)
                .then(|| Untrusted::new(draft.user.line())),
            tenant: None,
            workspace: Some(draft.workspace.name.clone()).filter(|_| draft.has(Field::Workspace)),
            kind: Kind::Problem,
            priority: Some(priority),
            assignee: None,
            labels: Vec::new(),
        };
        self.report_wish(ReportWish::Create {
            report: Box::new(kept),
            base: Box::new(base),
            new: Box::new(new),
        });
    }

    /// The ticket was made.
    pub fn report_created(&mut self, id: ReportId, answer: Answer<Box<Ticket>>) {
        let ticket = match answer {
            Ok(ticket) => *ticket,
            Err(fault) => {
                if let Some(f) = self.s.report.form.as_mut().filter(|f| f.id() == id) {
                    f.kept.through = None;
                }
                return self.fault(fault);
            }
        };
        self.s.report.begun.retain(|k| k.id != id);
        let Some(f) = self.s.report.form.as_mut().filter(|f| f.id() == id) else {
            return;
        };
        f.kept.ticket = Some(ticket.id);
        f.key = Some(ticket.key.clone());
        (f.base, f.base_at) = (f.kept.draft.clone(), Some(f.kept.at));
        (f.touched, f.saved) = (None, Some(self.s.now));
        let reason = f.kept.through.as_ref().and_then(|t| t.reason.clone());
        let verdict = f.verdict.clone();
        self.s.inner.report_save_at = None;
        self.s.report.ticket = Some(ticket.id);
        let note = reason.and_then(|r| verdict.pass(Some(r.raw())).ok()?.note());
        if let Some(note) = note {
            let act = self.note(&note);
            self.commit(vec![wanted(&ticket, act)], None);
        }
        self.open_ticket(ticket.id);
        self.rewrap();
        let text = format!("#{} is made of the report", ticket.key);
        self.toast(Tone::Good, line(&text), None);
    }
}

/// The subject of the ticket that a report becomes: where, and what happened.
fn subject(draft: &Draft) -> String {
    let said = draft.actual.line();
    let said = if said.is_empty() {
        draft.expected.line()
    } else {
        said
    };
    let place = draft.workspace.name.line();
    let whole = match (place.is_empty(), said.is_empty()) {
        (false, false) => format!("{place}: {said}"),
        (false, true) => format!("Problem in {place}"),
        (true, false) => said.into_string(),
        (true, true) => "Problem".to_owned(),
    };
    fit(&line(&whole), SUBJECT).into_string()
}
