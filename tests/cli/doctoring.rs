//! The doctor looks at the way to a desk, offline as well.

use std::net::TcpListener;

use serde_json::Value;

use super::Machine;

fn connected(m: &Machine, url: &str, more: &str) {
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!("[desk]\nkind = \"rt\"\nurl = \"{url}\"\n{more}");
    std::fs::write(folder.join("config.toml"), text).unwrap();
}

fn findings(m: &Machine, vars: &[(&str, &str)]) -> Vec<Value> {
    let mut command = m.command(&["--json", "doctor"]);
    let out = command.envs(vars.iter().copied()).output().unwrap();
    let value: Value = serde_json::from_slice(&out.stdout).unwrap();
    value["findings"].as_array().unwrap().clone()
}

/// What was found under that name, whether it is well, and what to do.
fn of(all: &[Value], what: &str) -> (bool, String, String) {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let found = all.iter().find(|f| f["what"] == what);
    let found = found.unwrap_or_else(|| panic!("no {what}: {all:?}"));
    (
        found["ok"].as_bool().unwrap(),
        text(&found["found"]),
        text(&found["then"]),
    )
}

#[test]
fn a_desk_that_is_away_is_said_to_be_with_what_to_do() {
    let m = Machine::new();
    connected(&m, "https://rt.invalid", "");
    let all = findings(&m, &[]);
    let (ok, found, then) = of(&all, "reach");
    assert!(
        !ok && found.contains("rt.invalid") && then.contains("VPN"),
        "{found}; {then}"
    );
    let (ok, found, then) = of(&all, "secret");
    assert!(
        !ok && found.contains("no token") && then.contains("deskhand connect rt"),
        "{found}; {then}"
    );
    assert!(!all.iter().any(|f| f["what"] == "sign-in"));
    // Nobody listens there any more.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    connected(&m, &format!("http://127.0.0.1:{port}"), "");
    let (ok, found, _) = of(&findings(&m, &[]), "reach");
    assert!(!ok && found.contains("does not answer"), "{found}");
}

#[test]
fn what_is_not_safe_is_said() {
    let m = Machine::new();
    connected(&m, "http://rt.invalid", "ca-file = \"/none.pem\"\n");
    let all = findings(&m, &[("DESKHAND_TOKEN", "1-23-secret")]);
    assert!(!of(&all, "tls").0);
    let (ok, found, _) = of(&all, "ca-file");
    assert!(!ok && found.contains("/none.pem"), "{found}");
    let (ok, found, _) = of(&all, "secret");
    assert!(ok && found.contains("DESKHAND_TOKEN"), "{found}");
    assert!(!format!("{all:?}").contains("1-23-secret"));
}

#[test]
fn a_proxy_is_named_without_its_password_and_the_way_is_left_to_it() {
    let m = Machine::new();
    connected(&m, "https://rt.invalid", "");
    let all = findings(&m, &[("HTTPS_PROXY", "http://ana:pw@proxy.example:3128")]);
    let (_, found, _) = of(&all, "proxy");
    assert_eq!(found, "proxy.example:3128 (HTTPS_PROXY)");
    assert!(!all.iter().any(|f| f["what"] == "reach"));
}

#[test]
fn the_local_desk_needs_no_way_to_it() {
    let m = Machine::new();
    connected(&m, "https://rt.invalid", "");
    let out = m.json(&["--desk", "local", "doctor"]);
    assert!(!out.to_string().contains("rt.invalid"), "{out}");
}

/// Calendars at addresses: how old they are, and what is wrong.
#[test]
fn holidays_at_an_address_are_said_to_be_old_or_missing() {
    use deskhand::config::{Paths, Subscribed};
    let m = Machine::new();
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    let text = "[calendar]\nholiday_files = [\"webcal://cal.example.org/secret.ics\"]\n";
    std::fs::write(folder.join("config.toml"), text).unwrap();
    let (ok, found, then) = of(&findings(&m, &[]), "holidays");
    assert!(ok && found == "cal.example.org: never fetched", "{found}");
    assert!(then.contains("deskhand sync"), "{then}");
    let paths = Paths {
        data_dir: m.home.path().join(".local/share/deskhand"),
        ..Paths::below(m.home.path())
    };
    let file = paths.subscribed("https://cal.example.org/secret.ics");
    let day =
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261224\nEND:VEVENT\nEND:VCALENDAR\n";
    let at = |s: &str| Some(s.parse().unwrap());
    let mut kept = Subscribed {
        text: Some(day.into()),
        fetched: at("2026-11-23T09:00:00Z"),
        asked: at("2026-11-24T08:00:00Z"),
        ..Subscribed::default()
    };
    for (fetched, trouble, well, words) in [
        (
            "2026-11-23T09:00:00Z",
            None,
            true,
            "1 holiday, as of Mon 2026-11-23 10:00",
        ),
        (
            "2026-11-23T09:00:00Z",
            Some("it sent \u{1b}[31mnonsense"),
            true,
            "nonsense",
        ),
        (
            "2026-10-23T09:00:00Z",
            Some("it is away"),
            false,
            "it is away",
        ),
    ] {
        kept.fetched = at(fetched);
        kept.trouble = trouble.map(str::to_owned);
        kept.write(&file).unwrap();
        let (ok, found, then) = of(&findings(&m, &[]), "holidays");
        assert!(ok == well && found.contains(words), "{found}");
        assert_eq!(then.is_empty(), trouble.is_none());
        assert!(!found.contains("secret"));
    }
    // A subcommand reads the settings with what is kept, without any network.
    assert!(m.run(&["config", "check"]).status.success());
}
