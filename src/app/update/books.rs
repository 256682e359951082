//! What the panes of requests, registers and articles have in common: asking the outside, what
//! comes back, narrowing, one step back, and taking back.

use crate::app::books::{Asking, BookNews, BookWish, Shelf, Then};
use crate::app::effect::Effect;
use crate::app::event::Generation;
use crate::app::state::{Go, Pane, Purpose, Tone};
use crate::domain::register::Register;
use crate::domain::text::line;

use super::Turn;

impl Turn<'_> {
    /// The keys are in one of these panes.
    pub fn in_books(&self) -> bool {
        matches!(self.s.pane, Pane::Requests | Pane::Knowledge)
    }

    /// Something is wanted whose answer counts whenever it comes.
    pub fn wish(&mut self, wish: BookWish) {
        let generation = self.next();
        self.fx.push(Effect::Books(generation, wish));
    }

    /// Reads what the pane shows anew.
    pub fn read_books(&mut self) {
        let wish = match self.s.pane {
            Pane::Knowledge => BookWish::Articles,
            _ => BookWish::Books(self.s.requests.kinds.clone()),
        };
        let generation = self.next();
        self.s.inner.books = generation;
        self.fx.push(Effect::Books(generation, wish));
        let open = self.s.requests.open.as_ref().map(|o| o.ticket.id);
        if let (Pane::Requests, Some(id)) = (self.s.pane, open) {
            self.wish(BookWish::Request(id));
        }
    }

    /// Looks for articles with these words; the latest search counts.
    pub fn seek(&mut self, words: &str) {
        let generation = self.next();
        self.s.inner.hits = generation;
        self.fx
            .push(Effect::Books(generation, BookWish::Find(words.to_owned())));
    }

    /// An answer about knowledge, requests or registers came.
    pub fn looked_up(&mut self, generation: Generation, news: BookNews) {
        let latest = generation == self.s.inner.books;
        let gate = self.s.inner.gate.as_ref();
        let at_gate = gate.is_some_and(|g| g.generation == generation);
        match news {
            BookNews::Articles(all) if latest => self.articles_here(all),
            BookNews::Found(hits) if generation == self.s.inner.hits => self.hits_here(hits),
            BookNews::Books(kept, book) if latest => self.books_here(kept, *book),
            BookNews::Request(kept) => self.request_here(kept.map(|k| *k)),
            BookNews::Gate(kept, book) if at_gate => self.gate_here(kept, *book),
            BookNews::WouldImport(would) => {
                let (added, changed, same) = would.counts;
                let word = would.register.word();
                let mut lines = vec![line(&format!(
                    "{word}: {added} new, {changed} changed, {same} as they are. z takes it back."
                ))];
                lines.extend(would.bad.iter().cloned());
                if !would.bad.is_empty() {
                    lines.push(line("Lines that are wrong are left out; the others go in."));
                }
                let wish = BookWish::Import {
                    register: would.register,
                    path: would.path,
                    scope: self.s.scope.clone(),
                    dry: false,
                };
                let verb = format!("bring {} rows in", added + changed);
                self.confirm(&verb, lines, Vec::new(), Go::Book(Box::new(wish)));
            }
            BookNews::Done(words, then) => {
                if !words.is_empty() {
                    self.toast(Tone::Good, words, None);
                }
                match then {
                    Then::Stay => {}
                    Then::Request(id) => self.open_request(id),
                    Then::Article(key) => {
                        self.s.inner.wanted_article = Some(key);
                        if self.s.pane != Pane::Knowledge && self.s.composer.is_none() {
                            self.go(Pane::Knowledge);
                        }
                    }
                }
                if self.in_books() {
                    self.read_books();
                }
            }
            BookNews::Failed(fault) if latest => match self.s.pane {
                Pane::Knowledge => self.s.knowledge.error = Some(fault.what),
                _ => self.s.requests.error = Some(fault.what),
            },
            BookNews::Failed(fault) if at_gate => {
                self.s.inner.gate = None;
                self.fault(fault);
            }
            BookNews::Refused(fault) => {
                self.fault(fault);
                if self.in_books() {
                    self.read_books();
                }
            }
            _ => {}
        }
    }

    /// Narrows the list by words, or asks for them.
    pub fn narrow_by(&mut self, arg: Option<&str>) {
        match arg {
            Some(words) => self.narrow(words),
            None => {
                let before = self.narrowed().to_owned();
                self.ask_about(Asking::Narrow(before));
            }
        }
    }

    /// The words by which the pane is narrowed.
    pub fn narrowed(&self) -> &str {
        match self.s.pane {
            Pane::Knowledge => &self.s.knowledge.words,
            _ => &self.s.requests.words,
        }
    }

    /// Shows only what holds these words.
    pub fn narrow(&mut self, words: &str) {
        match self.s.pane {
            Pane::Knowledge => self.narrow_articles(words),
            _ => {
                self.s.requests.open = None;
                self.s.requests.words = words.to_owned();
                self.arrange();
            }
        }
    }

    /// Asks something of a request, a register or an article.
    pub fn ask_about(&mut self, asking: Asking) {
        self.s.inner.asking = Some(asking);
        self.ask(Purpose::Book);
    }

    /// One step back within the pane; false: there is none.
    pub fn back_in_books(&mut self) -> bool {
        match self.s.pane {
            Pane::Requests if self.s.requests.open.is_some() => {
                self.s.requests.open = None;
                self.moved();
                true
            }
            Pane::Knowledge if self.s.knowledge.reading => {
                self.s.knowledge.reading = false;
                self.wrap_article();
                true
            }
            Pane::Requests | Pane::Knowledge if !self.narrowed().is_empty() => {
                self.narrow("");
                true
            }
            _ => false,
        }
    }

    /// Takes the latest act on what the pane shows back; false: that is another's affair.
    pub fn undo_in_books(&mut self) -> bool {
        let shelf = match (self.s.pane, self.s.requests.register()) {
            (Pane::Knowledge, _) => Shelf::Articles,
            (Pane::Requests, Some(_)) => Shelf::Registers,
            (Pane::Requests, None) => return self.undo_step(),
            _ => return false,
        };
        self.wish(BookWish::TakeBack(shelf));
        true
    }

    /// Opens what is under the cursor: a request, an article, or the question about a field.
    pub fn open_in_books(&mut self) {
        match (self.s.pane, self.s.requests.ticket()) {
            (Pane::Knowledge, _) => self.read_article(),
            (_, _) if self.s.requests.open.is_some() => self.answer_line(),
            (_, Some(id)) => self.open_request(id),
            (_, None) if self.s.requests.register().is_some() => self.ask_cell(),
            (_, None) => self.refuse("there is no request under the cursor; I makes one"),
        }
    }

    /// Writes what is under the cursor in the person's own editor.
    pub fn edit_outside(&mut self) {
        match self.s.pane {
            Pane::Knowledge => self.edit_article(),
            _ => self.edit_field(),
        }
    }

    /// Explains what is under the cursor.
    pub fn why_in_books(&mut self) {
        match (self.s.pane, self.s.requests.register()) {
            (Pane::Knowledge, _) => self.why_article(),
            (_, Some(register)) => self.why_row(register),
            (_, None) => self.why_request(),
        }
    }

    /// Shows reasons.
    pub fn explain(&mut self, title: &str, lines: Vec<crate::domain::text::Printable>) {
        self.s
            .overlays
            .push(crate::app::state::Overlay::Why(crate::app::state::Why {
                title: line(title),
                lines,
                scroll: 0,
            }));
    }

    /// A register: `NAME` goes there, `import [NAME] FILE`, `export [NAME] FILE`, `undo`.
    pub fn register_command(&mut self, arg: Option<&str>) {
        let usage = ":register NAME, :register import FILE, :register export FILE";
        let Some(arg) = arg else {
            return self.refuse(usage);
        };
        let (verb, rest) = arg.split_once(' ').unwrap_or((arg, ""));
        let rest = rest.trim();
        match verb {
            "undo" => self.wish(BookWish::TakeBack(Shelf::Registers)),
            "import" | "export" => {
                let named = rest
                    .split_once(' ')
                    .and_then(|(name, file)| Some((Register::parse(name).ok()?, file.trim())));
                let here = self.s.requests.register().map(|r| (r, rest));
                match named.or(here) {
                    Some((register, file)) if !file.is_empty() => {
                        self.bring_or_write(verb == "import", register, file);
                    }
                    _ => self.refuse(&format!(
                        "{usage}; name the register before the file where none is shown"
                    )),
                }
            }
            name => match Register::parse(name) {
                Ok(register) => self.go_to_register(register),
                Err(why) => self.refuse(&why),
            },
        }
    }
}
