//! Registers: rows as a table, edited cell by cell.

use std::collections::BTreeMap;

use crate::app::books::{Asking, BookWish};
use crate::app::effect::Effect;
use crate::app::layout::list_rows;
use crate::app::state::{Go, SheetRow};
use crate::domain::gate::is_in_scope;
use crate::domain::register::forecast::Outlook;
use crate::domain::register::{Book, Edit, Record, Register, is_announced};
use crate::domain::text::{Printable, Untrusted, line, width};

use super::Turn;

/// A column is at least and at most so wide.
const NARROWEST: u16 = 6;
const WIDEST: u16 = 30;

impl Turn<'_> {
    fn sees(&self, record: &Record) -> bool {
        is_in_scope(record.tenant().as_ref(), &self.s.scope)
    }

    /// Makes the table of a register anew, of the rows that hold the words.
    pub fn arrange_sheet(&mut self, register: Register, low: &str) {
        let book = self.s.requests.book.clone();
        let columns = register.columns();
        let notes = self.notes(register, &book);
        let mut widths: Vec<u16> = columns
            .iter()
            .map(|c| u16::try_from(c.name.len()).unwrap_or(WIDEST))
            .collect();
        let mut rows = Vec::new();
        for record in book.of(register).filter(|r| self.sees(r)) {
            let holds = |v: &Untrusted| v.raw().to_lowercase().contains(low);
            if !low.is_empty() && !record.cells().any(|(_, v)| holds(v)) {
                continue;
            }
            let cells: Vec<Printable> = columns
                .iter()
                .map(|c| {
                    record
                        .get(c.name)
                        .map_or_else(Printable::empty, Untrusted::line)
                })
                .collect();
            for (room, cell) in widths.iter_mut().zip(&cells) {
                *room = (*room).max(u16::try_from(width(cell)).unwrap_or(WIDEST));
            }
            let key = record.key();
            let (pressing, notes) = notes.get(&key).cloned().unwrap_or_default();
            rows.push(SheetRow {
                key,
                cells,
                pressing,
                notes,
            });
        }
        // What is pressing stands first; the others stay in the order of their names.
        rows.sort_by_key(|r| !r.pressing);
        let height = list_rows(self.s);
        let sheet = &mut self.s.requests.sheet;
        sheet.widths = widths
            .into_iter()
            .map(|w| w.clamp(NARROWEST, WIDEST))
            .collect();
        let here = sheet.rows.get(sheet.cursor).map(|r| r.key.clone());
        sheet.rows = rows;
        let find = |key: &String| sheet.rows.iter().position(|r| r.key == *key);
        let wanted = sheet.wanted.as_ref().and_then(find);
        if wanted.is_some() {
            sheet.wanted = None;
        }
        let at = wanted.or_else(|| here.as_ref().and_then(find));
        sheet.cursor = at
            .unwrap_or(sheet.cursor)
            .min(sheet.rows.len().saturating_sub(1));
        sheet.column = sheet.column.min(columns.len().saturating_sub(1));
        sheet.top = sheet
            .top
            .min(sheet.cursor)
            .max((sheet.cursor + 1).saturating_sub(height));
    }

    /// What to know about rows, and which of them want something now.
    fn notes(&self, register: Register, book: &Book) -> BTreeMap<String, (bool, Vec<Printable>)> {
        let mut all: BTreeMap<String, (bool, Vec<Printable>)> = BTreeMap::new();
        let today = self.today();
        if register == Register::Subscriptions {
            for f in book.forecasts(today) {
                let note = all.entry(f.of.key()).or_default();
                note.0 = f.outlook.is_pressing(today);
                let used = match f.outlook {
                    Outlook::NoReading => String::new(),
                    _ => format!("{} of {}: ", f.outlook.used().unwrap_or(0), f.capacity),
                };
                note.1
                    .push(line(&format!("{used}{}", f.outlook.sentence(today))));
            }
        }
        if is_announced(register) {
            for record in book.of(register) {
                let told: Vec<String> = book.told_of(record).iter().map(|w| w.key()).collect();
                if !told.is_empty() {
                    let words = format!(
                        "A change must be told to {}: {} · T tells them",
                        told.len(),
                        told.join(", ")
                    );
                    all.entry(record.key()).or_default().1.push(line(&words));
                }
                if record.date("until").is_some_and(|d| d < today) {
                    let note = all.entry(record.key()).or_default();
                    note.0 = true;
                    note.1.insert(0, line("The license has run out."));
                }
            }
        }
        for d in book.dangling().iter().filter(|d| d.register == register) {
            let words = format!(
                "{} names \"{}\", which is not among {}",
                d.column,
                d.names.line(),
                d.refers.word()
            );
            all.entry(d.key.clone()).or_default().1.push(line(&words));
        }
        all
    }

    /// The row under the cursor.
    fn row(&self, register: Register) -> Option<&Record> {
        let sheet = &self.s.requests.sheet;
        let key = &sheet.rows.get(sheet.cursor)?.key;
        self.s.requests.book.find(register, key)
    }

    /// To another column.
    pub fn column(&mut self, by: isize) {
        if let Some(register) = self.s.requests.register() {
            let last = register.columns().len().saturating_sub(1);
            let sheet = &mut self.s.requests.sheet;
            sheet.column = sheet.column.saturating_add_signed(by).min(last);
        }
    }

    /// Asks for the cell under the cursor.
    pub fn ask_cell(&mut self) {
        let Some(register) = self.s.requests.register() else {
            return;
        };
        if self.row(register).is_none() {
            return self.refuse("there is no row under the cursor; I adds one");
        }
        let column = register.columns().get(self.s.requests.sheet.column);
        if let Some(column) = column {
            self.ask_about(Asking::Cell(column.name));
        }
    }

    /// What stands in a cell of the row under the cursor.
    pub fn cell(&self, register: Register, column: &str) -> String {
        self.row(register).map_or("", |r| r.raw(column)).to_owned()
    }

    /// Sets a cell of the row under the cursor.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn set_cell(
        &mut self,
        register: Register,
        column: &str,
        value: &str,
    ) -> Result<(), String> {
        let column = register.column(column)?.name;
        let row = self
            .row(register)
            .ok_or("there is no row under the cursor")?;
        let key = row.key();
        let edit = self.edited_row(register, &key, &[(column, value)])?;
        self.put(register, key, vec![(column, value.to_owned())], &edit);
        Ok(())
    }

    fn edited_row(
        &self,
        register: Register,
        key: &str,
        cells: &[(&str, &str)],
    ) -> Result<Edit, String> {
        let edit = self.s.requests.book.edit(register, key, cells);
        let edit = edit.map_err(|wrong| wrong.join("; "))?;
        if self.sees(&edit.record) {
            return Ok(edit);
        }
        Err("that tenant is outside your scope; ask the team that looks after it".into())
    }

    /// The cells alone are told: what others have put into the row meanwhile stays.
    fn put(
        &mut self,
        register: Register,
        key: String,
        cells: Vec<(&'static str, String)>,
        edit: &Edit,
    ) {
        let what = if edit.is_new { "added" } else { "changed" };
        let name = edit.record.key();
        let words = line(&format!("{name} is {what} · z undoes"));
        self.s.requests.sheet.wanted = Some(name);
        self.wish(BookWish::Edit {
            register,
            key,
            cells,
            words,
        });
    }

    /// Begins a new row: its name, then what must not be empty, one after the other.
    pub fn add_row(&mut self, register: Register, name: Option<&str>) {
        let first = register.columns().iter().find(|c| c.names);
        let begun = match (first, name) {
            (Some(column), Some(name)) => match column.holds.read(name) {
                Ok(value) => vec![(column.name, value)],
                Err(why) => return self.refuse(&why),
            },
            _ => Vec::new(),
        };
        self.ask_row(register, begun);
    }

    /// The next column of a new row that must be filled in.
    pub fn next_needed(
        register: Register,
        cells: &[(&'static str, String)],
    ) -> Option<&'static crate::domain::register::Column> {
        let mut needed = register.columns().iter().filter(|c| c.needed);
        needed.find(|c| !cells.iter().any(|(name, _)| *name == c.name))
    }

    fn ask_row(&mut self, register: Register, cells: Vec<(&'static str, String)>) {
        if Self::next_needed(register, &cells).is_some() {
            return self.ask_about(Asking::Row(cells));
        }
        let key: Vec<&str> = register
            .columns()
            .iter()
            .filter(|c| c.names)
            .filter_map(|c| cells.iter().find(|(name, _)| *name == c.name))
            .map(|(_, value)| value.as_str())
            .collect();
        let key = key.join("/");
        if self.s.requests.book.find(register, &key).is_some() {
            self.s.requests.sheet.wanted = Some(key);
            self.arrange();
            return self.refuse("there is one of that name already; the cursor is on it");
        }
        let given: Vec<(&str, &str)> = cells.iter().map(|(c, v)| (*c, v.as_str())).collect();
        match self.edited_row(register, &key, &given) {
            Ok(edit) => self.put(register, key, cells, &edit),
            Err(why) => self.refuse(&why),
        }
    }

    /// A cell of a new row was answered.
    ///
    /// # Errors
    /// It cannot hold that.
    pub fn row_answered(
        &mut self,
        mut cells: Vec<(&'static str, String)>,
        text: &str,
    ) -> Result<(), String> {
        let register = self.s.requests.register().ok_or("go to a register first")?;
        let column = Self::next_needed(register, &cells).ok_or("the row is whole already")?;
        let value = column.holds.read(text)?;
        if value.is_empty() {
            return Err(format!("it must not be empty; write {}", column.about));
        }
        cells.push((column.name, value));
        self.ask_row(register, cells);
        Ok(())
    }

    /// Takes the row under the cursor away, after what would become of others was shown.
    pub fn drop_row(&mut self) {
        let Some(register) = self.s.requests.register() else {
            return self.refuse("go to a register first; ] steps through them");
        };
        let Some(row) = self.row(register) else {
            return self.refuse("there is no row under the cursor");
        };
        let key = row.key();
        let mut lines: Vec<Printable> = row
            .cells()
            .map(|(name, v)| line(&format!("{name}: {}", v.line())))
            .collect();
        let users = self.s.requests.book.naming(register, &key);
        if !users.is_empty() {
            let few: Vec<&str> = users.iter().take(5).map(String::as_str).collect();
            let more = users.len().saturating_sub(few.len());
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            lines.push(line(&format!(
                "Named by {}{more}: those names lead nowhere then.",
                few.join(", ")
            )));
        }
        lines.push(line("z brings it back."));
        let wish = BookWish::Put {
            register,
            records: Vec::new(),
            words: line(&format!("{key} is taken away · z brings it back")),
            drop: vec![key.clone()],
        };
        let verb = format!("take {key} away");
        self.confirm(&verb, lines, Vec::new(), Go::Book(Box::new(wish)));
    }

    /// Asks how those who must be told of a change are told.
    pub fn tell(&mut self, arg: Option<&str>) {
        let register = self.s.requests.register().filter(|r| is_announced(*r));
        let Some(register) = register else {
            return self
                .refuse("changes to the software share and license servers are told; go there");
        };
        let none = self
            .row(register)
            .is_none_or(|r| self.s.requests.book.told_of(r).is_empty());
        if none {
            return self.refuse("nobody must be told; name Workspaces in its column, or all");
        }
        match arg {
            None => self.ask_about(Asking::Tell),
            Some(way) => {
                if let Err(why) = self.told(way) {
                    self.refuse(&why);
                }
            }
        }
    }

    /// Tells them: `text` puts it into the clipboard, `tickets` makes one for each.
    ///
    /// # Errors
    /// It is another word.
    pub fn told(&mut self, way: &str) -> Result<(), String> {
        let register = self.s.requests.register().ok_or("go to a register first")?;
        let row = self
            .row(register)
            .ok_or("there is no row under the cursor")?;
        match way.trim() {
            "text" => {
                let text = self.s.requests.book.announcement(row);
                let what = line("the text, with whom it concerns,");
                self.fx.push(Effect::Copy { text, what });
            }
            "tickets" => {
                if let Some(why) = self.s.abilities.no_new_ticket {
                    return Err(why.into());
                }
                let all = self.s.requests.book.announcements(row);
                let lines = all.iter().map(|t| {
                    let who = t
                        .requester
                        .as_ref()
                        .map_or_else(Printable::empty, Untrusted::line);
                    line(&format!("{}  {who}", t.subject.line()))
                });
                let lines = lines.collect();
                let verb = format!("make {} tickets", all.len());
                let go = Go::Book(Box::new(BookWish::MakeTickets(all)));
                self.confirm(&verb, lines, Vec::new(), go);
            }
            other => {
                return Err(format!(
                    "\"{}\" tells nobody; write text or tickets",
                    line(other)
                ));
            }
        }
        Ok(())
    }

    /// Brings a file's rows in, after what that would do was shown; or writes them out.
    pub fn bring_or_write(&mut self, brings: bool, register: Register, file: &str) {
        if brings {
            return self.wish(BookWish::Import {
                register,
                path: file.to_owned(),
                scope: self.s.scope.clone(),
                dry: true,
            });
        }
        self.wish(BookWish::Export {
            register,
            path: file.to_owned(),
            scope: self.s.scope.clone(),
        });
    }

    /// All of the row under the cursor, and what to know about it.
    pub fn why_row(&mut self, register: Register) {
        let sheet = &self.s.requests.sheet;
        let Some(shown) = sheet.rows.get(sheet.cursor) else {
            return self.refuse("there is no row under the cursor to explain");
        };
        let mut lines = shown.notes.clone();
        if !lines.is_empty() {
            lines.push(Printable::empty());
        }
        let title = format!("{}: {}", register.word(), line(&shown.key));
        let cells = self.row(register).into_iter().flat_map(Record::cells);
        lines.extend(cells.map(|(name, v)| line(&format!("{name}: {}", v.line()))));
        self.explain(&title, lines);
    }
}
