//! `report complete` and `report ask --send`: a report through the gate, and its question on the way.

use uuid::Uuid;

use super::args::{CompleteArgs, ReportInput};
use super::{judge, known};
use crate::cli::act::{act, new_message};
use crate::cli::exit::{Code, Fail};
use crate::cli::out::Out;
use crate::cli::session::Session;
use crate::domain::change::Act;
use crate::domain::reach::Reach;
use crate::domain::report::{AskedBack, Kept, ReportId, Through, check, following};
use crate::domain::text::Untrusted;
use crate::domain::thread::Visibility;
use crate::domain::ticket::{Status, Ticket};
use crate::store::Reader;

/// `report complete`
pub fn complete(session: &Session, args: &CompleteArgs, out: &mut Out) -> Result<Code, Fail> {
    let reader = session.reader()?;
    let ticket = session.ticket(&reader, &args.ticket)?;
    let none = || {
        let what = format!(
            "no report of {} was begun; `deskhand report new {}` begins one",
            ticket.key, ticket.key
        );
        Fail::new(Code::Refused, what)
    };
    let kept = reader.report(ticket.id)?.ok_or_else(none)?;
    drop(reader);
    let input = ReportInput {
        file: None,
        ticket: Some(args.ticket.clone()),
        at: None,
        known: Vec::new(),
        new_workspace: false,
    };
    let verdict = check(&kept.draft, &known(session, &input)?, session.now);
    if !verdict.is_complete() && args.reason.is_none() {
        return judge(session, &kept.draft, &verdict, out);
    }
    let reason = args.reason.as_deref().filter(|_| !verdict.is_complete());
    let passed = verdict.pass(reason).map_err(Fail::usage)?;
    let base = kept.draft.clone();
    let report = Kept {
        through: Some(Through {
            at: session.now,
            by: session.me.clone(),
            reason: reason.map(Untrusted::new),
        }),
        at: session.now,
        by: session.me.clone(),
        ..kept
    };
    if !args.dry_run {
        session.writer()?.keep_report(&report, &base)?;
    }
    let can = |act: &Act| {
        let reach = session.abilities().map(|a| a.reach(act));
        !matches!(reach, Some(Reach::No(_)))
    };
    let plan = |ticket: &Ticket, _: &Reader| {
        let mut acts = following(&report.draft, ticket);
        acts.extend(passed.note().map(|note| say(Visibility::Internal, &note)));
        acts.retain(can);
        Ok(acts)
    };
    let ids = std::slice::from_ref(&args.ticket);
    act(session, ids, args.dry_run, &plan, out)
}

/// Sends a question to the requester of a ticket, who is waited for; the answer is read as one.
pub fn ask(
    session: &Session,
    (ticket, text): (&Ticket, &str),
    asked: &AskedBack,
    dry: bool,
    out: &mut Out,
) -> Result<Code, Fail> {
    let plan = |t: &Ticket, _: &Reader| {
        let mut acts = vec![say(Visibility::Public, text)];
        let waits = Act::Status {
            to: Status::Pending,
        };
        let reach = session.abilities().map(|a| a.reach(&waits));
        if t.status.is_live() && t.status != Status::Pending && !matches!(reach, Some(Reach::No(_)))
        {
            acts.push(waits);
        }
        Ok(acts)
    };
    let code = act(session, &[ticket.key.to_string()], dry, &plan, out)?;
    if !dry {
        let id = ReportId(Uuid::now_v7());
        let empty = Kept::new(id, Some(ticket.id), session.now, session.me.clone());
        session.writer()?.note_asked(&empty, Some(asked))?;
    }
    Ok(code)
}

fn say(visibility: Visibility, text: &str) -> Act {
    Act::Say {
        message: new_message(),
        visibility,
        body: Untrusted::new(text),
        attachments: Vec::new(),
    }
}
