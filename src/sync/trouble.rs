//! What is wrong between us and the desk, in a sentence for the status line: pure.

use chrono_tz::Tz;

use crate::desk::{DeskError, ErrorKind};
use crate::domain::Instant;
use crate::domain::text::{Printable, line};

/// The sentence: what is wrong since when, and after the semicolon what to do or what becomes
/// of what waits here.
pub fn trouble(error: &DeskError, since: Instant, now: Instant, zone: Tz) -> Printable {
    let what = error.what.line();
    let hint = error.hint.as_deref();
    line(&match error.kind {
        ErrorKind::Unreachable => format!(
            "the desk cannot be reached since {}; changes wait here and go when it is back",
            clock(since, now, zone)
        ),
        ErrorKind::SignIn => format!(
            "the desk refuses our sign-in ({what}); {}",
            hint.unwrap_or("give it a new token with `deskhand connect`, then press $")
        ),
        ErrorKind::TooMany => match error.retry_at.filter(|at| *at > now) {
            Some(at) => format!(
                "the desk asks us to wait until {}; changes wait here and go then",
                clock(at, now, zone)
            ),
            None => "the desk asks us to wait; changes wait here and go soon".to_owned(),
        },
        ErrorKind::Odd => format!(
            "the desk's answer makes no sense ({what}); {}",
            hint.unwrap_or("changes wait here, and it is asked again by itself")
        ),
        ErrorKind::Refused | ErrorKind::Conflict => format!(
            "the desk will not tell what is new ({what}); {}",
            hint.unwrap_or("ask its administrator what your account may see")
        ),
    })
}

/// The time of the day; with the day, where that is another one.
fn clock(at: Instant, now: Instant, zone: Tz) -> String {
    let (at, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let form = if at.date_naive() == now.date_naive() {
        "%H:%M"
    } else {
        "%a %e %b %H:%M"
    };
    at.format(form).to_string()
}
