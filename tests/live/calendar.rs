//! Against a real Radicale: two people share one plan through it. Each test has a server of its own.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::cli::{Machine, said};

/// A calendar server on a port of its own.
struct Radicale {
    folder: TempDir,
    python: PathBuf,
    port: u16,
    child: Option<Child>,
}

const CALENDAR: &str = "/ana/team/";

impl Radicale {
    /// One with an empty calendar, if there is a Radicale to start.
    fn start() -> Option<Self> {
        let Some(python) = std::env::var_os("DESKHAND_RADICALE") else {
            println!("skipped: no Radicale; tests/live/run starts one");
            return None;
        };
        let mut server = Self {
            folder: TempDir::new().unwrap(),
            python: python.into(),
            port: TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap()
                .port(),
            child: None,
        };
        let users = server.folder.path().join("users");
        std::fs::write(&users, "ana:pw-ana\nben:pw-ben\n").unwrap();
        let config = format!(
            "[server]\nhosts = 127.0.0.1:{}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {}\nhtpasswd_encryption = plain\ndelay = 0\n[rights]\ntype = authenticated\n[storage]\nfilesystem_folder = {}\n[logging]\nlevel = critical\n",
            server.port,
            users.display(),
            server.folder.path().join("data").display()
        );
        std::fs::write(server.folder.path().join("config"), config).unwrap();
        server.run();
        let (status, body) = server.ask("MKCALENDAR", CALENDAR, &[], "");
        assert_eq!(status, 201, "{body}");
        Some(server)
    }

    fn run(&mut self) {
        let child = Command::new(&self.python)
            .args(["-m", "radicale", "--config"])
            .arg(self.folder.path().join("config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        for _ in 0..400 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("Radicale does not start");
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Asks as ana's other program would.
    fn ask(&self, method: &str, path: &str, headers: &[&str], body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let headers: String = headers.iter().map(|h| format!("{h}\r\n")).collect();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic YW5hOnB3LWFuYQ==\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split_whitespace().nth(1).unwrap().parse().unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        (status, body.to_owned())
    }

    fn put(&self, name: &str, text: &str) {
        let path = format!("{CALENDAR}{name}.ics");
        let (status, body) = self.ask("PUT", &path, &["Content-Type: text/calendar"], text);
        assert!((200..300).contains(&status), "{status}: {body}");
    }

    /// The text of an event, unfolded.
    fn text(&self, name: &str) -> String {
        let (status, body) = self.ask("GET", &format!("{CALENDAR}{name}.ics"), &[], "");
        assert_eq!(status, 200, "{name}: {body}");
        body.replace("\r\n ", "")
    }

    fn names(&self) -> Vec<String> {
        let (_, body) = self.ask("PROPFIND", CALENDAR, &["Depth: 1"], "");
        let hrefs = body.split("<href>").skip(1);
        let names = hrefs.filter_map(|h| h.split("</href>").next()?.strip_prefix(CALENDAR));
        names
            .filter(|n| !n.is_empty())
            .map(|n| n.trim_end_matches(".ics").to_owned())
            .collect()
    }

    /// A machine of one of the two.
    fn client(&self, who: &str) -> Machine {
        self.client_with(who, &format!("pw-{who}"))
    }

    fn client_with(&self, who: &str, password: &str) -> Machine {
        let m = Machine::new();
        let folder = m.home.path().join(".config/deskhand");
        std::fs::create_dir_all(&folder).unwrap();
        let text = format!(
            "me = \"{who}\"\n[people.ana]\n[people.ben]\n[people.cleo]\n[absences.caldav]\nurl = \"http://127.0.0.1:{}{CALENDAR}\"\nuser = \"{who}\"\ntoken-command = [\"echo\", \"{password}\"]\n",
            self.port
        );
        std::fs::write(folder.join("config.toml"), text).unwrap();
        m
    }
}

impl Drop for Radicale {
    fn drop(&mut self) {
        self.stop();
    }
}

fn sync(m: &Machine) -> serde_json::Value {
    m.json(&["absence", "sync"])
}

fn code(out: &Output) -> i32 {
    out.status.code().unwrap()
}

/// Each absence as `who next-from covers`.
fn plan(m: &Machine) -> Vec<String> {
    let all = m.json(&["absence", "list", "--days", "400"]);
    let line = |a: &serde_json::Value| {
        let covers = a["covers"].as_array().unwrap().iter();
        let covers: Vec<&str> = covers.map(|c| c["who"].as_str().unwrap()).collect();
        let from = &a["next"]["from"].as_str().unwrap()[..16];
        format!("{} {from} {}", a["who"].as_str().unwrap(), covers.join("+"))
    };
    all["absences"]
        .as_array()
        .unwrap()
        .iter()
        .map(line)
        .collect()
}

fn add(m: &Machine, args: &[&str]) -> String {
    let mut all = vec!["absence", "add"];
    all.extend(args);
    m.json(&all)["id"].as_str().unwrap().to_owned()
}

const WEEK: &[&str] = &[
    "ana",
    "--from",
    "2026-12-07",
    "--to",
    "2026-12-11",
    "--cover",
    "ben:tenant=umc,label=a+b",
    "--cover",
    "cleo",
];

#[test]
fn two_people_share_one_plan() {
    let Some(server) = Radicale::start() else {
        return;
    };
    let (ana, ben) = (server.client("ana"), server.client("ben"));
    let id = add(&ana, WEEK);
    assert_eq!(server.names(), [format!("deskhand-{id}")]);
    let heard = sync(&ben);
    assert_eq!(
        heard["server"]["took"],
        serde_json::json!([id]),
        "by the same name"
    );
    assert_eq!(plan(&ben), plan(&ana));
    assert_eq!(plan(&ben), ["ana 2026-12-06T23:00 ben+cleo"]);
    assert!(
        ben.ok(&["absence", "list"])
            .contains("ben:tenant=umc,label=a+b, cleo")
    );
    // An edit comes over, and back.
    ben.ok(&["absence", "until", &id, "2026-12-09"]);
    sync(&ana);
    assert_eq!(
        ana.json(&["absence", "list"])["absences"][0]["next"]["to"],
        "2026-12-09T23:00:00Z"
    );
    let second = add(&ben, &["ben", "--from", "2027-01-04", "--to", "2027-01-08"]);
    sync(&ana);
    assert_eq!(plan(&ana).len(), 2);
    ana.ok(&["absence", "drop", &second]);
    assert_eq!(sync(&ben)["server"]["lost"], serde_json::json!([second]));
    assert_eq!(plan(&ben).len(), 1);
    assert_eq!(server.names().len(), 1);
    // Nothing to say, nothing sent.
    for m in [&ana, &ben] {
        let quiet = sync(m);
        assert_eq!(
            (&quiet["server"]["sent"], &quiet["server"]["took"]),
            (&0.into(), &serde_json::json!([]))
        );
    }
}

#[test]
fn both_changed_the_same_and_nothing_is_lost() {
    let Some(server) = Radicale::start() else {
        return;
    };
    for (choice, wanted) in [
        ("mine", vec!["2026-12-10"]),
        ("theirs", vec!["2026-12-09"]),
        ("both", vec!["2026-12-09", "2026-12-10"]),
    ] {
        let (ana, ben) = (server.client("ana"), server.client("ben"));
        sync(&ana);
        let id = add(&ana, WEEK);
        sync(&ben);
        ana.ok(&["absence", "until", &id, "2026-12-09"]);
        // Ben does not know yet: his write is refused by its mark.
        let out = ben.run(&["absence", "until", &id, "2026-12-10"]);
        assert!(said(&out).contains("absence settle"), "{}", said(&out));
        let text = server.text(&format!("deskhand-{id}"));
        assert!(
            text.contains("DTEND;VALUE=DATE:20261210"),
            "nobody's is overwritten: {text}"
        );
        let told = ben.run(&["absence", "sync"]);
        assert_eq!(code(&told), 5);
        let shown = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(shown.contains("here") && shown.contains("there"), "{shown}");
        ben.ok(&["absence", "settle", &id, choice]);
        sync(&ana);
        let mut ends: Vec<String> = ana.json(&["absence", "list"])["absences"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| a["next"]["to"].as_str().unwrap()[..10].to_owned())
            .collect();
        ends.sort();
        assert_eq!(ends, wanted, "{choice}");
        assert_eq!(plan(&ana).len(), plan(&ben).len());
        // Cleared for the next round.
        for a in ana.json(&["absence", "list"])["absences"]
            .as_array()
            .unwrap()
        {
            ana.ok(&["absence", "drop", a["id"].as_str().unwrap()]);
        }
    }
}

#[test]
fn changes_of_different_fields_come_together() {
    let Some(server) = Radicale::start() else {
        return;
    };
    let (ana, ben) = (server.client("ana"), server.client("ben"));
    let id = add(&ana, WEEK);
    sync(&ben);
    let name = format!("deskhand-{id}");
    let text = server
        .text(&name)
        .replace("SUMMARY:ana: leave", "SUMMARY:ana is in the mountains");
    server.put(&name, &text);
    ben.ok(&["absence", "until", &id, "2026-12-09"]);
    let text = server.text(&name);
    assert!(
        text.contains("in the mountains") && text.contains("DTEND;VALUE=DATE:20261210"),
        "{text}"
    );
    sync(&ana);
    assert_eq!(
        ana.json(&["absence", "list"])["absences"][0]["note"],
        "ana is in the mountains"
    );
}

const STANDUP: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VTIMEZONE\r\nTZID:Amsterdam time\r\nX-LIC-LOCATION:Europe/Amsterdam\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:fridays@other\r\nDTSTAMP:20261101T100000Z\r\nSUMMARY:ben: Friday afternoons\r\nDTSTART;TZID=Amsterdam time:20261127T130000\r\nDTEND;TZID=Amsterdam time:20261127T170000\r\nRRULE:FREQ=WEEKLY\r\nEXDATE;TZID=Amsterdam time:20261211T130000\r\nCATEGORIES:Vacation,Ben\r\nX-OTHER-COLOUR:#ff0000\r\nATTENDEE;CN=Ben;PARTSTAT=ACCEPTED:mailto:ben@example.org\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Go home\r\nEND:VALARM\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:fridays@other\r\nDTSTAMP:20261101T100000Z\r\nRECURRENCE-ID;TZID=Amsterdam time:20261204T130000\r\nSUMMARY:ben: this once in the morning\r\nDTSTART;TZID=Amsterdam time:20261204T090000\r\nDTEND;TZID=Amsterdam time:20261204T120000\r\nX-OTHER-ONCE:yes\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn a_series_of_another_program_keeps_all_that_we_do_not_know() {
    let Some(server) = Radicale::start() else {
        return;
    };
    let (ana, ben) = (server.client("ana"), server.client("ben"));
    server.put("fridays", STANDUP);
    let heard = sync(&ana);
    let id = heard["server"]["took"][0].as_str().unwrap().to_owned();
    let seen = |m: &Machine, at: &str| m.ok(&["oncall", "--at", at]).contains("away: ben");
    for (at, away) in [
        ("2026-11-27 14:00", true),
        ("2026-12-04 10:00", true),
        ("2026-12-04 14:00", false),
        ("2026-12-11 14:00", false),
        ("2026-12-18 14:00", true),
    ] {
        assert_eq!(seen(&ana, at), away, "{at}");
    }
    // The first turn ends early: only that is different there.
    ana.ok(&["absence", "until", &id, "2026-11-27 15:00"]);
    let text = server.text("fridays");
    for kept in [
        "X-OTHER-COLOUR:#ff0000",
        "X-OTHER-ONCE:yes",
        "TRIGGER:-PT15M",
        "TZID:Amsterdam time",
        "CATEGORIES:Vacation,Ben",
        "mailto:ben@example.org",
        "this once in the morning",
        "RRULE:FREQ=WEEKLY",
    ] {
        assert!(text.contains(kept), "{kept} is lost: {text}");
    }
    assert!(text.contains("20261127T150000"), "{text}");
    sync(&ben);
    for m in [&ana, &ben] {
        assert!(seen(m, "2026-11-27 14:30"));
        assert!(!seen(m, "2026-11-27 16:00"));
        assert!(!seen(m, "2026-12-11 14:00"));
        assert!(seen(m, "2026-12-04 10:00"));
    }
    // It ends there: here too.
    server.ask("DELETE", &format!("{CALENDAR}fridays.ics"), &[], "");
    assert_eq!(sync(&ben)["server"]["lost"].as_array().unwrap().len(), 1);
    assert!(plan(&ben).is_empty());
}

#[test]
fn a_wrong_password_and_a_server_that_is_gone_keep_the_plan_here() {
    let Some(mut server) = Radicale::start() else {
        return;
    };
    let wrong = server.client_with("ana", "nope");
    let out = wrong.run(&["absence", "sync"]);
    assert_eq!(code(&out), 4);
    assert!(
        said(&out).contains("does not accept our sign-in; "),
        "{}",
        said(&out)
    );
    let out = wrong.run(&["absence", "add", "ana", "--from", "2026-12-07"]);
    assert_eq!(code(&out), 0, "what is planned is planned");
    assert!(
        said(&out).contains("not in the calendar yet"),
        "{}",
        said(&out)
    );
    assert!(server.names().is_empty());

    let (ana, ben) = (server.client("ana"), server.client("ben"));
    sync(&ana);
    server.stop();
    let out = ana.run(&[
        "absence",
        "add",
        "ana",
        "--from",
        "2026-12-07",
        "--to",
        "2026-12-11",
    ]);
    assert!(
        said(&out).contains("refused the connection"),
        "{}",
        said(&out)
    );
    ana.run(&["absence", "until", "ana", "2026-12-09"]);
    let out = ana.run(&["absence", "sync"]);
    assert_eq!(code(&out), 1);
    assert!(said(&out).contains("; "), "{}", said(&out));
    let doctor = ana.run(&["doctor"]);
    let doctor = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(doctor.contains("1 to send"), "{doctor}");
    // It comes back: what was planned meanwhile is sent, once.
    server.run();
    assert_eq!(sync(&ana)["server"]["sent"], 1);
    assert_eq!(sync(&ana)["server"]["sent"], 0);
    assert_eq!(server.names().len(), 1);
    sync(&ben);
    assert_eq!(plan(&ben), plan(&ana));
    server.stop();
    server.run();
    assert_eq!(sync(&ben)["server"]["took"], serde_json::json!([]));
    let doctor = ana.ok(&["doctor"]);
    assert!(
        doctor.contains("tells what changed") && doctor.contains("0 to send"),
        "{doctor}"
    );
}

#[test]
fn hostile_words_stay_words_and_events_of_strangers_stay_there() {
    let Some(server) = Radicale::start() else {
        return;
    };
    let (ana, ben) = (server.client("ana"), server.client("ben"));
    let note = "</d:href>&amp;\u{1b}[31mred\nBEGIN:VEVENT\\n;,: \u{202e}back";
    add(&ana, &["ana", "--from", "2026-12-07", "--note", note]);
    let event = |uid: &str, summary: &str| {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T100000Z\r\nSUMMARY:{summary}\r\nDTSTART;VALUE=DATE:20261214\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    server.put("stranger", &event("s@x", "Zoe: leave"));
    server.put(
        "evil",
        &event(
            "e@x",
            "ben: ]]></d:prop> \\n<!DOCTYPE x [<!ENTITY a \"b\">]> &a\\;",
        ),
    );
    let out = ben.run(&["--json", "absence", "sync"]);
    assert_eq!(code(&out), 65, "{}", said(&out));
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(!text.contains('\u{1b}'));
    let heard: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(heard["server"]["took"].as_array().unwrap().len(), 2);
    assert!(
        heard["server"]["problems"][0]
            .as_str()
            .unwrap()
            .contains("names nobody of the team; ")
    );
    assert_eq!(plan(&ben).len(), 2);
    assert!(!ben.ok(&["absence", "list"]).contains('\u{1b}'));
    assert_eq!(server.names().len(), 3);
    // That is told once as news, and stays to be seen.
    let again = sync(&ben);
    assert_eq!(again["server"]["problems"], serde_json::json!([]));
    assert_eq!(again["passed_over"].as_array().unwrap().len(), 1);
    // Whoever it is joins the team, and the event counts without being fetched again.
    let file = ben.home.path().join(".config/deskhand/config.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    std::fs::write(
        &file,
        settings.replace("[people.cleo]", "[people.cleo]\n[people.zoe]"),
    )
    .unwrap();
    assert_eq!(sync(&ben)["server"]["took"].as_array().unwrap().len(), 1);
}
