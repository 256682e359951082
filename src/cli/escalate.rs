//! `deskhand escalate`: handing a ticket to the vendor, telling them more, and having it back.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::act::new_message;
use super::args::EscalateArgs;
use super::ask;
use super::exit::{Code, Fail};
use super::out::{self, Out};
use super::session::Session;
use crate::domain::change::Act;
use crate::domain::escalation::{
    Back, Escalation, Plan, Refusal, Row, Stage, addressed, to_vendor,
};
use crate::domain::remote::RemoteId;
use crate::domain::text::{Untrusted, line};
use crate::domain::thread::{AttachmentId, Visibility};
use crate::domain::ticket::Ticket;
use crate::shell::escalation::{Asking, Prepared, Unprepared, prepare};
use crate::store::Reader;

type Done = Result<Code, Fail>;

/// `escalate`
pub fn run(session: &Session, args: &EscalateArgs, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let ticket = session.ticket(&reader, &args.id)?;
    if let Some(words) = &args.say {
        return say(session, &ticket, words, args, out);
    }
    let asking = Asking {
        config: &session.config,
        paths: &session.paths,
        store: &session.store,
        me: &session.me,
        now: session.now,
    };
    let bring = |_: AttachmentId, remote: &RemoteId| session.bring(remote);
    let prepared = prepare(&reader, ticket.id, args.reason.as_deref(), &bring, asking)?;
    match (prepared, args.back) {
        (Prepared::Out(_) | Prepared::Against(_), true) => Err(Fail::new(
            Code::Refused,
            format!(
                "ticket {} is not with the vendor; nothing comes back",
                ticket.key
            ),
        )),
        (Prepared::Against(refusal), false) => against(session, &ticket, &refusal, out),
        (Prepared::Out(plan), false) => go(session, &ticket, &plan, args, out),
        (Prepared::Back(back), true) => come_back(session, &ticket, &back, args, out),
        (Prepared::Back(_), false) => standing(session, &reader, &ticket, out),
    }
}

/// It is with the vendor already: how it stands there.
fn standing(session: &Session, reader: &Reader, ticket: &Ticket, out: &mut Out) -> Done {
    if let Some(e) = reader.escalation(ticket.id)? {
        let shown = e.line(session.now);
        if session.json {
            out.json(&json!({"ticket": ticket.key.as_str(), "vendor": vendor(&e, session)}))?;
        } else {
            out.row(&format!("{}: vendor: {shown}", ticket.key))?;
        }
    }
    Err(Fail::new(
        Code::Refused,
        format!(
            "ticket {} is with the vendor already; `deskhand escalate --back {}` takes it back",
            ticket.key, ticket.key
        ),
    ))
}

/// How an escalation stands, as JSON.
pub fn vendor(e: &Escalation, session: &Session) -> Value {
    json!({
        "name": e.package.vendor,
        "number": e.key.as_ref().map(|k| k.as_str()),
        "stage": e.stage,
        "since": e.at,
        "status": e.theirs.as_ref().map(|t| t.status),
        "with": e.theirs.as_ref().and_then(|t| t.with.as_ref()),
        "trouble": e.trouble,
        "words": e.line(session.now).as_str(),
    })
}

fn against(session: &Session, ticket: &Ticket, refusal: &Refusal, out: &mut Out) -> Done {
    if session.json {
        out.json(&json!({"ticket": ticket.key.as_str(), "against": refusal.against, "yields": refusal.yields}))?;
    }
    let how = match refusal.yields {
        true => format!(
            "\n`deskhand report new {}` fills the report, `deskhand report ask --ticket {}` asks the requester, --reason goes on without",
            ticket.key, ticket.key
        ),
        false => String::new(),
    };
    Err(Fail::new(
        Code::Refused,
        format!(
            "ticket {} is not escalated:\n  {}{how}",
            ticket.key,
            refusal.against.join("\n  ")
        ),
    ))
}

fn go(session: &Session, ticket: &Ticket, plan: &Plan, args: &EscalateArgs, out: &mut Out) -> Done {
    if !session.json {
        rows(&plan.rows, out)?;
        for sentence in &plan.lines {
            out.row(sentence)?;
        }
    }
    taken_out(&plan.diff);
    let acts = plan.acts(&mut new_message);
    let effect = json!({
        "vendor": plan.package.vendor,
        "rows": plan.rows.iter().map(row).collect::<Vec<_>>(),
        "subject": plan.package.subject,
        "body": plan.package.body,
        "files": plan.package.files.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(),
        "removed": plan.diff.len(),
        "past": plan.package.past,
    });
    let question = Question {
        asks: format!("Escalate {} to {}?", ticket.key, plan.package.vendor),
        taken: !plan.diff.is_empty(),
    };
    commit(session, ticket, acts, &question, (args, effect), out)
}

fn come_back(
    session: &Session,
    ticket: &Ticket,
    back: &Back,
    args: &EscalateArgs,
    out: &mut Out,
) -> Done {
    if !session.json {
        rows(&back.rows, out)?;
        for sentence in &back.lines {
            out.row(&line(sentence))?;
        }
    }
    let question = Question {
        asks: format!("Take {} back?", ticket.key),
        taken: false,
    };
    let effect = json!({"rows": back.rows.iter().map(row).collect::<Vec<_>>()});
    let acts = back.acts(new_message());
    commit(session, ticket, acts, &question, (args, effect), out)
}

fn say(
    session: &Session,
    ticket: &Ticket,
    words: &str,
    args: &EscalateArgs,
    out: &mut Out,
) -> Done {
    if !ticket.vendor.is_some_and(Stage::is_open) {
        return Err(Fail::new(
            Code::Refused,
            format!(
                "ticket {} is not with the vendor; escalate it first",
                ticket.key
            ),
        ));
    }
    let (note, diff) = to_vendor(words, ticket.workspace.as_ref());
    taken_out(&diff);
    let act = Act::Say {
        message: new_message(),
        visibility: Visibility::Internal,
        body: Untrusted::new(note.as_str()),
        attachments: Vec::new(),
    };
    let question = Question::of_word(ticket, &diff);
    let effect = json!({"note": note, "removed": diff.len()});
    commit(session, ticket, vec![act], &question, (args, effect), out)
}

/// A note as it is kept: what it says to the vendor of an escalated ticket is shown without what
/// must not leave, and asked about where there was such.
///
/// # Errors
/// Whoever is there does not agree, or nobody is.
pub fn overheard(ticket: &Ticket, note: &str, (dry, yes): (bool, bool)) -> Result<String, Fail> {
    let with_vendor = ticket.vendor.is_some_and(Stage::is_open);
    let Some(words) = addressed(note).filter(|_| with_vendor) else {
        return Ok(note.to_owned());
    };
    let (clean, diff) = to_vendor(words, ticket.workspace.as_ref());
    taken_out(&diff);
    if !dry && !diff.is_empty() && !Question::of_word(ticket, &diff).answered(yes)? {
        return Err(Fail::new(Code::Refused, "nothing was changed"));
    }
    Ok(clean)
}

/// What is asked before anything leaves.
struct Question {
    asks: String,
    taken: bool,
}

impl Question {
    fn of_word(ticket: &Ticket, diff: &[String]) -> Self {
        Self {
            asks: format!("Tell the vendor on {}?", ticket.key),
            taken: !diff.is_empty(),
        }
    }

    /// Whether it may go: said so, or answered so. Where nobody can be asked it may, unless words
    /// were taken out that nobody has looked at.
    fn answered(&self, yes: bool) -> Result<bool, Fail> {
        if yes {
            return Ok(true);
        }
        if ask::can() {
            let answer = ask::line(&format!("{} (y/n)", self.asks), "n")?;
            return Ok(answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes"));
        }
        if self.taken {
            return Err(Fail::new(
                Code::Refused,
                "words were taken out of what leaves; look at them and add --yes",
            ));
        }
        Ok(true)
    }
}

/// One batch, after the question; it can be taken back during the undo window.
fn commit(
    session: &Session,
    ticket: &Ticket,
    acts: Vec<Act>,
    question: &Question,
    (args, effect): (&EscalateArgs, Value),
    out: &mut Out,
) -> Done {
    let went = !args.dry_run;
    if went {
        out.flush()?;
        if !question.answered(args.yes)? {
            return Err(Fail::new(Code::Refused, "nothing was changed"));
        }
    }
    let window = TimeDelta::seconds(i64::from(session.config.undo_window));
    let until = (window > TimeDelta::zero()).then(|| session.now + window);
    let acts = acts.into_iter().map(|act| (ticket.id, ticket.version, act));
    let changes = session.batch(until, acts);
    if went {
        let mut writer = session.writer()?;
        writer.commit(&changes)?;
        session.push(&mut writer)?;
    }
    let escalation = session.reader()?.escalation(ticket.id)?;
    if session.json {
        out.json(&json!({
            "dry_run": args.dry_run,
            "ticket": ticket.key.as_str(),
            "effect": effect,
            "not_before": until,
            "vendor": escalation.as_ref().map(|e| vendor(e, session)),
        }))?;
        return Ok(Code::Ok);
    }
    if !went {
        out.row("nothing was done: this was a dry run")?;
    } else if let Some(until) = until {
        let until = until.with_timezone(&session.config.zone).format("%H:%M:%S");
        out.row(&format!(
            "{}: it waits until {until}, and `deskhand undo` takes it back; after that an open console, `deskhand sync` or your next act sends it",
            ticket.key
        ))?;
    } else if let Some(e) = escalation.filter(|e| e.stage.is_open()) {
        out.row(&format!("{}: vendor: {}", ticket.key, e.line(session.now)))?;
    } else {
        out.row(&format!("{}: it is ours again", ticket.key))?;
    }
    Ok(Code::Ok)
}

fn rows(rows: &[Row], out: &mut Out) -> Result<(), Fail> {
    for r in rows {
        let before = match r.before.as_str() {
            "" => String::new(),
            before => format!("{before} → "),
        };
        out.row(&format!("{:<10}{before}{}", r.what, r.after))?;
    }
    Ok(())
}

fn row(r: &Row) -> Value {
    json!({"what": r.what, "before": r.before, "after": r.after})
}

/// The diff goes to standard error, as that of an export does.
fn taken_out(diff: &[String]) {
    if !diff.is_empty() {
        out::complain(&format!("taken out before it leaves:\n{}", diff.join("\n")));
    }
}

impl From<Unprepared> for Fail {
    fn from(e: Unprepared) -> Self {
        match e {
            Unprepared::Store(e) => e.into(),
            Unprepared::Other(why) => Self::new(Code::Refused, why),
        }
    }
}
