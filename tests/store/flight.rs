//! Changes of which nobody knows yet whether they have arrived, while the desk tells on.

use deskhand::domain::change::{Act, Change, Stage};
use deskhand::domain::remote::{Entry, Happened, RemoteId, ToldFields};
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{Priority, Status};

use super::remote::{Kept, by, fields, minute, moved, told};
use super::scene::change;

fn label(remote: &str, at: i64, who: &str, off: Option<&str>, on: Option<&str>) -> Entry {
    Entry {
        remote: RemoteId(remote.into()),
        at: minute(at),
        by: by(who),
        what: Happened::Field {
            field: "label".into(),
            from: off.map(Untrusted::new),
            to: on.map(Untrusted::new),
        },
    }
}

fn with_labels(labels: &[&str]) -> ToldFields {
    let mut f = fields("no disk");
    f.labels = Some(labels.iter().map(|l| (*l).to_owned()).collect());
    f
}

fn with_priority(to: Option<Priority>) -> ToldFields {
    let mut f = fields("no disk");
    f.priority = to;
    f
}

fn in_flight(kept: &mut Kept, n: u64, act: Act) -> Change {
    let mine = kept.commit(change(n, kept.id("T1"), act));
    kept.send(&mine);
    mine
}

#[test]
fn a_label_that_came_back_after_ours_took_it_off_stays_though_it_was_not_here() {
    let mut kept = Kept::new();
    let label_off = Act::RemoveLabel {
        label: "gpu".into(),
    };
    let mine = in_flight(&mut kept, 1, label_off);
    let entries = vec![
        label("r1", 1, "ana", Some("gpu"), None),
        label("r2", 2, "bo", None, Some("gpu")),
    ];
    kept.keep(vec![told("T1", Some(with_labels(&["gpu"])), entries)]);
    kept.receive(&mine, Some("r1"), minute(3));
    assert_eq!(kept.stage(&mine), Stage::Confirmed);
    assert_eq!(kept.ticket().labels, ["gpu"]);
}

#[test]
fn another_change_of_ours_that_was_told_is_not_taken_for_the_one_that_arrived() {
    let mut kept = Kept::new();
    let mine = in_flight(
        &mut kept,
        1,
        Act::Status {
            to: Status::Pending,
        },
    );
    let mut f = fields("no disk");
    f.status = Status::OnHold;
    let elsewhere = moved("r1", 1, "ana", Status::Open, Status::OnHold);
    kept.keep(vec![told("T1", Some(f), vec![elsewhere])]);
    kept.receive(&mine, None, minute(3));
    assert_eq!(kept.stage(&mine), Stage::Confirmed);
    assert_eq!(kept.ticket().status, Status::Pending);

    let added = Act::AddLabel {
        label: "vpn".into(),
    };
    let mine = in_flight(&mut kept, 2, added);
    let entries = vec![
        label("r2", 4, "ana", None, Some("gpu")),
        label("r3", 5, "bo", Some("gpu"), None),
    ];
    kept.keep(vec![told("T1", Some(with_labels(&[])), entries)]);
    kept.receive(&mine, None, minute(6));
    assert_eq!(kept.ticket().labels, ["vpn"]);
}

#[test]
fn what_did_not_arrive_waits_for_the_person_though_a_later_wish_is_there() {
    let mut kept = Kept::new();
    let high = Act::Priority {
        to: Some(Priority::P1),
    };
    let mine = in_flight(&mut kept, 1, high);
    let id = kept.id("T1");
    let later = kept.commit(change(2, id, Act::Priority { to: None }));
    kept.keep(vec![told("T1", Some(with_priority(None)), vec![])]);
    // The one before it may still arrive.
    assert_eq!(kept.stage(&later), Stage::Waiting);
    let writer = &mut kept.scene.writer;
    writer.retry_later(mine.id, Some(minute(1))).unwrap();
    assert_eq!(kept.stage(&mine), Stage::Conflict);
    assert!(
        kept.scene
            .writer
            .next_to_send(minute(9))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn what_was_met_and_is_there_by_now_does_not_wait_for_the_person() {
    let mut kept = Kept::new();
    let high = Act::Priority {
        to: Some(Priority::P1),
    };
    let mine = in_flight(&mut kept, 1, high);
    for to in [None, Some(Priority::P1)] {
        kept.keep(vec![told("T1", Some(with_priority(to)), vec![])]);
    }
    let writer = &mut kept.scene.writer;
    writer.retry_later(mine.id, Some(minute(1))).unwrap();
    assert_eq!(kept.stage(&mine), Stage::Waiting);
}
