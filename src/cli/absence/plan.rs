//! Preview, hand-over, note and return.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::args::{ApplyArgs, PlanArgs};
use super::office::{self, Office};
use super::{Done, keep};
use crate::cli::exit::{Code, Fail};
use crate::cli::out::Out;
use crate::cli::session::Session;
use crate::cli::shape;
use crate::domain::Instant;
use crate::domain::absence::{
    Absence, Away, Because, Fate, Handed, Preview, Row, Team, preview as preview_of,
};
use crate::domain::change::{Act, BatchId, Change, ChangeId};
use crate::domain::handover::{self, Form, Interval, Item};
use crate::domain::text::{self, Untrusted};
use crate::domain::thread::Visibility;
use crate::domain::ticket::{Ticket, TicketId};
use crate::store::Reader;

/// A preview with the tickets that it was made of.
struct Planned {
    preview: Preview,
    tickets: Vec<Ticket>,
    /// What somebody decided to leave where it is, now or before.
    kept: Vec<TicketId>,
}

/// The turn of an absence that is on, or the next one.
fn turn<'a>(session: &Session, absence: &'a Absence) -> Result<Away<'a>, Fail> {
    let next = keep::next(absence, session.now).ok_or_else(|| {
        Fail::new(
            Code::Refused,
            format!(
                "the absence {} is over; `deskhand absence return {}` gives back what was handed over",
                absence.id, absence.id
            ),
        )
    })?;
    Ok(Away {
        absence,
        from: next.from,
        to: next.to,
    })
}

fn meant<'a>(session: &Session, office: &'a Office, a: &PlanArgs) -> Result<Vec<Away<'a>>, Fail> {
    if let Some(typed) = &a.absence {
        return Ok(vec![turn(session, office.absence(typed, session.now)?)?]);
    }
    let now = session.now;
    let on = office.absences.iter().flat_map(|absence| {
        let stretches = absence.away(now, now + chrono::TimeDelta::seconds(1));
        stretches.into_iter().map(move |o| Away {
            absence,
            from: o.from,
            to: o.to,
        })
    });
    Ok(on.collect())
}

/// The team as far as an absence needs it, which reaches beyond its end: to what is due soon after.
fn team_for<'a>(session: &'a Session, office: &'a Office, away: &Away<'_>) -> Team<'a> {
    let from = away.from.min(session.now);
    office.team(session, from, away.to + office::days(60))
}

fn planned(
    (session, office): (&Session, &Office),
    reader: &Reader,
    team: &Team<'_>,
    away: &Away<'_>,
    a: &PlanArgs,
) -> Result<Planned, Fail> {
    let mut tickets = reader.tickets_of(&away.absence.who, session.now)?;
    tickets.retain(|t| session.sees(t));
    let mut preview = preview_of(team, away, &tickets, session.now);
    let before = office.open(&away.absence.id, away.from);
    let mut kept = before.map_or_else(Vec::new, |h| h.kept.clone());
    for t in tickets.iter().filter(|t| kept.contains(&t.id)) {
        // One that is done meanwhile is not among them, and needs nobody.
        let _ = preview.decide(team, t, None);
    }
    for typed in &a.keep {
        let t = session.ticket(reader, typed)?;
        preview
            .decide(team, &t, None)
            .map_err(|e| Fail::new(Code::Refused, e))?;
        kept.push(t.id);
    }
    for typed in &a.give {
        let Some((key, who)) = typed.split_once('=') else {
            return Err(Fail::usage(
                "--give: write a number and a name, as in 10482=ben",
            ));
        };
        let t = session.ticket(reader, key)?;
        let who = office::agent(session, reader, who)?;
        let refused = |e| Fail::new(Code::Refused, e);
        preview.decide(team, &t, Some(&who)).map_err(refused)?;
        kept.retain(|id| *id != t.id);
    }
    Ok(Planned {
        preview,
        tickets,
        kept,
    })
}

/// Eight letters that stand for what would change hands: another plan has others.
fn mark(preview: &Preview) -> String {
    let moves = serde_json::to_vec(&preview.moves()).unwrap_or_default();
    let sum = Sha256::digest(&moves);
    sum.iter().take(4).map(|b| format!("{b:02x}")).collect()
}

/// Says what would become of each ticket.
pub fn preview(session: &Session, a: &PlanArgs, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let office = Office::read(session, &reader)?;
    let mut all = Vec::new();
    for away in meant(session, &office, a)? {
        let team = team_for(session, &office, &away);
        all.push(planned((session, &office), &reader, &team, &away, a)?.preview);
    }
    tell(session, &all, out)?;
    Ok(code(&all))
}

fn code(all: &[Preview]) -> Code {
    if all.iter().any(|p| p.gaps().next().is_some()) {
        Code::Gap
    } else {
        Code::Ok
    }
}

fn value(p: &Preview) -> Value {
    json!({
        "absence": p.absence, "who": p.who, "from": p.from, "to": p.to, "at": p.at,
        "mark": mark(p), "gaps": p.gaps().count(),
        "tickets": p.rows.iter().map(row_value).collect::<Vec<_>>(),
    })
}

/// What becomes of one ticket.
pub fn row_value(r: &Row) -> Value {
    let mut value = json!(r);
    if let Some(map) = value.as_object_mut() {
        // People know a ticket by its number; the inner one is nobody's business.
        map.remove("ticket");
        map.remove("version");
    }
    value
}

fn tell(session: &Session, all: &[Preview], out: &mut Out) -> Result<(), Fail> {
    if session.json {
        return Ok(out.json(&json!({"plans": all.iter().map(value).collect::<Vec<_>>()}))?);
    }
    if all.is_empty() {
        out.row("nobody is away now")?;
    }
    for p in all {
        let (from, to) = (shape::local(p.from, session), shape::local(p.to, session));
        out.row(&format!("{} is away {from} – {to}  ({})", p.who, p.absence))?;
        if p.at.is_none() {
            out.row("  that is over; nothing has to move")?;
            continue;
        }
        let moves = p.moves().len();
        let gaps = p.gaps().count();
        let stay = p.rows.len() - moves - gaps;
        out.row(&format!(
            "  {moves} to hand over, {stay} stay, {gaps} without anybody"
        ))?;
        for r in &p.rows {
            print(r, session, out)?;
        }
        out.row(&format!("  plan {}", mark(p)))?;
    }
    Ok(())
}

/// Why a ticket changes hands or stays, for people.
pub fn because(b: Because, session: &Session) -> String {
    let time = |at: Instant| shape::local(at, session);
    match b {
        Because::Late { at } if at > session.now => {
            format!("due {}, before the absence", time(at))
        }
        Because::Late { at } => format!("late since {}", time(at)),
        Because::Due { at } => format!("due {}", time(at)),
        Because::Wakes { at } => format!("wakes {}", time(at)),
        Because::Open => "open, and the absence is long".into(),
        Because::Waits => "waits for somebody".into(),
        Because::Sleeps => "sleeps until later".into(),
        Because::CanWait => "can wait".into(),
    }
}

fn hours(seconds: i64) -> String {
    format!("{} h {:02} m", seconds / 3600, seconds % 3600 / 60)
}

/// What becomes of one ticket, for people.
pub fn print(r: &Row, session: &Session, out: &mut Out) -> Result<(), Fail> {
    let what = match &r.fate {
        Fate::Moves { to } => format!("-> {to}"),
        Fate::Stays => "stays".into(),
        Fate::Gap => "! nobody".into(),
    };
    let cell = |s: &str, n: usize| text::pad(&text::line(s), n).into_string();
    out.row(&format!(
        "  {}  {}  {}; {}",
        cell(&what, 12),
        cell(r.key.as_str(), 11),
        because(r.because, session),
        r.subject.line()
    ))?;
    let helps = r.effect.as_ref().filter(|e| e.with != e.without);
    if let (Some(e), Fate::Moves { .. }) = (helps, &r.fate) {
        out.row(&format!(
            "      working time before it is due: {} instead of {}",
            hours(e.with),
            hours(e.without)
        ))?;
    }
    let refused = r
        .candidates
        .iter()
        .filter_map(|c| Some((c, c.against.as_ref()?)));
    let zone = session.config.zone;
    for (c, against) in refused.filter(|_| r.fate != Fate::Stays) {
        let via: Vec<&str> = c.via.iter().map(|v| v.as_str()).collect();
        let over = if via.is_empty() {
            String::new()
        } else {
            format!(" (for {})", via.join(", "))
        };
        out.row(&format!("      {}{over}: {}", c.who, against.words(zone)))?;
    }
    if r.fate == Fate::Gap {
        let names: Vec<&str> = r.proposals.iter().map(|p| p.as_str()).collect();
        out.row(&match names.as_slice() {
            [] => "      nobody in the team can take it; change its deadline, or somebody's rights"
                .into(),
            names => format!(
                "      could take it: {}; add --give {}={}",
                names.join(", "),
                r.key,
                names.first().copied().unwrap_or_default()
            ),
        })?;
    }
    Ok(())
}

/// Hands over.
pub fn apply(session: &Session, a: &ApplyArgs, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let mut all = Vec::new();
    let office = Office::read(session, &reader)?;
    for away in meant(session, &office, &a.plan)? {
        let team = team_for(session, &office, &away);
        let plan = planned((session, &office), &reader, &team, &away, &a.plan)?;
        if let Some(wanted) = a.mark.as_deref().filter(|m| *m != mark(&plan.preview)) {
            return Err(Fail::new(
                Code::Conflict,
                format!(
                    "the plan is not {} any more but {}, because tickets changed since; look at it again with `deskhand absence preview {}`",
                    text::line(wanted),
                    mark(&plan.preview),
                    plan.preview.absence
                ),
            ));
        }
        if !a.dry_run {
            hand_over(session, &plan)?;
        }
        all.push(plan.preview);
    }
    tell(session, &all, out)?;
    if !session.json && !all.is_empty() {
        out.row(if a.dry_run {
            "nothing was changed"
        } else {
            "handed over"
        })?;
    }
    Ok(code(&all))
}

fn hand_over(session: &Session, plan: &Planned) -> Result<(), Fail> {
    let handed = Handed {
        kept: plan.kept.clone(),
        ..Handed::of(&plan.preview, &plan.tickets, session.now)
    };
    let batch = BatchId(Uuid::now_v7());
    let mut new = || ChangeId(Uuid::now_v7());
    let changes = plan
        .preview
        .changes(&session.me, session.now, batch, &mut new);
    let mut writer = session.writer()?;
    writer.hand_over(&changes, &handed)?;
    session.push(&mut writer)
}

/// Writes the hand-over note.
pub fn note(
    session: &Session,
    typed: &str,
    markdown: bool,
    to_tickets: bool,
    out: &mut Out,
) -> Done {
    let reader = session.reader()?;
    let office = Office::read(session, &reader)?;
    let away = turn(session, office.absence(typed, session.now)?)?;
    let team = team_for(session, &office, &away);
    let a = PlanArgs {
        absence: None,
        all: false,
        give: Vec::new(),
        keep: Vec::new(),
    };
    let Planned { preview, .. } = planned((session, &office), &reader, &team, &away, &a)?;
    let span = Interval {
        since: session
            .config
            .calendar
            .subtract_days(away.from.min(session.now), 5),
        from: away.from,
        to: away.to,
    };
    let mut tickets = reader.tickets_of(&away.absence.who, span.since)?;
    tickets.retain(|t| session.sees(t));
    let drafts = reader.drafts()?;
    let begun = |t: &Ticket, v| drafts.iter().any(|d| d.ticket == t.id && d.visibility == v);
    let items: Vec<Item<'_>> = tickets
        .iter()
        .map(|ticket| Item {
            ticket,
            reply_begun: begun(ticket, Visibility::Public),
            note_begun: begun(ticket, Visibility::Internal),
        })
        .collect();
    let note = handover::note(&preview, &items, &span, session.config.zone);
    if to_tickets {
        return into_tickets(session, &note, out);
    }
    if session.json {
        let entries: Vec<Value> = note
            .entries
            .iter()
            .map(|e| json!({"id": e.key, "subject": e.subject.raw(), "part": e.part, "to": e.to, "facts": e.facts}))
            .collect();
        out.json(&json!({"who": note.who, "from": note.from, "to": note.to, "tickets": entries}))?;
        return Ok(Code::Ok);
    }
    let form = if markdown { Form::Markdown } else { Form::Text };
    out.row(note.text(form, session.config.zone).trim_end())?;
    Ok(Code::Ok)
}

/// What the note says of each ticket that changes hands, as an internal note in it.
fn into_tickets(session: &Session, note: &handover::Note, out: &mut Out) -> Done {
    let batch = BatchId(Uuid::now_v7());
    let moving: Vec<_> = note.entries.iter().filter(|e| e.to.is_some()).collect();
    let changes: Vec<Change> = moving
        .iter()
        .map(|e| Change {
            id: ChangeId(Uuid::now_v7()),
            batch,
            ticket: e.ticket,
            at: session.now,
            by: session.me.clone(),
            base: 0,
            not_before: None,
            act: Act::Say {
                message: crate::cli::act::new_message(),
                visibility: Visibility::Internal,
                body: Untrusted::new(format!("Hand-over of {}: {}", note.who, e.line(Form::Text))),
                attachments: Vec::new(),
            },
        })
        .collect();
    let mut writer = session.writer()?;
    writer.commit(&changes)?;
    session.push(&mut writer)?;
    let keys: Vec<&str> = moving.iter().map(|e| e.key.as_str()).collect();
    if session.json {
        out.json(&json!({"notes": keys}))?;
    } else {
        out.row(&match keys.as_slice() {
            [] => "no ticket changes hands; nothing was written".to_owned(),
            keys => format!("noted in {}", keys.join(", ")),
        })?;
    }
    Ok(Code::Ok)
}
