//! The form of a request: its lines, its answers, its checklist, and why it stands as it does.

use std::sync::Arc;

use crate::app::books::{Asking, BookWish, Kept};
use crate::app::effect::Effect;
use crate::app::inner::Editing;
use crate::app::state::{AnswerLine, OpenForm, Pane, Stand, State, What};
use crate::domain::request::{
    Against, Asked, Doer, Form, Keeper, KindSpec, Said, Step, Tick, Verdict, WordNeeded,
};
use crate::domain::text::{Printable, Untrusted, line};
use crate::domain::ticket::{Ticket, TicketId};

use super::Turn;
use super::requests::moment;

impl Turn<'_> {
    /// Opens a request's form.
    pub fn open_request(&mut self, id: TicketId) {
        self.s.inner.opening = Some(id);
        if self.s.pane != Pane::Requests {
            self.s.requests.page = Default::default();
            self.s.requests.open = None;
            self.go(Pane::Requests);
        }
        self.wish(BookWish::Request(id));
    }

    /// A request came.
    pub fn request_here(&mut self, kept: Option<Kept>) {
        let opening = self.s.inner.opening.take();
        let Some((ticket, form)) = kept else {
            self.s.requests.open = None;
            return self.refuse("this ticket is not here any more");
        };
        let shown = self.s.requests.open.as_ref().map(|o| o.ticket.id);
        if opening != Some(ticket.id) && shown != Some(ticket.id) {
            return;
        }
        let kind = form.as_ref().map_or(ticket.kind, |f| f.kind);
        let Some(spec) = self.s.requests.kinds.of(kind).cloned() else {
            return self.refuse(&format!("#{} is a {kind}, which is no request", ticket.key));
        };
        let form = form.unwrap_or_else(|| spec.begun(&ticket));
        let ticket = Arc::new(ticket);
        let kept_cursor = self
            .s
            .requests
            .open
            .as_ref()
            .filter(|_| shown == Some(ticket.id));
        let at = kept_cursor.map(|o| (o.cursor, o.top));
        let mut open = dress(self.s, &spec, ticket, form);
        match at {
            Some((cursor, top)) => {
                (open.cursor, open.top) = (cursor.min(open.lines.len().saturating_sub(1)), top);
            }
            // The first thing that is to be done.
            None => {
                let wants = |l: &AnswerLine| matches!(l.stand, Stand::Missing | Stand::Wrong);
                open.cursor = open.lines.iter().position(wants).unwrap_or(1);
            }
        }
        self.s.requests.open = Some(open);
        self.move_in_requests(0);
        if shown.is_none() {
            self.moved();
        }
    }

    /// Fills in `FIELD VALUE`, or what is under the cursor.
    pub fn answer_here(&mut self, arg: Option<&str>) {
        let Some(arg) = arg else {
            return match (&self.s.requests.open, self.s.requests.register()) {
                (Some(_), _) => self.answer_line(),
                (None, Some(_)) => self.ask_cell(),
                (None, None) => self.refuse("open a request first; its fields are filled in there"),
            };
        };
        let (name, value) = arg.split_once(' ').unwrap_or((arg, ""));
        let done = match self.s.requests.register() {
            Some(register) => self.set_cell(register, name, value.trim()),
            None => self.fill_in(name, value.trim()),
        };
        if let Err(why) = done {
            self.refuse(&why);
        }
    }

    fn fill_in(&mut self, name: &str, value: &str) -> Result<(), String> {
        use crate::domain::value::Role;
        let given = || (!value.is_empty()).then(|| Untrusted::new(value));
        let step = match name {
            "role" if value.is_empty() => Step::Role(None),
            "role" => Step::Role(Some(Role::parse(value)?)),
            "vendor" => Step::Vendor(given()),
            _ => Step::Answer {
                field: name.to_owned(),
                value: value.to_owned(),
            },
        };
        self.step_form(step)
    }

    /// Enter on a line of the form.
    pub fn answer_line(&mut self) {
        let Some(what) = self.s.requests.line().map(|l| l.what.clone()) else {
            return;
        };
        match what {
            What::Head => self.refuse("go to a line below; Enter fills it in"),
            What::Field(name) => {
                let open = self.s.requests.open.as_ref();
                let answer = open.and_then(|o| o.form.answers.get(&name));
                if answer.is_some_and(|a| a.raw().contains('\n')) {
                    return self.edit_field();
                }
                self.ask_about(Asking::Field(name));
            }
            What::Role => self.ask_about(Asking::Role),
            What::Vendor => self.ask_about(Asking::Vendor),
            What::Approval(name) => self.ask_about(Asking::Word { name, order: false }),
            What::Instruction(name) => self.ask_about(Asking::Word { name, order: true }),
            What::Item(_) => self.tick(None),
        }
    }

    /// Changes the form, here at once and on disk.
    ///
    /// # Errors
    /// Why it cannot be so.
    pub fn step_form(&mut self, step: Step) -> Result<(), String> {
        let Some(open) = &self.s.requests.open else {
            return Err("open a request first; its fields are filled in there".into());
        };
        if open.form.outcome.is_some() && !open.ticket.status.is_live() {
            return Err("this request is closed; open the ticket again first".into());
        }
        let kinds = Arc::clone(&self.s.requests.kinds);
        let kind = open.form.kind;
        let spec = kinds.of(kind).ok_or("this kind is not known any more")?;
        let (mut form, ticket) = (open.form.clone(), Arc::clone(&open.ticket));
        let (back, begun) = (step.back(&form), form.clone());
        step.apply(&mut form, spec)?;
        let (cursor, top) = (open.cursor, open.top);
        let mut dressed = dress(self.s, spec, Arc::clone(&ticket), form);
        (dressed.cursor, dressed.top) = (cursor.min(dressed.lines.len().saturating_sub(1)), top);
        self.s.requests.open = Some(dressed);
        self.s
            .inner
            .form_undo
            .extend(back.map(|b| (ticket.id, kind, b)));
        self.wish(BookWish::Step {
            ticket: ticket.id,
            kind,
            kinds: Arc::clone(&kinds),
            begun: Box::new(begun),
            step: Box::new(step),
        });
        Ok(())
    }

    /// Takes the latest change of the open form back; false: there is none.
    pub fn undo_step(&mut self) -> bool {
        let Some(id) = self.s.requests.open.as_ref().map(|o| o.ticket.id) else {
            return false;
        };
        let undo = &mut self.s.inner.form_undo;
        let Some(at) = undo.iter().rposition(|(of, _, _)| *of == id) else {
            return false;
        };
        let (_, _, step) = undo.remove(at);
        let before = undo.len();
        match self.step_form(step) {
            Err(why) => self.refuse(&why),
            Ok(()) => {
                // What takes back is not taken back itself.
                self.s.inner.form_undo.truncate(before);
                self.toast(
                    crate::app::state::Tone::Good,
                    line("undone: the form is as it was before"),
                    None,
                );
            }
        }
        true
    }

    /// Ticks an item, the one under the cursor or one by its name; again: not done after all.
    pub fn tick(&mut self, arg: Option<&str>) {
        let under = match self.s.requests.line().map(|l| &l.what) {
            Some(What::Item(name)) => Some(name.clone()),
            _ => None,
        };
        let Some(item) = arg.map(str::to_owned).or(under) else {
            return self.refuse("put the cursor on an item of the checklist");
        };
        let Some(open) = &self.s.requests.open else {
            return self.refuse("open a request first; its checklist is there");
        };
        let is_done = open.form.ticks.contains_key(&item);
        let tick = (!is_done).then(|| Tick {
            by: self.s.me.clone(),
            at: self.s.now,
        });
        let by_key = arg.is_none();
        match self.step_form(Step::Tick { item, tick }) {
            Err(why) => self.refuse(&why),
            Ok(()) if by_key && !is_done => self.move_in_requests(1),
            Ok(()) => {}
        }
    }

    /// Writes down a word: `NAME who; role; where; when`.
    pub fn said_command(&mut self, arg: Option<&str>) {
        let usage = ":said NAME who; role; where; when";
        let Some((name, text)) = arg.and_then(|a| a.split_once(' ')) else {
            return self.refuse(usage);
        };
        let order = self
            .spec()
            .is_some_and(|s| s.instructions.iter().any(|w| w.name == name));
        if let Err(why) = self.word_said(name, order, text) {
            self.refuse(&why);
        }
    }

    /// The kind of the open request.
    pub fn spec(&self) -> Option<&KindSpec> {
        let open = self.s.requests.open.as_ref()?;
        self.s.requests.kinds.of(open.form.kind)
    }

    /// Writes somebody's word down.
    ///
    /// # Errors
    /// What is missing of it.
    pub fn word_said(&mut self, name: &str, order: bool, text: &str) -> Result<(), String> {
        let spec = self.spec().ok_or("open a request first")?;
        let words = if order {
            &spec.instructions
        } else {
            &spec.approvals
        };
        let needed = words.iter().find(|w| w.name == name).cloned();
        let needed = needed.ok_or_else(|| {
            let names: Vec<&str> = words.iter().map(|w| w.name.as_str()).collect();
            format!(
                "it needs no word \"{}\"; there are {}",
                line(name),
                names.join(", ")
            )
        })?;
        let keeper = Keeper {
            me: &self.s.me,
            now: self.s.now,
            zone: self.s.zone,
        };
        let open = self.s.requests.open.as_ref();
        let workspace = open.and_then(|o| {
            let named = o.form.answers.get("workspace");
            named.or(o.ticket.workspace.as_ref())
        });
        let workspace = workspace.map_or("", Untrusted::raw);
        let book = &self.s.requests.book;
        let said = Said::read(text, &needed, keeper, |who| book.role_in(workspace, who))?;
        self.step_form(if order {
            Step::Instruct(said)
        } else {
            Step::Approve(said)
        })
    }

    /// The text of the field under the cursor in the person's own editor.
    pub fn edit_field(&mut self) {
        let Some(What::Field(name)) = self.s.requests.line().map(|l| l.what.clone()) else {
            return self.refuse("put the cursor on a field; Ctrl-e writes it in your editor");
        };
        let Some(open) = &self.s.requests.open else {
            return;
        };
        let text = open.form.answers.get(&name);
        let text = text.map_or_else(String::new, |a| a.raw().to_owned());
        let key = open.ticket.key.clone();
        self.s.inner.editing = Some(Editing::Field(open.ticket.id, name));
        self.fx.push(Effect::OpenEditor { key, text });
    }

    /// Goes on to the next field that has no answer, and asks for it.
    pub fn next_field(&mut self) {
        let Some(open) = &mut self.s.requests.open else {
            return;
        };
        let below = open.lines.iter().enumerate().skip(open.cursor + 1);
        let mut missing = below.filter(|(_, l)| l.stand == Stand::Missing);
        let Some((at, next)) = missing.next() else {
            return;
        };
        let is_field = matches!(next.what, What::Field(_));
        open.cursor = at;
        self.move_in_requests(0);
        if is_field {
            self.answer_line();
        }
    }

    /// Why it stands as it does: who does it, what is promised, what stands against closing it.
    pub fn why_request(&mut self) {
        let Some(id) = self.s.requests.ticket() else {
            return self.refuse("there is no request under the cursor to explain");
        };
        let r = &self.s.requests;
        let open = r.open.as_ref().map(|o| (&o.ticket, &o.form));
        let row = r.rows.iter().find(|r| r.ticket.id == id);
        let Some((ticket, form)) = open.or(row.map(|r| (&r.ticket, &r.form))) else {
            return;
        };
        let Some(spec) = r.kinds.of(form.kind) else {
            return;
        };
        let asked = Asked {
            spec,
            form,
            ticket,
            book: &r.book,
        };
        let mut lines = vec![line(&asked.doer().sentence(spec))];
        if let Some(rule) = spec.target_of(&self.s.policy, ticket) {
            lines.push(line(&format!(
                "Promised: first response within {} (policy {}).",
                rule.within, self.s.policy.name
            )));
        }
        if !spec.sources.is_empty() {
            let sources = spec.sources.join(", ");
            lines.push(line(&format!("Its rules are from {sources}.")));
        }
        lines.push(Printable::empty());
        let against = asked.open();
        if against.is_empty() {
            lines.push(line("Nothing stands against closing it; C closes it."));
        } else {
            lines.push(line("Before it can be closed as done:"));
        }
        lines.extend(against.iter().map(|a| line(&format!("· {}", a.sentence()))));
        if spec.needs_resolution {
            lines.push(line("It closes only with a resolution, however it ends."));
        }
        let title = format!("Why: #{}, {}", ticket.key, spec.title);
        self.explain(&title, lines);
    }
}

/// Moves the cursor in a form, past headings.
pub fn move_in(open: &mut OpenForm, by: isize, rows: usize) {
    let last = open.lines.len().saturating_sub(1);
    let is_head = |o: &OpenForm| o.lines.get(o.cursor).is_some_and(|l| l.what == What::Head);
    open.cursor = open.cursor.saturating_add_signed(by).min(last);
    if is_head(open) {
        let back = by < 0 && open.cursor > 0;
        open.cursor = if back {
            open.cursor - 1
        } else {
            (open.cursor + 1).min(last)
        };
    }
    if is_head(open) {
        open.cursor = (open.cursor + 1).min(last);
    }
    // The heading above the first line is seen with it.
    let first = if open.cursor == 1 { 0 } else { open.cursor };
    open.top = open
        .top
        .min(first)
        .max((open.cursor + 1).saturating_sub(rows));
}

/// A request with its lines.
fn dress(s: &State, spec: &KindSpec, ticket: Arc<Ticket>, form: Form) -> OpenForm {
    let asked = Asked {
        spec,
        form: &form,
        ticket: &ticket,
        book: &s.requests.book,
    };
    let against = asked.open();
    let lines = lines(s, &asked, &against);
    let role = asked.role().map_or("role not known", |r| r.word());
    let who = ticket
        .requester
        .as_ref()
        .map_or_else(|| "nobody is named".to_owned(), |r| r.line().into_string());
    let mut of = vec![line(&format!("asked by {who} ({role})"))];
    of.extend(ticket.tenant.as_ref().map(Printable::from));
    of.extend(ticket.workspace.as_ref().map(Untrusted::line));
    let ended = form.outcome.as_ref().filter(|_| !ticket.status.is_live());
    let stands = match ended {
        Some(o) => {
            let how = o
                .resolution
                .as_ref()
                .map_or_else(String::new, |r| format!(": {}", r.line()));
            format!("{} by {}{how}", o.ending.word(), o.by)
        }
        None => format!("done by {} · w says why", asked.doer().short()),
    };
    OpenForm {
        title: line(&spec.title),
        facts: vec![
            ticket.subject.line(),
            Printable::join(" · ", of),
            line(&stands),
        ],
        lines,
        cursor: 0,
        top: 0,
        against: against.len(),
        ticket: Arc::clone(&ticket),
        form,
    }
}

fn lines(s: &State, asked: &Asked<'_>, against: &[Against]) -> Vec<AnswerLine> {
    let Asked { spec, form, .. } = asked;
    let mut all = vec![head("Asked for")];
    let words = || spec.approvals.iter().chain(&spec.instructions);
    if !spec.asks.is_empty() || words().any(|w| !w.unless_asker.is_empty()) {
        all.push(role_line(asked, against));
    }
    for field in form.asked(spec) {
        let why = about(against, &field.name, &["missing", "unfit"]);
        let answer = form.answers.get(&field.name);
        let optional = !field.needed && field.when.is_none();
        let ask = if optional {
            format!("Optional: {}.", field.ask)
        } else {
            format!("Ask for {}.", field.ask)
        };
        all.push(AnswerLine {
            what: What::Field(field.name.clone()),
            stand: match (&why, answer) {
                (Some(Against::Unfit { .. }), _) => Stand::Wrong,
                (Some(_), _) => Stand::Missing,
                (None, Some(_)) => Stand::Done,
                (None, None) => Stand::Plain,
            },
            label: line(&field.label),
            value: answer.map_or_else(Printable::empty, Untrusted::line),
            note: why.map_or_else(|| line(&ask), |a| line(&a.sentence())),
        });
    }
    let role = Form {
        role: asked.role(),
        ..(*form).clone()
    };
    let approvals = role.approvals_needed(spec);
    let orders = role.instructions_needed(spec);
    if !approvals.is_empty() || !orders.is_empty() {
        all.push(head("Said by whom"));
    }
    for w in approvals {
        let what = What::Approval(w.name.clone());
        all.push(word_line(
            s,
            what,
            w,
            Form::last(&form.approvals, &w.name),
            against,
        ));
    }
    for w in orders {
        let what = What::Instruction(w.name.clone());
        all.push(word_line(
            s,
            what,
            w,
            Form::last(&form.instructions, &w.name),
            against,
        ));
    }
    all.push(head("To do"));
    if asked.doer() == Doer::Vendor {
        let vendor = form.vendor.as_ref();
        all.push(AnswerLine {
            what: What::Vendor,
            stand: vendor.map_or(Stand::Missing, |_| Stand::Done),
            label: line("The vendor was asked"),
            value: vendor.map_or_else(Printable::empty, Untrusted::line),
            note: line("The vendor does it: ask there, and write down its number."),
        });
    }
    for item in form.items(spec) {
        let tick = form.ticks.get(&item.name);
        let by = tick.map(|t| format!("{} {}", s.names.whole(&t.by), moment(s, t.at)));
        let note = match &by {
            Some(by) => format!("Ticked by {by}. Space takes that back."),
            None => "Space ticks it; who and when are kept.".to_owned(),
        };
        all.push(AnswerLine {
            what: What::Item(item.name.clone()),
            stand: tick.map_or(Stand::Missing, |_| Stand::Done),
            label: line(&capital(&item.does)),
            value: by.map_or_else(Printable::empty, |by| line(&by)),
            note: line(&note),
        });
    }
    all
}

fn head(words: &str) -> AnswerLine {
    AnswerLine {
        what: What::Head,
        stand: Stand::Plain,
        label: line(words),
        value: Printable::empty(),
        note: Printable::empty(),
    }
}

fn role_line(asked: &Asked<'_>, against: &[Against]) -> AnswerLine {
    let wrong = against.iter().find(|a| {
        matches!(
            a,
            Against::AskerUnknown { .. } | Against::AskerMayNot { .. }
        )
    });
    let role = asked.role();
    let from = match (asked.form.role, role) {
        (None, Some(_)) => " (from the registers)",
        _ => "",
    };
    AnswerLine {
        what: What::Role,
        stand: match (wrong, role) {
            (Some(Against::AskerMayNot { .. }), _) => Stand::Wrong,
            (Some(_), _) => Stand::Missing,
            (None, Some(_)) => Stand::Done,
            (None, None) => Stand::Plain,
        },
        label: line("Role of the requester"),
        value: role.map_or_else(Printable::empty, |r| line(&format!("{}{from}", r.word()))),
        note: wrong.map_or_else(
            || line("It decides what may be asked, and whose word is needed."),
            |a| line(&a.sentence()),
        ),
    }
}

fn word_line(
    s: &State,
    what: What,
    w: &WordNeeded,
    said: Option<&Said>,
    against: &[Against],
) -> AnswerLine {
    let roles: Vec<&str> = w.by.iter().map(|r| r.word()).collect();
    let order = matches!(what, What::Instruction(_));
    let noun = if order { "Instruction" } else { "Consent" };
    let value = said.map(|said| {
        let verdict = match said.verdict {
            Verdict::Given => "yes",
            Verdict::Refused => "no",
        };
        let (who, at) = (said.by.line(), moment(s, said.at));
        let (role, place) = (said.role.word(), said.place.line());
        line(&format!("{verdict}: {who} ({role}), {at}, {place}"))
    });
    let why = about(
        against,
        &w.name,
        &["no-approval", "approval-refused", "no-instruction"],
    );
    let note = why.map_or_else(
        || {
            line(&format!(
                "{}. A later word takes its place.",
                capital(&w.why)
            ))
        },
        |a| line(&a.sentence()),
    );
    AnswerLine {
        what,
        stand: match (why, said.map(|s| s.verdict)) {
            (_, Some(Verdict::Refused)) => Stand::Wrong,
            (Some(_), _) => Stand::Missing,
            (None, _) => Stand::Done,
        },
        label: line(&format!("{noun} of {}", roles.join(" or "))),
        value: value.unwrap_or_else(Printable::empty),
        note,
    }
}

fn about<'a>(against: &'a [Against], name: &str, sorts: &[&str]) -> Option<&'a Against> {
    let is_it = |a: &&Against| a.about() == Some(name) && sorts.contains(&a.word());
    against.iter().find(is_it)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
