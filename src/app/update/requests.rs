//! Requests: the list, a new one, and what keys do there.

use std::sync::Arc;

use crate::app::books::{Asking, BookWish, Kept};
use crate::app::commands::Action;
use crate::app::layout::list_rows;
use crate::app::state::{Go, Page, Pane, RequestRow, State};
use crate::domain::change::Act;
use crate::domain::gate::is_in_scope;
use crate::domain::import::NewTicket;
use crate::domain::register::{Book, Register};
use crate::domain::request::{Asked, Form, Verdict};
use crate::domain::text::{Printable, Untrusted, line};
use crate::domain::ticket::{Due, Kind, Ticket, TicketId};

use super::Turn;

impl Turn<'_> {
    /// Does one of its acts.
    pub fn run_requests(&mut self, action: Action, arg: Option<&str>) {
        let knows = self.s.pane == Pane::Knowledge;
        match action {
            Action::Answer if knows => self.edit_article(),
            Action::Add if knows => self.new_article(arg),
            Action::Drop if knows => self.drop_article(),
            Action::Answer => self.answer_here(arg),
            Action::Tick => self.tick(arg),
            Action::Said => self.said_command(arg),
            Action::Add => self.add_here(arg),
            Action::Drop => self.drop_row(),
            Action::Tell => self.tell(arg),
            Action::ColumnNext => self.column(1),
            Action::ColumnPrevious => self.column(-1),
            Action::Register => self.register_command(arg),
            _ => self.go(Pane::Requests),
        }
    }

    /// The pane gets the keys.
    pub fn enter_requests(&mut self) {
        self.moved();
        self.read_books();
    }

    /// Moves the cursor there.
    pub fn move_in_requests(&mut self, by: isize) {
        let rows = list_rows(self.s);
        let r = &mut self.s.requests;
        if let Some(open) = &mut r.open {
            return super::form::move_in(open, by, rows);
        }
        let (cursor, top, len) = match r.page {
            Page::Requests => (&mut r.cursor, &mut r.top, r.rows.len()),
            Page::Register(_) => {
                let s = &mut r.sheet;
                (&mut s.cursor, &mut s.top, s.rows.len())
            }
        };
        *cursor = cursor.saturating_add_signed(by).min(len.saturating_sub(1));
        *top = (*top).min(*cursor).max((*cursor + 1).saturating_sub(rows));
        self.moved();
    }

    /// The next page or the one before.
    pub fn turn_page(&mut self, forward: bool) {
        let all = Page::ALL;
        let at = all.iter().position(|p| *p == self.s.requests.page);
        let by = if forward { 1 } else { all.len() - 1 };
        let next = (at.unwrap_or(0) + by) % all.len();
        if let Some(page) = all.get(next) {
            self.show_page(*page);
        }
    }

    /// Goes to a register.
    pub fn go_to_register(&mut self, register: Register) {
        if self.s.pane != Pane::Requests {
            self.go(Pane::Requests);
        }
        self.show_page(Page::Register(register));
    }

    fn show_page(&mut self, page: Page) {
        let r = &mut self.s.requests;
        (r.page, r.open) = (page, None);
        r.words.clear();
        r.sheet = Default::default();
        self.arrange();
        self.moved();
    }

    /// Requests and registers came.
    pub fn books_here(&mut self, kept: Vec<Kept>, book: Book) {
        let before = self.s.requests.ticket();
        let scope = &self.s.scope;
        let seen = kept
            .into_iter()
            .filter(|(t, _)| is_in_scope(t.tenant.as_ref(), scope));
        let mut rows: Vec<RequestRow> = Vec::new();
        for (ticket, form) in seen {
            rows.extend(self.request_row(ticket, form, &book));
        }
        rows.sort_by_key(|r| order(&r.ticket));
        let r = &mut self.s.requests;
        (r.loaded, r.error) = (true, None);
        (r.all, r.book) = (rows, Arc::new(book));
        self.arrange();
        let r = &mut self.s.requests;
        if let Some(at) = r.rows.iter().position(|r| Some(r.ticket.id) == before) {
            r.cursor = at;
        }
        if before.is_none() {
            self.moved();
        }
    }

    fn request_row(&self, ticket: Ticket, form: Option<Form>, book: &Book) -> Option<RequestRow> {
        let kinds = &self.s.requests.kinds;
        let spec = kinds.of(form.as_ref().map_or(ticket.kind, |f| f.kind))?;
        let began = form.is_some();
        let form = form.unwrap_or_else(|| spec.begun(&ticket));
        let asked = Asked {
            spec,
            form: &form,
            ticket: &ticket,
            book,
        };
        let open = match (began, asked.open().len()) {
            (false, _) => "not begun".to_owned(),
            (true, 0) => "may be closed".to_owned(),
            (true, n) => format!("{n} to do"),
        };
        let name =
            |text: &Option<Untrusted>| text.as_ref().map_or_else(Printable::empty, Untrusted::line);
        Some(RequestRow {
            key: Printable::from(&ticket.key),
            kind: line(&spec.title),
            who: name(&ticket.requester),
            subject: ticket.subject.line(),
            open: line(&open),
            doer: line(&asked.doer().brief()),
            word: line(&words_of(&asked)),
            form,
            ticket: Arc::new(ticket),
        })
    }

    /// Shows what holds the words, on whatever page.
    pub fn arrange(&mut self) {
        let r = &mut self.s.requests;
        let low = r.words.trim().to_lowercase();
        match r.page {
            Page::Requests => {
                let holds = |row: &&RequestRow| {
                    let all = [&row.kind, &row.who, &row.subject, &row.doer, &row.key];
                    all.iter().any(|t| t.to_lowercase().contains(&low))
                };
                r.rows = r.all.iter().filter(holds).cloned().collect();
                r.cursor = r.cursor.min(r.rows.len().saturating_sub(1));
            }
            Page::Register(register) => self.arrange_sheet(register, &low),
        }
        let rows = list_rows(self.s);
        let r = &mut self.s.requests;
        r.top = r.top.min(r.cursor).max((r.cursor + 1).saturating_sub(rows));
    }

    fn add_here(&mut self, arg: Option<&str>) {
        match self.s.requests.register() {
            Some(register) => self.add_row(register, arg),
            None => match arg.map(str::parse::<Kind>) {
                Some(Ok(kind)) => self.new_request(kind, None),
                Some(Err(why)) => self.refuse(&why.to_string()),
                None => self.ask_about(Asking::Kind(None)),
            },
        }
    }

    /// A new request of a kind: what a ticket is to become, or a ticket of its own. The effect is
    /// shown first.
    pub fn new_request(&mut self, kind: Kind, from: Option<TicketId>) {
        let Some(spec) = self.s.requests.kinds.of(kind).cloned() else {
            return self.refuse(&format!(
                "a {kind} is no request; I shows the kinds there are"
            ));
        };
        let Some(id) = from else {
            return match self.s.abilities.no_new_ticket {
                Some(why) => self.refuse(why),
                None => self.ask_about(Asking::Requester(kind)),
            };
        };
        let Some(ticket) = self.known(id) else {
            return self.refuse("this ticket is not on the screen any more; open it first");
        };
        let form = spec.begun(&ticket);
        let mut lines = vec![line(&format!(
            "#{} {} becomes a request: {}.",
            ticket.key,
            ticket.subject.line(),
            spec.title
        ))];
        for field in form.asked(&spec) {
            if let Some(answer) = form.answers.get(&field.name) {
                let label = &field.label;
                lines.push(line(&format!(
                    "{label}: {} (from the ticket)",
                    answer.line()
                )));
            }
        }
        lines.push(line(
            "Its form and checklist open then; every answer is kept at once.",
        ));
        let act = (ticket.id, ticket.version, Act::Kind { to: kind });
        let acts = if ticket.kind == kind {
            vec![]
        } else {
            vec![act]
        };
        let changes = self.batch(acts);
        let wish = BookWish::OfTicket {
            ticket: id,
            changes,
            form: Box::new(form),
        };
        let verb = format!("make #{} a request", ticket.key);
        self.confirm(&verb, lines, Vec::new(), Go::Book(Box::new(wish)));
    }

    /// Who asks is known: shows the ticket that would be made.
    pub fn request_for(&mut self, kind: Kind, who: &str) -> Result<(), String> {
        let spec = self.s.requests.kinds.of(kind).cloned();
        let spec = spec.ok_or("this kind of request is not known any more")?;
        let low = who.trim().to_lowercase();
        let person =
            self.s.requests.book.people().into_iter().find(|p| {
                p.email.raw().to_lowercase() == low || p.name.raw().to_lowercase() == low
            });
        let tenant = person.as_ref().and_then(|p| p.tenant.clone());
        let only = match self.s.scope.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        };
        let tenant = tenant.or(only);
        let named = person.map(|p| p.name);
        let requester = named.or_else(|| (!low.is_empty()).then(|| Untrusted::new(who.trim())));
        let by = requester.as_ref().map_or_else(
            || "nobody is named yet".to_owned(),
            |r| r.line().into_string(),
        );
        let of = tenant
            .as_ref()
            .map_or_else(|| "no tenant".to_owned(), ToString::to_string);
        let lines = vec![
            line(&format!(
                "A new ticket \"{}\", asked by {by}, {of}.",
                spec.title
            )),
            line("Its form and checklist open then; every answer is kept at once."),
        ];
        let new = NewTicket {
            subject: Untrusted::new(spec.title.as_str()),
            body: Untrusted::default(),
            requester,
            tenant,
            workspace: None,
            kind,
            priority: spec.priority,
            assignee: None,
            labels: Vec::new(),
        };
        let wish = BookWish::MakeRequest(Box::new((new, Form::new(kind))));
        self.confirm(
            "make this request",
            lines,
            Vec::new(),
            Go::Book(Box::new(wish)),
        );
        Ok(())
    }

    /// A ticket that is on the screen somewhere.
    pub fn known(&self, id: TicketId) -> Option<Arc<Ticket>> {
        let r = &self.s.requests;
        let open = r.open.iter().map(|o| &o.ticket);
        let mut here = open.chain(r.all.iter().map(|r| &r.ticket));
        let here = here.find(|t| t.id == id).map(Arc::clone);
        self.by_id(&[id]).pop().or(here)
    }
}

/// What falls due first, then what is paused, then what has no promise; the oldest first of equals.
fn order(ticket: &Ticket) -> (u8, i64, i64) {
    match ticket.due {
        Due::Running { at, .. } => (0, at.timestamp_millis(), ticket.id.0),
        Due::Paused { left, .. } => (1, left, ticket.id.0),
        Due::None => (2, 0, ticket.id.0),
    }
}

/// How the words that it needs stand: "2 words missing", "refused", "agreed"; empty: none is needed.
fn words_of(asked: &Asked<'_>) -> String {
    let Asked { form, spec, .. } = asked;
    let form = Form {
        role: asked.role(),
        ..(*form).clone()
    };
    let approvals = form.approvals_needed(spec);
    let orders = form.instructions_needed(spec);
    let last = approvals
        .iter()
        .map(|w| Form::last(&form.approvals, &w.name))
        .chain(
            orders
                .iter()
                .map(|w| Form::last(&form.instructions, &w.name)),
        );
    let verdicts: Vec<Option<Verdict>> = last.map(|said| said.map(|s| s.verdict)).collect();
    let missing = verdicts.iter().filter(|v| v.is_none()).count();
    match (verdicts.len(), missing) {
        (0, _) => String::new(),
        _ if verdicts.contains(&Some(Verdict::Refused)) => "refused".into(),
        (_, 0) => "agreed".into(),
        (_, 1) => "waits for a word".into(),
        (_, n) => format!("waits for {n} words"),
    }
}

/// The time of an instant, for a line of a form.
pub fn moment(s: &State, at: crate::domain::Instant) -> Printable {
    crate::app::prepare::time(s, at)
}
