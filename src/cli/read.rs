//! The subcommands that only read.

use serde_json::{Value, json};

use super::args::ListArgs;
use super::exit::Fail;
use super::out::{Out, complain};
use super::session::Session;
use super::shape;
use crate::app::state::View;
use crate::app::views::built_in;
use crate::domain::list::{Anchor, Count, ListRequest, Sort};
use crate::domain::next;
use crate::domain::query::Query;
use crate::domain::ticket::{Ticket, TicketId};
use crate::domain::trail::words;
use crate::shell;
use crate::store::{AuditRow, Reader};

/// At most so many rows are asked for at once.
const PAGE: usize = 500;

/// Rows of a list, page by page, until `limit` or the end of the list. Where the store gave
/// up looking it is asked again: who waits for a prompt has time, and no answer is an answer
/// only when all was looked at.
pub fn rows(
    session: &Session,
    reader: &Reader,
    query: &Query,
    sort: Sort,
    limit: usize,
) -> Result<(Vec<Ticket>, Count), Fail> {
    let asker = session.asker();
    let mut all: Vec<Ticket> = Vec::new();
    let mut anchor = Anchor::First;
    let mut total = None;
    loop {
        let more = limit.saturating_sub(all.len());
        let page = reader.list(
            &ListRequest {
                query: query.clone(),
                sort,
                anchor,
                before: 0,
                // A window around the last row begins with it.
                after: more.min(PAGE) + usize::from(!all.is_empty()),
            },
            &asker,
        )?;
        let total = *total.get_or_insert(page.total);
        let last = page.rows.last().map(|r| r.place);
        let skip = all.last().map(|t| t.id);
        all.extend(
            page.rows
                .into_iter()
                .map(|r| r.ticket)
                .filter(|t| Some(t.id) != skip)
                .take(more),
        );
        match page.below.or(last) {
            Some(place) if !page.at_end && all.len() < limit => anchor = Anchor::Around(place),
            _ => {
                let n = all.len() as u64;
                let total = match total {
                    Count::Exact(_) => total,
                    _ if page.at_end => Count::Exact(n),
                    Count::AtLeast(m) => Count::AtLeast(m.max(n)),
                    Count::Unknown => Count::AtLeast(n),
                };
                return Ok((all, total));
            }
        }
    }
}

/// `list`
pub fn list(session: &Session, args: &ListArgs, out: &mut Out) -> Result<(), Fail> {
    let filter = super::query(&args.filter)?;
    let (mut query, mut sort) = match &args.view {
        Some(name) => view(session, name)?,
        None if args.all || !args.filter.is_empty() => (Query::all(), Sort::Due),
        None => view(session, "All open")?,
    };
    query = query.and_all(&filter);
    if let Some(word) = &args.sort {
        sort = Sort::ALL
            .iter()
            .find(|(_, w)| w == word)
            .map_or(sort, |(s, _)| *s);
    }
    let reader = session.reader()?;
    let (tickets, total) = rows(session, &reader, &query, sort, args.limit)?;
    print(session, &tickets, total, out)
}

/// What a view shows, by its name.
pub fn view(session: &Session, name: &str) -> Result<(Query, Sort), Fail> {
    let same = |a: &str| {
        let plain = |s: &str| s.to_lowercase().replace([' ', '_'], "-");
        plain(a) == plain(name)
    };
    let mut all = all_views(session)?;
    // The person's own come last and win.
    let at = all.iter().rposition(|v| same(v.name.as_str()));
    let found = at.map(|at| all.swap_remove(at)).ok_or_else(|| {
        Fail::not_found(format!(
            "there is no view \"{name}\"; `deskhand views` lists them"
        ))
    })?;
    Ok((found.query, found.sort))
}

/// The views of the console: those that are built in, then the person's own.
fn all_views(session: &Session) -> Result<Vec<View>, Fail> {
    let (own, wrong) = shell::views(&session.config);
    for why in wrong {
        complain(&why);
    }
    Ok(built_in().into_iter().chain(own).collect())
}

fn print(session: &Session, tickets: &[Ticket], total: Count, out: &mut Out) -> Result<(), Fail> {
    if session.json {
        let all: Vec<Value> = tickets.iter().map(|t| shape::ticket(t, session)).collect();
        let mut value = json!({"tickets": all, "total": count(total)});
        shape::say_ahead(&mut value, session);
        return Ok(out.json(&value)?);
    }
    as_of(session, out)?;
    let columns = shape::columns();
    for t in tickets {
        out.row(&shape::row(t, session, columns))?;
    }
    let more = match total {
        Count::Exact(n) => n.saturating_sub(tickets.len() as u64).to_string(),
        Count::AtLeast(n) if n > tickets.len() as u64 => {
            format!("{} or more", n - tickets.len() as u64)
        }
        Count::AtLeast(_) | Count::Unknown => "perhaps".to_owned(),
    };
    if more != "0" {
        out.row(&format!("  and {more} more; --limit shows more of them"))?;
    } else if tickets.is_empty() {
        out.row("nothing here")?;
    }
    Ok(())
}

/// Says first that what follows is not now.
pub fn as_of(session: &Session, out: &mut Out) -> Result<(), Fail> {
    if session.is_ahead {
        let at = shape::local(session.now, session);
        out.row(&format!("as of {at}, if nothing is done until then"))?;
    }
    Ok(())
}

/// A count, and whether it is all of them.
pub fn count(c: Count) -> Value {
    match c {
        Count::Exact(n) => json!({"count": n, "exact": true}),
        Count::AtLeast(n) => json!({"count": n, "exact": false}),
        Count::Unknown => Value::Null,
    }
}

/// `search`
pub fn search(
    session: &Session,
    words: &[String],
    limit: usize,
    out: &mut Out,
) -> Result<(), Fail> {
    let query = Query::text(&words.join(" "));
    if query.words().is_empty() {
        return Err(Fail::usage(
            "give a word with letters or digits to search for",
        ));
    }
    let reader = session.reader()?;
    let (tickets, total) = rows(session, &reader, &query, Sort::Age, limit)?;
    print(session, &tickets, total, out)
}

/// `show`
pub fn show(session: &Session, id: &str, out: &mut Out) -> Result<(), Fail> {
    let reader = session.reader()?;
    let ticket = session.ticket(&reader, id)?;
    if reader.thread(ticket.id)?.is_some_and(|t| !t.whole) {
        super::sync::fetch(session, &ticket.key)?;
    }
    let Some(mut thread) = reader.thread(ticket.id)? else {
        return Err(Fail::not_found(format!("there is no ticket {id} here")));
    };
    for m in &mut thread.messages {
        if m.cut_from.is_some()
            && let Some(whole) = reader.body(m.id)?
        {
            m.body = whole;
            m.cut_from = None;
        }
    }
    if session.json {
        let messages: Vec<Value> = thread
            .messages
            .iter()
            .enumerate()
            .map(|(i, m)| shape::message(i + 1, m))
            .collect();
        let links: Vec<Value> = thread
            .links
            .iter()
            .map(|l| json!({"id": l.key.as_str(), "subject": l.subject.raw(), "kind": l.kind, "incoming": l.incoming}))
            .collect();
        let timeline: Vec<Value> = thread
            .timeline
            .iter()
            .map(|e| {
                json!({"at": e.at, "by": e.by.raw(), "field": e.field,
                "old": e.old.as_ref().map(|x| x.raw()), "new": e.new.as_ref().map(|x| x.raw())})
            })
            .collect();
        let mut value = shape::ticket(&thread.ticket, session);
        if let Some(map) = value.as_object_mut() {
            map.insert("messages".into(), messages.into());
            map.insert("timeline".into(), timeline.into());
            map.insert("links".into(), links.into());
            let drafts = thread.drafts.iter();
            let drafts: Vec<Value> = drafts
                .map(|d| json!({"visibility": d.visibility.word(), "body": d.body, "at": d.at}))
                .collect();
            map.insert("drafts".into(), drafts.into());
            let into = thread.into.as_ref().map(|(_, key)| key.as_str());
            map.insert("merged_into".into(), into.into());
            let open = thread.vendor.as_deref().filter(|e| e.stage.is_open());
            let vendor = open.map(|e| super::escalate::vendor(e, session));
            map.insert("vendor".into(), vendor.into());
        }
        shape::say_ahead(&mut value, session);
        return Ok(out.json(&value)?);
    }
    let t = &thread.ticket;
    as_of(session, out)?;
    out.row(&format!("{}  {}", t.key, t.subject.line()))?;
    if let Some((_, key)) = &thread.into {
        out.row(&format!("  merged into {key}"))?;
    }
    let mut facts = vec![t.status.word().to_owned()];
    facts.push(
        t.priority
            .map_or("no priority".into(), |p| format!("priority {p}")),
    );
    facts.push(t.kind.to_string());
    facts.push(
        t.assignee
            .as_ref()
            .map_or("unassigned".into(), |a| format!("with {a}")),
    );
    facts.extend(t.tenant.as_ref().map(ToString::to_string));
    facts.extend(t.workspace.as_ref().map(|w| w.line().into_string()));
    out.row(&format!("  {}", facts.join(" · ")))?;
    if let Some(r) = &t.requester {
        out.row(&format!(
            "  asked by {} on {}",
            r.line(),
            shape::local(t.created, session)
        ))?;
    }
    let due = shape::due(t, session);
    if !due.is_empty() {
        let beside = shape::beside(t, session).map(|b| format!(" ({b})"));
        out.row(&format!("  due {due}{}", beside.unwrap_or_default()))?;
    }
    if let Some(e) = thread.vendor.as_deref().filter(|e| e.stage.is_open()) {
        out.row(&format!("  vendor: {}", e.line(session.now)))?;
    }
    if !t.labels.is_empty() {
        out.row(&format!("  labels {}", t.labels.join(", ")))?;
    }
    for l in &thread.links {
        out.row(&format!("  tied to {}  {}", l.key, l.subject.line()))?;
    }
    let columns = shape::columns();
    for (i, m) in thread.messages.iter().enumerate() {
        let (side, name) = shape::author(&m.author);
        out.gap()?;
        let waiting = if m.waiting { " · not sent yet" } else { "" };
        out.row(&format!(
            "  [{}] {} · {} · {side} {}{waiting}",
            i + 1,
            shape::local(m.at, session),
            m.visibility.word(),
            crate::domain::text::line(&name)
        ))?;
        for line in shape::indented(&m.body.block(), columns) {
            out.row(&line)?;
        }
        for a in &m.attachments {
            out.row(&format!("    file {} ({} bytes)", a.name.line(), a.size))?;
        }
    }
    Ok(())
}

/// `views`
pub fn views(session: &Session, out: &mut Out) -> Result<(), Fail> {
    let all = all_views(session)?;
    let queries: Vec<Query> = all.iter().map(|v| v.query.clone()).collect();
    let counts = session.reader()?.counts(&queries, &session.asker())?;
    if session.json {
        let values: Vec<Value> = all
            .iter()
            .zip(&counts)
            .map(|(v, c)| json!({"name": v.name.as_str(), "filter": v.text, "sort": v.sort.word(), "own": v.own, "total": count(*c)}))
            .collect();
        return Ok(out.json(&values.into())?);
    }
    for (v, c) in all.iter().zip(counts) {
        let n = match c {
            Count::Exact(n) => n.to_string(),
            Count::AtLeast(0) | Count::Unknown => "?".into(),
            Count::AtLeast(n) => format!("{n}+"),
        };
        out.row(&format!("{:<16} {n:>8}  {}", v.name, v.text))?;
    }
    Ok(())
}

/// `next`
pub fn next(session: &Session, out: &mut Out) -> Result<(), Fail> {
    let reader = session.reader()?;
    let Some(urgent) = reader.next_urgent(&session.asker(), &[])? else {
        return if session.json {
            Ok(out.json(&json!({"ticket": null}))?)
        } else {
            Ok(out.row("nothing waits for you")?)
        };
    };
    let t = &urgent.ticket;
    if session.json {
        let passed: Vec<Value> = urgent
            .passed
            .iter()
            .map(|(why, n)| json!({"why": why, "count": n}))
            .collect();
        return Ok(out.json(&json!({"ticket": shape::ticket(t, session), "passed": passed}))?);
    }
    out.row(&shape::row(t, session, shape::columns()))?;
    let due = shape::due(t, session);
    let why = if due.is_empty() {
        "no promise runs on any ticket you may work on; this one is next in order".to_owned()
    } else {
        format!("it falls due first of those you may work on ({due})")
    };
    out.row(&format!("  why: {why}"))?;
    out.row(&format!("  the order: {}", next::RULE))?;
    for (why, n) in &urgent.passed {
        out.row(&format!("  passed over: {n} {why}"))?;
    }
    Ok(())
}

/// `outbox`
pub fn outbox(session: &Session, out: &mut Out) -> Result<(), Fail> {
    let reader = session.reader()?;
    let mut rows = Vec::new();
    for row in reader.outbox()? {
        if sees(session, &reader, row.change.ticket)? {
            rows.push(row);
        }
    }
    if session.json {
        let values: Vec<Value> = rows
            .iter()
            .map(|r| {
                json!({"change": r.change.id, "ticket": r.key.as_str(), "at": r.change.at, "by": r.change.by.as_str(),
                    "act": r.change.act, "stage": r.stage.word(), "reason": r.reason.as_ref().map(|x| x.raw()),
                    "theirs": r.theirs.as_ref().map(|x| x.raw())})
            })
            .collect();
        return Ok(out.json(&values.into())?);
    }
    for r in &rows {
        let why = r
            .reason
            .as_ref()
            .map(|w| format!("  ({})", w.line()))
            .unwrap_or_default();
        out.row(&format!(
            "{}  {:<10} {:<11} {:<9} {}  {}{why}",
            super::sync::short(r.change.id),
            r.stage.word(),
            r.key,
            r.change.act.field(),
            shape::local(r.change.at, session),
            r.subject.line()
        ))?;
    }
    if rows.is_empty() {
        out.row("nothing waits and nothing was sent")?;
    }
    Ok(())
}

/// Whether a ticket is within the team's scope; one that is gone is so for a team that sees all.
fn sees(session: &Session, reader: &Reader, id: TicketId) -> Result<bool, Fail> {
    Ok(session.config.scope.is_empty() || reader.ticket(id)?.is_some_and(|t| session.sees(&t)))
}

/// The newest lines of the trail that the team may see.
fn trail(
    session: &Session,
    reader: &Reader,
    limit: usize,
    ticket: Option<TicketId>,
) -> Result<Vec<AuditRow>, Fail> {
    let mut asked = limit;
    loop {
        let all = reader.audit(asked, ticket)?;
        let is_all = all.len() < asked;
        let mut seen = Vec::new();
        for mut row in all {
            // Its sentence names the ticket, and the row does not.
            if row.what == "undo" && !session.config.scope.is_empty() {
                row.detail.clear();
            }
            if row.ticket.map_or(Ok(true), |t| sees(session, reader, t))? {
                seen.push(row);
            }
        }
        if is_all || seen.len() >= limit {
            seen.truncate(limit);
            return Ok(seen);
        }
        asked = asked.saturating_mul(4);
    }
}

/// `audit`
pub fn audit(session: &Session, id: Option<&str>, limit: usize, out: &mut Out) -> Result<(), Fail> {
    let reader = session.reader()?;
    let ticket = id.map(|id| session.ticket(&reader, id)).transpose()?;
    let rows = trail(session, &reader, limit, ticket.map(|t| t.id))?;
    if session.json {
        let mut values = Vec::new();
        for r in &rows {
            let key = r.ticket.map(|t| Session::key(&reader, t)).transpose()?;
            let detail: Value = serde_json::from_str(&r.detail).unwrap_or(Value::Null);
            values.push(json!({"seq": r.seq, "at": r.at, "by": r.by.raw(), "ticket": key, "what": r.what, "detail": detail, "hash": r.hash}));
        }
        return Ok(out.json(&values.into())?);
    }
    for r in &rows {
        let key = match r.ticket {
            Some(t) => Session::key(&reader, t)?,
            None => String::new(),
        };
        out.row(&format!(
            "{:>6}  {}  {:<12} {:<11} {}",
            r.seq,
            shape::local(r.at, session),
            r.by.line(),
            key,
            words(&r.what, &r.detail, session.config.zone)
        ))?;
    }
    Ok(())
}

/// `drafts`
pub fn drafts(session: &Session, out: &mut Out) -> Result<(), Fail> {
    let reader = session.reader()?;
    let mut values = Vec::new();
    for d in reader.drafts()? {
        if !sees(session, &reader, d.ticket)? {
            continue;
        }
        let key = Session::key(&reader, d.ticket)?;
        if session.json {
            values.push(json!({"ticket": key, "visibility": d.visibility.word(), "at": d.at, "body": d.body}));
        } else {
            let body = crate::domain::text::line(&d.body);
            out.row(&format!(
                "{key:<11} {:<13} {}  {}",
                d.visibility.word(),
                shape::local(d.at, session),
                crate::domain::text::fit(&body, 60)
            ))?;
        }
    }
    if session.json {
        out.json(&values.into())?;
    }
    Ok(())
}
