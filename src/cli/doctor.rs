//! The doctor: looks whether everything is in order, changes nothing, and says what to do.

mod desk;
mod plan;

use std::cmp::Ordering;
use std::io::IsTerminal as _;
use std::path::Path;

use serde_json::{Value, json};

use super::args::Global;
use super::exit::{Code, Fail};
use super::out::Out;
use super::session::{self, Session};
use crate::app::top;
use crate::config::{self, VendorAt};
use crate::domain::calendar::parse_ics_holidays;
use crate::domain::text;
use crate::shell;
use crate::store::{self, AuditVerdict, Health, Reader};
use crate::sync::VendorDesk;

/// Stores up to this size are looked through without being asked.
const LARGE: u64 = 500_000_000;
/// Less room than this is too little.
const TIGHT: u64 = 100_000_000;

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    ok: bool,
    found: String,
    /// What to do; empty when nothing.
    then: String,
}

impl Finding {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self {
            what,
            ok: true,
            found: found.into(),
            then: String::new(),
        }
    }

    fn hint(what: &'static str, found: impl Into<String>, then: impl Into<String>) -> Self {
        Self {
            then: then.into(),
            ..Self::good(what, found)
        }
    }

    fn bad(what: &'static str, found: impl Into<String>, then: impl Into<String>) -> Self {
        Self {
            ok: false,
            ..Self::hint(what, found, then)
        }
    }
}

/// `doctor`
pub fn doctor(global: &Global, deep: bool, out: &mut Out) -> Result<Code, Fail> {
    let findings = look(global, deep);
    let ill = findings.iter().any(|f| !f.ok);
    if global.json {
        let rows: Vec<Value> = findings
            .iter()
            .map(|f| json!({"what": f.what, "ok": f.ok, "found": f.found, "then": f.then}))
            .collect();
        out.json(&json!({"ok": !ill, "findings": rows}))?;
    } else {
        for f in &findings {
            let sign = if f.ok { "ok " } else { "BAD" };
            out.row(&format!("{sign}  {:<10} {}", f.what, text::line(&f.found)))?;
            if !f.then.is_empty() {
                out.row(&format!("                {}", text::line(&f.then)))?;
            }
        }
    }
    Ok(if ill { Code::Failure } else { Code::Ok })
}

fn look(global: &Global, deep: bool) -> Vec<Finding> {
    let mut all = vec![Finding::good("version", env!("CARGO_PKG_VERSION"))];
    let paths = match session::paths(global) {
        Ok(paths) => paths,
        Err(e) => {
            all.push(Finding::bad(
                "folders",
                e.what,
                "set HOME, or name the folders",
            ));
            return all;
        }
    };
    all.push(folder(&paths.data_dir));
    all.extend(room(&paths.data_dir));
    match config::load(&paths) {
        Ok(l) if l.written => {
            all.push(Finding::good(
                "settings",
                paths.config_file().display().to_string(),
            ));
        }
        Ok(_) => all.push(Finding::hint(
            "settings",
            "none, the defaults hold",
            "`deskhand config sample` prints a file to begin with",
        )),
        Err(e) => all.push(Finding::bad("settings", e.to_string(), "mend the file")),
    }
    match Session::new(global) {
        Ok(session) => {
            all.extend(store(&session, deep));
            let c = &session.config;
            all.push(Finding::good(
                "clock",
                format!(
                    "{} ({})",
                    super::shape::local(session.now, &session),
                    c.zone
                ),
            ));
            all.extend(calendars(&session));
            all.extend(plan::plan(&session));
            all.push(editor(&shell::editor_command(c.editor.as_deref())));
            all.push(Finding::good("agent", session.me.to_string()));
            if let Some(remote) = &session.remote {
                all.extend(desk::desk(&session, remote));
            }
            all.extend(vendor(&session));
        }
        Err(e) => all.push(Finding::bad("session", e.what, "mend what is named")),
    }
    all.extend(terminal());
    all
}

fn folder(path: &Path) -> Finding {
    let shown = path.display().to_string();
    match std::fs::metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Finding::good("data", format!("{shown} (made when it is needed)"))
        }
        Err(e) => Finding::bad("data", format!("{shown}: {e}"), "allow yourself to read it"),
        Ok(m) if !m.is_dir() => Finding::bad(
            "data",
            format!("{shown} is no folder"),
            "move it away, or name another folder with --data-dir",
        ),
        Ok(m) => match private(&m, 0o700) {
            Some((found, then)) => Finding::bad(
                "data",
                format!("{shown} {found}"),
                format!("{then} {}", shlex::try_quote(&shown).unwrap_or_default()),
            ),
            None => Finding::good("data", shown),
        },
    }
}

/// What is wrong with an owner or a mode, and the command that mends it, without the path.
#[cfg(unix)]
fn private(m: &std::fs::Metadata, wanted: u32) -> Option<(String, String)> {
    use std::os::unix::fs::MetadataExt as _;
    let me = rustix::process::geteuid().as_raw();
    let mode = m.mode() & 0o777;
    if m.uid() != me {
        return Some((
            format!("belongs to user {}, and you are user {me}", m.uid()),
            format!("make it yours: sudo chown {me}"),
        ));
    }
    if mode & 0o077 != 0 {
        return Some((
            format!("may be read by others (mode {mode:o})"),
            format!("keep them out: chmod {wanted:o}"),
        ));
    }
    (mode & wanted != wanted).then(|| {
        (
            format!("may not be used by yourself (mode {mode:o})"),
            format!("allow it: chmod {wanted:o}"),
        )
    })
}

#[cfg(not(unix))]
fn private(m: &std::fs::Metadata, _wanted: u32) -> Option<(String, String)> {
    m.permissions().readonly().then(|| {
        (
            "is read-only".to_owned(),
            "allow yourself to write it:".to_owned(),
        )
    })
}

/// What is left on the disk of a folder, or of the nearest one above it that is there.
#[cfg(unix)]
fn room(path: &Path) -> Option<Finding> {
    let there = path.ancestors().find(|p| p.is_dir())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let found = format!("{} free", bytes(free));
    Some(if free < TIGHT {
        Finding::bad(
            "room",
            found,
            "make room on that disk: with none left nothing can be kept",
        )
    } else {
        Finding::good("room", found)
    })
}

#[cfg(not(unix))]
fn room(_path: &Path) -> Option<Finding> {
    None
}

fn bytes(n: u64) -> String {
    match n {
        0..1_000_000 => format!("{} kB", n.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{} MB", n / 1_000_000),
        _ => format!("{}.{} GB", n / 1_000_000_000, n / 100_000_000 % 10),
    }
}

fn store(session: &Session, deep: bool) -> Vec<Finding> {
    let path = &session.store;
    if let Ok(false) = path.try_exists() {
        return vec![Finding::hint(
            "store",
            "none yet",
            "`deskhand import FILE` brings tickets in",
        )];
    }
    let shown = path.display().to_string();
    let mut all = Vec::new();
    if let Ok(m) = std::fs::metadata(path)
        && m.is_file()
        && let Some((found, then)) = private(&m, 0o600)
    {
        let quoted = shlex::try_quote(&shown).unwrap_or_default();
        all.push(Finding::bad(
            "store",
            format!("{shown} {found}"),
            format!("{then} {quoted}"),
        ));
    }
    let health = match store::health(path) {
        Ok(health) => health,
        Err(e) => {
            let said = e.to_string();
            let (what, then) = said.split_once("; ").unwrap_or((&said, ""));
            all.push(Finding::bad("store", what, then));
            return all;
        }
    };
    all.push(Finding::good(
        "store",
        format!(
            "{shown}, {} tickets, {}",
            health.tickets,
            bytes(health.size)
        ),
    ));
    let found = format!(
        "written in form {}, this program knows {}",
        health.form, health.known
    );
    all.push(match health.form.cmp(&health.known) {
        Ordering::Greater => Finding::bad(
            "form",
            found,
            "update Deskhand, or give another data folder with --data-dir",
        ),
        Ordering::Less => Finding::hint(
            "form",
            found,
            "nothing: it is brought up to date when it is opened next",
        ),
        Ordering::Equal => Finding::good("form", found),
    });
    all.extend(session.remote.is_some().then(|| synced(&health, session)));
    all.push(whole(path, &health, deep));
    if health.form == health.known && health.noted.is_none() {
        all.push(audit(path));
    }
    all
}

/// Whether what is escalated would arrive.
fn vendor(session: &Session) -> Vec<Finding> {
    let Some(vendor) = &session.config.vendor else {
        return Vec::new();
    };
    match session.vendor() {
        Err(why) => vec![Finding::bad(
            "vendor",
            why.what,
            "mend [vendor] in config.toml",
        )],
        Ok(None) => vec![Finding::good(
            "vendor",
            format!("{}, in this desk", vendor.name),
        )],
        Ok(Some(VendorDesk::Neighbour(near))) => {
            let place = format!("{} at {}", vendor.name, near.store.display());
            vec![match near.hello(session.now) {
                Ok(()) => Finding::good("vendor", place),
                Err(why) => {
                    let said = why.to_string();
                    let (what, then) = said.split_once("; ").unwrap_or((&said, ""));
                    Finding::bad("vendor", what, then)
                }
            }]
        }
        Ok(Some(VendorDesk::Queue(queue))) => {
            let place = format!("{}, queue {}", vendor.name, queue.name);
            let mut all = vec![Finding::good("vendor", place)];
            if let VendorAt::Desk { desk, .. } = &vendor.at {
                all.extend(desk::desk(session, desk));
            }
            all
        }
    }
}

/// When the desk last told all it had.
fn synced(health: &Health, session: &Session) -> Finding {
    match health.synced {
        None => Finding::hint(
            "synced",
            "never yet",
            "`deskhand sync`, or an open console, asks the desk",
        ),
        Some(at) => Finding::good(
            "synced",
            format!(
                "{} ({} ago)",
                super::shape::local(at, session),
                top::ago(at, session.now)
            ),
        ),
    }
}

fn whole(path: &Path, health: &Health, deep: bool) -> Finding {
    if health.size > LARGE && !deep {
        let takes = health.size / 300_000_000;
        let found = format!("not looked through, as that takes {takes} seconds or more");
        let then = "`deskhand doctor --deep` reads all of it";
        return match &health.noted {
            Some(why) => Finding::bad(
                "check",
                format!("{found}; found while it was open: {why}"),
                then,
            ),
            None => Finding::hint("check", found, then),
        };
    }
    match store::check(path) {
        Ok(None) => Finding::good("check", "looked through all of it: whole"),
        Ok(Some(wrong)) => Finding::bad(
            "check",
            format!("damaged: {wrong}"),
            "keep a copy; opening it sets it aside under another name, never deletes it, and begins a new one, with all tickets if only the search index is hurt",
        ),
        Err(e) => Finding::bad("check", e.to_string(), "see the sentence above"),
    }
}

fn audit(path: &Path) -> Finding {
    match Reader::open(path).and_then(|r| r.verify_audit()) {
        Ok(AuditVerdict::Whole(n)) => Finding::good("audit", format!("{n} lines, all whole")),
        Ok(AuditVerdict::Broken(n)) => Finding::bad(
            "audit",
            format!("the trail does not fit together at line {n}"),
            "somebody changed the file by hand; keep a copy and ask who",
        ),
        Err(e) => Finding::bad("audit", e.to_string(), "see the sentence above"),
    }
}

/// After so many days without a word from its host a calendar may be out of date.
const STALE_DAYS: i64 = 14;

/// The calendars of holidays at addresses: how old what is kept is, and what went wrong last.
fn calendars(session: &Session) -> Vec<Finding> {
    let all = session.config.subscriptions.iter();
    all.map(|url| {
        let kept = config::Subscribed::read(&session.paths.subscribed(url));
        let host = config::subscribed_host(url);
        let days = kept
            .text
            .as_deref()
            .map(|text| parse_ics_holidays(text).map_or(0, |days| days.len()));
        let age = kept.fetched.map(|at| (session.now - at).num_days());
        let found = match (days, kept.fetched) {
            (Some(days), Some(at)) => {
                let word = if days == 1 { "holiday" } else { "holidays" };
                let at = super::shape::local(at, session);
                format!("{host}: {days} {word}, as of {at}")
            }
            _ => format!("{host}: never fetched"),
        };
        let fetches = "an open console asks again by itself, `deskhand sync --once` now";
        match (kept.trouble, age) {
            (Some(why), Some(age)) if age < STALE_DAYS => Finding::hint(
                "holidays",
                format!("{found}; {why}"),
                format!("what was fetched counts; {fetches}"),
            ),
            (Some(why), _) => Finding::bad(
                "holidays",
                format!("{found}; {why}"),
                format!("check the address under holiday_files; {fetches}"),
            ),
            (None, None) => Finding::hint("holidays", found, fetches),
            (None, Some(age)) if age >= STALE_DAYS => Finding::hint("holidays", found, fetches),
            (None, Some(_)) => Finding::good("holidays", found),
        }
    })
    .collect()
}

fn editor(command: &str) -> Finding {
    let program = shlex::split(command).and_then(|w| w.into_iter().next());
    let there = program.as_deref().is_some_and(|p| {
        let path = std::path::Path::new(p);
        path.is_absolute() && path.exists()
            || std::env::var_os("PATH")
                .is_some_and(|all| std::env::split_paths(&all).any(|d| d.join(p).is_file()))
    });
    if there {
        Finding::good("editor", command)
    } else {
        Finding::hint(
            "editor",
            format!("{command} is not there"),
            "set $EDITOR, or editor in the settings; the built-in one works without",
        )
    }
}

fn terminal() -> Vec<Finding> {
    let var = |n: &str| std::env::var(n).unwrap_or_default();
    let mut all = Vec::new();
    let term = var("TERM");
    all.push(if !std::io::stdout().is_terminal() {
        Finding::good(
            "terminal",
            "standard output is no terminal (subcommands work)",
        )
    } else if term == "dumb" {
        Finding::hint("terminal", "dumb", "the console needs another TERM")
    } else {
        let (w, h) = crossterm::terminal::size().unwrap_or((0, 0));
        let found = format!("{term}, {w}x{h}");
        if w < 60 || h < 16 {
            Finding::hint("terminal", found, "make it 60x16 or larger")
        } else {
            Finding::good("terminal", found)
        }
    });
    let colour = if std::env::var_os("NO_COLOR").is_some() {
        "none (NO_COLOR is set)"
    } else if matches!(var("COLORTERM").as_str(), "truecolor" | "24bit") {
        "16 million"
    } else if term.contains("256") {
        "256"
    } else {
        "16"
    };
    all.push(Finding::good("colours", colour));
    let locale = [var("LC_ALL"), var("LC_CTYPE"), var("LANG")]
        .into_iter()
        .find(|v| !v.is_empty())
        .unwrap_or_default();
    let low = locale.to_lowercase();
    all.push(if low.contains("utf-8") || low.contains("utf8") {
        Finding::good("letters", locale)
    } else {
        Finding::hint(
            "letters",
            if locale.is_empty() {
                "no locale is set".to_owned()
            } else {
                locale
            },
            "set LANG to a UTF-8 locale, such as C.UTF-8, if lines and letters look wrong",
        )
    });
    all
}
