//! Requests as text and as JSON.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{Done, Found, found};
use crate::cli::exit::Code;
use crate::cli::out::Out;
use crate::cli::session::Session;
use crate::cli::shape;
use crate::domain::register::Book;
use crate::domain::request::{
    Against, Doer, Does, Ending, Form, KindSpec, Kinds, Said, Verdict, WordNeeded,
};
use crate::domain::text::{self, Printable, Untrusted};
use crate::domain::value::Role;

fn cell(text: &str, columns: usize) -> Printable {
    text::pad(&text::line(text), columns)
}

fn roles(roles: &[Role]) -> String {
    let words: Vec<&str> = roles.iter().map(|r| r.word()).collect();
    words.join(", ")
}

fn does(spec: &KindSpec) -> String {
    match spec.does {
        Does::Team => "this team".into(),
        Does::Vendor => "the vendor".into(),
        Does::Right(right) => format!("who may {}, else the vendor", right.word()),
    }
}

fn doer(doer: &Doer) -> String {
    match doer {
        Doer::Team => "this team".into(),
        Doer::Vendor => "the vendor, on the vendor's clock".into(),
        Doer::People(people) => {
            let names: Vec<String> = people.iter().map(|p| p.line().into_string()).collect();
            names.join(", ")
        }
        Doer::Unknown(right) => format!(
            "not known: nobody's rights are in the register of people ({} is needed)",
            right.word()
        ),
    }
}

fn doer_value(doer: &Doer) -> Value {
    match doer {
        Doer::Team => json!({"who": "team"}),
        Doer::Vendor => json!({"who": "vendor"}),
        Doer::People(people) => {
            let names: Vec<&str> = people.iter().map(Untrusted::raw).collect();
            json!({"who": "people", "people": names})
        }
        Doer::Unknown(right) => json!({"who": "unknown", "right": right}),
    }
}

fn target(session: &Session, spec: &KindSpec) -> Option<String> {
    let rule = spec.target(&session.config.policy, None)?;
    Some(rule.within.to_string())
}

/// All kinds.
pub fn kinds(session: &Session, kinds: &Kinds, out: &mut Out) -> Done {
    if session.json {
        let all: Vec<Value> = kinds.all.iter().map(|s| kind_value(session, s)).collect();
        out.json(&Value::from(all))?;
        return Ok(Code::Ok);
    }
    for spec in &kinds.all {
        let target = target(session, spec).unwrap_or_else(|| "no promise".into());
        out.row(&format!(
            "{}  {}  {}  {}",
            cell(spec.kind.word(), 17),
            cell(&spec.title, 26),
            cell(&target, 10),
            does(spec)
        ))?;
    }
    Ok(Code::Ok)
}

fn kind_value(session: &Session, spec: &KindSpec) -> Value {
    let mut value = json!(spec);
    if let Some(map) = value.as_object_mut() {
        map.insert("target".into(), json!(target(session, spec)));
    }
    value
}

/// One kind with all that belongs to it.
pub fn kind(session: &Session, spec: &KindSpec, book: &Book, out: &mut Out) -> Done {
    let who = spec.doer(book, None);
    if session.json {
        let mut value = kind_value(session, spec);
        if let Some(map) = value.as_object_mut() {
            map.insert("doer".into(), doer_value(&who));
        }
        out.json(&value)?;
        return Ok(Code::Ok);
    }
    out.row(&format!("{}  {}", spec.kind, spec.title))?;
    let target = target(session, spec).map_or_else(
        || "nothing is promised".to_owned(),
        |within| format!("first response within {within}"),
    );
    out.row(&format!("  target     {target}"))?;
    out.row(&format!("  done by    {}", doer(&who)))?;
    let may = match roles(&spec.asks) {
        none if none.is_empty() => "everybody".to_owned(),
        some => some,
    };
    out.row(&format!("  may ask    {may}"))?;
    if !spec.sources.is_empty() {
        out.row(&format!("  rules from {}", spec.sources.join(", ")))?;
    }
    out.row("  form")?;
    for field in &spec.fields {
        let need = if field.needed || field.when.is_some() {
            " "
        } else {
            "?"
        };
        let form = if field.choices.is_empty() {
            field.holds.form().to_owned()
        } else {
            field.choices.join(", ")
        };
        out.row(&format!("   {need} {}  {form}", cell(&field.name, 24)))?;
    }
    needed(out, "approvals", &spec.approvals)?;
    needed(out, "instructions", &spec.instructions)?;
    out.row("  checklist")?;
    for item in &spec.checklist {
        out.row(&format!("     {}  {}", cell(&item.name, 24), item.does))?;
    }
    if spec.needs_resolution {
        out.row("  closes only with a resolution")?;
    }
    Ok(Code::Ok)
}

fn needed(out: &mut Out, what: &str, words: &[WordNeeded]) -> std::io::Result<()> {
    if !words.is_empty() {
        out.row(&format!("  {what}"))?;
    }
    for w in words {
        let by = roles(&w.by);
        out.row(&format!("     {}  by {by}: {}", cell(&w.name, 24), w.why))?;
    }
    Ok(())
}

/// The requests there are.
pub fn list(session: &Session, kinds: &Kinds, all: bool, limit: usize, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let book = Rc::new(reader.book()?);
    let mut values = Vec::new();
    let mut rows = Vec::new();
    for (ticket, _) in reader.requests(all, limit)? {
        // A kind that the settings no longer know has nothing to say.
        if !session.sees(&ticket) || ticket.merged_into.is_some() {
            continue;
        }
        let Ok(f) = found(kinds, ticket, &reader, &book) else {
            continue;
        };
        let against = f.asked().open().len();
        let state = match (&f.form.outcome, against) {
            (Some(outcome), _) => outcome.ending.word().to_owned(),
            (None, 0) => "may be closed".to_owned(),
            (None, 1) => "1 thing open".to_owned(),
            (None, n) => format!("{n} things open"),
        };
        values.push(json!({
            "ticket": f.ticket.key, "kind": f.form.kind, "subject": f.ticket.subject.raw(),
            "outcome": f.form.outcome, "against": against,
        }));
        rows.push(format!(
            "{}  {}  {}  {}",
            cell(f.ticket.key.as_str(), 11),
            cell(f.form.kind.word(), 17),
            cell(&state, 14),
            f.ticket.subject.line()
        ));
    }
    if session.json {
        out.json(&Value::from(values))?;
    } else if rows.is_empty() {
        out.row("no request waits; `deskhand request new KIND` makes one")?;
    }
    for row in rows.iter().filter(|_| !session.json) {
        out.row(row)?;
    }
    Ok(Code::Ok)
}

fn value(session: &Session, f: &Found) -> Value {
    let against = f.asked().open();
    let within = f.spec.target_of(&session.config.policy, &f.ticket);
    json!({
        "ticket": f.ticket.key,
        "subject": f.ticket.subject.raw(),
        "requester": f.ticket.requester.as_ref().map(Untrusted::raw),
        "form": f.form,
        "role": f.asked().role(),
        "doer": doer_value(&f.asked().doer()),
        "target": within.map(|r| r.within.to_string()),
        "approvals_needed": names(&f.form.approvals_needed(&f.spec)),
        "instructions_needed": names(&f.form.instructions_needed(&f.spec)),
        "items": f.form.items(&f.spec).iter().map(|i| i.name.as_str()).collect::<Vec<_>>(),
        "against": reasons(&against),
    })
}

fn names<'a>(words: &[&'a WordNeeded]) -> Vec<&'a str> {
    words.iter().map(|w| w.name.as_str()).collect()
}

fn reasons(against: &[Against]) -> Vec<Value> {
    let one = |a: &Against| json!({"reason": a.word(), "about": a.about(), "says": a.sentence()});
    against.iter().map(one).collect()
}

/// A request with all that is kept of it.
pub fn request(session: &Session, f: &Found, out: &mut Out) -> Done {
    if session.json {
        out.json(&value(session, f))?;
        return Ok(Code::Ok);
    }
    out.row(&format!("{}  {}", f.ticket.key, f.ticket.subject.line()))?;
    let role = f.asked().role().map_or("role not known", Role::word);
    let who = f
        .ticket
        .requester
        .as_ref()
        .map_or_else(|| "nobody is named".to_owned(), |r| r.line().into_string());
    out.row(&format!("  {}, asked by {who} ({role})", f.spec.title))?;
    out.row(&format!("  done by {}", doer(&f.asked().doer())))?;
    if let Some(vendor) = &f.form.vendor {
        out.row(&format!("  at the vendor {}", vendor.line()))?;
    }
    form(f, out)?;
    said(
        session,
        &f.form.approvals_needed(&f.spec),
        &f.form.approvals,
        out,
    )?;
    let orders = f.form.instructions_needed(&f.spec);
    said(session, &orders, &f.form.instructions, out)?;
    for item in f.form.items(&f.spec) {
        let (sign, by) = match f.form.ticks.get(&item.name) {
            Some(t) => (
                "[x]",
                format!("  ({}, {})", t.by, shape::local(t.at, session)),
            ),
            None => ("[ ]", String::new()),
        };
        out.row(&format!(
            "  {sign} {}  {}{by}",
            cell(&item.name, 24),
            item.does
        ))?;
    }
    if let Some(outcome) = &f.form.outcome {
        let why = outcome
            .resolution
            .as_ref()
            .map_or_else(String::new, |r| format!(": {}", r.line()));
        let when = shape::local(outcome.at, session);
        out.row(&format!(
            "  {} by {}, {when}{why}",
            outcome.ending.word(),
            outcome.by
        ))?;
    }
    Ok(Code::Ok)
}

fn form(f: &Found, out: &mut Out) -> std::io::Result<()> {
    for field in f.form.asked(&f.spec) {
        let label = cell(&field.label, 28);
        match f.form.answers.get(&field.name) {
            None => out.row(&format!("  {label}  -"))?,
            Some(answer) => {
                let mut lines = answer.block().into_string();
                lines = lines.replace('\n', &format!("\n{}", " ".repeat(32)));
                out.row(&format!("  {label}  {lines}"))?;
            }
        }
    }
    Ok(())
}

/// What was said, and whose word is still waited for.
fn said(
    session: &Session,
    needed: &[&WordNeeded],
    kept: &[Said],
    out: &mut Out,
) -> std::io::Result<()> {
    for s in kept {
        let verdict = match s.verdict {
            Verdict::Given => "yes",
            Verdict::Refused => "no",
        };
        let words = s
            .words
            .as_ref()
            .map_or_else(String::new, |w| format!(": {}", w.line()));
        out.row(&format!(
            "  {verdict:<3} {}  {} ({}), {}, {}{words} (noted by {})",
            cell(&s.name, 24),
            s.by.line(),
            s.role.word(),
            shape::local(s.at, session),
            s.place.line(),
            s.kept_by
        ))?;
    }
    for w in needed
        .iter()
        .filter(|w| Form::last(kept, &w.name).is_none())
    {
        out.row(&format!(
            "  ?   {}  of {}: {}",
            cell(&w.name, 24),
            roles(&w.by),
            w.why
        ))?;
    }
    Ok(())
}

/// What stands against closing it.
pub fn against(session: &Session, f: &Found, against: &[Against], out: &mut Out) -> Done {
    if session.json {
        out.json(&json!({
            "ticket": f.ticket.key, "may_close": against.is_empty(), "against": reasons(against),
        }))?;
        return Ok(Code::Ok);
    }
    if against.is_empty() {
        let close = if f.spec.needs_resolution {
            " with a resolution"
        } else {
            ""
        };
        out.row(&format!("{} may be closed{close}", f.ticket.key))?;
    }
    for a in against {
        out.row(&format!("- {}", a.sentence()))?;
    }
    Ok(Code::Ok)
}

/// What a change has led to.
pub fn state(session: &Session, f: &Found, dry: bool, out: &mut Out) -> Done {
    if session.json {
        let mut value = value(session, f);
        if let Some(map) = value.as_object_mut() {
            map.insert("dry_run".into(), dry.into());
        }
        out.json(&value)?;
        return Ok(Code::Ok);
    }
    let open = f.asked().open().len();
    let would = if dry { "would be " } else { "" };
    out.row(&match open {
        0 => format!("{}: {would}kept; it may be closed", f.ticket.key),
        1 => format!(
            "{}: {would}kept; 1 thing stands against closing it",
            f.ticket.key
        ),
        n => format!(
            "{}: {would}kept; {n} things stand against closing it",
            f.ticket.key
        ),
    })?;
    Ok(Code::Ok)
}

/// A request that was made.
pub fn made(session: &Session, f: &Found, out: &mut Out) -> Done {
    if session.json {
        out.json(&value(session, f))?;
        return Ok(Code::Ok);
    }
    out.row(&format!("made {}", f.ticket.key))?;
    for a in f.asked().open() {
        if matches!(
            a,
            Against::Missing { .. } | Against::AskerUnknown { .. } | Against::AskerMayNot { .. }
        ) {
            out.row(&format!("- {}", a.sentence()))?;
        }
    }
    Ok(Code::Ok)
}

/// What closing it would do.
pub fn would_close(session: &Session, f: &Found, ending: Ending, out: &mut Out) -> Done {
    if session.json {
        out.json(&json!({"dry_run": true, "ticket": f.ticket.key, "as": ending}))?;
    } else {
        out.row(&format!(
            "would close the request as {} and resolve {}",
            ending.word(),
            f.ticket.key
        ))?;
    }
    Ok(Code::Ok)
}
