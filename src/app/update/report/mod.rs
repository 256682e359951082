//! The form of a report: opening it, leaving it, and what comes from outside. What keys do in it
//! is in `fill`, what completes in `fits`, its suggestions in `offer`, saving in `keep`, the gate in `through`, the
//! question to the requester in `ask`, and how it lies on the screen in `lay`.

mod ask;
mod begin;
mod fill;
mod fits;
mod keep;
mod lay;
mod offer;
mod through;

use std::collections::BTreeSet;
use std::sync::Arc;

use keybinds::{Key, KeyInput};

use crate::app::commands::Action;
use crate::app::effect::Effect;
use crate::app::event::Generation;
use crate::app::reports::{ReportNews, ReportWish};
use crate::app::state::{Form, Look, Pane};
use crate::domain::fill::first_name;
use crate::domain::report::{
    Confidence, Draft, Kept, ReportId, Told, Verdict, check, fill as fill_in,
};
use crate::domain::text::{Printable, line};
use crate::domain::ticket::{Kind, TicketId};

use super::Turn;

/// So many keys are kept while a form is on its way.
const MOST_AHEAD: usize = 256;

impl Turn<'_> {
    /// Does one of its acts.
    pub fn run_report(&mut self, action: Action, arg: Option<&str>) {
        match action {
            Action::NewReport => self.new_report(arg),
            Action::AskBack => self.ask_back(),
            Action::GoReport => self.go_report(),
            Action::Escalate => self.escalate(arg),
            _ if self.s.report.form.is_none() => {
                self.refuse("no report is open; 4 opens that of the ticket, n begins one");
            }
            Action::FieldNext => self.field(true),
            Action::FieldPrevious => self.field(false),
            Action::FieldMissing => self.field_missing(),
            Action::TakeOffer => self.take_offer(),
            Action::TakeOffers => self.take_offers(),
            Action::RefuseOffer => self.refuse_offer(),
            Action::TakenBack => self.taken_back(),
            Action::StepUp => self.move_step(false),
            Action::StepDown => self.move_step(true),
            Action::StepAway => self.drop_step(),
            Action::ConfirmNew => self.confirm_new(),
            Action::Complete => self.complete(),
            _ => {}
        }
    }

    /// The report of the ticket under the cursor; without one, that which is open.
    fn go_report(&mut self) {
        let on = match self.s.pane {
            Pane::Report => None,
            _ => self.s.subject().map(|r| r.ticket.id),
        };
        match on {
            Some(ticket) => self.open_report(ticket),
            None => self.go(Pane::Report),
        }
    }

    /// Opens the report of a ticket.
    pub fn open_report(&mut self, ticket: TicketId) {
        if self.s.pane != Pane::Report {
            self.s.inner.report_from = Some(self.s.pane);
        }
        if self.s.detail.as_ref().is_none_or(|d| d.ticket != ticket) {
            self.show(ticket, false);
        }
        let form = self.s.report.form.as_ref();
        if form.is_none_or(|f| f.kept.ticket != Some(ticket)) {
            self.park();
            self.s.report.ticket = Some(ticket);
            self.s.inner.report_ahead.clear();
            (self.s.report.loaded, self.s.report.error) = (false, None);
            self.form_of_look();
            if !self.s.report.loaded {
                self.look_at_report(ticket);
            }
        }
        self.go(Pane::Report);
    }

    /// The pane gets the keys.
    pub fn enter_report(&mut self) {
        self.moved();
        if let Some(ticket) = self.s.report.ticket {
            if self.s.detail.as_ref().is_none_or(|d| d.ticket != ticket) {
                self.show(ticket, false);
            }
            self.look_at_report(ticket);
        }
        self.lay_form();
    }

    /// Back to where the form was opened from; what stands in it stays.
    pub fn leave_form(&mut self) {
        self.left_field();
        self.save_report();
        let from = self.s.inner.report_from.take();
        let back = from.filter(|p| *p != Pane::Detail || self.s.detail.is_some());
        self.go(back.unwrap_or(Pane::Queue));
    }

    /// Scrolls.
    pub fn move_in_report(&mut self, by: isize) {
        if let Some(f) = &mut self.s.report.form {
            let most = f.lines.len().saturating_sub(1);
            f.scroll = f.scroll.saturating_add_signed(by).min(most);
        }
    }

    /// A key went down while the form was on its way: it is meant for the form, and no command.
    pub fn is_typed_ahead(&mut self, key: KeyInput) -> bool {
        let r = &self.s.report;
        let waits = r.form.is_none() && r.ticket.is_some() && !r.loaded && r.error.is_none();
        let meant = self.s.pane == Pane::Report && self.s.composer.is_none();
        if !waits || !meant || key.key() == Key::Esc {
            return false;
        }
        if self.s.inner.report_ahead.len() < MOST_AHEAD {
            self.s.inner.report_ahead.push(key);
        }
        true
    }

    /// Asks for what is known here.
    pub fn ask_known(&mut self) {
        self.report_wish(ReportWish::Known);
    }

    /// Asks who has answered.
    pub fn ask_answered(&mut self) {
        self.report_wish(ReportWish::Answered);
    }

    /// Asks with which texts requesters are asked, and who has answered.
    pub fn start_reports(&mut self) {
        self.report_wish(ReportWish::Templates);
        self.report_wish(ReportWish::Known);
        self.report_wish(ReportWish::Answered);
    }

    fn report_wish(&mut self, wish: ReportWish) {
        let generation = self.next();
        self.s.inner.reports = generation;
        self.fx.push(Effect::Reports(generation, wish));
    }

    /// Asks for the report of a ticket and what the ticket says.
    pub fn look_at_report(&mut self, ticket: TicketId) {
        let r = &self.s.report;
        let wish = ReportWish::Load {
            ticket,
            known: Arc::clone(&r.known),
            templates: Arc::clone(&r.templates),
            zone: self.s.zone,
        };
        self.report_wish(wish);
    }

    /// The ticket that is shown came anew: how far is its report?
    pub fn look_at_shown(&mut self) {
        let shown = self.s.detail.as_ref();
        let Some((ticket, kind)) = shown.and_then(|d| Some((d.ticket, d.row()?.ticket.kind)))
        else {
            return;
        };
        let wanted = self.s.report.ticket == Some(ticket) || self.s.inner.ask_back == Some(ticket);
        if kind == Kind::Problem || wanted {
            self.look_at_report(ticket);
        }
    }

    /// An answer came. Each kind is asked for one at a time, so that none comes late.
    pub fn reported(&mut self, _: Generation, news: ReportNews) {
        match news {
            ReportNews::Known(here) => {
                let first = self.s.report.known.workspaces().is_empty();
                self.s.report.known = Arc::new(here.register);
                self.s.report.past = here.past.into();
                self.judge();
                if first {
                    self.look_at_shown();
                }
            }
            ReportNews::Templates(all) => self.s.report.templates = all.into(),
            ReportNews::Loaded { ticket, kept, told } => {
                self.report_here(ticket, kept.map(|k| *k), *told);
            }
            ReportNews::Answered(tickets) => self.s.report.answered = tickets,
            ReportNews::Begun(all) => self.begun_known(all),
            ReportNews::Saved { id, at, answer } => self.report_saved(id, at, answer),
            ReportNews::Created { id, answer } => self.report_created(id, answer),
            ReportNews::Failed(fault) => {
                self.s.report.error = Some(fault.what.clone());
                self.fault(fault);
            }
        }
    }

    /// A ticket's report is here: for the line beside the ticket, and for the form.
    fn report_here(&mut self, ticket: TicketId, kept: Option<Kept>, told: Told) {
        let shown = self.s.detail.as_ref().is_some_and(|d| d.ticket == ticket);
        if !shown && self.s.report.ticket != Some(ticket) {
            return;
        }
        let verdict = self.verdict_of(kept.as_ref(), &told);
        self.s.report.look = Some(Box::new(Look {
            ticket,
            kept,
            told,
            verdict,
        }));
        self.rewrap();
        if self.s.report.ticket == Some(ticket) {
            match &self.s.report.form {
                Some(_) => self.meet_disk(),
                None => {
                    self.form_of_look();
                    self.type_ahead();
                }
            }
        }
        if self.s.inner.ask_back.take_if(|t| *t == ticket).is_some() {
            self.ask_back();
        }
    }

    /// What the gate says of a report; before one was begun, of what the ticket says by itself.
    fn verdict_of(&self, kept: Option<&Kept>, told: &Told) -> Verdict {
        let known = &*self.s.report.known;
        match kept {
            Some(kept) if kept.draft != Draft::default() => check(&kept.draft, known, self.s.now),
            _ => {
                let mut draft = Draft::default();
                let said: Vec<_> = told.offers.iter().map(|o| o.suggestion.clone()).collect();
                fill_in(&mut draft, &said, Confidence::Medium);
                check(&draft, known, self.s.now)
            }
        }
    }

    /// The form of the ticket whose report is here, unless one is open.
    fn form_of_look(&mut self) {
        let Some(ticket) = self.s.report.ticket else {
            return;
        };
        if let Some(at) = self
            .s
            .inner
            .parked
            .iter()
            .position(|f| f.kept.ticket == Some(ticket))
        {
            // It was left before the disk had it: nothing is newer.
            let form = self.s.inner.parked.remove(at);
            return self.put_form(form);
        }
        let look = self.s.report.look.as_ref().filter(|l| l.ticket == ticket);
        let Some((kept, told)) = look.map(|l| (l.kept.clone(), l.told.clone())) else {
            return;
        };
        let new = kept.is_none();
        let kept = kept.unwrap_or_else(|| self.empty_report(Some(ticket)));
        let mut form = self.form(kept);
        if new {
            form.base_at = None;
        }
        form.offers = told.offers;
        self.put_form(form);
        self.go_to_answer();
    }

    /// What answers the question is what the person came for: it gets the keys.
    pub(super) fn go_to_answer(&mut self) {
        let form = self.s.report.form.as_ref();
        let answer = form.and_then(|f| f.offers.iter().find(|o| o.answers));
        if let Some(field) = answer.map(crate::domain::report::Offer::field) {
            self.focus_field(field);
        }
    }

    fn empty_report(&mut self, ticket: Option<TicketId>) -> Kept {
        let now = self.s.now;
        let id = ReportId(self.s.inner.id(now));
        Kept::new(id, ticket, now, self.s.me.clone())
    }

    /// A form of a report.
    fn form(&self, kept: Kept) -> Form {
        let ticket = kept.ticket;
        let shown = self.s.detail.as_ref().filter(|d| Some(d.ticket) == ticket);
        let loaded = shown.and_then(|d| d.loaded.as_ref());
        let rows = self.s.queue.rows.iter();
        let row = shown
            .and_then(|d| d.row())
            .or_else(|| rows.into_iter().find(|r| Some(r.ticket.id) == ticket));
        let files = loaded.iter().flat_map(|l| &l.thread.messages);
        let files = files.flat_map(|m| &m.attachments);
        let verdict = check(&kept.draft, &*self.s.report.known, self.s.now);
        let at = crate::domain::report::Field::Workspace;
        let mut form = Form {
            base: kept.draft.clone(),
            base_at: Some(kept.at),
            key: row.map(|r| r.ticket.key.clone()),
            first_name: row.map_or_else(Printable::empty, |r| line(first_name(&r.requester))),
            at,
            row: 0,
            areas: Default::default(),
            steps: Vec::new(),
            files: files.map(|a| (a.name.clone(), a.size)).collect(),
            offers: Vec::new(),
            left: BTreeSet::new(),
            verdict,
            taken: Vec::new(),
            fits: Default::default(),
            lines: Vec::new(),
            priority: Printable::empty(),
            scroll: 0,
            touched: None,
            saved: None,
            saving: None,
            error: None,
            kept,
        };
        form.show_all(self.s.zone);
        form
    }

    /// Puts a form on the screen.
    fn put_form(&mut self, form: Form) {
        self.s.report.ticket = form.kept.ticket;
        self.s.report.form = Some(Box::new(form));
        (self.s.report.loaded, self.s.report.error) = (true, None);
        self.judge();
        if self.s.report.form.as_ref().is_some_and(|f| !f.is_empty()) {
            self.field_missing_quietly();
        }
    }

    /// What was typed ahead is typed now.
    fn type_ahead(&mut self) {
        for key in std::mem::take(&mut self.s.inner.report_ahead) {
            self.key(key);
        }
    }
}
