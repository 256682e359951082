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
