//! Requests, registers and articles: from the ticket to the end, and back.

use deskhand::app::state::{Page, Pane, Tone};
use deskhand::config::Config;
use deskhand::domain::register::Register;
use deskhand::domain::request::Ending;
use deskhand::domain::thread::Visibility;
use deskhand::domain::ticket::{Status, TicketId};
use deskhand::store::Reader;

use super::harness::{Person, Scene};

fn reader(person: &Person) -> Reader {
    Reader::open(&person.paths.demo_store()).unwrap()
}

fn wide() -> Scene {
    Scene {
        width: 160,
        height: 48,
        ..Scene::default()
    }
}

/// Opens the form of a request by its number, from the list.
fn open_request(person: &mut Person, key: &str) -> TicketId {
    person.keys("g r").sees("Requests");
    person.keys("\\").text(key).keys("Enter Enter");
    let open = person.state().requests.open.as_ref().unwrap();
    assert_eq!(open.ticket.key.as_str(), key);
    open.ticket.id
}

#[test]
fn a_new_user_is_asked_for_made_and_closed_through_the_gate() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let id = open_request(&mut person, "10380");
    person.sees("New user").sees("Asked for").sees("First name");
    // The Workspace is what the ticket says; the rest is asked one after the other.
    person.sees("dws-418-PharmaCo");
    assert!(reader(&person).request(id).unwrap().is_none());
    person.keys("Enter").sees("First name");
    person
        .text("Joost")
        .keys("Enter")
        .text("Meer")
        .keys("Enter");
    person.text("not an address").keys("Enter");
    person.sees("is no e-mail address; write it as in");
    person
        .keys("Ctrl+u")
        .text("Joost.Meer@pharmaco.example")
        .keys("Enter");
    // The next one asks for yes or no.
    person.text("yes").keys("Enter");
    let kept = reader(&person).request(id).unwrap().unwrap();
    assert_eq!(kept.answers["first-name"].raw(), "Joost");
    assert_eq!(kept.answers["email"].raw(), "joost.meer@pharmaco.example");
    assert_eq!(kept.answers["workspaces"].raw(), "dws-418-PharmaCo");

    // Why it stands as it does: who may do it, and what is to be done.
    person
        .keys("w")
        .sees("register of people")
        .sees("Before it can be closed");
    person.keys("Esc");
    // C says what stands against it, and does nothing without a reason.
    person
        .keys("C")
        .text("made")
        .keys("Enter")
        .sees("it is not ticked that");
    person.keys("Esc");
    assert!(person.state().overlays.is_empty(), "{}", person.screen());
    assert_eq!(
        reader(&person).ticket(id).unwrap().unwrap().status,
        Status::Open
    );

    // The cursor stands on the checklist after the last field.
    person.keys("Space Space Space Space");
    let kept = reader(&person).request(id).unwrap().unwrap();
    let ticked: Vec<&str> = kept.ticks.keys().map(String::as_str).collect();
    assert_eq!(
        ticked,
        ["identity-checked", "made", "not-there-yet", "told"]
    );
    assert_eq!(kept.ticks["made"].by.as_str(), "sam");
    person.sees("may be closed");

    person
        .keys("C")
        .text("the account is made")
        .keys("Enter")
        .goes_on_anyway("told by phone");
    let store = reader(&person);
    assert_eq!(store.ticket(id).unwrap().unwrap().status, Status::Resolved);
    let outcome = store.request(id).unwrap().unwrap().outcome.unwrap();
    assert_eq!(outcome.ending, Ending::Done);
    assert_eq!(outcome.resolution.unwrap().raw(), "the account is made");
    assert!(
        outcome.past.is_none(),
        "nothing of its kind stood against it"
    );
    // It is not among the open ones any more.
    person.keys("Esc").keys("R");
    assert!(
        person
            .state()
            .requests
            .rows
            .iter()
            .all(|r| r.ticket.id != id)
    );
}

/// A macro, a status for several and a merge ask what C asks.
#[test]
fn no_key_ends_a_request_past_its_gate_without_a_reason() {
    use deskhand::config::{MacroAct, MacroFile};
    let folder = tempfile::tempdir().unwrap();
    let mut scene = wide();
    let value = Status::Resolved;
    scene.config.macros = vec![MacroFile {
        name: "finish".into(),
        description: String::new(),
        acts: vec![MacroAct::Status { value }],
    }];
    let mut person = scene.demo(folder.path());
    person.keys("/").text("user").keys("Enter");
    person.keys("*").keys("C");
    person
        .sees("is a request: About is missing")
        .keys("Esc Esc Esc");
    person.keys("/").text("10380").keys("Enter");
    let id = person.state().subject().unwrap().ticket.id;
    person.keys(";").text("finish").keys("Enter");
    person.sees("#10380 is a request: First name is missing");
    person.sees("y asks for your reason").keys("Esc");
    person.keys("m").text("10361").keys("Enter");
    person
        .sees("#10380 is a request: First name is missing")
        .keys("Esc");
    let store = reader(&person);
    assert!(store.ticket(id).unwrap().unwrap().status.is_live());
    person.keys(";").text("finish").keys("Enter");
    person.goes_on_anyway("made by phone");
    let store = reader(&person);
    assert_eq!(store.ticket(id).unwrap().unwrap().status, Status::Resolved);
    let outcome = store.request(id).unwrap().unwrap().outcome.unwrap();
    assert_eq!(outcome.past.unwrap().raw(), "made by phone");
    person.keys("z");
    assert!(store.ticket(id).unwrap().unwrap().status.is_live());
}

#[test]
fn a_ticket_becomes_a_request_and_an_answer_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let id = open_request(&mut person, "10497");
    person.keys("Enter").text("Katrien").keys("Enter Esc");
    let first = |person: &Person| {
        let kept = reader(person).request(id).unwrap().unwrap();
        kept.answers.get("first-name").map(|a| a.raw().to_owned())
    };
    assert_eq!(first(&person).as_deref(), Some("Katrien"));
    person.keys("z");
    assert_eq!(first(&person), None);
    // Another window fills in another field: both stay.
    let mut other = Scene::default().demo(folder.path());
    open_request(&mut other, "10497");
    other
        .keys(":")
        .text("answer last-name Smeets")
        .keys("Enter");
    person
        .keys(":")
        .text("answer first-name Katrien")
        .keys("Enter");
    let kept = reader(&person).request(id).unwrap().unwrap();
    assert_eq!(kept.answers["first-name"].raw(), "Katrien");
    assert_eq!(kept.answers["last-name"].raw(), "Smeets");
}

#[test]
fn a_request_that_is_opened_again_keeps_what_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let id = open_request(&mut person, "10497");
    person.keys("Enter").text("Katrien").keys("Enter Esc");
    let paths = person.vanish();
    // It was closed, and its ticket is open again.
    let by = deskhand::domain::people::AgentId::parse("sam").unwrap();
    let path = paths.demo_store();
    let rules = deskhand::shell::rules(&Config::default(), by.clone());
    let mut w = deskhand::store::Writer::open(&path, rules, super::harness::morning())
        .unwrap()
        .writer;
    let outcome = deskhand::domain::request::Outcome {
        ending: deskhand::domain::request::Ending::Done,
        resolution: None,
        by: by.clone(),
        at: super::harness::morning(),
        past: None,
    };
    w.keep_request(id, &by, super::harness::morning(), "{}", |kept| {
        Ok(deskhand::domain::request::Form {
            outcome: Some(outcome),
            ..kept.unwrap()
        })
    })
    .unwrap();
    drop(w);
    let mut person = Scene::default().demo(folder.path());
    person.keys("1").text(":").text("open 10497").keys("Enter");
    person.keys(":").text("report new-user").keys("Enter y");
    let kept = reader(&person).request(id).unwrap().unwrap();
    assert!(kept.outcome.is_none(), "{}", person.screen());
    assert_eq!(kept.answers["first-name"].raw(), "Katrien");
}

#[test]
fn a_word_is_written_down_with_who_when_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = wide().demo(folder.path());
    let id = open_request(&mut person, "10488");
    person.sees("Consent of accountable");
    let at = person.state().requests.open.as_ref().unwrap();
    let at = at
        .lines
        .iter()
        .position(|l| l.label.starts_with("Consent"))
        .unwrap();
    for _ in 0..at {
        person.keys("j");
        if person.state().requests.open.as_ref().unwrap().cursor == at {
            break;
        }
    }
    person
        .keys("Enter")
        .text("Jeroen Visser; accountable")
        .keys("Enter");
    person.sees("say where it was said");
    person.text("; his mail; yesterday 14:00").keys("Enter");
    person.sees("yes: Jeroen Visser (accountable)");
    let kept = reader(&person).request(id).unwrap().unwrap();
    let said = &kept.approvals[0];
    assert_eq!(said.place.raw(), "his mail");
    assert_eq!(said.at.to_rfc3339(), "2026-11-23T13:00:00+00:00");
    assert_eq!(said.kept_by.as_str(), "sam");
}

#[test]
fn a_cell_of_a_register_is_changed_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    person.keys("g r ] ]");
    assert_eq!(
        person.state().requests.page,
        Page::Register(Register::Subscriptions)
    );
    // What is pressing stands first and says so.
    person
        .sees("! sub-iko-1")
        .sees("full in about")
        .sees("ask now");
    person
        .keys("l l e")
        .sees("capacity")
        .keys("Ctrl+u")
        .text("many")
        .keys("Enter");
    person.sees("is no count; write a whole number");
    person.keys("Ctrl+u").text("40").keys("Enter");
    let capacity = |person: &Person| {
        let book = reader(person).book().unwrap();
        let row = book.find(Register::Subscriptions, "sub-iko-1").unwrap();
        row.raw("capacity").to_owned()
    };
    assert_eq!(capacity(&person), "40");
    assert!(!person.screen().contains("ask now"), "{}", person.screen());
    person.keys("z");
    assert_eq!(capacity(&person), "9");
    person.sees("! sub-iko-1");
}

#[test]
fn two_windows_that_change_two_cells_of_one_row_lose_neither() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let mut other = Scene::default().demo(folder.path());
    person.keys("g r ] ]").sees("! sub-iko-1");
    other.keys("g r ] ]").sees("! sub-iko-1");
    other.keys("l l e Ctrl+u").text("40").keys("Enter");
    // This one still shows the row as it was.
    person
        .keys(":")
        .text("answer note Ask the owner")
        .keys("Enter");
    let book = reader(&person).book().unwrap();
    let row = book.find(Register::Subscriptions, "sub-iko-1").unwrap();
    assert_eq!(row.raw("capacity"), "40");
    assert_eq!(row.raw("note"), "Ask the owner", "{}", person.screen());
}

#[test]
fn a_row_is_added_dropped_and_brought_back_and_what_is_wrong_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    person
        .keys(":")
        .text("register license-servers")
        .keys("Enter");
    person
        .keys("I")
        .text("gaussian")
        .keys("Enter")
        .text("nowhere")
        .keys("Enter");
    person.text("lic.example.org:27000").keys("Enter");
    let book = || reader_of(folder.path());
    let kept = book().find(Register::LicenseServers, "gaussian").is_some();
    assert!(kept, "{}", person.screen());
    // Its tenant is not among the tenants: that is said below.
    person.sees("tenant names \"nowhere\", which is not among tenants");
    person.keys("d").sees("Take gaussian away?").keys("y");
    assert!(book().find(Register::LicenseServers, "gaussian").is_none());
    person.keys("z");
    assert!(book().find(Register::LicenseServers, "gaussian").is_some());
}

fn reader_of(root: &std::path::Path) -> deskhand::domain::register::Book {
    let paths = deskhand::config::Paths::below(root);
    Reader::open(&paths.demo_store()).unwrap().book().unwrap()
}

#[test]
fn a_sheet_is_brought_in_after_a_look_and_written_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let sheet = folder.path().join("people.csv");
    std::fs::write(
        &sheet,
        "email,name,tenant\nnina@umcmerwede.example,Nina Bos,umc\nno address,X,umc\n",
    )
    .unwrap();
    let import = format!("register import people {}", sheet.display());
    person.keys(":").text(&import).keys("Enter");
    person.sees("1 new, 0 changed").sees("line 3:");
    person.keys("y");
    assert!(
        reader_of(folder.path())
            .find(Register::People, "nina@umcmerwede.example")
            .is_some()
    );
    let out = folder.path().join("out.csv");
    let export = format!("register export people {}", out.display());
    person.keys(":").text(&export).keys("Enter");
    assert!(std::fs::read_to_string(out).unwrap().contains("Nina Bos"));
}

#[test]
fn those_who_depend_on_a_server_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    person
        .keys(":")
        .text("register license-servers")
        .keys("Enter");
    person.keys("\\").text("statistics").keys("Enter");
    person.sees("A change must be told to");
    person
        .keys("T")
        .text("tickets")
        .keys("Enter")
        .sees("Tell dws-");
    let told = reader_of(folder.path());
    let server = told.find(Register::LicenseServers, "statistics").unwrap();
    let many = told.told_of(server).len();
    person.keys("y").sees(&format!("{many} tickets are made"));
}

#[test]
fn an_article_is_found_while_writing_and_put_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let id = person.state().queue.selected().unwrap().ticket.id;
    person.keys("Enter r").text("Please see ??new phone");
    person.sees("Cannot sign in after a new phone");
    person.keys("Enter");
    person
        .text(", and this:\n??20 GB")
        .sees("Import a file")
        .keys("Tab");
    let text = person.state().composer.as_ref().unwrap().text();
    assert!(
        text.starts_with("Please see \"Cannot sign in after a new phone\""),
        "{text}"
    );
    assert!(
        text.contains("Data Contributors and all roles above"),
        "{text}"
    );
    assert!(!text.contains("??"), "{text}");
    // Two question marks in a sentence are no search.
    person.text("\nReally?? I think so.");
    assert!(person.state().composer.as_ref().unwrap().popup.is_none());
    person.keys("Esc");
    let drafts = reader(&person).thread(id).unwrap().unwrap().drafts;
    assert_eq!(drafts[0].visibility, Visibility::Public);
}

#[test]
fn articles_are_read_marked_as_stale_and_drafted_from_a_ticket() {
    let folder = tempfile::tempdir().unwrap();
    let mut person = Scene::default().demo(folder.path());
    let key = person.selected().unwrap();
    person.keys("g k").sees("Knowledge").sees("! stale");
    person
        .keys("\\")
        .text("schijf")
        .keys("Enter")
        .sees("De schijf van een VM is vol");
    assert_eq!(person.state().knowledge.rows.len(), 1);
    person.keys("M").text("df is no longer there").keys("Enter");
    let stale = |person: &Person| {
        let all = reader(person).articles().unwrap();
        let one = all
            .into_iter()
            .find(|a| a.key.as_str() == "schijfruimte-is-op");
        one.unwrap().stale
    };
    assert_eq!(stale(&person).unwrap().ticket.unwrap().as_str(), key);
    person.keys("z");
    assert!(stale(&person).is_none());
    // A draft from the ticket one came from, without the people in it.
    let who = reader(&person);
    let row = person.state().queue.selected().unwrap().ticket.clone();
    let requester = row.requester.as_ref().unwrap().raw().to_owned();
    person.keys("I").sees("taken out").keys("y");
    let all = who.articles().unwrap();
    let draft = all.iter().find(|a| a.is_draft).unwrap();
    assert!(
        !draft.body.raw().contains(&requester),
        "{}",
        draft.body.raw()
    );
    assert_eq!(draft.ticket.as_ref().unwrap().as_str(), key);
    assert_eq!(person.state().pane, Pane::Knowledge);
    assert_eq!(person.state().knowledge.selected().unwrap().key, draft.key);
    person.keys("P y");
    assert!(who.articles().unwrap().iter().all(|a| !a.is_draft));
    assert!(person.state().toasts.iter().any(|t| t.tone == Tone::Good));
}

#[test]
fn duties_make_their_tickets_once_for_whoever_is_there() {
    use deskhand::desk::{Desk, Local};
    use deskhand::domain::people::{Absence, AgentId};
    use deskhand::domain::register::Record;
    use deskhand::shell::{DeskFile, open_desk};

    let folder = tempfile::tempdir().unwrap();
    let paths = deskhand::config::Paths::below(folder.path());
    let scene = Scene::default();
    let (now, me) = (scene.now, AgentId::parse("ana").unwrap());
    std::fs::create_dir_all(paths.duties_file().parent().unwrap()).unwrap();
    std::fs::write(
        paths.duties_file(),
        "[[duty]]\nname = \"licenses\"\ntitle = \"Look at the licenses\"\nevery = \"quarter\"\n\
         each = \"tenant\"\nkind = \"license-server\"\nlooks-at = \"license-servers\"\n\
         older-than-days = 90\nowners = [\"ana\", \"bo\"]\n",
    )
    .unwrap();
    let file = DeskFile::local(&paths);
    let desk = Desk::Local(Local::new());
    let mut open = open_desk(&file, desk, &scene.config, &paths, now).unwrap();
    let tenant = Record::new(Register::Tenants, [("code", "umc"), ("name", "UMC")]).unwrap();
    let cells = [
        ("name", "stats"),
        ("tenant", "umc"),
        ("host", "lic.example.org"),
    ];
    let server = Record::new(Register::LicenseServers, cells).unwrap();
    let writer = &mut open.writer;
    for row in [tenant, server] {
        writer
            .put_records(row.register(), &[row], &[], &me, now)
            .unwrap();
    }
    let away = Absence {
        agent: me,
        from: now - chrono::Duration::days(1),
        to: now + chrono::Duration::days(9),
        cover: None,
    };
    writer.put_absences(&[away]).unwrap();
    drop(open);
    let made = |person: &Person| -> Vec<_> {
        let rows = person.state().queue.rows.iter();
        rows.map(|r| (r.ticket.subject.raw().to_owned(), r.ticket.assignee.clone()))
            .collect()
    };
    let first = scene.local(folder.path());
    let tickets = made(&first);
    assert_eq!(tickets.len(), 1, "{}", first.screen());
    assert!(
        tickets[0]
            .0
            .starts_with("Look at the licenses, 2026-Q4, umc")
    );
    assert_eq!(tickets[0].1.as_ref().unwrap().as_str(), "bo", "ana is away");
    // A second window, and the same window a day later, make no other.
    let mut second = Scene::default().local(folder.path());
    second.wait(24 * 3600).keys("R");
    assert_eq!(made(&second).len(), 1);
}

/// The panes at three sizes: nothing that matters is cut, and the columns stand.
#[test]
fn the_panes_look_as_they_should() {
    for (width, height) in [(160, 48), (80, 24), (60, 16)] {
        let folder = tempfile::tempdir().unwrap();
        let scene = Scene {
            width,
            height,
            ..Scene::default()
        };
        let mut person = scene.demo(folder.path());
        // Messages come and go.
        person.wait(10);
        let mut look = |keys: &str, name: &str| {
            person.keys(keys);
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), person.screen());
        };
        look("g r", "requests");
        look("j j j Enter", "request-form");
        look("Esc ] ]", "register-subscriptions");
        look("] ]", "register-license-servers");
        look("g k j Enter", "article");
        look("Esc", "articles");
    }
}
