//! Asking back: one friendly reply that asks only for what is missing, and the wait for its answer.

use crate::app::reports::ReportWish;
use crate::app::state::Wanted;
use crate::domain::change::Act;
use crate::domain::fill::fill;
use crate::domain::reach::Reach;
use crate::domain::report::{AskedBack, Field, Language, Missing, Template, ask};
use crate::domain::thread::{Draft, Visibility};
use crate::domain::ticket::{Status, TicketId};

use super::super::Turn;
use super::super::composer::area;
use crate::app::commands::Action;

impl Turn<'_> {
    /// Drafts the question to the requester of the ticket under the cursor.
    pub fn ask_back(&mut self) {
        let Some(row) = self.s.subject().cloned() else {
            return self.refuse("there is no ticket whose requester could be asked");
        };
        if let Some(why) = self.beyond(Action::Reply) {
            return self.refuse(why);
        }
        let ticket = row.ticket.id;
        self.left_field();
        let Some((missing, language)) = self.wanting(ticket) else {
            self.s.inner.ask_back = Some(ticket);
            return match &self.s.detail {
                Some(d) if d.ticket == ticket => self.look_at_report(ticket),
                _ => self.show(ticket, false),
            };
        };
        let Some(text) = ask(&missing, &self.questions(language)) else {
            return self.refuse("nothing is missing that could be asked; 4 opens the report");
        };
        let name = self.s.names.whole(&self.s.me);
        let text = fill(&text, &row.ticket, &name);
        self.s.inner.question = Some((ticket, text));
        if self.s.detail.as_ref().is_none_or(|d| d.ticket != ticket) {
            self.show(ticket, false);
        }
        self.compose(Visibility::Public);
    }

    /// The questions in a language: the team's own, or those that come with the program.
    fn questions(&self, language: Language) -> Template {
        let mut own = self.s.report.templates.iter();
        let own = own.find(|t| t.language == language).cloned();
        own.unwrap_or_else(|| Template::shipped(language))
    }

    /// What the report of a ticket lacks, and the language of its requester; none: not known yet.
    fn wanting(&self, ticket: TicketId) -> Option<(Vec<Missing>, Language)> {
        let look = self.s.report.look.as_ref().filter(|l| l.ticket == ticket)?;
        let form = self.s.report.form.as_ref();
        let form = form.filter(|f| f.kept.ticket == Some(ticket) && !f.is_empty());
        let verdict = form.map_or(&look.verdict, |f| &f.verdict);
        let theirs = verdict.missing().iter().filter(|m| !m.is_ours());
        Some((theirs.cloned().collect(), look.told.language))
    }

    /// Puts the question into the reply once its draft is here. What stands there stays.
    pub fn put_question(&mut self) {
        let Some((ticket, text)) = self.s.inner.question.take() else {
            return;
        };
        let here = |c: &&mut crate::app::state::Composer| {
            c.ticket == ticket && c.visibility == Visibility::Public
        };
        let Some(c) = self.s.composer.as_mut().filter(here) else {
            return;
        };
        if self.s.inner.draft_unknown.is_some() {
            self.s.inner.question = Some((ticket, text));
            return;
        }
        let there = c.text();
        if there.contains(&text) {
            return;
        }
        let whole = match there.trim().is_empty() {
            true => text,
            false => format!("{}\n\n{text}", there.trim_end()),
        };
        c.area = area(&whole);
        self.touched();
    }

    /// What a reply asks its requester for, as its text shows: a question that was deleted is not asked.
    pub fn asks(&self, draft: &Draft) -> Option<AskedBack> {
        if draft.visibility != Visibility::Public {
            return None;
        }
        let at = self.s.now;
        let asked = |language: &Language| {
            let template = self.questions(*language);
            let fields: Vec<Field> = template.asked_in(&draft.body);
            (!fields.is_empty()).then_some(AskedBack {
                at,
                language: *language,
                fields,
            })
        };
        Language::ALL.iter().find_map(asked)
    }

    /// Whoever is asked is waited for: the act that says so, where the desk has such a thing.
    pub fn waits_for(&self, says: &Wanted) -> Option<Wanted> {
        let rows = self.s.queue.rows.iter();
        let row = self.s.detail.as_ref().filter(|d| d.ticket == says.ticket);
        let row = row.and_then(|d| d.row());
        let row = row.or_else(|| rows.into_iter().find(|r| r.ticket.id == says.ticket));
        let status = row.map(|r| r.ticket.status);
        let act = Act::Status {
            to: Status::Pending,
        };
        let can = !matches!(self.s.abilities.reach(&act), Reach::No(_));
        let wanted = status.is_some_and(|s| s.is_live() && s != Status::Pending);
        (can && wanted).then(|| Wanted {
            act,
            ..says.clone()
        })
    }

    /// The question is on its way: it is remembered, so that the answer is read as one.
    pub fn was_asked(&mut self, ticket: TicketId, asked: AskedBack) {
        let form = self.s.report.form.as_ref().map(|f| &f.kept);
        let look = self.s.report.look.as_ref().and_then(|l| l.kept.as_ref());
        let mut kept = form.into_iter().chain(look);
        let before = kept.find(|k| k.ticket == Some(ticket));
        let before = before.and_then(|k| k.asked.clone());
        self.s.inner.asked_lately.insert(ticket, before);
        self.tell_asked(ticket, Some(asked));
    }

    /// The question was taken back before it went.
    pub fn asking_again(&mut self, ticket: TicketId) {
        if let Some(before) = self.s.inner.asked_lately.remove(&ticket) {
            self.tell_asked(ticket, before);
        }
    }

    fn tell_asked(&mut self, ticket: TicketId, asked: Option<AskedBack>) {
        let form = self.s.report.form.as_mut();
        if let Some(f) = form.filter(|f| f.kept.ticket == Some(ticket)) {
            f.kept.asked.clone_from(&asked);
        }
        let mut empty = Box::new(self.empty_report(Some(ticket)));
        let look = self.s.report.look.as_mut().filter(|l| l.ticket == ticket);
        if let Some(kept) = look.and_then(|l| l.kept.as_mut()) {
            kept.asked.clone_from(&asked);
            empty.id = kept.id;
        }
        self.report_wish(ReportWish::Asked { empty, asked });
    }
}
