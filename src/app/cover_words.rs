//! Absences and coverage in words, for the screen and for what is asked before an act.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::cover::Returning;
use super::prepare;
use super::state::{BackRow, BackView, MapLine, Stage, State, TurnRow};
use crate::domain::Instant;
use crate::domain::absence::{Against, Because, Fate, Happened, Preview, Row};
use crate::domain::coverage::Need;
use crate::domain::people::AgentId;
use crate::domain::roster::{Gone, Presence, Roster};
use crate::domain::text::{Printable, line};

/// What somebody is called.
pub fn called(s: &State, who: &AgentId) -> Printable {
    if *who == s.me {
        return Printable::literal("You");
    }
    s.names.short(who)
}

/// `You are`, `Ben is`.
pub fn who_is(s: &State, who: &AgentId) -> String {
    let verb = if *who == s.me { "are" } else { "is" };
    format!("{} {verb}", called(s, who))
}

/// `You stand in`, `Bo stands in`, `Bo, Chris stand in`, `nobody stands in`.
pub fn stands_in(s: &State, who: &[AgentId]) -> String {
    let names: Vec<String> = who.iter().map(|w| called(s, w).into_string()).collect();
    match who {
        [] => "nobody stands in".into(),
        [one] if *one != s.me => format!("{} stands in", names.join(", ")),
        _ => format!("{} stand in", names.join(", ")),
    }
}

/// `Fri 27 Nov`, or `Wed 25 Nov – Tue 1 Dec`.
pub fn span(s: &State, from: Instant, to: Instant) -> String {
    let (first, last) = (when(s, from), until(s, to));
    let (begins, ends) = (from.with_timezone(&s.zone), to.with_timezone(&s.zone));
    if begins.date_naive() == ends.date_naive() {
        format!("{first} – {}", ends.format("%H:%M"))
    } else if first == last {
        first
    } else {
        format!("{first} – {last}")
    }
}

/// `Wed 25 Nov`, or with the hour where it is no midnight.
pub fn when(s: &State, at: Instant) -> String {
    let then = at.with_timezone(&s.zone);
    let form = if then.format("%H:%M").to_string() == "00:00" {
        "%a %-d %b"
    } else {
        "%a %-d %b %H:%M"
    };
    then.format(form).to_string()
}

/// The last moment of a stretch: `Tue 1 Dec` where it ends with that day.
pub fn until(s: &State, to: Instant) -> String {
    let then = to.with_timezone(&s.zone);
    if then.format("%H:%M").to_string() == "00:00" {
        let last = then - TimeDelta::seconds(1);
        return last.format("%a %-d %b").to_string();
    }
    then.format("%a %-d %b %H:%M").to_string()
}

/// Why a ticket changes hands or stays, in words.
pub fn because(s: &State, b: Because) -> String {
    match b {
        Because::Before { at } => format!("due {}, before the absence", prepare::time(s, at)),
        Because::Early { at } => {
            format!("its cover is away now and gets it {}", prepare::time(s, at))
        }
        Because::Late { at } if at > s.now => {
            format!("due {}, before the desk opens", prepare::time(s, at))
        }
        Because::Late { at } => format!("late since {}", prepare::time(s, at)),
        Because::Due { at } => format!("due {}", prepare::time(s, at)),
        Because::Wakes { at } => format!("wakes {}", prepare::time(s, at)),
        Because::Open => "open, and the absence is long".into(),
        Because::Waits => "waits for somebody".into(),
        Because::Sleeps => "sleeps until later".into(),
        Because::CanWait => "can wait".into(),
    }
}

/// What stands against somebody, with times as people here read them.
pub fn against(s: &State, a: &Against) -> String {
    match a {
        Against::Away { until: back } => format!("is away until {}", until(s, *back)),
        Against::Unknown => "is not of the team".into(),
        other => other.to_string(),
    }
}

fn hours(seconds: i64) -> String {
    format!("{} h {:02} m", seconds / 3600, seconds % 3600 / 60)
}

/// All that is to be known of a row, line by line.
pub fn row_words(s: &State, row: &Row) -> Vec<Printable> {
    let mut lines = vec![line(&format!(
        "{}{}",
        because(s, row.because),
        row.right
            .as_ref()
            .map_or_else(String::new, |r| format!("; asks for the right {r}"))
    ))];
    for c in &row.candidates {
        let via: Vec<String> = c.via.iter().map(|v| called(s, v).into_string()).collect();
        let via = match via.as_slice() {
            [] => String::new(),
            via => format!(" (for {})", via.join(", ")),
        };
        let what = c
            .against
            .as_ref()
            .map_or_else(|| "can take it".to_owned(), |a| against(s, a));
        let sign = if c.against.is_some() { "✗" } else { "✓" };
        lines.push(line(&format!("{sign} {}{via} {what}", called(s, &c.who))));
    }
    if row.fate == Fate::Gap {
        let names: Vec<String> = row
            .proposals
            .iter()
            .map(|p| called(s, p).into_string())
            .collect();
        lines.push(line(&match names.as_slice() {
            [] => {
                "nobody in the team can take it; change its deadline, or somebody's rights".into()
            }
            names => format!("could take it: {}", names.join(", ")),
        }));
    }
    if let Some(e) = row.effect.filter(|e| e.with != e.without) {
        lines.push(line(&format!(
            "working time before it is due: {} instead of {}",
            hours(e.with),
            hours(e.without)
        )));
    }
    lines
}

/// How many tickets a preview moves, leaves, and finds nobody for.
pub fn tally(p: &Preview) -> (usize, usize, usize) {
    let moves = p.moves().len();
    let gaps = p.gaps().count();
    (moves, p.rows.len().saturating_sub(moves + gaps), gaps)
}

/// Who stands in, of a hand-over of the list; loud where nobody does.
pub fn cover_words(row: &TurnRow) -> Printable {
    match row.covers.as_str() {
        "nobody" => line("! nobody stands in"),
        names => line(&format!("cover: {names}")),
    }
}

/// What keys do with a hand-over of the list.
pub fn turn_words(row: Option<&TurnRow>) -> Vec<Printable> {
    let words = match row.map(|r| r.stage) {
        Some(Stage::Over(_)) => {
            "Enter shows what goes back and what stays, and why. c is the note."
        }
        Some(Stage::Handed(_)) => {
            "Enter previews what came since. t now ends it and gives back. c is the note."
        }
        Some(Stage::Coming | Stage::On) => {
            "Enter previews each ticket. c is the note, e changes the absence, t ends it otherwise, d takes it away."
        }
        None => return Vec::new(),
    };
    vec![line(words)]
}

/// What happened to a ticket, in one line, with names as people here read them.
pub fn happened(s: &State, all: &[Happened]) -> String {
    let one = |h: &Happened| match h {
        Happened::Reassigned { to: Some(to) } => format!("it is on {} now", called(s, to)),
        other => other.to_string(),
    };
    all.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The digest in one or two lines: how much comes back, what waits for an answer, what was decided.
pub fn digest(s: &State, view: &BackView) -> Vec<Printable> {
    let Returning { handed, found, .. } = &view.returning;
    let wrote = view.rows.iter().filter(|r| r.wrote).count();
    let done = |h: &Happened| matches!(h, Happened::Done | Happened::Merged);
    let decided = found.stays.iter().filter(|t| t.happened.iter().any(done));
    let decided = decided.count();
    let others = found.stays.len() - decided;
    vec![
        line(&format!(
            "{} of {} come back{}; {} stay",
            view.coming(),
            handed.tickets.len(),
            match handed.who == s.me {
                true => String::new(),
                false => format!(" to {}", called(s, &handed.who)),
            },
            view.rows.len().saturating_sub(view.coming())
        )),
        line(&format!(
            "meanwhile: {decided} done or merged, {others} touched by others; in {wrote} the requester wrote"
        )),
    ]
}

/// All that is to be known of a row of a return, line by line.
pub fn back_words(state: &State, view: &BackView, row: &BackRow) -> Vec<Printable> {
    let mut lines = Vec::new();
    if row.happened.is_empty() {
        lines.push(line("nobody touched it: it goes back exactly as it was"));
    } else {
        lines.push(line(&happened(state, &row.happened)));
        if view.also.contains(&row.key) {
            lines.push(line("it is taken along; Space leaves it"));
        } else if row.can_come() {
            lines.push(line("it stays; Space takes it along"));
        }
    }
    if row.wrote && row.happened.is_empty() {
        lines.push(line("the requester wrote: it waits for an answer"));
    }
    lines.push(line("Ctrl-s gives back, after a question"));
    lines
}

/// `away (leave) until Tue 1 Dec, Ben stands in`.
pub fn away_words(s: &State, gone: &Gone) -> String {
    let covers = match (gone.cover(), gone.covers.first()) {
        (Some(who), _) => stands_in(s, std::slice::from_ref(who)),
        (None, Some((who, _))) => format!(
            "{}, who {} away too",
            stands_in(s, std::slice::from_ref(who)),
            if *who == s.me { "are" } else { "is" }
        ),
        (None, None) => "nobody stands in".to_owned(),
    };
    format!(
        "away ({}) until {}, {covers}",
        gone.why.word(),
        until(s, gone.to)
    )
}

/// The gaps of the map in words, each stretch once with all that has nobody in it.
pub fn gaps(s: &State, roster: &Roster) -> Vec<Printable> {
    let mut all: BTreeMap<(Instant, Instant), Vec<&Need>> = BTreeMap::new();
    for needed in &roster.needs {
        for gap in needed.gaps() {
            all.entry(gap).or_default().push(&needed.need);
        }
    }
    let one = |((from, to), needs): (&(Instant, Instant), &Vec<&Need>)| {
        // Where nobody is there at all, nobody is there for each.
        let whole = needs.iter().any(|n| **n == Need::default());
        let named: Vec<String> = needs.iter().map(ToString::to_string).collect();
        let what = match (whole, named.as_slice()) {
            (true, _) => "anything".to_owned(),
            (false, [a, b, c, rest @ ..]) if !rest.is_empty() => {
                format!("{a}, {b}, {c} and {} more", rest.len())
            }
            (false, few) => few.join(", "),
        };
        line(&format!("! nobody {}  for {what}", span(s, *from, *to)))
    };
    all.iter().map(one).collect()
}

/// What the cell of the map under the cursor says: when it is, and who or what is there.
pub fn cell(s: &State) -> Vec<Printable> {
    let c = &s.coverage;
    let (Some(map), Some(roster)) = (&c.map, &c.roster) else {
        return Vec::new();
    };
    let Some(column) = map.columns.get(c.column) else {
        return Vec::new();
    };
    let in_it = |from: Instant, to: Instant| from < column.to && to > column.from;
    let (from, to) = (when(s, column.from), column.to.with_timezone(&s.zone));
    let same = column.from.with_timezone(&s.zone).date_naive() == to.date_naive();
    let to = match same {
        true => to.format("%H:%M").to_string(),
        false => to.format("%a %-d %b %H:%M").to_string(),
    };
    let mut lines = Vec::new();
    let span = format!("{from} – {to}");
    match c.line_on() {
        Some(MapLine::Person(i)) => {
            let Some(person) = roster.people.get(i) else {
                return Vec::new();
            };
            let name = called(s, &person.who);
            let gone = person.gone.iter().find(|g| in_it(g.from, g.to));
            let presence = map.people.get(i).and_then(|r| r.get(c.column));
            let what = match (presence, gone) {
                (Some(Presence::There), _) | (None, _) => "there".to_owned(),
                (Some(Presence::Off), _) => "not at work".to_owned(),
                (Some(Presence::Partly | Presence::Away), Some(gone)) => away_words(s, gone),
                (Some(Presence::Partly | Presence::Away), None) => "away".to_owned(),
            };
            lines.push(line(&format!("{span} · {name}: {what}")));
            let covers = roster
                .people
                .iter()
                .flat_map(|p| p.gone.iter().map(move |g| (&p.who, g)))
                .filter(|(_, g)| in_it(g.from, g.to) && g.cover() == Some(&person.who));
            let covered: Vec<String> = covers.map(|(w, _)| called(s, w).into_string()).collect();
            if !covered.is_empty() {
                lines.push(line(&format!(
                    "{name} stands in for {}",
                    covered.join(", ")
                )));
            }
        }
        Some(MapLine::Need(i)) => {
            let Some(needed) = roster.needs.get(i) else {
                return Vec::new();
            };
            match needed.gaps().find(|(from, to)| in_it(*from, *to)) {
                Some((from, to)) => lines.push(line(&format!(
                    "! nobody for {}: {} · Enter says who could",
                    needed.need,
                    self::span(s, from, to)
                ))),
                None => {
                    let fewest = map.needs.get(i).and_then(|r| r.get(c.column));
                    lines.push(line(&format!(
                        "{span} · {}: at least {} there",
                        needed.need,
                        fewest.copied().unwrap_or(0)
                    )));
                }
            }
        }
        Some(MapLine::Due) => {
            let n = map.due.get(c.column).copied().unwrap_or(0);
            let there = map.needs.first().and_then(|r| r.get(c.column));
            lines.push(line(&format!(
                "{span} · {n} due, at least {} there",
                there.copied().unwrap_or(0)
            )));
        }
        Some(MapLine::Heading) | None => {}
    }
    lines
}
