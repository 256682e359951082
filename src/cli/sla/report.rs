//! `sla report`: promises met and breached, side by side.

use chrono::{Days, NaiveDate};
use serde_json::{Map, Value, json};

use super::super::exit::Fail;
use super::super::out::Out;
use super::super::read;
use super::super::session::Session;
use super::args::ReportArgs;
use super::{moment, span};
use crate::domain::Instant;
use crate::domain::calendar::resolve_local;
use crate::domain::query::Query;
use crate::domain::sla::{By, Key, Report, Sums, outcomes};
use crate::domain::text;

/// Prints the report.
pub fn run(session: &Session, args: &ReportArgs, out: &mut Out) -> Result<(), Fail> {
    let mut report = Report::new(
        by(args),
        session.config.zone,
        from(session, args)?,
        to(session, args)?,
    );
    let (query, reader) = (query(session, args)?, session.reader()?);
    let (policy, calendar) = (&session.config.policy, &session.config.calendar);
    reader.histories(&query, &session.asker(), &mut |h| {
        let all = outcomes(&h.as_history(), policy, calendar, session.now);
        report.add(h.ticket.tenant.as_ref(), h.ticket.assignee.as_ref(), &all);
        true
    })?;
    if session.json {
        Ok(out.json(&value(&report))?)
    } else if args.csv {
        csv(&report, out)
    } else {
        table(&report, out)
    }
}

fn by(args: &ReportArgs) -> Vec<By> {
    let mut by: Vec<By> = Vec::new();
    for word in &args.by {
        let known = By::ALL.into_iter().find(|(_, w)| w == word);
        by.extend(known.map(|(b, _)| b).filter(|b| !by.contains(b)));
    }
    by
}

fn query(session: &Session, args: &ReportArgs) -> Result<Query, Fail> {
    let filter = super::super::query(&args.filter)?;
    Ok(match &args.view {
        Some(name) => read::view(session, name)?.0.and_all(&filter),
        None => Query::all().and_all(&filter),
    })
}

fn from(session: &Session, args: &ReportArgs) -> Result<Option<Instant>, Fail> {
    let edge = |text: &String| match day(text) {
        Some(date) => beginning(session, "--from", date),
        None => moment(session, "--from", text),
    };
    args.from.as_ref().map(edge).transpose()
}

/// A day is meant whole.
fn to(session: &Session, args: &ReportArgs) -> Result<Option<Instant>, Fail> {
    let edge = |text: &String| match day(text) {
        Some(date) => {
            let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
            beginning(session, "--to", next)
        }
        None => moment(session, "--to", text),
    };
    args.to.as_ref().map(edge).transpose()
}

fn day(text: &str) -> Option<NaiveDate> {
    text.trim().parse().ok()
}

fn beginning(session: &Session, flag: &str, date: NaiveDate) -> Result<Instant, Fail> {
    resolve_local(session.config.zone, date, "00:00")
        .map_err(|e| Fail::usage(format!("{flag}: {e}")))
}

/// What stands behind the groups' own columns.
const NUMBERS: [&str; 5] = [
    "met",
    "breached",
    "met_percent",
    "median_minutes",
    "p90_minutes",
];

fn numbers(sums: &Sums) -> [Option<u64>; 5] {
    let minutes = |percent| sums.minutes(percent).map(i64::unsigned_abs);
    [
        Some(sums.met),
        Some(sums.breached),
        percent(sums),
        minutes(50),
        minutes(90),
    ]
}

/// Rounded down: one breach in a thousand is not "100 %".
fn percent(sums: &Sums) -> Option<u64> {
    (sums.met * 100).checked_div(sums.met + sums.breached)
}

fn value(report: &Report) -> Value {
    let number = |sums: &Sums| -> Map<String, Value> {
        let pairs = NUMBERS.into_iter().zip(numbers(sums));
        pairs.map(|(name, n)| (name.to_owned(), json!(n))).collect()
    };
    let groups = report.groups().map(|(keys, sums)| {
        let mut row = Map::new();
        for (by, key) in report.by().iter().zip(keys) {
            row.insert(by.word().to_owned(), json!(key.word()));
        }
        row.extend(number(sums));
        Value::Object(row)
    });
    let by: Vec<&str> = report.by().iter().map(|b| b.word()).collect();
    json!({"by": by, "groups": groups.collect::<Vec<_>>(), "total": number(report.total())})
}

fn csv(report: &Report, out: &mut Out) -> Result<(), Fail> {
    let names = report.by().iter().map(|b| b.word()).chain(NUMBERS);
    let mut lines = vec![names.collect::<Vec<_>>().join(",")];
    for (keys, sums) in report.groups() {
        let keys = keys
            .iter()
            .map(|k| text::csv_cell(&k.word().unwrap_or_default()));
        let numbers = numbers(sums).map(|n| n.map_or_else(String::new, |n| n.to_string()));
        lines.push(keys.chain(numbers).collect::<Vec<_>>().join(","));
    }
    for line in lines {
        out.bytes(format!("{line}\r\n").as_bytes())?;
    }
    Ok(())
}

fn minutes(n: i64) -> String {
    if n == 0 {
        "0 m".to_owned()
    } else {
        span(n * 60)
    }
}

/// A name longer than this is cut: the columns stay together.
const WIDEST: usize = 24;

fn table(report: &Report, out: &mut Out) -> Result<(), Fail> {
    let cells = |keys: &[Key]| -> Vec<String> {
        let word =
            |k: &Key| text::fit(&text::line(&k.word().unwrap_or_else(|| "-".into())), WIDEST);
        keys.iter().map(|k| word(k).into_string()).collect()
    };
    let sums = |sums: &Sums| -> Vec<String> {
        let time = |p| sums.minutes(p).map_or_else(|| "-".into(), minutes);
        let percent = percent(sums).map_or_else(|| "-".into(), |p| format!("{p} %"));
        vec![
            sums.met.to_string(),
            sums.breached.to_string(),
            percent,
            time(50),
            time(90),
        ]
    };
    let head = ["met", "breached", "met of all", "median", "p90"].map(String::from);
    let mut rows = vec![
        [
            report.by().iter().map(|b| b.word().to_owned()).collect(),
            head.to_vec(),
        ]
        .concat(),
    ];
    rows.extend(
        report
            .groups()
            .map(|(keys, s)| [cells(keys), sums(s)].concat()),
    );
    if rows.len() == 1 {
        return Ok(out.row("no promise was met or breached there")?);
    }
    let names = report.by().len();
    if names > 0 {
        let mut all = vec![String::new(); names];
        if let Some(first) = all.first_mut() {
            "all".clone_into(first);
        }
        rows.push([all, sums(report.total())].concat());
    }
    let widths: Vec<usize> = (0..names + head.len())
        .map(|i| {
            rows.iter()
                .filter_map(|r| r.get(i))
                .map(|c| text::width(&text::line(c)))
                .max()
                .unwrap_or(0)
        })
        .collect();
    for row in &rows {
        let cell = |(i, (cell, width)): (usize, (&String, &usize))| {
            let cell = text::line(cell);
            if i < names {
                text::pad(&cell, *width).into_string()
            } else {
                format!(
                    "{}{cell}",
                    " ".repeat(width.saturating_sub(text::width(&cell)))
                )
            }
        };
        let cells: Vec<String> = row.iter().zip(&widths).enumerate().map(cell).collect();
        out.row(&cells.join("  "))?;
    }
    Ok(())
}
