//! `register`: the team's registers, by hand and as CSV; forecast, who must be told, duties.

pub mod args;
mod duties;
mod sheet;

use serde_json::{Map, Value, json};

use self::args::RegisterWhat;
use super::exit::{Code, Fail};
use super::out::Out;
use super::session::Session;
use crate::domain::gate;
use crate::domain::register::{Book, Edit, Record, Register};
use crate::domain::text::{self, Untrusted};
use crate::store::Remembered;

type Done = Result<Code, Fail>;

/// Carries it out.
pub fn run(session: &Session, what: &RegisterWhat, out: &mut Out) -> Done {
    match what {
        RegisterWhat::List { register: None, .. } => all(session, out),
        RegisterWhat::List {
            register: Some(register),
            find,
        } => list(session, *register, find.as_deref(), out),
        RegisterWhat::Show {
            register,
            row: None,
        } => columns(session, *register, out),
        RegisterWhat::Show {
            register,
            row: Some(row),
        } => show(session, *register, row, out),
        RegisterWhat::Set {
            register,
            row,
            values,
            dry_run,
        } => set(session, *register, row, values, *dry_run, out),
        RegisterWhat::Drop {
            register,
            rows,
            dry_run,
        } => drop_rows(session, *register, rows, *dry_run, out),
        RegisterWhat::Undo => take_back(session, Remembered::Registers, out),
        RegisterWhat::Import(args) => sheet::import(session, args, out),
        RegisterWhat::Export { register, output } => {
            sheet::export(session, *register, output.as_deref(), out)
        }
        RegisterWhat::Forecast => forecast(session, out),
        RegisterWhat::Told { register, row } => told(session, *register, row, out),
        RegisterWhat::Check => check(session, out),
        RegisterWhat::Duties { what } => duties::run(session, what.as_ref(), out),
    }
}

/// The registers, as far as the team's scope goes; empty where there is no store yet.
pub fn book(session: &Session) -> Result<Book, Fail> {
    if !session.store.exists() {
        return Ok(Book::default());
    }
    let book = session.reader()?.book()?;
    let registers = Register::ALL.iter().flat_map(|(r, _)| book.of(*r));
    let seen = registers.filter(|r| sees(session, r)).cloned();
    Ok(Book::new(seen.collect()))
}

fn sees(session: &Session, record: &Record) -> bool {
    gate::is_in_scope(record.tenant().as_ref(), &session.config.scope)
}

/// Refuses what is another team's, before and after.
fn allow(session: &Session, records: &[&Record]) -> Result<(), Fail> {
    for tenant in records.iter().filter_map(|r| r.tenant()) {
        session.allow_row(&tenant)?;
    }
    Ok(())
}

/// A row within the team's scope.
fn row<'b>(book: &'b Book, register: Register, name: &str) -> Result<&'b Record, Fail> {
    let key = Record::key_from(register, name);
    book.find(register, &key).ok_or_else(|| {
        Fail::not_found(format!(
            "{} have no \"{}\"; `deskhand register list {}` shows those there are",
            register.word(),
            text::line(name),
            register.word()
        ))
    })
}

fn all(session: &Session, out: &mut Out) -> Done {
    let book = book(session)?;
    let count = |r: Register| book.of(r).count();
    if session.json {
        let all: Map<String, Value> = Register::ALL
            .iter()
            .map(|(r, word)| ((*word).to_owned(), count(*r).into()))
            .collect();
        out.json(&Value::Object(all))?;
        return Ok(Code::Ok);
    }
    for (register, word) in Register::ALL {
        out.row(&format!("{word:<16} {}", count(*register)))?;
    }
    Ok(Code::Ok)
}

/// A row as a JSON object: its name, and what stands in its columns.
pub fn value(record: &Record) -> Value {
    let mut map = Map::new();
    map.insert("row".into(), record.key().into());
    for (column, value) in record.cells() {
        map.insert(column.into(), value.raw().into());
    }
    Value::Object(map)
}

fn list(session: &Session, register: Register, find: Option<&str>, out: &mut Out) -> Done {
    let book = book(session)?;
    let wanted = find.map(str::to_lowercase);
    let holds = |r: &&Record| {
        wanted
            .as_ref()
            .is_none_or(|w| r.cells().any(|(_, v)| v.raw().to_lowercase().contains(w)))
    };
    let rows: Vec<&Record> = book.of(register).filter(holds).collect();
    if session.json {
        out.json(&Value::from(
            rows.iter().map(|r| value(r)).collect::<Vec<_>>(),
        ))?;
        return Ok(Code::Ok);
    }
    if rows.is_empty() {
        out.row(&match find {
            Some(_) => format!("no row of {} holds that", register.word()),
            None => format!(
                "{} are empty; `deskhand register import {} FILE` brings rows in",
                register.word(),
                register.word()
            ),
        })?;
    }
    for r in rows {
        let keys: Vec<&str> = register
            .columns()
            .iter()
            .filter(|c| c.names)
            .map(|c| c.name)
            .collect();
        let rest = r.cells().filter(|(name, _)| !keys.contains(name));
        let rest: Vec<String> = rest
            .map(|(name, v)| format!("{name} {}", text::fit(&v.line(), 40)))
            .collect();
        let name = text::pad(&text::line(&r.key()), 28);
        out.row(&format!("{name}  {}", rest.join(" · ")))?;
    }
    Ok(Code::Ok)
}

fn columns(session: &Session, register: Register, out: &mut Out) -> Done {
    if session.json {
        let one = |c: &crate::domain::register::Column| {
            json!({
                "name": c.name, "holds": c.holds, "names_the_row": c.names, "needed": c.needed,
                "refers_to": c.refers.map(Register::word), "about": c.about,
            })
        };
        let all: Vec<Value> = register.columns().iter().map(one).collect();
        out.json(&Value::from(all))?;
        return Ok(Code::Ok);
    }
    for c in register.columns() {
        let sign = match (c.names, c.needed) {
            (true, _) => "*",
            (false, true) => "!",
            _ => " ",
        };
        out.row(&format!(
            "{sign} {:<16} {}: {}",
            c.name,
            c.holds.form(),
            c.about
        ))?;
    }
    out.row("* names the row, ! must not be empty")?;
    Ok(Code::Ok)
}

fn show(session: &Session, register: Register, name: &str, out: &mut Out) -> Done {
    let book = book(session)?;
    let r = row(&book, register, name)?;
    if session.json {
        out.json(&value(r))?;
        return Ok(Code::Ok);
    }
    for (column, value) in r.cells() {
        let lines = value.block().into_string();
        let lines = lines.replace('\n', &format!("\n{}", " ".repeat(17)));
        out.row(&format!("{column:<16} {lines}"))?;
    }
    Ok(Code::Ok)
}

fn set(
    session: &Session,
    register: Register,
    name: &str,
    values: &[String],
    dry: bool,
    out: &mut Out,
) -> Done {
    let mut cells = Vec::new();
    for typed in values {
        let Some((column, value)) = typed.split_once('=') else {
            return Err(Fail::usage(format!(
                "\"{}\" sets nothing; write it as in capacity=50",
                text::line(typed)
            )));
        };
        let column = register.column(column).map_err(Fail::usage)?;
        cells.push((column.name, value));
    }
    let key = Record::key_from(register, name);
    let book = book_of_all(session)?;
    let before = book.find(register, &key);
    let Edit { record, is_new, .. } = book
        .edit(register, &key, &cells)
        .map_err(|wrong| Fail::usage(wrong.join("\n")))?;
    allow(
        session,
        &before.into_iter().chain([&record]).collect::<Vec<_>>(),
    )?;
    if !dry {
        let mut writer = session.writer()?;
        writer.edit_record((register, &key), &cells, &session.me, session.now)?;
    }
    if session.json {
        out.json(&json!({"dry_run": dry, "made": is_new, "row": value(&record)}))?;
    } else {
        let what = match (dry, is_new) {
            (true, true) => "would make",
            (true, false) => "would change",
            (false, true) => "made",
            (false, false) => "changed",
        };
        out.row(&format!("{what} {}", text::line(&record.key())))?;
    }
    Ok(Code::Ok)
}

/// All rows, whosever they are: what is another team's is in the way all the same.
fn book_of_all(session: &Session) -> Result<Book, Fail> {
    if session.store.exists() {
        Ok(session.reader()?.book()?)
    } else {
        Ok(Book::default())
    }
}

fn drop_rows(
    session: &Session,
    register: Register,
    names: &[String],
    dry: bool,
    out: &mut Out,
) -> Done {
    let book = book_of_all(session)?;
    let mut keys = Vec::new();
    for name in names {
        let r = row(&book, register, name)?;
        allow(session, &[r])?;
        keys.push(r.key());
    }
    if !dry {
        session
            .writer()?
            .put_records(register, &[], &keys, &session.me, session.now)?;
    }
    if session.json {
        out.json(&json!({"dry_run": dry, "dropped": keys}))?;
        return Ok(Code::Ok);
    }
    let what = if dry { "would take away" } else { "took away" };
    for key in keys {
        out.row(&format!("{what} {}", text::line(&key)))?;
    }
    Ok(Code::Ok)
}

fn forecast(session: &Session, out: &mut Out) -> Done {
    let book = book(session)?;
    let today = session.today();
    let all = book.forecasts(today);
    if session.json {
        let one = |f: &crate::domain::register::forecast::Forecast<'_>| {
            use crate::domain::register::forecast::Outlook;
            let (full, ask_by, weekly) = match f.outlook {
                Outlook::Fills {
                    full,
                    ask_by,
                    weekly,
                    ..
                } => (
                    Some(full),
                    Some(ask_by),
                    Some((weekly * 100.0).round() / 100.0),
                ),
                _ => (None, None, None),
            };
            json!({
                "subscription": f.of.raw("name"), "tenant": f.of.raw("tenant"),
                "capacity": f.capacity, "used": f.outlook.used(), "state": f.outlook.word(),
                "weekly": weekly, "full": full, "ask_by": ask_by,
                "pressing": f.outlook.is_pressing(today), "says": f.outlook.sentence(today),
            })
        };
        out.json(&Value::from(all.iter().map(one).collect::<Vec<_>>()))?;
        return Ok(Code::Ok);
    }
    if all.is_empty() {
        out.row("no subscription is known; `deskhand register set subscriptions NAME tenant=CODE capacity=N` makes one")?;
    }
    for f in &all {
        let sign = if f.outlook.is_pressing(today) {
            "!"
        } else {
            " "
        };
        let used = f
            .outlook
            .used()
            .map_or_else(|| "?".to_owned(), |n| n.to_string());
        let name = text::pad(
            &f.of.get("name").map(Untrusted::line).unwrap_or_default(),
            24,
        );
        let full = format!("{used} of {}", f.capacity);
        out.row(&format!(
            "{sign} {name}  {full:<12}  {}",
            f.outlook.sentence(today)
        ))?;
    }
    Ok(Code::Ok)
}

fn told(session: &Session, register: Register, name: &str, out: &mut Out) -> Done {
    if !matches!(register, Register::Share | Register::LicenseServers) {
        return Err(Fail::usage(format!(
            "nobody is told of changes to {}; name share or license-servers",
            register.word()
        )));
    }
    let book = book(session)?;
    let r = row(&book, register, name)?;
    let all = book.told_of(r);
    if session.json {
        let one = |w: &&Record| {
            json!({
                "workspace": w.raw("name"), "accountable": w.get("accountable").map(Untrusted::raw),
            })
        };
        out.json(&Value::from(all.iter().map(one).collect::<Vec<_>>()))?;
        return Ok(Code::Ok);
    }
    if all.is_empty() {
        out.row("no Workspace is named; set its column workspaces, to all or to names")?;
    }
    for w in all {
        let who = w
            .get("accountable")
            .map_or_else(|| "-".to_owned(), |a| a.line().into_string());
        let name = text::pad(&text::line(&w.key()), 32);
        out.row(&format!("{name}  {who}"))?;
    }
    Ok(Code::Ok)
}

fn check(session: &Session, out: &mut Out) -> Done {
    let book = book(session)?;
    let all = book.dangling();
    if session.json {
        let one = |d: &crate::domain::register::Dangling| {
            json!({
                "register": d.register.word(), "row": d.key, "column": d.column,
                "names": d.names.raw(), "missing_in": d.refers.word(),
            })
        };
        out.json(&Value::from(all.iter().map(one).collect::<Vec<_>>()))?;
    } else if all.is_empty() {
        out.row("every name in the registers has its row")?;
    }
    for d in all.iter().filter(|_| !session.json) {
        out.row(&format!(
            "{} {}: {} \"{}\" is not among {}",
            d.register.word(),
            text::line(&d.key),
            d.column,
            d.names.line(),
            d.refers.word()
        ))?;
    }
    Ok(if all.is_empty() {
        Code::Ok
    } else {
        Code::Refused
    })
}

/// Takes back the person's latest act on registers or articles, and says what came of it.
pub fn take_back(session: &Session, kept: Remembered, out: &mut Out) -> Done {
    // A store is not made to find nothing in it.
    drop(session.reader()?);
    let mut writer = session.writer()?;
    let done = writer.put_back(kept, &session.me, session.now)?;
    if session.json {
        let (back, stays) = done.map_or_else(Default::default, |d| (d.back, d.stays));
        out.json(&json!({"done": !back.is_empty(), "back": back, "stays": stays}))?;
        return Ok(Code::Ok);
    }
    let Some(done) = done else {
        out.row("there is nothing to take back")?;
        return Ok(Code::Ok);
    };
    for key in done.back {
        out.row(&format!("{} is as it was", text::line(&key)))?;
    }
    for key in done.stays {
        out.row(&format!("{} stays: it was changed since", text::line(&key)))?;
    }
    Ok(Code::Ok)
}
