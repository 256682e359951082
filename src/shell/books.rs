//! What knowledge, requests and registers wish, carried out.

use std::path::Path;

use super::answers::{fault, sentence};
use super::articles;
use super::paths;
use crate::app::Event;
use crate::app::books::{BookNews, BookWish, Hit, Shelf, Then, WouldImport};
use crate::app::event::{Fault, Generation};
use crate::domain::Instant;
use crate::domain::gate::is_in_scope;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::register::csv::{self, BadLine};
use crate::domain::register::{Record, Register};
use crate::domain::request::Form;
use crate::domain::text;
use crate::domain::ticket::TicketId;
use crate::store::{Reader, Remembered, StoreError, Writer};

/// So many requests are shown at most; nobody reads further than this.
const MOST_REQUESTS: usize = 2_000;
/// So many articles are found at most.
const MOST_FOUND: usize = 50;
/// No register is larger than this many bytes.
const MOST_BYTES: u64 = 64 << 20;

/// Carries out what only reads; what writes is not its affair.
///
/// # Errors
/// As the store's reads.
pub fn read(reader: &Reader, wish: BookWish) -> Result<BookNews, StoreError> {
    Ok(match wish {
        BookWish::Find(words) => {
            let found = reader.find_articles(&words, MOST_FOUND)?.into_iter();
            let hit = |f: crate::store::FoundArticle| Hit {
                article: f.article,
                extract: f.extract,
            };
            BookNews::Found(found.map(hit).collect())
        }
        BookWish::Books(kinds) => {
            let kinds: Vec<_> = kinds.all.iter().map(|k| k.kind).collect();
            let open = reader.open_requests(&kinds, MOST_REQUESTS)?;
            BookNews::Books(open, Box::new(reader.book()?))
        }
        BookWish::Request(id) => {
            let ticket = reader.ticket(id)?;
            let form = reader.request(id)?;
            BookNews::Request(ticket.map(|t| Box::new((t, form))))
        }
        BookWish::Gate(ids) => {
            let mut kept = Vec::new();
            for id in ids {
                let form = reader.request(id)?;
                kept.extend(reader.ticket(id)?.map(|t| (t, form)));
            }
            BookNews::Gate(kept, Box::new(reader.book()?))
        }
        _ => BookNews::Articles(reader.articles()?),
    })
}

/// What came of a write: the words for it with what to show then, and the tickets it touched.
type Done = Result<(BookNews, Vec<TicketId>), Fault>;

/// Carries out what writes.
pub fn write(
    w: &mut Writer,
    store: &Path,
    (generation, wish): (Generation, BookWish),
    me: &AgentId,
    now: Instant,
) -> (Option<Event>, Vec<TicketId>) {
    let (news, tickets) = match wish {
        BookWish::MakeRequest(..)
        | BookWish::OfTicket { .. }
        | BookWish::Step { .. }
        | BookWish::MakeTickets(_) => requests(w, wish, me, now),
        BookWish::Edit { .. }
        | BookWish::Put { .. }
        | BookWish::Import { .. }
        | BookWish::Export { .. } => registers(w, store, wish, me, now),
        BookWish::TakeBack(shelf) => take_back(w, shelf, me, now),
        wish => articles::write(w, store, wish, me, now).map(|news| (news, Vec::new())),
    }
    .unwrap_or_else(|fault| (BookNews::Refused(fault), Vec::new()));
    (Some(Event::Books(generation, news)), tickets)
}

fn done(words: &str, then: Then) -> BookNews {
    BookNews::Done(text::line(words), then)
}

fn requests(w: &mut Writer, wish: BookWish, me: &AgentId, now: Instant) -> Done {
    let failed = |e: StoreError| fault(&e);
    match wish {
        BookWish::MakeRequest(new) => {
            let made = w.create_request(&new.0, &new.1, me, now).map_err(failed)?;
            let words = format!("#{} is made", made.key);
            Ok((done(&words, Then::Request(made.id)), vec![made.id]))
        }
        BookWish::OfTicket {
            ticket,
            changes,
            form,
        } => {
            let begun = |kept: Option<Form>| match kept {
                None => Ok(*form),
                // Its ticket was opened again: what was answered and said stands.
                Some(kept) if kept.outcome.is_some() && kept.kind == form.kind => Ok(Form {
                    outcome: None,
                    ..kept
                }),
                Some(kept) => Err(format!(
                    "it is a request already, of the kind {}; g r shows it",
                    kept.kind.word()
                )),
            };
            w.keep_request_with(ticket, (me, now), r#"{"act":"new"}"#, &changes, begun)
                .map_err(failed)?;
            let words = "it is a request now, with what the ticket says";
            Ok((done(words, Then::Request(ticket)), vec![ticket]))
        }
        BookWish::Step {
            ticket,
            kind,
            kinds,
            begun,
            step,
        } => {
            let spec = kinds.of(kind).ok_or_else(|| {
                sentence("this kind of request is not known any more; look at requests.toml")
            })?;
            w.keep_request(ticket, me, now, &step.detail(), |kept| {
                let mut form = kept.unwrap_or(*begun);
                // Its ticket was opened again: it goes on.
                form.outcome = None;
                step.apply(&mut form, spec)?;
                Ok(form)
            })
            .map_err(failed)?;
            Ok((done("", Then::Stay), vec![ticket]))
        }
        BookWish::MakeTickets(all) => {
            let made = w.create_tickets(&all, me, now).map_err(failed)?;
            let made: Vec<TicketId> = made.iter().map(|t| t.id).collect();
            let words = format!("{} tickets are made", made.len());
            Ok((done(&words, Then::Stay), made))
        }
        _ => Ok((done("", Then::Stay), Vec::new())),
    }
}

fn registers(w: &mut Writer, store: &Path, wish: BookWish, me: &AgentId, now: Instant) -> Done {
    let failed = |e: StoreError| fault(&e);
    let news = match wish {
        BookWish::Edit {
            register,
            key,
            cells,
            words,
        } => {
            let cells: Vec<(&str, &str)> = cells.iter().map(|(c, v)| (*c, v.as_str())).collect();
            w.edit_record((register, &key), &cells, me, now)
                .map_err(failed)?;
            BookNews::Done(words, Then::Stay)
        }
        BookWish::Put {
            register,
            records,
            drop,
            words,
        } => {
            w.put_records(register, &records, &drop, me, now)
                .map_err(failed)?;
            BookNews::Done(words, Then::Stay)
        }
        BookWish::Import {
            register,
            path,
            scope,
            dry,
        } => {
            let content = paths::text(&path, MOST_BYTES).map_err(|e| sentence(&e))?;
            let book = Reader::open(store).and_then(|r| r.book()).map_err(failed)?;
            let allow = |record: &Record| allowed(record, &scope);
            let sheet = csv::read(register, &content).map_err(|bad| sentence(&at_line(&bad)))?;
            let mut bad = sheet.bad;
            let rows = book.lay(register, sheet.rows, allow, &mut bad);
            bad.sort_by_key(|b| b.line);
            if dry {
                BookNews::WouldImport(WouldImport {
                    register,
                    counts: book.would(register, &rows),
                    path,
                    bad: bad.iter().map(|b| text::line(&at_line(b))).collect(),
                })
            } else {
                let put = w
                    .put_records(register, &rows, &[], me, now)
                    .map_err(failed)?;
                done(&imported(register, put.added, put.changed), Then::Stay)
            }
        }
        BookWish::Export {
            register,
            path,
            scope,
        } => {
            let book = Reader::open(store).and_then(|r| r.book()).map_err(failed)?;
            let rows = book.of(register).filter(|r| allowed(r, &scope).is_ok());
            let text = csv::write(register, rows);
            let at = paths::new_file(&path, text.as_bytes()).map_err(|e| sentence(&e))?;
            done(&format!("written to {}", at.display()), Then::Stay)
        }
        _ => done("", Then::Stay),
    };
    Ok((news, Vec::new()))
}

fn imported(register: Register, added: usize, changed: usize) -> String {
    let word = register.word();
    format!("{word}: {added} added, {changed} changed · z takes it back")
}

fn at_line(bad: &BadLine) -> String {
    format!("line {}: {}", bad.line, bad.what)
}

/// Refuses rows of another team's tenants.
fn allowed(record: &Record, scope: &[TenantId]) -> Result<(), String> {
    match record.tenant() {
        Some(tenant) if !is_in_scope(Some(&tenant), scope) => Err(format!(
            "{tenant} is outside your scope; ask the team that looks after it"
        )),
        _ => Ok(()),
    }
}

fn take_back(w: &mut Writer, shelf: Shelf, me: &AgentId, now: Instant) -> Done {
    let kept = match shelf {
        Shelf::Registers => Remembered::Registers,
        Shelf::Articles => Remembered::Articles,
    };
    let taken = w.put_back(kept, me, now).map_err(|e| fault(&e))?;
    let words = match taken {
        None => "nothing of yours is left to take back here".to_owned(),
        Some(t) if t.back.is_empty() => "nothing was taken back: it was changed since".into(),
        Some(t) if t.stays.is_empty() => match t.back.as_slice() {
            [one] => format!("undone: {one} is as it was"),
            many => format!("undone: {} are as they were", many.len()),
        },
        Some(t) => format!(
            "undone: {} as they were; {} stay, they were changed since",
            t.back.len(),
            t.stays.len()
        ),
    };
    Ok((done(&words, Then::Stay), Vec::new()))
}
