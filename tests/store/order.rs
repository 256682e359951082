//! Answers of a desk that overtake each other: an older one never goes over a newer one, whatever
//! the clocks say, and where nobody knows which is which the ticket is asked for anew.

use deskhand::domain::change::{Act, Stage};
use deskhand::domain::remote::{Entry, Happened, RemoteId, ToldFields};
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::Priority;

use super::remote::{Kept, by, fields, key, minute, pull, said, told};
use super::scene::{change, now};

fn ranked(to: Priority) -> ToldFields {
    let mut f = fields("no disk");
    f.priority = Some(to);
    f
}

fn entry(remote: &str, at: i64, who: &str, from: Priority, to: Priority) -> Entry {
    Entry {
        remote: RemoteId(remote.into()),
        at: minute(at),
        by: by(who),
        what: Happened::Field {
            field: "priority".into(),
            from: Some(Untrusted::new(from.word())),
            to: Some(Untrusted::new(to.word())),
        },
    }
}

fn unclear(kept: &Kept) -> Vec<String> {
    let keys = kept.scene.writer.unclear(9).unwrap();
    keys.iter().map(ToString::to_string).collect()
}

/// The desk is asked for it alone and tells it.
fn told_anew(kept: &mut Kept, fields: ToldFields) {
    let mut all = told("T1", Some(fields), vec![]);
    all.whole = true;
    kept.keep(vec![all]);
    assert!(unclear(kept).is_empty());
}

#[test]
fn an_answer_that_was_overtaken_brings_what_happened_and_no_older_fields() {
    let mut kept = Kept::new();
    let asked = kept.scene.writer.asks().unwrap();
    kept.keep(vec![told("T1", Some(ranked(Priority::P1)), vec![])]);
    let late = told(
        "T1",
        Some(ranked(Priority::P4)),
        vec![said("r1", 1, "jan", Some("hello?"))],
    );
    let writer = &mut kept.scene.writer;
    writer.keep(&pull(vec![late]), asked, now()).unwrap();
    assert_eq!(kept.ticket().priority, Some(Priority::P1));
    assert_eq!(kept.bodies(), ["hello?"]);
    // Perhaps it was the newer one after all.
    assert_eq!(unclear(&kept), ["T1"]);
    told_anew(&mut kept, ranked(Priority::P4));
    assert_eq!(kept.ticket().priority, Some(Priority::P4));
}

#[test]
fn a_late_receipt_is_asked_about_whatever_the_desks_clock_says() {
    let mut kept = Kept::new();
    let id = kept.id("T1");
    let to = Some(Priority::P2);
    let mine = kept.commit(change(1, id, Act::Priority { to }));
    kept.send(&mine);
    // Ours arrived, then somebody changed it again, and the desk's clock was set back between.
    let entries = vec![
        entry("r1", 9, "ana", Priority::P3, Priority::P2),
        entry("r2", 2, "bo", Priority::P2, Priority::P1),
    ];
    kept.keep(vec![told("T1", Some(ranked(Priority::P1)), entries)]);
    kept.receive(&mine, None, minute(10));
    assert_eq!(kept.stage(&mine), Stage::Confirmed);
    assert_eq!(unclear(&kept), ["T1"]);
    told_anew(&mut kept, ranked(Priority::P1));
    assert_eq!(kept.ticket().priority, Some(Priority::P1));
}

#[test]
fn a_receipt_that_nothing_has_overtaken_is_not_asked_about() {
    let mut kept = Kept::new();
    let id = kept.id("T1");
    let to = Some(Priority::P2);
    let mine = kept.commit(change(1, id, Act::Priority { to }));
    kept.send(&mine);
    kept.receive(&mine, None, minute(1));
    assert_eq!(kept.ticket().priority, Some(Priority::P2));
    assert!(unclear(&kept).is_empty());
}

/// The look before sending took long; meanwhile a pull has told what came after it.
#[test]
fn a_meeting_that_was_overtaken_is_looked_at_again() {
    let mut kept = Kept::new();
    let id = kept.id("T1");
    let mine = Act::Subject {
        to: Untrusted::new("mine"),
    };
    let mine = kept.commit(change(1, id, mine));
    let asked = kept.scene.writer.asks().unwrap();
    kept.keep(vec![told("T1", Some(ranked(Priority::P1)), vec![])]);
    let old = told("T1", Some(fields("theirs")), vec![]);
    let writer = &mut kept.scene.writer;
    assert_eq!(writer.meets(mine.id, &old, asked, now()).unwrap(), None);
    assert_eq!(kept.stage(&mine), Stage::Waiting);
    assert_eq!(kept.ticket().priority, Some(Priority::P1));
    assert_eq!(unclear(&kept), ["T1"]);
}

/// The desk tells of it in no other way than it did.
#[test]
fn what_the_desk_does_not_tell_alone_stays_as_it_was_told() {
    let mut kept = Kept::new();
    let asked = kept.scene.writer.asks().unwrap();
    for to in [Priority::P1, Priority::P2] {
        let one = told("T1", Some(ranked(to)), vec![]);
        let writer = &mut kept.scene.writer;
        writer.keep(&pull(vec![one]), asked, now()).unwrap();
    }
    assert_eq!(unclear(&kept), ["T1"]);
    kept.scene.writer.leave_unclear(&key("T1")).unwrap();
    assert!(unclear(&kept).is_empty());
}

#[test]
fn what_was_refused_is_counted_until_somebody_does_something_about_it() {
    let mut kept = Kept::new();
    let id = kept.id("T1");
    let to = Some(Priority::P2);
    let mine = kept.commit(change(1, id, Act::Priority { to }));
    let count = |kept: &Kept| {
        let counts = kept.scene.writer.outbox_counts().unwrap();
        (counts.open, counts.refused, counts.stuck())
    };
    assert_eq!(count(&kept), (1, 0, 0));
    let writer = &mut kept.scene.writer;
    writer
        .refuse(mine.id, &Untrusted::new("no"), now())
        .unwrap();
    assert_eq!(count(&kept), (0, 1, 1));
    kept.scene.writer.withdraw(mine.id, now()).unwrap();
    assert_eq!(count(&kept), (0, 0, 0));
}

#[test]
fn when_the_desk_has_told_all_is_kept_but_not_written_every_few_seconds() {
    let mut kept = Kept::new();
    assert_eq!(kept.scene.writer.synced().unwrap(), None);
    for (brought, at, known) in [
        (false, 0, 0),
        (false, 4, 0),
        (true, 4, 4),
        (false, 9, 9),
        // The clock was set back.
        (false, -60, -60),
    ] {
        let writer = &mut kept.scene.writer;
        writer.note_synced(brought, minute(at)).unwrap();
        assert_eq!(writer.synced().unwrap(), Some(minute(known)), "at {at}");
    }
}
