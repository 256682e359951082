//! `report new`: begins the report of a ticket, or goes on with it, field by field.

use uuid::Uuid;

use super::args::{NewArgs, ReportInput};
use super::{asked_first, draft_of, judge, known, take};
use crate::cli::exit::{Code, Fail};
use crate::cli::out::{self, Out};
use crate::cli::session::Session;
use crate::domain::report::{
    Confidence, Draft, Evidence, Field, Kept, Message, Person, ReportId, Share, Since,
    WorkspaceRole, against, check, fill as take_over, read,
};
use crate::domain::text::{Untrusted, line};
use crate::domain::thread::Thread;
use crate::domain::ticket::Ticket;

/// `report new`
pub fn run(session: &Session, args: &NewArgs, out: &mut Out) -> Result<Code, Fail> {
    let input = ReportInput {
        file: args.from.clone(),
        ticket: args.ticket.clone(),
        at: None,
        known: Vec::new(),
        new_workspace: args.new_workspace,
    };
    let known = known(session, &input)?;
    let (ticket, kept) = match &args.ticket {
        Some(number) => {
            let reader = session.reader()?;
            let ticket = session.ticket(&reader, number)?;
            let kept = reader.report(ticket.id)?;
            (Some((ticket, reader)), kept)
        }
        None => (None, None),
    };
    let mut draft = kept.as_ref().map(|k| k.draft.clone()).unwrap_or_default();
    if let Some(file) = &args.from {
        draft = draft_of(session, &input, &take(file)?, &known)?.0;
    }
    let mut given = put(&mut draft, args, session)?;
    if let Some((ticket, reader)) = &ticket {
        if !args.evidence.is_empty() {
            let thread = reader.thread(ticket.id)?;
            draft.evidence = evidence(&args.evidence, thread.as_ref(), ticket)?;
        }
        if args.take
            && let Some(first) = asked_first(reader, ticket)?
        {
            let message = Message {
                text: first.body.raw(),
                at: first.at,
                zone: session.config.zone,
            };
            let suggestions = read(&message, &known).suggestions;
            take_over(&mut draft, &suggestions, Confidence::Medium);
        }
    }
    given.retain(|f| f.is_required());
    for field in given {
        if let Some(wrong) = against(field, &draft, &known, session.now) {
            out::complain(&format!("{}: {}", field.word(), wrong.sentence));
        }
    }
    let verdict = check(&draft, &known, session.now);
    if !args.dry_run {
        let begun = || {
            let (id, ticket) = (ReportId(Uuid::now_v7()), ticket.map(|(t, _)| t.id));
            Kept::new(id, ticket, session.now, session.me.clone())
        };
        let kept = kept.unwrap_or_else(begun);
        let base = kept.draft.clone();
        // What was let through and is changed has to pass the gate again.
        let through = kept.through.clone().filter(|_| base == draft);
        let report = Kept {
            draft: draft.clone(),
            through,
            at: session.now,
            by: session.me.clone(),
            ..kept
        };
        session.writer()?.keep_report(&report, &base)?;
    }
    judge(session, &draft, &verdict, out)
}

/// Puts in what was given; names the fields.
fn put(draft: &mut Draft, args: &NewArgs, session: &Session) -> Result<Vec<Field>, Fail> {
    let mut given = Vec::new();
    let mut text = |field: Field, to: &mut Untrusted, words: &Option<String>| {
        if let Some(words) = words {
            *to = Untrusted::new(words.trim());
            given.push(field);
        }
    };
    text(Field::Workspace, &mut draft.workspace.name, &args.workspace);
    text(Field::Expected, &mut draft.expected, &args.expected);
    text(Field::Actual, &mut draft.actual, &args.actual);
    text(Field::Tried, &mut draft.tried, &args.tried);
    text(
        Field::Environment,
        &mut draft.environment,
        &args.environment,
    );
    draft.workspace.confirmed_new |= args.new_workspace;
    if let Some(user) = &args.user {
        draft.user = Person::parse(user);
        given.push(Field::User);
    }
    if let Some(role) = &args.role {
        let known: Vec<&str> = WorkspaceRole::ALL.iter().map(|r| r.word()).collect();
        let none = || {
            format!(
                "\"{}\" is no role; use one of {}",
                line(role),
                known.join(", ")
            )
        };
        draft.role = Some(WorkspaceRole::parse(role).ok_or_else(|| Fail::usage(none()))?);
    }
    if !args.steps.is_empty() {
        draft.steps = args
            .steps
            .iter()
            .map(|s| Untrusted::new(s.trim()))
            .collect();
        given.push(Field::Steps);
    }
    if let Some(since) = &args.since {
        draft.since = Some(Since::parse(since, session.now, session.config.zone));
        given.push(Field::Since);
    }
    if let Some(users) = &args.users {
        draft.impact.users = Some(share(users)?);
    }
    if let Some(workspaces) = &args.workspaces {
        draft.impact.workspaces = Some(share(workspaces)?);
    }
    if let Some(breach) = &args.breach {
        draft.impact.breach = Some(breach == "yes");
    }
    Ok(given)
}

/// `all`, `20%`, `3/10` or `5`.
fn share(text: &str) -> Result<Share, Fail> {
    let wrong = || {
        Fail::usage(format!(
            "\"{}\" is no share; write 5, 3/10, 20% or all",
            line(text)
        ))
    };
    let number = |t: &str| t.trim().parse::<u32>().map_err(|_| wrong());
    let text = text.trim();
    if text.eq_ignore_ascii_case("all") {
        return Ok(Share::All);
    }
    if let Some(percent) = text.strip_suffix('%') {
        return Ok(Share::Percent(number(percent)?));
    }
    if let Some((hit, all)) = text.split_once('/') {
        return Ok(Share::Of {
            hit: number(hit)?,
            all: number(all)?,
        });
    }
    number(text).map(Share::Some)
}

/// Files of the ticket by their names.
fn evidence(
    names: &[String],
    thread: Option<&Thread>,
    ticket: &Ticket,
) -> Result<Vec<Evidence>, Fail> {
    let files = || {
        let messages = thread.iter().flat_map(|t| &t.messages);
        messages.flat_map(|m| &m.attachments)
    };
    let one = |name: &String| {
        let found = files().find(|f| f.name.line().as_str() == name || f.name.raw() == name);
        let file = found.ok_or_else(|| {
            let all: Vec<String> = files().map(|f| f.name.line().into_string()).collect();
            let has = match all.is_empty() {
                true => "it has no files".to_owned(),
                false => format!("it has {}", all.join(", ")),
            };
            Fail::not_found(format!(
                "ticket {} has no file \"{}\"; {has}",
                ticket.key,
                line(name)
            ))
        })?;
        Ok(Evidence {
            name: file.name.clone(),
            size: Some(file.size),
        })
    };
    names.iter().map(one).collect()
}
