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
