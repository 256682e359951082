//! `oncall`, `coverage` and `absence`: who is there, and what happens while somebody is not.

mod args;
mod back;
mod calendar;
mod hold;
mod keep;
mod office;
mod plan;
mod series;
mod swap;
mod sync;
mod there;

pub use args::{AbsenceWhat, CoverageWhat, OncallArgs};
pub use hold::pass_on;
pub use sync::when_due;
pub use there::{coverage, oncall};

use super::exit::{Code, Fail};
use super::out::Out;
use super::session::Session;

type Done = Result<Code, Fail>;

/// Does what was asked with absences.
pub fn run(session: &Session, what: &AbsenceWhat, out: &mut Out) -> Done {
    match what {
        AbsenceWhat::Add(a) => keep::add(session, a, out),
        AbsenceWhat::List { who, days } => keep::list(session, who.as_deref(), *days, out),
        AbsenceWhat::Drop { absence } => keep::forget(session, absence, out),
        AbsenceWhat::Until {
            absence,
            end,
            series: true,
        } => series::end(session, absence, &end.join(" "), out),
        AbsenceWhat::Until { absence, end, .. } => {
            keep::until(session, absence, &end.join(" "), out)
        }
        AbsenceWhat::Preview(a) => plan::preview(session, a, out),
        AbsenceWhat::Apply(a) => plan::apply(session, a, out),
        AbsenceWhat::Hold { dry_run } => hold::hold(session, *dry_run, out),
        AbsenceWhat::Return {
            absence,
            all: _,
            also,
            dry_run,
        } => back::give(session, absence.as_deref(), also, *dry_run, out),
        AbsenceWhat::Note {
            absence,
            markdown,
            to_tickets,
            made,
        } => {
            let noted = plan::noted(session, absence, *made)?;
            match to_tickets {
                true => plan::into_tickets(session, &noted, out),
                false => plan::note(session, &noted, *markdown, out),
            }
        }
        AbsenceWhat::Import {
            files,
            who,
            cover,
            dry_run,
        } => calendar::import(session, files, who.as_deref(), cover, *dry_run, out),
        AbsenceWhat::Export {
            what,
            who,
            days,
            output,
        } => calendar::export(
            session,
            *what,
            who.as_deref(),
            *days,
            output.as_deref(),
            out,
        ),
        AbsenceWhat::Sync(a) => sync::run(session, a, out),
        AbsenceWhat::Settle { absence, chosen } => sync::settle(session, absence, *chosen, out),
        AbsenceWhat::Swap(what) => swap::run(session, what, out),
        AbsenceWhat::Balance { days } => there::balance(session, *days, out),
    }
}
