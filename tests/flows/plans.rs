//! While a console is open: what comes for somebody who is away goes on, and the plan is kept as calendars
//! elsewhere have it.

use std::path::Path;

use chrono::TimeDelta;
use deskhand::config::{self, Paths};
use deskhand::domain::absence::{
    Absence, AbsenceId, Cover, HandOver, Handed, Scope as Whole, Times,
};
use deskhand::domain::change::{Act, BatchId};
use deskhand::domain::people::AgentId;
use deskhand::domain::text::Untrusted;
use deskhand::store::{Reader, Writer};

use super::fetching::{desk, told, tracker};
use super::harness::{Scene, morning};
use crate::contract::caldav::{Manner, server};

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

/// Someone of the demo is away, and another stands in; it is applied.
fn applied(paths: &Paths, who: &str, cover: &str) -> AbsenceId {
    let (from, to) = (
        morning() - TimeDelta::hours(1),
        morning() + TimeDelta::days(3),
    );
    let absence = Absence {
        id: AbsenceId("0a1b2c3d".into()),
        who: agent(who),
        times: Times::between(from, to),
        why: Default::default(),
        covers: vec![Cover {
            who: agent(cover),
            scope: Whole::default(),
        }],
        note: Untrusted::default(),
        uid: None,
    };
    let rules = deskhand::shell::rules(&config::Config::default(), agent("sam"));
    let mut writer = Writer::open(&paths.demo_store(), rules, morning())
        .unwrap()
        .writer;
    writer
        .put_planned(std::slice::from_ref(&absence), morning())
        .unwrap();
    let handed = Handed {
        absence: absence.id.clone(),
        who: absence.who,
        from,
        to,
        at: from,
        back: None,
        tickets: vec![],
        kept: vec![],
    };
    let over = HandOver {
        batch: BatchId(uuid::Uuid::now_v7()),
        by: agent("sam"),
        changes: vec![],
        handed,
    };
    writer.hand_over(&over).unwrap();
    absence.id
}

fn passed_on(folder: &Path) -> Vec<(String, Option<AgentId>)> {
    let reader = Reader::open(&Paths::below(folder).demo_store()).unwrap();
    let rows = reader.outbox().unwrap();
    let all = rows.iter().filter_map(|r| match &r.change.act {
        Act::Assign { to } => Some((r.key.to_string(), to.clone())),
        _ => None,
    });
    all.filter(|(key, _)| key == "900001").collect()
}

#[test]
fn what_a_desk_tells_of_somebody_away_goes_to_the_cover_once() {
    let folder = tempfile::tempdir().unwrap();
    drop(Scene::default().demo(folder.path()));
    let paths = Paths::below(folder.path());
    let agents = Reader::open(&paths.demo_store()).unwrap().agents().unwrap();
    let other = |me: &str| {
        agents
            .iter()
            .map(|a| a.id.as_str())
            .find(|a| *a != me && *a != "sam")
            .unwrap()
            .to_owned()
    };
    let (who, cover) = (other(""), other(&other("")));
    let id = applied(&paths, &who, &cover);
    let mut pulled = told();
    if let Some(fields) = &mut pulled.tickets[0].fields {
        fields.assignee = Some(agent(&who));
    }
    let fake = tracker();
    let mut person = Scene::default().told(folder.path(), desk(&fake.url), &pulled);
    let wanted = [("900001".to_owned(), Some(agent(&cover)))];
    assert_eq!(
        passed_on(folder.path()),
        wanted,
        "in the outbox, like any act"
    );
    person.keys("j").wait(900);
    assert_eq!(passed_on(folder.path()), wanted, "once");
    let reader = Reader::open(&paths.demo_store()).unwrap();
    let handed = reader.handed(morning()).unwrap();
    let handed = handed.iter().find(|h| h.absence == id).unwrap();
    assert!(
        handed.tickets.iter().any(|t| t.key.as_str() == "900001"),
        "it comes back"
    );
}

#[test]
fn an_open_console_keeps_the_plan_as_the_calendar_server_has_it() {
    let event = |day: &str| {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:x\r\nSUMMARY:sam: leave\r\nDTSTART;VALUE=DATE:{day}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    let (fake, kept) = server(Manner::Remembers);
    let put = |day: &str| {
        let mut kept = kept.lock().unwrap();
        kept.put("/u@x/team/x.ics", &event(day));
    };
    put("20261201");
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    std::fs::create_dir_all(&paths.config_dir).unwrap();
    let text = format!(
        "me = \"sam\"\n[absences.caldav]\nurl = \"{}/u@x/team/\"\n",
        fake.url
    );
    std::fs::write(paths.config_file(), text).unwrap();
    let scene = Scene {
        config: config::load(&paths).unwrap().config,
        ..Scene::default()
    };
    let mut person = scene.local(folder.path());
    let days = || -> Vec<String> {
        let plan = Reader::open(&paths.local_store())
            .unwrap()
            .shared_plan()
            .unwrap();
        plan.absences
            .iter()
            .map(|a| a.times.start.date().to_string())
            .collect()
    };
    assert_eq!(days(), ["2026-12-01"]);
    put("20261203");
    let asked = fake.asked().len();
    person.keys("?").wait(300);
    assert_eq!(fake.asked().len(), asked, "not before its time");
    person.wait(301);
    assert_eq!(days(), ["2026-12-03"]);
}
