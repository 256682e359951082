//! Planned absences in the file, and that a hand-over and its return are whole or not at all.

use chrono::TimeDelta;
use deskhand::domain::absence::{
    Absence, AbsenceId, Cover, Fields, GiveBack, HandOver, Handed, HandedTicket, Scope, Times,
};
use deskhand::domain::change::{Act, BatchId, Change, ChangeId};
use deskhand::domain::people;
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{Ticket, TicketId};
use deskhand::store::{Reader, Writer};
use uuid::Uuid;

use super::scene::{Scene, agent, now, rules};

fn absence(id: &str) -> Absence {
    Absence {
        id: AbsenceId(id.into()),
        who: agent("ana"),
        times: Times::between(now() + TimeDelta::days(1), now() + TimeDelta::days(3)),
        why: Default::default(),
        covers: vec![Cover {
            who: agent("bo"),
            scope: Scope::default(),
        }],
        note: Untrusted::new("leave"),
        uid: Some(format!("{id}@calendar")),
    }
}

fn assign(ticket: TicketId, to: &str) -> Change {
    Change {
        id: ChangeId(Uuid::now_v7()),
        batch: BatchId(Uuid::now_v7()),
        ticket,
        at: now(),
        by: agent("ana"),
        base: 0,
        not_before: None,
        act: Act::Assign {
            to: Some(agent(to)),
        },
    }
}

fn handed(t: &Ticket) -> Handed {
    Handed {
        absence: AbsenceId("a1".into()),
        who: agent("ana"),
        from: now() + TimeDelta::days(1),
        to: now() + TimeDelta::days(3),
        at: now(),
        back: None,
        tickets: vec![HandedTicket {
            ticket: t.id,
            key: t.key.clone(),
            to: agent("bo"),
            fields: Fields::of(t),
            at: None,
        }],
        kept: vec![],
    }
}

fn over(mut changes: Vec<Change>, handed: Handed) -> HandOver {
    let batch = BatchId(Uuid::now_v7());
    changes.iter_mut().for_each(|c| c.batch = batch);
    HandOver {
        batch,
        by: agent("ana"),
        changes,
        handed,
    }
}

/// What gives back as it is found now.
fn back(
    scene: &Scene,
    mut changes: Vec<Change>,
    handed: &Handed,
    ended: Option<&Absence>,
) -> GiveBack {
    let batch = BatchId(Uuid::now_v7());
    changes.iter_mut().for_each(|c| c.batch = batch);
    GiveBack {
        batch,
        by: agent("ana"),
        changes,
        handed: handed.clone(),
        looked: scene.reader.look_back(handed, now()).unwrap().0,
        ended: ended.cloned(),
        at: now(),
    }
}

fn some(scene: &Scene, n: usize) -> Ticket {
    let mut all = Vec::new();
    let each = &mut |row: deskhand::store::ExportRow| {
        all.push(row.ticket);
        true
    };
    scene.reader.export(each).unwrap();
    all.into_iter()
        .filter(|t| t.status.is_live())
        .nth(n)
        .unwrap()
}

#[test]
fn what_is_planned_is_there_after_a_restart_and_the_queue_knows_it() {
    let mut scene = Scene::new();
    let told = people::Absence {
        agent: agent("cy"),
        from: now(),
        to: now() + TimeDelta::days(1),
        cover: None,
    };
    scene
        .writer
        .put_absences(std::slice::from_ref(&told))
        .unwrap();
    scene
        .writer
        .put_planned(&[absence("a1"), absence("a2")], now())
        .unwrap();
    let mut again = absence("a2");
    again.covers.clear();
    scene
        .writer
        .put_planned(std::slice::from_ref(&again), now())
        .unwrap();

    let reader = Reader::open(&scene.path()).unwrap();
    let all = reader.absences().unwrap();
    assert_eq!(all, [absence("a1"), again, Absence::of_desk(&told)]);
    let queue = reader.vocabulary(now()).unwrap().absences;
    assert_eq!(queue.len(), 3);
    assert!(
        queue
            .iter()
            .any(|a| a.agent == agent("ana") && a.cover == Some(agent("bo")))
    );

    // What the desk tells anew leaves the plan alone, and the other way round.
    scene.writer.put_absences(&[]).unwrap();
    assert_eq!(reader.absences().unwrap().len(), 2);
    scene
        .writer
        .drop_planned(&AbsenceId("a1".into()), now())
        .unwrap();
    scene
        .writer
        .drop_planned(&AbsenceId("a2".into()), now())
        .unwrap();
    assert_eq!(reader.absences().unwrap(), []);
    assert_eq!(reader.vocabulary(now()).unwrap().absences, []);
}

#[test]
fn a_hand_over_is_whole_or_not_at_all() {
    let mut scene = Scene::with(40);
    let t = some(&scene, 0);
    let missing = assign(TicketId(-5), "bo");
    let failed = scene
        .writer
        .hand_over(&over(vec![assign(t.id, "bo"), missing], handed(&t)));
    assert!(failed.is_err());
    assert_eq!(scene.reader.ticket(t.id).unwrap().unwrap(), t);
    assert_eq!(scene.reader.handed(now()).unwrap(), []);

    scene
        .writer
        .hand_over(&over(vec![assign(t.id, "bo")], handed(&t)))
        .unwrap();
    let reader = Reader::open(&scene.path()).unwrap();
    assert_eq!(reader.handed(now()).unwrap(), [handed(&t)]);
    assert_eq!(
        reader.ticket(t.id).unwrap().unwrap().assignee,
        Some(agent("bo"))
    );

    // What comes later for the same stretch is added.
    let second = some(&scene, 1);
    let mut more = handed(&second);
    more.at = now() + TimeDelta::hours(1);
    scene
        .writer
        .hand_over(&over(vec![assign(second.id, "bo")], more))
        .unwrap();
    let both = reader.handed(now()).unwrap();
    assert_eq!(both.len(), 1);
    assert_eq!(both[0].tickets.len(), 2);
    assert_eq!(both[0].at, now());

    let changes = vec![assign(t.id, "ana"), assign(TicketId(-5), "ana")];
    let failed = back(&scene, changes, &both[0], None);
    assert!(scene.writer.take_back(&failed).is_err());
    assert_eq!(reader.handed(now()).unwrap()[0].back, None);
    let mut ended = absence("a1");
    ended.times = Times::between(now(), now() + TimeDelta::hours(1));
    let given = back(&scene, vec![assign(t.id, "ana")], &both[0], Some(&ended));
    scene.writer.take_back(&given).unwrap();
    assert_eq!(reader.handed(now()).unwrap()[0].back, Some(now()));
    assert_eq!(
        reader.ticket(t.id).unwrap().unwrap().assignee,
        Some(agent("ana"))
    );
    assert_eq!(reader.absences().unwrap(), [ended]);

    // A second hand-over for the same stretch does not make the first one forgotten.
    let mut again = handed(&t);
    again.at = now() + TimeDelta::hours(2);
    scene
        .writer
        .hand_over(&over(vec![assign(t.id, "bo")], again))
        .unwrap();
    let known: Vec<bool> = reader
        .handed(now())
        .unwrap()
        .iter()
        .map(|h| h.back.is_some())
        .collect();
    assert_eq!(known, [true, false]);

    let mut unknown = handed(&t);
    unknown.absence = AbsenceId("zz".into());
    let unknown = back(&scene, vec![], &unknown, None);
    assert!(scene.writer.take_back(&unknown).is_err());
}

#[test]
fn loads_and_tickets_of_somebody_are_those_of_the_list() {
    let scene = Scene::with(400);
    let mut all = Vec::new();
    let each = &mut |row: deskhand::store::ExportRow| {
        all.push(row.ticket);
        true
    };
    scene.reader.export(each).unwrap();
    for (who, n) in scene.reader.loads().unwrap() {
        let own = |t: &&Ticket| t.assignee.as_ref() == Some(&who) && t.merged_into.is_none();
        let live: Vec<TicketId> = all
            .iter()
            .filter(own)
            .filter(|t| t.status.is_live())
            .map(|t| t.id)
            .collect();
        assert_eq!(live.len(), n, "{who}");
        let mut found: Vec<TicketId> = scene
            .reader
            .tickets_of(&who, now() + TimeDelta::days(9999))
            .unwrap()
            .iter()
            .map(|t| t.id)
            .collect();
        found.sort_unstable();
        let mut live = live;
        live.sort_unstable();
        assert_eq!(found, live);
        let ever = scene
            .reader
            .tickets_of(&who, now() - TimeDelta::days(9999))
            .unwrap();
        assert_eq!(ever.len(), all.iter().filter(own).count());
    }
}

/// The log cut off after each of its pages, as a kill or a power cut could leave it.
#[test]
fn killed_at_any_page_tickets_have_moved_if_and_only_if_it_is_known() {
    const FRAME: u64 = 4096 + 24;
    let mut scene = Scene::with(200);
    let tickets: Vec<Ticket> = (0..5).map(|n| some(&scene, n)).collect();
    let log = |path: &std::path::Path| {
        let mut name = path.as_os_str().to_owned();
        name.push("-wal");
        std::path::PathBuf::from(name)
    };
    let begun = std::fs::metadata(log(&scene.path())).unwrap().len();
    let changes: Vec<Change> = tickets.iter().map(|t| assign(t.id, "zed")).collect();
    let mut all = handed(&tickets[0]);
    all.tickets = tickets.iter().flat_map(|t| handed(t).tickets).collect();
    scene.writer.hand_over(&over(changes, all)).unwrap();
    let both = scene.reader.handed(now()).unwrap();
    let changes: Vec<Change> = tickets.iter().map(|t| assign(t.id, "ana")).collect();
    let given = back(&scene, changes, &both[0], None);
    scene.writer.take_back(&given).unwrap();

    let ended = std::fs::metadata(log(&scene.path())).unwrap().len();
    assert!(ended > begun, "the log goes on");
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("desk.db");
    let mut seen = [0; 3];
    for pages in 0..=(ended - begun) / FRAME {
        let _ = std::fs::remove_file(copy.with_extension("db-shm"));
        std::fs::copy(scene.path(), &copy).unwrap();
        std::fs::copy(log(&scene.path()), log(&copy)).unwrap();
        let cut = std::fs::File::options()
            .write(true)
            .open(log(&copy))
            .unwrap();
        cut.set_len(begun + pages * FRAME).unwrap();
        drop(Writer::open(&copy, rules(), now()).unwrap());
        let reader = Reader::open(&copy).unwrap();
        let known = reader.handed(now()).unwrap();
        let has = |name: &str| {
            let who = |t: &Ticket| reader.ticket(t.id).unwrap().unwrap().assignee;
            tickets
                .iter()
                .filter(|t| who(t) == Some(agent(name)))
                .count()
        };
        match known.first().map(|h| h.back.is_some()) {
            None => {
                assert_eq!(has("zed"), 0);
                seen[0] += 1;
            }
            Some(false) => {
                assert_eq!(has("zed"), 5);
                seen[1] += 1;
            }
            Some(true) => {
                assert_eq!(has("ana"), 5);
                seen[2] += 1;
            }
        }
    }
    assert!(seen.iter().all(|n| *n > 0), "{seen:?}");
}

#[test]
fn two_windows_that_look_at_once_pass_a_ticket_on_once() {
    use deskhand::domain::absence::{Held, Preview};
    let mut scene = Scene::with(40);
    let t = some(&scene, 0);
    let mut first = handed(&t);
    first.tickets.clear();
    scene
        .writer
        .hand_over(&over(vec![], first.clone()))
        .unwrap();
    let mut other = Writer::open(&scene.path(), rules(), now()).unwrap().writer;
    let mut asked = 0;
    let mut act = |roll: &deskhand::store::Roll| {
        asked += 1;
        // Each decides from what is there when its turn comes.
        let known = roll.handed[0].tickets.iter().any(|h| h.ticket == t.id);
        let preview = Preview {
            absence: first.absence.clone(),
            who: first.who.clone(),
            from: first.from,
            to: first.to,
            at: None,
            made: now(),
            rows: vec![],
            kept: vec![],
        };
        let held = Held {
            preview,
            handed: handed(&t),
            changes: vec![assign(t.id, "bo")],
        };
        if known { vec![] } else { vec![held] }
    };
    let one = scene.writer.hold(now(), &mut act).unwrap().0;
    let two = other.hold(now(), &mut act).unwrap().0;
    assert_eq!((one, two), (vec![t.id], vec![]));
    assert_eq!(asked, 2);
    let kept = scene.reader.handed(now()).unwrap();
    assert_eq!(kept[0].tickets.len(), 1);
    let waiting = scene.reader.outbox().unwrap();
    assert_eq!(
        waiting.iter().filter(|r| r.change.ticket == t.id).count(),
        1
    );
    // Nobody did it: what is taken back is the hand-over itself, and what was passed on stays known.
    let undone = scene.writer.undo(&agent("ana"), now()).unwrap().unwrap();
    assert_eq!(undone.tickets, []);
    assert_eq!(scene.reader.handed(now()).unwrap()[0].tickets.len(), 1);
}
