//! Going away, standing in, and coming back.

use chrono::{DateTime, TimeDelta, Utc};
use deskhand::app::state::{Face, Overlay};
use deskhand::config::{AbsenceCalendar, Config, Paths};
use deskhand::domain::absence::{
    Absence, AbsenceId, AtStart, Duty, Fate, Grant, Handed, Incoming, Length, Moved, Person, Rule,
    SwapId, Times,
};
use deskhand::domain::change::{Act, BatchId, Change, ChangeId};
use deskhand::domain::people::AgentId;
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{Priority, TicketId};
use deskhand::store::{Reader, Writer};

use super::harness::{Person as AtKeys, Scene, morning};

fn who(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

fn reader(paths: &Paths) -> Reader {
    Reader::open(&paths.demo_store()).unwrap()
}

/// The team of the demo; bo lacks every right.
fn config(at_start: AtStart) -> Config {
    let may_nothing = Person {
        grants: vec![Grant {
            tenants: Vec::new(),
            rights: Some(Vec::new()),
        }],
        ..Person::new(who("bo"))
    };
    Config {
        people: vec![
            Person::new(who("ana")),
            may_nothing,
            Person::new(who("chris")),
            Person::new(who("dewi")),
            Person::new(who("sam")),
        ],
        hand_over: at_start,
        ..Config::default()
    }
}

fn at_desk(folder: &std::path::Path, at_start: AtStart) -> AtKeys {
    Scene {
        width: 160,
        height: 48,
        config: config(at_start),
        now: morning(),
    }
    .demo(folder)
}

fn handed(person: &AtKeys) -> Vec<Handed> {
    let since: DateTime<Utc> = morning() - TimeDelta::days(30);
    reader(&person.paths).handed(since).unwrap()
}

fn assignee(person: &AtKeys, id: TicketId) -> Option<AgentId> {
    let ticket = reader(&person.paths).ticket(id).unwrap().unwrap();
    ticket.assignee
}

fn plan(person: &AtKeys) -> deskhand::app::state::PlanView {
    match &person.state().coverage.face {
        Face::Plan(p) => (**p).clone(),
        other => panic!("no preview but {other:?}:\n{}", person.screen()),
    }
}

fn yes(person: &mut AtKeys) {
    let Some(Overlay::Confirm(c)) = person.state().overlays.last() else {
        panic!("nothing is asked:\n{}", person.screen());
    };
    let key = c.key.to_string();
    person.keys(&key);
}

/// Ana leaves today and sam stands in; both are in the plan, nothing is handed over yet.
fn ana_leaves(person: &mut AtKeys) {
    person.keys("5").text(":absence ana").keys("Enter");
    person
        .sees("Plan an absence")
        .keys("Space j Space Tab Tab Tab Tab")
        .text("sam")
        .keys("Enter");
    assert!(person.state().overlays.is_empty(), "{}", person.screen());
}

#[test]
fn a_week_off_with_a_gap_is_planned_previewed_applied_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Offer);
    person
        .keys("5")
        .sees("Coverage · two weeks")
        .sees("on call now")
        .keys("N l Space j Space Tab Tab Tab Tab")
        .text("bo");
    person
        .sees("You are away Wed 25 Nov – Wed 2 Dec: 8 days, 48.0 h of working time")
        .sees("who stands in may not")
        .keys("Enter");
    let absences = reader(&person.paths).absences().unwrap();
    assert!(absences.iter().any(|a| a.who == who("sam")), "{absences:?}");

    // On the map, Enter on the stretch previews it.
    person.keys("g h").sees("Hand-overs");
    person.sees("Wed 25 Nov – Wed 2 Dec").keys("Enter");
    person.sees("to hand over");
    let first = plan(&person);
    let moves = first.plan.preview.moves();
    assert!(!moves.is_empty() && moves.iter().all(|m| m.to == who("bo")));
    // Gaps come first, and one key gives such a ticket to somebody who can take it.
    let gaps = first.plan.preview.gaps().count();
    if gaps > 0 {
        assert_eq!(first.selected().unwrap().fate, Fate::Gap);
        person.sees("with nobody").keys("l");
        assert_eq!(plan(&person).plan.preview.gaps().count(), gaps - 1);
    }
    // The last row that moves is left where it is.
    let at = plan(&person).order.iter().rposition(|i| {
        let row = plan(&person).plan.preview.rows[*i].fate.clone();
        matches!(row, Fate::Moves { .. })
    });
    let down = at.unwrap() - plan(&person).cursor;
    person.keys(&"j ".repeat(down)).keys("Space");
    let wanted = plan(&person).plan.preview.moves();
    person.keys("Ctrl+s").sees("Hand over");
    yes(&mut person);
    person.sees("handed over");

    // What was applied is what was shown, change for change.
    let known = handed(&person);
    assert_eq!(known.len(), 1);
    let told: Vec<_> = known[0]
        .tickets
        .iter()
        .map(|t| (t.ticket, t.to.clone()))
        .collect();
    let shown: Vec<_> = wanted.iter().map(|m| (m.ticket, m.to.clone())).collect();
    assert_eq!(told, shown);
    for m in &wanted {
        assert_eq!(assignee(&person, m.ticket), Some(m.to.clone()));
    }
    person.keys("z");
    for m in &wanted {
        assert_eq!(assignee(&person, m.ticket), Some(who("sam")));
    }
}

#[test]
fn an_absence_is_changed_ended_dropped_and_every_act_has_a_way_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Off);
    let mine = |person: &AtKeys| {
        let all = reader(&person.paths).absences().unwrap();
        all.into_iter().find(|a| a.who == who("sam"))
    };
    person
        .keys("5 N l Space l Space Tab Tab Tab Tab")
        .text("bo")
        .keys("Enter g h");
    let planned = mine(&person).unwrap();
    assert_eq!(planned.times.length.days, 2);
    // Three days more.
    person.keys("t").text("2026-11-29").keys("Enter");
    let longer = mine(&person).unwrap();
    assert_eq!(
        longer
            .times
            .within(morning(), morning() + TimeDelta::days(60))
            .len(),
        1
    );
    assert_ne!(longer, planned);
    person.keys("z");
    assert_eq!(mine(&person).unwrap(), planned);
    // Another cover.
    person
        .keys("e")
        .sees("Change the absence")
        .keys("Tab Tab Tab Tab");
    person.text(" chris").keys("Enter");
    assert_eq!(
        mine(&person).unwrap().covers.len(),
        2,
        "{}",
        person.screen()
    );
    person.keys("d").sees("Take away the absence");
    yes(&mut person);
    assert!(mine(&person).is_none());
    person.keys("z");
    assert_eq!(mine(&person).unwrap().covers.len(), 2);
    person.keys("z");
    assert_eq!(mine(&person).unwrap(), planned);
}

#[test]
fn what_cannot_be_kept_is_said_while_it_is_entered() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Off);
    person.keys("5 N Tab Tab Tab Tab").text("sam");
    person.sees("cannot stand in for themselves").keys("Enter");
    assert!(matches!(
        person.state().overlays.last(),
        Some(Overlay::Absence(_))
    ));
    person
        .keys("Ctrl+u")
        .text("bo:colour=red")
        .sees("there is no field");
    person
        .keys("Ctrl+u")
        .text("chr")
        .sees("Tab chris")
        .keys("Tab");
    person.sees("chris").keys("Tab").text("every friday");
    person.sees("begin on one of those that recur");
    person.keys("Esc");
    assert!(person.state().overlays.is_empty());
    let all = reader(&person.paths).absences().unwrap();
    assert!(all.iter().all(|a| a.who != who("sam")));
}

#[test]
fn whoever_stands_in_is_told_until_when_and_has_a_view_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Offer);
    ana_leaves(&mut person);
    person.sees("nothing is handed over · g h previews it");
    person.keys("g h Enter Ctrl+s");
    yes(&mut person);
    let n = handed(&person)[0].tickets.len();
    assert!(n > 0);
    person
        .sees(&format!("You cover Ana until Tue 1 Dec · {n} tickets"))
        .sees(&format!("Covering Ana {n}"));
    person.text(":view Covering Ana").keys("Enter");
    assert_eq!(person.state().queue.rows.len(), n, "{}", person.screen());
    let me = who("sam");
    let mut rows = person.state().queue.rows.iter();
    assert!(rows.all(|r| r.ticket.assignee.as_ref() == Some(&me)));
    // Whoever asks is told.
    person
        .text(":oncall")
        .keys("Enter")
        .sees("away: Ana until Tue 1 Dec, You stand in");
}

#[test]
fn back_early_gets_back_what_nobody_touched_and_the_rest_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Offer);
    ana_leaves(&mut person);
    person.keys("g h Enter Ctrl+s");
    yes(&mut person);
    let all = handed(&person)[0].tickets.clone();
    person.text(":view Covering Ana").keys("Enter");
    person.wait(60);
    let touched = person.state().queue.selected().unwrap().ticket.id;
    person.keys("Enter c").text("I rang them.").keys("Ctrl+s");
    person.wait(60);
    person
        .keys("g h")
        .sees("handed over")
        .keys("t")
        .text("now")
        .keys("Enter");
    person.sees("the absence ends now").sees("sam wrote in it");
    let Face::Back(view) = &person.state().coverage.face else {
        panic!("{}", person.screen());
    };
    assert_eq!(view.returning.found.back.len(), all.len() - 1);
    assert_eq!(view.rows[0].ticket, touched);
    person.keys("Ctrl+s").sees("Give back");
    yes(&mut person);
    for t in &all {
        let wanted = if t.ticket == touched { "sam" } else { "ana" };
        assert_eq!(assignee(&person, t.ticket), Some(who(wanted)), "{}", t.key);
    }
    assert!(handed(&person)[0].back.is_some());
    assert!(
        !person.screen().contains("You cover"),
        "{}",
        person.screen()
    );
    // The giving back is one act too, with the end of the absence.
    person.keys("z").sees("Took back the return to ana");
    for t in &all {
        assert_eq!(assignee(&person, t.ticket), Some(who("sam")), "{}", t.key);
    }
    assert!(handed(&person)[0].back.is_none());
    person.keys("g h").sees("You cover Ana until Tue 1 Dec");
    // And nobody's touch: the next return is the same.
    person.keys("t").text("now").keys("Enter");
    let Face::Back(view) = &person.state().coverage.face else {
        panic!("{}", person.screen());
    };
    assert_eq!(view.returning.found.back.len(), all.len() - 1);
}

/// Everything that ana has stays with her but what moves by the last row: that one is left.
fn all_but_the_last(person: &mut AtKeys) -> TicketId {
    person.keys("g h Enter");
    let shown = plan(person);
    let left = shown.order.iter().rposition(|i| {
        let row = &shown.plan.preview.rows[*i];
        matches!(row.fate, Fate::Moves { .. })
    });
    let left = left.unwrap();
    person.keys(&"j ".repeat(left)).keys("Space");
    shown.plan.preview.rows[shown.order[left]].ticket
}

#[test]
fn a_row_that_was_left_stays_whatever_is_done_next() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Offer);
    ana_leaves(&mut person);
    let left = all_but_the_last(&mut person);
    person.keys("Ctrl+s");
    yes(&mut person);
    assert_eq!(assignee(&person, left), Some(who("ana")));
    assert_eq!(handed(&person)[0].kept, [left]);
    // With every act what came for her is passed on; this one is decided.
    person.keys("1 p 1").wait(60);
    assert_eq!(assignee(&person, left), Some(who("ana")));
    person.keys("g h Enter");
    let again = plan(&person);
    assert!(again.plan.preview.moves().iter().all(|m| m.ticket != left));
}

#[test]
fn where_nothing_changes_hands_yet_what_comes_goes_to_the_cover() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Offer);
    ana_leaves(&mut person);
    person.keys("g h Enter");
    let n = plan(&person).plan.preview.moves().len();
    let rows = plan(&person).order.len();
    person.keys(&"Space ".repeat(rows));
    // Those that stay by themselves are handed over by the same key; they are left again.
    while let Some(at) = plan(&person).order.iter().position(|i| {
        let row = &plan(&person).plan.preview.rows[*i];
        matches!(row.fate, Fate::Moves { .. })
    }) {
        person.keys("g g").keys(&"j ".repeat(at)).keys("Space");
    }
    assert!(n > 0);
    person
        .keys("Ctrl+s")
        .sees("Hand over what comes")
        .sees("Nothing changes hands now");
    yes(&mut person);
    let known = handed(&person);
    assert_eq!((known.len(), known[0].tickets.len()), (1, 0));
    assert!(known[0].back.is_none());
    person.keys("z").sees("Took back the hand-over of ana");
    assert!(handed(&person).iter().all(|h| h.back.is_some()));
}

#[test]
fn what_was_handed_over_early_is_given_back_with_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Offer);
    person
        .keys("5 N l Space j Space Tab Tab Tab Tab")
        .text("bo")
        .keys("Enter g h Enter Ctrl+s");
    yes(&mut person);
    let all = handed(&person)[0].tickets.clone();
    assert!(!all.is_empty());
    person.keys("g h B").sees("goes back").keys("Ctrl+s");
    person.sees("The absence stays planned");
    yes(&mut person);
    for t in &all {
        assert_eq!(assignee(&person, t.ticket), Some(who("sam")), "{}", t.key);
    }
    assert!(handed(&person)[0].back.is_some());
    // Nothing is asked again: that it is not handed over is decided.
    assert!(!person.screen().contains("nothing is handed over"));
}

#[test]
fn a_return_that_is_not_so_any_more_is_looked_at_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Offer);
    ana_leaves(&mut person);
    person.keys("g h Enter Ctrl+s");
    yes(&mut person);
    let first = handed(&person)[0].tickets[0].clone();
    person.keys("g h B").sees("goes back");
    // Another window does something meanwhile.
    let rules = deskhand::shell::rules(&config(AtStart::Offer), who("ana"));
    let mut other = Writer::open(&person.paths.demo_store(), rules, morning())
        .unwrap()
        .writer;
    let priority = reader(&person.paths).ticket(first.ticket).unwrap();
    let to = match priority.unwrap().priority {
        Some(Priority::P1) => Priority::P2,
        _ => Priority::P1,
    };
    let change = Change {
        id: ChangeId(uuid::Uuid::now_v7()),
        batch: BatchId(uuid::Uuid::now_v7()),
        ticket: first.ticket,
        at: morning() + TimeDelta::minutes(30),
        by: who("ana"),
        base: 0,
        not_before: None,
        act: Act::Priority { to: Some(to) },
    };
    other.commit(&[change]).unwrap();
    person.keys("Ctrl+s");
    yes(&mut person);
    person.sees("look at the return again");
    assert_eq!(assignee(&person, first.ticket), Some(who("sam")));
    assert!(handed(&person)[0].back.is_none());
    person.keys("R").sees("changed: priority").keys("Ctrl+s");
    yes(&mut person);
    assert_eq!(assignee(&person, first.ticket), Some(who("sam")));
    assert!(handed(&person)[0].back.is_some());
}

#[test]
fn what_was_given_back_is_not_handed_over_again_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Apply);
    ana_leaves(&mut person);
    let all = handed(&person)[0].tickets.clone();
    person.keys("g h B Ctrl+s");
    yes(&mut person);
    assert!(handed(&person)[0].back.is_some());
    drop(person);
    // Another console is opened.
    let mut person = at_desk(folder.path(), AtStart::Apply);
    person.keys("5").wait(60);
    for t in &all {
        assert_eq!(assignee(&person, t.ticket), Some(who("ana")), "{}", t.key);
    }
    assert_eq!(handed(&person).len(), 1);
}

#[test]
fn one_that_was_touched_is_taken_along_with_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Offer);
    ana_leaves(&mut person);
    person.keys("g h Enter Ctrl+s");
    yes(&mut person);
    let all = handed(&person)[0].tickets.clone();
    person.text(":view Covering Ana").keys("Enter");
    person.wait(60);
    person.keys("Enter c").text("I rang them.").keys("Ctrl+s");
    person.wait(60);
    person.keys("g h t").text("now").keys("Enter Space Ctrl+s");
    yes(&mut person);
    for t in &all {
        assert_eq!(assignee(&person, t.ticket), Some(who("ana")), "{}", t.key);
    }
}

#[test]
fn where_it_is_set_so_what_begins_is_handed_over_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Apply);
    ana_leaves(&mut person);
    let known = handed(&person);
    assert_eq!(known.len(), 1, "{}", person.screen());
    for t in &known[0].tickets {
        assert_eq!(assignee(&person, t.ticket), Some(t.to.clone()));
    }
}

#[test]
fn the_note_is_read_saved_and_written_into_the_tickets() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Offer);
    ana_leaves(&mut person);
    person
        .keys("g h c")
        .sees("Hand-over of ana")
        .sees("goes to sam");
    let file = folder.path().join("note.md");
    person.keys("X").text(file.to_str().unwrap()).keys("Enter");
    let saved = std::fs::read_to_string(&file).unwrap();
    assert!(saved.starts_with("# Hand-over of ana"), "{saved}");
    let plain = folder.path().join("note.txt");
    person
        .text(&format!(":note-save {}", plain.display()))
        .keys("Enter");
    let saved = std::fs::read_to_string(&plain).unwrap();
    assert!(saved.starts_with("Hand-over of ana"), "{saved}");
    person.keys("I").sees("Requesters never see it");
    let Some(Overlay::Confirm(c)) = person.state().overlays.last() else {
        panic!("{}", person.screen());
    };
    let n = c.rows.len();
    yes(&mut person);
    let outbox = reader(&person.paths).outbox().unwrap();
    let says = outbox.iter().filter(|r| {
        matches!(&r.change.act, deskhand::domain::change::Act::Say { body, .. }
            if body.raw().starts_with("Hand-over of ana"))
    });
    assert_eq!(says.count(), n);
}

/// The note that is on disk for the absence that is shown.
fn on_disk(person: &AtKeys) -> Option<String> {
    let Face::Note(n) = &person.state().coverage.face else {
        panic!("no note:\n{}", person.screen());
    };
    let turn = &n.noted.turn;
    let place = format!("hand-over-note {} {}", turn.absence, turn.from.timestamp());
    reader(&person.paths).meta(&place).unwrap()
}

#[test]
fn the_note_is_written_here_on_disk_at_each_pause_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Offer);
    ana_leaves(&mut person);
    person.keys("g h c").sees("as it is made").keys("e");
    person.sees("writing").text("Dear Sam, q and : are text.\n");
    assert_eq!(on_disk(&person), None);
    person.sees("draft …").wait(1).sees("on disk");
    let kept = on_disk(&person).unwrap();
    assert!(
        kept.starts_with("Dear Sam, q and : are text.\n# Hand-over of ana"),
        "{kept}"
    );

    // Whatever becomes of this console, the next one goes on from there.
    person.text("More.");
    person.vanish();
    let mut person = at_desk(folder.path(), AtStart::Offer);
    person
        .keys("g h c")
        .sees("edited")
        .sees("Dear Sam")
        .keys("e");
    person
        .text("P.S. ")
        .keys("Ctrl+s")
        .sees("your note is kept");
    assert!(on_disk(&person).unwrap().starts_with("P.S. Dear Sam"));

    // A subcommand tells it as it was written, or as it is made.
    let turn = match &person.state().coverage.face {
        Face::Note(n) => n.noted.turn.absence.to_string(),
        other => panic!("{other:?}"),
    };
    let told = |more: &[&str]| {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_deskhand"))
            .args([
                "--desk",
                "demo",
                "--now",
                &morning().to_rfc3339(),
                "--data-dir",
            ])
            .arg(&person.paths.data_dir)
            .arg("--config-dir")
            .arg(&person.paths.config_dir)
            .args(["absence", "note", &turn])
            .args(more)
            .output()
            .unwrap();
        String::from_utf8(out.stdout).unwrap()
    };
    assert!(told(&[]).starts_with("P.S. Dear Sam"));
    assert!(told(&["--made"]).starts_with("Hand-over of ana"));

    // Made anew, and back again.
    person.text(":hand-over-note new").keys("Enter");
    person
        .sees("as it is made")
        .keys("g h c")
        .sees("as it is made");
    assert_eq!(on_disk(&person), None);
    person
        .keys("z")
        .sees("the note is as you wrote it")
        .sees("P.S. Dear Sam");
    assert!(on_disk(&person).unwrap().starts_with("P.S. Dear Sam"));
}

#[test]
fn two_windows_at_one_note_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Offer);
    ana_leaves(&mut person);
    person.keys("g h c e").text("Mine. ");
    let Face::Note(n) = &person.state().coverage.face else {
        panic!("no note");
    };
    let turn = n.noted.turn.clone();
    let place = format!("hand-over-note {} {}", turn.absence, turn.from.timestamp());
    let rules = deskhand::shell::rules(&config(AtStart::Offer), who("bo"));
    let store = person.paths.demo_store();
    let mut other = deskhand::store::Writer::open(&store, rules, morning()).unwrap();
    other.writer.set_meta(&place, "Theirs.").unwrap();
    person.wait(1).sees("both texts are kept");
    let kept = on_disk(&person).unwrap();
    assert!(kept.starts_with("Theirs.\n\nMine. # Hand-over"), "{kept}");
    // It goes on from both.
    person.text("End.").wait(1);
    let kept = on_disk(&person).unwrap();
    assert!(
        kept.starts_with("Theirs.") && kept.ends_with("End."),
        "{kept}"
    );
}

#[test]
fn the_map_tells_gaps_and_what_would_close_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Off);
    // All but bo are away tomorrow.
    for name in ["ana", "chris", "dewi", "sam"] {
        person
            .keys("5")
            .text(&format!(":absence {name}"))
            .keys("Enter l Space Space");
        person.keys("Tab Tab Tab Tab").text("bo").keys("Enter");
    }
    person.sees("! 1 gap").sees("new-user");
    let lines = person.state().coverage.lines();
    let need = lines.iter().position(|l| {
        let roster = person.state().coverage.roster.as_ref().unwrap();
        matches!(l, deskhand::app::state::MapLine::Need(i)
            if roster.needs[*i].need.right.as_ref().is_some_and(|r| r.0 == "new-user"))
    });
    person.keys("g g").keys(&"j ".repeat(need.unwrap() - 1));
    let columns = person
        .state()
        .coverage
        .map
        .as_ref()
        .unwrap()
        .columns
        .clone();
    let tomorrow = columns
        .iter()
        .position(|c| c.from > morning() + TimeDelta::hours(20));
    person.keys(&"l ".repeat(tomorrow.unwrap() - person.state().coverage.column));
    person.sees("! nobody for right new-user").keys("Enter");
    person
        .sees("is there and may not")
        .sees("ask for a swap")
        .keys("Esc");
    for (key, words) in [(">", "30 days"), (">", "90 days"), ("<", "30 days")] {
        person.keys(key).sees(words);
    }
}

/// Another process plans it, or plans it otherwise.
fn planned(person: &mut AtKeys, absence: &Absence) {
    let rules = deskhand::shell::rules(&config(AtStart::Off), who("ana"));
    let mut other = Writer::open(&person.paths.demo_store(), rules, morning())
        .unwrap()
        .writer;
    other
        .put_planned(std::slice::from_ref(absence), morning())
        .unwrap();
    person.written();
}

/// Sam is away Thursdays from one to five in UTC, all but the second.
fn thursdays() -> Absence {
    let start = "2026-11-26T13:00:00".parse().unwrap();
    let hours = Length {
        days: 0,
        seconds: 4 * 3600,
    };
    let mut times = Times::once(start, hours, chrono_tz::UTC);
    times
        .rules
        .push(Rule::new("FREQ=WEEKLY", None, start).unwrap());
    times.except.push(start + TimeDelta::days(7));
    times.moved.push(Moved {
        was: start + TimeDelta::days(14),
        to: None,
    });
    Absence {
        id: AbsenceId("0a1b2c3d".into()),
        who: who("sam"),
        times,
        why: Default::default(),
        covers: vec![],
        note: Untrusted::new("piano"),
        uid: Some("x@elsewhere".into()),
    }
}

fn of_sam(person: &AtKeys) -> Absence {
    let all = reader(&person.paths).absences().unwrap();
    all.into_iter().find(|a| a.who == who("sam")).unwrap()
}

#[test]
fn what_is_not_changed_in_the_form_stays_as_a_calendar_told_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Off);
    person.keys("5");
    let told = thursdays();
    planned(&mut person, &told);
    person
        .keys("g h j e")
        .sees("13:00-17:00")
        .sees("its days and hours are those of UTC")
        .keys("Enter");
    assert_eq!(of_sam(&person), told);
    // An hour later: the turns that do not take place still do not.
    person
        .keys("e Tab Ctrl+u")
        .text("14:00-18:00")
        .keys("Enter");
    let later = of_sam(&person).away(morning(), morning() + TimeDelta::days(28));
    let starts: Vec<String> = later
        .iter()
        .map(|o| o.from.format("%d %H").to_string())
        .collect();
    assert_eq!(starts, ["26 14", "17 14"]);
    // Until when it recurs is changed where it stands.
    person
        .keys("e Tab Tab Tab Tab Tab")
        .text(" until 2026-12-24")
        .keys("Enter");
    person
        .keys("e Tab Tab Tab Tab Tab Backspace Backspace Backspace Backspace Backspace Backspace Backspace")
        .text("T120000")
        .keys("Enter");
    let times = of_sam(&person).times;
    assert_eq!(times.rules[0].text(), "FREQ=WEEKLY;UNTIL=20261224T120000");
    assert_eq!(times.except.len() + times.moved.len(), 2);
}

#[test]
fn a_form_that_was_open_for_long_undoes_nobody_s_change() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Off);
    person.keys("5");
    let mut told = thursdays();
    planned(&mut person, &told);
    // Somebody else makes it shorter, whoever is at the form names a cover: both count.
    person.keys("g h j e Tab Tab Tab Tab");
    told.times.length.seconds = 2 * 3600;
    planned(&mut person, &told);
    person.text("bo").keys("Enter");
    let both = of_sam(&person);
    assert_eq!(both.times, told.times);
    assert_eq!(both.covers.len(), 1, "{}", person.screen());
    // The same by both: nothing is written, and it is said.
    person.keys("e Tab Tab Tab Tab").text(" chris");
    let theirs = Absence {
        covers: Vec::new(),
        ..both
    };
    planned(&mut person, &theirs);
    person
        .sees("somebody changed the same of it meanwhile")
        .keys("Enter");
    assert!(matches!(
        person.state().overlays.last(),
        Some(Overlay::Absence(_))
    ));
    person.keys("Esc");
    assert_eq!(of_sam(&person), theirs);
}

#[test]
fn what_a_calendar_elsewhere_tells_is_changed_there() {
    let folder = tempfile::tempdir().unwrap();
    let url = "https://hr.example.org/leave.ics";
    let mut config = config(AtStart::Off);
    config.absences.calendars = vec![AbsenceCalendar {
        url: url.into(),
        who: Some(who("sam")),
        covers: Vec::new(),
    }];
    let mut person = Scene {
        width: 160,
        height: 48,
        config: config.clone(),
        now: morning(),
    }
    .demo(folder.path());
    let rules = deskhand::shell::rules(&config, who("ana"));
    let name = deskhand::shell::plans::calendar_name(&person.paths, url);
    Writer::open(&person.paths.demo_store(), rules, morning())
        .unwrap()
        .writer
        .follow(&name, morning(), |_, _| Incoming {
            put: vec![thursdays()],
            ..Incoming::default()
        })
        .unwrap();
    person.keys("5").written();
    person.keys("g h j");
    for key in ["e", "t", "d"] {
        person
            .keys(key)
            .sees("comes from a calendar at an address; change it there");
        assert!(person.state().overlays.is_empty(), "{}", person.screen());
    }
    assert_eq!(of_sam(&person), thursdays());
}

#[test]
fn a_swap_is_asked_for_answered_and_taken_back_from_the_command_line_of_the_console() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = at_desk(folder.path(), AtStart::Off);
    ana_leaves(&mut person);
    let of = |person: &AtKeys, name: &str| {
        let all = reader(&person.paths).absences().unwrap();
        all.into_iter().find(|a| a.who == who(name)).unwrap()
    };
    person
        .text(":swap")
        .keys("Enter")
        .sees("Nobody asks for a swap")
        .keys("Esc");
    person.keys("g h Enter Ctrl+s");
    yes(&mut person);
    let id = of(&person, "ana").id;
    person.text(&format!(":swap ask chris {id}")).keys("Enter");
    person.sees("Ask for a swap").sees("standing in for Ana");
    yes(&mut person);
    let asked = reader(&person.paths).swaps().unwrap();
    assert_eq!((asked.len(), &asked[0].with), (1, &who("chris")));
    // Whoever asked takes it back; nobody says yes for another.
    person
        .text(&format!(":swap yes {}", asked[0].id))
        .keys("Enter");
    person.sees("is asked, not you");
    person
        .text(":swap ")
        .sees(&format!("no {}", asked[0].id))
        .keys("Esc");
    person
        .text(&format!(":swap no {}", asked[0].id))
        .keys("Enter");
    yes(&mut person);
    assert!(reader(&person.paths).swaps().unwrap()[0].answered.is_some());

    // What another asks of me: a yes changes the plan.
    let mut theirs = asked[0].clone();
    theirs.id = SwapId("theirs".into());
    (theirs.by, theirs.with) = (who("chris"), who("sam"));
    theirs.gives = Duty::Stretch {
        from: morning() + TimeDelta::days(14),
        to: morning() + TimeDelta::days(14) + TimeDelta::hours(3),
    };
    let rules = deskhand::shell::rules(&config(AtStart::Off), who("chris"));
    let mut other = Writer::open(&person.paths.demo_store(), rules, morning())
        .unwrap()
        .writer;
    other.ask_swap(&theirs).unwrap();
    person.keys("1 5").text(":swap").keys("Enter");
    person
        .sees(":swap yes theirs, or :swap no theirs")
        .keys("Esc");
    person
        .text(":swap yes theirs")
        .keys("Enter")
        .sees("Take the swap");
    yes(&mut person);
    assert_eq!(of(&person, "chris").covers[0].who, who("sam"));
    let open = reader(&person.paths).swaps().unwrap();
    assert!(open.iter().all(|s| s.answered.is_some()));
}
