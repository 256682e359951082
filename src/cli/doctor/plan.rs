//! How it stands with the calendars that the plan of absences is kept in.

use super::Finding;
use crate::cli::session::{self, Session};
use crate::cli::shape;
use crate::config::{Subscribed, subscribed_host};
use crate::desk::DeskError;
use crate::desk::caldav::About;
use crate::domain::text;
use crate::shell::plans;
use crate::store::Reader;

/// The calendars at addresses and the calendar server.
pub fn plan(session: &Session) -> Vec<Finding> {
    let absences = &session.config.absences;
    let mut all: Vec<Finding> = absences
        .calendars
        .iter()
        .map(|c| address(session, &c.url))
        .collect();
    if absences.caldav.is_some() {
        all.push(server(session));
        all.extend(state(session));
    }
    all
}

fn address(session: &Session, url: &str) -> Finding {
    let kept = Subscribed::read(&session.paths.subscribed(url));
    let host = subscribed_host(url);
    let found = match kept.fetched {
        Some(at) => format!("{host}: as of {}", shape::local(at, session)),
        None => format!("{host}: never fetched"),
    };
    let then = "`deskhand absence sync` asks now";
    match (kept.trouble, kept.fetched) {
        (Some(why), Some(_)) => Finding::hint("absences", format!("{found}; {why}"), then),
        (Some(why), None) => Finding::bad(
            "absences",
            format!("{found}; {why}"),
            format!("check the address under [[absences.calendars]]; {then}"),
        ),
        (None, Some(_)) => Finding::good("absences", found),
        (None, None) => Finding::hint("absences", found, then),
    }
}

/// Asks the server what is there.
fn server(session: &Session) -> Finding {
    let bad = |why: String| {
        let (what, then) = why.split_once("; ").unwrap_or((&why, "mend what is named"));
        Finding::bad("calendar", what, then)
    };
    let made = plans::server(&session.config, &session.paths);
    let (server, url) = match made {
        Ok(Some(made)) => made,
        Ok(None) => return Finding::good("calendar", "none"),
        Err(why) => return bad(why),
    };
    let about: Result<About, DeskError> = match session::wait(server.about(session.now)) {
        Ok(about) => about,
        Err(e) => return bad(e.what),
    };
    match about {
        Err(error) => bad(error.to_string()),
        Ok(about) => {
            let name = match about.name.as_str() {
                "" => String::new(),
                name => format!("\"{}\" ", text::line(name)),
            };
            let how = match about.tells_changes {
                true => "tells what changed",
                false => "is compared event by event",
            };
            let found = format!("{name}at {url} {how}");
            match about.writable {
                true => Finding::good("calendar", found),
                false => Finding::hint(
                    "calendar",
                    format!("{found}; we may not write into it"),
                    "what is planned here stays here; ask whoever keeps it for the right to write",
                ),
            }
        }
    }
}

/// What was last heard, and what waits.
fn state(session: &Session) -> Option<Finding> {
    let reader = Reader::open(&session.store).ok()?;
    let state = reader.shared_state().ok()?;
    let plan = reader.shared_plan().ok()?;
    let told = state
        .told
        .map_or("never".to_owned(), |at| shape::local(at, session));
    let clashes = plan.rows.iter().filter(|r| r.clash).count();
    let waiting = plan.to_send("/", session.config.zone, session.now).len();
    let mut found =
        format!("last heard {told}, {waiting} to send, {clashes} changed on both sides");
    let kept = plan.kept_here(session.config.zone).len();
    if kept > 0 {
        found.push_str(&format!(", {kept} changed here only"));
    }
    Some(match (clashes, &state.trouble) {
        (0, None) if kept > 0 => Finding::hint(
            "calendar",
            found,
            "`deskhand absence sync` names them; change them in the calendar's own program too",
        ),
        (0, None) => Finding::good("calendar", found),
        (0, Some(why)) => Finding::hint(
            "calendar",
            format!("{found}; {}", text::line(why)),
            "it is tried again by itself; `deskhand absence sync` tries now",
        ),
        _ => Finding::hint(
            "calendar",
            found,
            "`deskhand absence sync` lists them, `deskhand absence settle` chooses",
        ),
    })
}
