//! Looking after this machine: settings, the doctor, what can be connected.

use std::io::IsTerminal as _;

use serde_json::{Value, json};

use super::args::{ConfigWhat, Global};
use super::exit::{Code, Fail};
use super::out::Out;
use super::session::{self, Session};
use crate::config;
use crate::desk::KINDS;
use crate::domain::text;
use crate::shell;
use crate::store::{AuditVerdict, Reader};

/// `config`
pub fn config(global: &Global, what: ConfigWhat, out: &mut Out) -> Result<Code, Fail> {
    if let ConfigWhat::Sample = what {
        out.bytes(config::SAMPLE.as_bytes())?;
        return Ok(Code::Ok);
    }
    let paths = session::paths(global)?;
    let (file, keys) = (paths.config_file(), paths.keys_file());
    match what {
        ConfigWhat::Path if global.json => out.json(&json!({
            "config": file.display().to_string(), "keys": keys.display().to_string(),
            "data": paths.data_dir.display().to_string(), "log": paths.state_dir.display().to_string(),
        }))?,
        ConfigWhat::Path => {
            out.row(&format!("settings  {}", file.display()))?;
            out.row(&format!("keys      {}", keys.display()))?;
            out.row(&format!("data      {}", paths.data_dir.display()))?;
            out.row(&format!("log       {}", paths.state_dir.display()))?;
        }
        ConfigWhat::Check | ConfigWhat::Sample => {
            let loaded = config::load(&paths)?;
            let wrong = |why: String| Fail::new(Code::Config, why);
            if let Some(why) = shell::views(&loaded.config).1.first() {
                return Err(wrong(format!("{}: {why}", file.display())));
            }
            shell::keymap(&loaded.config, &paths).map_err(wrong)?;
            if global.json {
                out.json(&json!({"ok": true, "written": loaded.written}))?;
            } else if loaded.written {
                out.row(&format!("{} is in order", file.display()))?;
            } else {
                out.row(&format!(
                    "there is no {}; the defaults hold (`deskhand config sample` prints them)",
                    file.display()
                ))?;
            }
        }
    }
    Ok(Code::Ok)
}

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
pub fn doctor(global: &Global, out: &mut Out) -> Result<Code, Fail> {
    let findings = look(global);
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

fn look(global: &Global) -> Vec<Finding> {
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
            all.push(store(&session));
            let c = &session.config;
            all.push(Finding::good(
                "clock",
                format!(
                    "{} ({})",
                    super::shape::local(session.now, &session),
                    c.zone
                ),
            ));
            all.push(editor(&shell::editor_command(c.editor.as_deref())));
            all.push(Finding::good("agent", session.me.to_string()));
        }
        Err(e) => all.push(Finding::bad("session", e.what, "mend what is named")),
    }
    all.extend(terminal());
    all
}

fn folder(path: &std::path::Path) -> Finding {
    let shown = path.display().to_string();
    match std::fs::metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Finding::good("data", format!("{shown} (made when it is needed)"))
        }
        Err(e) => Finding::bad("data", format!("{shown}: {e}"), "allow yourself to read it"),
        Ok(m) if m.permissions().readonly() => Finding::bad(
            "data",
            format!("{shown} is read-only"),
            "allow yourself to write it",
        ),
        Ok(_) => Finding::good("data", shown),
    }
}

fn store(session: &Session) -> Finding {
    if !session.store.exists() {
        return Finding::hint(
            "store",
            "none yet",
            "`deskhand import FILE` brings tickets in",
        );
    }
    let shown = session.store.display();
    match Reader::open(&session.store).and_then(|r| r.verify_audit()) {
        Ok(AuditVerdict::Whole(n)) => {
            Finding::good("store", format!("{shown}, {n} lines of audit, all whole"))
        }
        Ok(AuditVerdict::Broken(n)) => Finding::bad(
            "store",
            format!("{shown}: the audit trail does not fit together at line {n}"),
            "somebody changed the file by hand; keep a copy and ask who",
        ),
        Err(e) => Finding::bad("store", e.to_string(), "see the sentence above"),
    }
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

/// `connect`
pub fn connect(global: &Global, out: &mut Out) -> Result<Code, Fail> {
    if global.json {
        let all = KINDS
            .iter()
            .map(|k| json!({"kind": k.kind, "name": k.name, "needs": k.needs}));
        out.json(&Value::Array(all.collect()))?;
    } else {
        out.row("Helpdesks that this version can work with:")?;
        for k in KINDS {
            out.row(&format!("  {:<12} needs {}", k.name, k.needs))?;
        }
        out.row("Other kinds are offered here as soon as they are built.")?;
    }
    Ok(Code::Ok)
}
