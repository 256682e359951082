//! Questions about requests, registers and articles: their words, what can be chosen, and what
//! an answer does.

use crate::app::books::Asking;
use crate::app::state::Pane;
use crate::domain::register::{Column, Register};
use crate::domain::request::Ending;
use crate::domain::text::line;
use crate::domain::value::{Holds, Right, Role};

use super::Turn;

/// A word that can be chosen, and what it means.
type Words = Vec<(String, String)>;

impl Turn<'_> {
    /// The question, and what stands in it already.
    pub fn book_question(&self) -> (String, String) {
        let none = String::new;
        let Some(asking) = &self.s.inner.asking else {
            return (none(), none());
        };
        match asking {
            Asking::Field(name) => {
                let field = self.spec().and_then(|s| s.field(name));
                let title = field.map_or_else(none, |f| format!("{} · {}", f.label, f.ask));
                let open = self.s.requests.open.as_ref();
                let now = open.and_then(|o| o.form.answers.get(name));
                (title, now.map_or_else(none, |a| a.line().into_string()))
            }
            Asking::Role => ("Role of the requester".into(), none()),
            Asking::Vendor => {
                let open = self.s.requests.open.as_ref();
                let now = open.and_then(|o| o.form.vendor.as_ref());
                let now = now.map_or_else(none, |v| v.line().into_string());
                ("The vendor's number for it".into(), now)
            }
            Asking::Word { .. } => (
                "Who; role; where it was said; when (empty: now). Begin with no; if it was refused"
                    .into(),
                none(),
            ),
            Asking::Cell(column) => match self.s.requests.register() {
                Some(register) => (
                    self.column_title(register, column),
                    self.cell(register, column),
                ),
                None => (none(), none()),
            },
            Asking::Row(cells) => {
                let register = self.s.requests.register();
                let next = register.and_then(|r| Self::next_needed(r, cells));
                (next.map_or_else(none, title_of), none())
            }
            Asking::Kind(_) => ("New request: which kind".into(), none()),
            Asking::Requester(_) => ("Who asks for it (empty: not known yet)".into(), none()),
            Asking::Ending(..) => (
                "How it ended: done, declined or withdrawn, then what was done or why not".into(),
                "done ".into(),
            ),
            Asking::Tell => ("Tell them how".into(), none()),
            Asking::Stale(key) => (format!("What is wrong with {key}"), none()),
            Asking::Title => ("Title of the new article".into(), none()),
            Asking::Narrow(words) => {
                let title = match self.s.pane {
                    Pane::Knowledge => "Find in the articles",
                    _ => "Only what holds",
                };
                (title.into(), words.clone())
            }
        }
    }

    fn column_title(&self, register: Register, column: &str) -> String {
        register
            .column(column)
            .map_or_else(|_| String::new(), title_of)
    }

    /// What can be chosen, and whether one of these must be.
    pub fn book_words(&self) -> (Words, bool) {
        let plain = |w: &str| (w.to_owned(), String::new());
        match &self.s.inner.asking {
            Some(Asking::Field(name)) => match self.spec().and_then(|s| s.field(name)) {
                Some(f) if !f.choices.is_empty() => {
                    (f.choices.iter().map(|c| plain(c)).collect(), true)
                }
                Some(f) => self.words_of(f.holds),
                None => (Vec::new(), false),
            },
            Some(Asking::Role) => (Role::ALL.iter().map(|(_, w)| plain(w)).collect(), true),
            Some(Asking::Word { name, order }) => (self.who_may_say(name, *order), false),
            Some(Asking::Cell(column)) => {
                let register = self.s.requests.register();
                let column = register.and_then(|r| r.column(column).ok());
                column.map_or_else(|| (Vec::new(), false), |c| self.words_of_column(c))
            }
            Some(Asking::Row(cells)) => {
                let register = self.s.requests.register();
                let next = register.and_then(|r| Self::next_needed(r, cells));
                next.map_or_else(|| (Vec::new(), false), |c| self.words_of_column(c))
            }
            Some(Asking::Kind(_)) => {
                let kinds = self.s.requests.kinds.all.iter();
                (
                    kinds
                        .map(|k| (k.kind.to_string(), k.title.clone()))
                        .collect(),
                    true,
                )
            }
            Some(Asking::Requester(_)) => (self.people(), false),
            Some(Asking::Ending(..)) => {
                let means = ["fulfilled", "somebody says no", "not wanted any more"];
                let all = Ending::ALL.iter().zip(means);
                (
                    all.map(|(e, m)| (e.word().to_owned(), m.to_owned()))
                        .collect(),
                    false,
                )
            }
            Some(Asking::Tell) => (
                vec![
                    (
                        "text".into(),
                        "into the clipboard, with whom it concerns".into(),
                    ),
                    (
                        "tickets".into(),
                        "one for each Workspace, after a preview".into(),
                    ),
                ],
                true,
            ),
            _ => (Vec::new(), false),
        }
    }

    fn words_of_column(&self, column: &Column) -> (Words, bool) {
        let Some(refers) = column.refers else {
            return self.words_of(column.holds);
        };
        let rows = self.s.requests.book.of(refers);
        let words = rows.map(|r| {
            (
                line(&r.key()).into_string(),
                line(r.raw("name")).into_string(),
            )
        });
        (words.collect(), false)
    }

    fn words_of(&self, holds: Holds) -> (Words, bool) {
        let plain = |w: &str| (w.to_owned(), String::new());
        let book = &self.s.requests.book;
        match holds {
            Holds::YesNo => (["yes", "no"].map(plain).to_vec(), true),
            Holds::Role => (Role::ALL.iter().map(|(_, w)| plain(w)).collect(), true),
            Holds::Rights => (Right::ALL.iter().map(|(_, w)| plain(w)).collect(), false),
            Holds::Email | Holds::Emails => {
                let people = book.people().into_iter();
                let words =
                    people.map(|p| (p.email.line().into_string(), p.name.line().into_string()));
                (words.collect(), false)
            }
            Holds::Workspace | Holds::Workspaces => {
                let known = book.workspaces().into_iter().map(|w| w.name.line());
                let heard = self.s.vocabulary.workspaces.iter().map(|w| w.line());
                let mut all: Vec<String> = known.chain(heard).map(|w| w.into_string()).collect();
                all.sort();
                all.dedup();
                (all.iter().map(|w| plain(w)).collect(), false)
            }
            Holds::Tenant => {
                let known = book.tenants();
                let all = known.iter().chain(&self.s.vocabulary.tenants);
                let mut words: Words = all
                    .map(|t| (t.id.to_string(), t.name.line().into_string()))
                    .collect();
                words.sort();
                words.dedup_by(|a, b| a.0 == b.0);
                (words, false)
            }
            Holds::Agent => {
                let agents = self.s.vocabulary.agents.iter();
                let words = agents.map(|a| (a.id.to_string(), a.name.line().into_string()));
                (words.collect(), false)
            }
            _ => (Vec::new(), false),
        }
    }

    fn people(&self) -> Words {
        let people = self.s.requests.book.people().into_iter();
        people
            .map(|p| (p.name.line().into_string(), p.email.line().into_string()))
            .collect()
    }

    /// Those whose word counts, as far as the registers know them.
    fn who_may_say(&self, name: &str, order: bool) -> Words {
        let Some((spec, open)) = self.spec().zip(self.s.requests.open.as_ref()) else {
            return Vec::new();
        };
        let words = if order {
            &spec.instructions
        } else {
            &spec.approvals
        };
        let Some(needed) = words.iter().find(|w| w.name == name) else {
            return Vec::new();
        };
        let named = open
            .form
            .answers
            .get("workspace")
            .or(open.ticket.workspace.as_ref());
        let workspace = named.map_or("", |w| w.raw());
        let book = &self.s.requests.book;
        let people = book.people().into_iter().filter_map(|p| {
            let role = book.role_in(workspace, p.email.raw())?;
            let (who, word) = (p.name.line(), role.word());
            let counts = needed.by.contains(&role);
            counts.then(|| (format!("{who}; {word}; "), p.email.line().into_string()))
        });
        people.collect()
    }

    /// What is typed has an effect at once where the list is narrowed.
    pub fn book_typed(&mut self, text: &str) {
        if matches!(self.s.inner.asking, Some(Asking::Narrow(_))) && text != self.narrowed() {
            self.narrow(text);
        }
    }

    /// The question was put away.
    pub fn book_dismissed(&mut self) {
        if let Some(Asking::Narrow(before)) = self.s.inner.asking.take() {
            self.narrow(&before);
        }
    }

    /// An answer.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn book_answered(&mut self, text: &str) -> Result<(), String> {
        let Some(asking) = self.s.inner.asking.clone() else {
            return Ok(());
        };
        match asking {
            Asking::Field(field) => {
                let value = text.to_owned();
                self.step_form(crate::domain::request::Step::Answer { field, value })?;
                self.next_field();
            }
            Asking::Role => {
                let role = Role::parse(text)?;
                self.step_form(crate::domain::request::Step::Role(Some(role)))?;
                self.next_field();
            }
            Asking::Vendor => {
                let number = (!text.is_empty()).then(|| crate::domain::text::Untrusted::new(text));
                self.step_form(crate::domain::request::Step::Vendor(number))?;
            }
            Asking::Word { name, order } => self.word_said(&name, order, text)?,
            Asking::Cell(column) => {
                let register = self.s.requests.register().ok_or("go to a register first")?;
                self.set_cell(register, column, text)?;
            }
            Asking::Row(cells) => self.row_answered(cells, text)?,
            Asking::Kind(from) => {
                let kind = text.parse::<crate::domain::ticket::Kind>();
                self.new_request(kind.map_err(|e| e.to_string())?, from);
            }
            Asking::Requester(kind) => self.request_for(kind, text)?,
            Asking::Ending(_, to) => self.ended(to, text)?,
            Asking::Tell => self.told(text)?,
            Asking::Stale(key) => self.mark_stale(key, text)?,
            Asking::Title => self.title_given(text)?,
            Asking::Narrow(_) => {}
        }
        Ok(())
    }
}

fn title_of(column: &Column) -> String {
    format!("{} · {}", column.name, column.about)
}
