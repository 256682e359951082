//! Preview, hand-over, note and return.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Done;
use super::args::{ApplyArgs, PlanArgs};
use super::office;
use crate::app::cover::{CoverNews, CoverWish, Noted, TurnOf};
use crate::cli::exit::{Code, Fail};
use crate::cli::out::Out;
use crate::cli::session::Session;
use crate::cli::shape;
use crate::domain::Instant;
use crate::domain::absence::{Absence, Away, Because, Fate, Office, Preview, Row, next_turn};
use crate::domain::change::Act;
use crate::domain::handover::{self, Entry, Form};
use crate::domain::text::{self, Untrusted};
use crate::domain::thread::Visibility;
use crate::domain::ticket::Ticket;
use crate::shell::{cover, office as of_team};
use crate::store::Reader;

/// A preview with the tickets that it was made of.
struct Planned {
    preview: Preview,
    tickets: Vec<Ticket>,
}

/// The turn of an absence that is on, or the next one.
fn turn<'a>(session: &Session, absence: &'a Absence) -> Result<Away<'a>, Fail> {
    let next = next_turn(absence, session.now).ok_or_else(|| {
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
        return Ok(vec![turn(
            session,
            office::absence(office, typed, session.now)?,
        )?]);
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

fn planned(
    (session, office): (&Session, &Office),
    reader: &Reader,
    away: &Away<'_>,
    a: &PlanArgs,
) -> Result<Planned, Fail> {
    let bench = office::bench(session);
    let (mut preview, tickets) = of_team::plan(reader, (office, &bench), away, session.now)?;
    let team = office.team_for(&session.config.calendar, away, session.now);
    let refused = |e| Fail::new(Code::Refused, e);
    for typed in &a.keep {
        let t = session.ticket(reader, typed)?;
        preview.decide(&team, &t, None).map_err(refused)?;
    }
    for typed in &a.give {
        let Some((key, who)) = typed.split_once('=') else {
            return Err(Fail::usage(
                "--give: write a number and a name, as in 10482=ben",
            ));
        };
        let t = session.ticket(reader, key)?;
        let who = office::agent(session, reader, who)?;
        preview.decide(&team, &t, Some(&who)).map_err(refused)?;
    }
    Ok(Planned { preview, tickets })
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
    let office = office::read(session, &reader)?;
    let mut all = Vec::new();
    for away in meant(session, &office, a)? {
        all.push(planned((session, &office), &reader, &away, a)?.preview);
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
        Because::Before { at } => format!("due {}, before the absence", time(at)),
        Because::Early { at } => format!("its cover is away now and gets it {}", time(at)),
        Because::Late { at } if at > session.now => {
            format!("due {}, before the desk opens", time(at))
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
    let office = office::read(session, &reader)?;
    for away in meant(session, &office, &a.plan)? {
        let plan = planned((session, &office), &reader, &away, &a.plan)?;
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
    let new = &mut Uuid::now_v7;
    let over = plan
        .preview
        .apply(&plan.tickets, &session.me, (session.now, new));
    let mut writer = session.writer()?;
    writer.hand_over(&over)?;
    session.push(&mut writer)
}

/// The hand-over note: as somebody edited it in the console, else as it is made.
pub fn noted(session: &Session, typed: &str, made: bool) -> Result<Noted, Fail> {
    let reader = session.reader()?;
    let office = office::read(session, &reader)?;
    let away = turn(session, office::absence(&office, typed, session.now)?)?;
    let wish = CoverWish::Note {
        bench: office::bench(session),
        turn: TurnOf {
            absence: away.absence.id.clone(),
            from: away.from,
        },
        now: session.now,
        anew: made,
    };
    match cover::read(&reader, wish)? {
        CoverNews::Note(noted) => Ok(*noted),
        _ => Err(Fail::not_found(
            "this absence is not planned any more; `deskhand absence list` shows what is",
        )),
    }
}

/// `absence note`
pub fn note(session: &Session, noted: &Noted, markdown: bool, out: &mut Out) -> Done {
    let note = &noted.note;
    if session.json {
        let entries: Vec<Value> = note
            .entries
            .iter()
            .map(|e| json!({"id": e.key, "subject": e.subject.raw(), "part": e.part, "to": e.to, "facts": e.facts}))
            .collect();
        out.json(&json!({
            "who": note.who, "from": note.from, "to": note.to, "tickets": entries, "edited": noted.edited,
        }))?;
        return Ok(Code::Ok);
    }
    if let Some(edited) = &noted.edited {
        // What a person wrote is exported as it stands.
        for row in edited.trim_end().lines() {
            out.row(&text::line(row))?;
        }
        return Ok(Code::Ok);
    }
    let form = if markdown { Form::Markdown } else { Form::Text };
    out.row(note.text(form, session.config.zone).trim_end())?;
    Ok(Code::Ok)
}

/// What the note says of each ticket that changes hands, as an internal note in it.
pub fn into_tickets(session: &Session, noted: &Noted, out: &mut Out) -> Done {
    let note = &noted.note;
    let said = |e: &Entry| match &noted.edited {
        // Whoever took a ticket out of the note does not want it told there.
        Some(text) => handover::said_of(text, &e.key),
        None => Some(e.line(Form::Text)),
    };
    let moving = note.entries.iter().filter(|e| e.to.is_some());
    let says = moving.filter_map(|e| Some((e, note.in_ticket(&said(e)?))));
    // What stands there already is not written twice.
    let new: Vec<(&Entry, String)> = says
        .filter(|(e, body)| {
            !noted
                .written
                .iter()
                .any(|w| w.0 == e.ticket && w.1 == *body)
        })
        .collect();
    let acts = new.iter().map(|(e, body)| {
        let act = Act::Say {
            message: crate::cli::act::new_message(),
            visibility: Visibility::Internal,
            body: Untrusted::new(body),
            attachments: Vec::new(),
        };
        (e.ticket, 0, act)
    });
    let changes = session.batch(None, acts);
    let mut writer = session.writer()?;
    writer.commit(&changes)?;
    session.push(&mut writer)?;
    let keys: Vec<&str> = new.iter().map(|(e, _)| e.key.as_str()).collect();
    if session.json {
        out.json(&json!({"notes": keys}))?;
    } else {
        out.row(&match keys.as_slice() {
            [] => "nothing was written: no ticket changes hands, or each has its note already"
                .to_owned(),
            keys => format!("noted in {}", keys.join(", ")),
        })?;
    }
    Ok(Code::Ok)
}
