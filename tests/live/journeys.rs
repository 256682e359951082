//! Two people with a console each, one server.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use termlens::{Key, Signal, Terminal};

use super::Server;
use super::proxy::{Mood, Proxy};

const BINARY: &str = env!("CARGO_BIN_EXE_deskhand");

/// Somebody's machine: settings and store of their own.
struct Person {
    folder: tempfile::TempDir,
}

impl Person {
    /// Connects to the server with that agent's token, as the README says.
    fn connected(url: &str, user: &str) -> Self {
        let person = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let mut connect = person
            .command(&["connect", "rt", "--url", url, "--token-stdin", "--yes"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = connect.stdin.take().unwrap();
        writeln!(stdin, "{}", Server::token(user)).unwrap();
        drop(stdin);
        let out = connect.wait_with_output().unwrap();
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
        person
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.root())
            .arg("--data-dir")
            .arg(self.folder("data"))
            .arg("--config-dir")
            .arg(self.folder("config"))
            .args(args);
        command
    }

    /// What a subcommand prints; it may end with any of these codes.
    fn told(&self, args: &[&str], codes: &[i32]) -> String {
        let out = self.command(args).output().unwrap();
        let code = out.status.code().unwrap_or(-1);
        let error = String::from_utf8_lossy(&out.stderr);
        assert!(codes.contains(&code), "{args:?} ended with {code}: {error}");
        String::from_utf8(out.stdout).unwrap()
    }

    /// Writes more into the settings.
    fn settings(&self, more: &str) {
        let file = self.folder("config").join("config.toml");
        let before = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{before}\n{more}")).unwrap();
    }

    fn json(&self, args: &[&str]) -> Value {
        let told = self.told(args, &[0]);
        serde_json::from_str(&told).unwrap_or_else(|e| panic!("{args:?}: {e}: {told}"))
    }

    fn console(&self) -> Terminal {
        let mut terminal = Terminal::builder()
            .size(140, 40)
            .timeout(Duration::from_secs(40))
            .env_clear()
            .env("TERM", "xterm-256color")
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.root())
            .arg("--data-dir")
            .arg(self.folder("data"))
            .arg("--config-dir")
            .arg(self.folder("config"))
            .spawn(BINARY)
            .unwrap();
        terminal.wait_until(|s| s.contains("All open")).unwrap();
        terminal
    }
}

fn leave(mut terminal: Terminal) {
    terminal.signal(Signal::Term).unwrap();
    terminal.wait_exit().unwrap();
}

/// Numbers of tickets that are open, in the order of the list.
fn open_keys(person: &Person) -> Vec<String> {
    let list = person.json(&["list", "--limit", "60", "--json"]);
    let rows = list["tickets"].as_array().or(list.as_array()).unwrap();
    rows.iter()
        .map(|t| t["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_one_agent_answers_the_other_sees() {
    let Some(server) = Server::here() else { return };
    let ines = Person::connected(&server.url, "ines");
    let tomas = Person::connected(&server.url, "tomas");
    ines.told(&["sync", "--once"], &[0]);
    tomas.told(&["sync", "--once"], &[0]);
    let both = open_keys(&tomas);
    let key = open_keys(&ines)
        .into_iter()
        .find(|k| both.contains(k))
        .unwrap();
    let (mut here, mut there) = (ines.console(), tomas.console());
    for terminal in [&mut here, &mut there] {
        terminal.send_str(&format!(":open {key}")).unwrap();
        terminal.send(Key::Enter).unwrap();
        let at = format!("#{key}");
        terminal.wait_until(move |s| s.contains(&at)).unwrap();
    }
    here.send_str("c").unwrap();
    here.wait_until(|s| s.contains("internal note")).unwrap();
    let words = "The switch in the attic was off";
    here.send_str(words).unwrap();
    here.wait_until(move |s| s.contains(words)).unwrap();
    here.send(Key::Ctrl('s')).unwrap();
    // What comes does not move what the other one reads: G goes where it is.
    let mut seen = false;
    for _ in 0..20 {
        there.send_str("$G").unwrap();
        if there
            .wait_until_for(move |s| s.contains(words), Duration::from_secs(2))
            .is_ok()
        {
            seen = true;
            break;
        }
    }
    assert!(seen, "{}", there.screen());
    leave(here);
    leave(there);
}

/// Who has a ticket, as somebody reads it who asks the server anew.
fn has_it(server: &Server, key: &str) -> String {
    let reader = Person::connected(&server.url, "ines");
    reader.told(&["sync", "--once"], &[0]);
    let shown = reader.json(&["show", key, "--json"]);
    let ticket = shown.get("ticket").unwrap_or(&shown);
    ticket["assignee"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn what_comes_for_somebody_who_is_away_goes_to_the_cover_and_comes_back() {
    let Some(server) = Server::here() else { return };
    let ines = Person::connected(&server.url, "ines");
    ines.settings("[people.ines]\n[people.tomas]\n");
    ines.told(&["sync", "--once"], &[0]);
    let mut free = open_keys(&ines).into_iter().rev();
    let (mine, arrives) = (free.next().unwrap(), free.next().unwrap());
    ines.told(&["assign", &mine, "ines"], &[0]);
    ines.told(&["assign", &arrives, "none"], &[0, 1]);
    ines.told(&["sync", "--once"], &[0]);
    // Away from today on, and what is open goes to Tomas: through the outbox, to the server.
    let day = |n: i64| (chrono::Local::now().date_naive() + chrono::TimeDelta::days(n)).to_string();
    let (from, to) = (day(0), day(20));
    let planned = [
        "absence", "add", "ines", "--from", &from, "--to", &to, "--cover", "tomas",
    ];
    ines.told(&planned, &[0]);
    ines.told(&["absence", "apply", "ines"], &[0, 9]);
    ines.told(&["sync", "--once"], &[0]);
    assert_eq!(has_it(&server, &mine), "tomas");
    // Somebody gives Ines another one, not knowing.
    let other = Person::connected(&server.url, "ines");
    other.told(&["sync", "--once"], &[0]);
    other.told(&["assign", &arrives, "ines"], &[0]);
    other.told(&["sync", "--once"], &[0]);
    assert_eq!(has_it(&server, &arrives), "ines");
    // A timer of Ines's machine: it hears of it, passes it on, and sends that.
    ines.told(&["sync", "--once"], &[0]);
    ines.told(&["absence", "hold"], &[0, 9]);
    ines.told(&["sync", "--once"], &[0]);
    assert_eq!(has_it(&server, &arrives), "tomas");
    let again = ines.told(&["absence", "hold"], &[0, 9]);
    assert!(!again.contains(&arrives), "once: {again}");
    let waiting = ines.json(&["outbox", "--json"]);
    assert!(!waiting.to_string().contains("\"waiting\""), "{waiting}");
    // Tomas sees both, with Ines's name in the trail.
    let tomas = Person::connected(&server.url, "tomas");
    tomas.told(&["sync", "--once"], &[0]);
    for key in [&mine, &arrives] {
        let shown = tomas.json(&["show", key, "--json"]);
        let ticket = shown.get("ticket").unwrap_or(&shown);
        assert_eq!(ticket["assignee"], "tomas", "{key}");
    }
    // One he answers: that one stays, with what happened; the other is back as it was.
    tomas.told(&["note", &mine, "Asked the tenant"], &[0]);
    tomas.told(&["sync", "--once"], &[0]);
    ines.told(&["sync", "--once"], &[0]);
    let back = ines.told(&["absence", "until", "ines", "now"], &[0]);
    assert!(
        back.contains(&mine) && back.contains("wrote in it"),
        "{back}"
    );
    ines.told(&["sync", "--once"], &[0]);
    assert_eq!(has_it(&server, &arrives), "ines");
    assert_eq!(has_it(&server, &mine), "tomas");
}

#[test]
fn fifty_changes_made_offline_are_all_there_once() {
    let Some(server) = Server::here() else { return };
    let proxy = Proxy::before(server.host(), 50);
    let ines = Person::connected(&proxy.url(), "ines");
    ines.told(&["sync", "--once"], &[0]);
    let keys: Vec<String> = open_keys(&ines).into_iter().take(10).collect();
    assert!(keys.len() >= 5, "{keys:?}");
    proxy.be(Mood::Offline);
    let mut notes = BTreeMap::new();
    for n in 0..50 {
        let key = &keys[n % keys.len()];
        let text = format!("offline note {n} of this run");
        ines.told(&["note", key, &text], &[0]);
        *notes.entry((key.clone(), text)).or_insert(0) += 0;
    }
    proxy.be(Mood::Fair);
    ines.told(&["sync", "--once"], &[0]);
    let waiting = ines.json(&["outbox", "--json"]);
    assert!(!waiting.to_string().contains("\"waiting\""), "{waiting}");
    // Somebody else reads them from the server.
    let other = Person::connected(&server.url, "ines");
    other.told(&["sync", "--once"], &[0]);
    for (key, text) in notes.keys() {
        let shown = other.told(&["show", key], &[0]);
        assert_eq!(shown.matches(text.as_str()).count(), 1, "{key}: {shown}");
    }
}

#[test]
fn a_sync_of_nothing_costs_one_small_request() {
    let Some(server) = Server::here() else { return };
    let proxy = Proxy::before(server.host(), 1);
    let ines = Person::connected(&proxy.url(), "ines");
    ines.told(&["sync", "--once"], &[0]);
    let (requests, bytes) = proxy.traffic();
    ines.told(&["sync", "--once"], &[0]);
    let (more, much) = proxy.traffic();
    // One more where somebody else is writing meanwhile, as other tests do.
    assert!(
        (1..=2).contains(&(more - requests)),
        "{requests} then {more}"
    );
    println!("a sync of nothing: {} bytes", much - bytes);
}
