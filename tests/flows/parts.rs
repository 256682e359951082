//! The rooms below the loop, where a story would be too far away to fail well.

use deskhand::desk::{DeskError, ErrorKind};
use deskhand::domain::change::{Act, BatchId, Change, ChangeId};
use deskhand::domain::people::AgentId;
use deskhand::domain::remote::{Mark, Outgoing, Receipt};
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{Status, Ticket, TicketId};
use deskhand::sync::{Pending, Step, Verdict, plan, verdict};
use uuid::Uuid;

use super::harness::morning;

fn change(ticket: i64, n: u128) -> Change {
    Change {
        id: ChangeId(Uuid::from_u128(n)),
        batch: BatchId(Uuid::from_u128(n)),
        ticket: TicketId(ticket),
        at: morning(),
        by: AgentId::parse("sam").unwrap(),
        base: 1,
        not_before: None,
        act: Act::Status { to: Status::Open },
    }
}

fn out(ticket: i64, n: u128) -> Outgoing {
    let base: Ticket = serde_json::from_value(serde_json::json!({
        "id": ticket, "key": format!("{ticket}"), "subject": "s", "status": "new",
        "kind": "problem", "labels": [], "created": morning(), "updated": morning(),
        "turn": "ours", "due": {"state": "none"}, "reassignments": 0, "version": 1,
        "unread": false, "changed": false, "waiting": 1,
    }))
    .unwrap();
    Outgoing {
        change: change(ticket, n),
        key: base.key.clone(),
        base,
        version: None,
        other: None,
        files: Vec::new(),
        taken: Vec::new(),
    }
}

#[test]
fn what_was_in_flight_is_looked_up_before_anything_of_its_ticket_is_sent() {
    let pending = Pending {
        in_flight: vec![(out(1, 1), Mark("7".into()))],
        ready: vec![out(1, 2), out(2, 3), out(2, 4)],
    };
    assert_eq!(
        plan(pending),
        [
            Step::LookUp(out(1, 1), Mark("7".into())),
            Step::Send(out(2, 3))
        ]
    );
    assert!(plan(Pending::default()).is_empty());
}

#[test]
fn an_answer_decides_what_becomes_of_a_change() {
    let now = morning();
    let later = now + chrono::TimeDelta::seconds(90);
    let error = |kind, retry_at| {
        Err(DeskError {
            kind,
            what: Untrusted::new("no"),
            hint: Some("ask Ana".into()),
            retry_at,
        })
    };
    let receipt = Receipt {
        version: Some("7".into()),
        entry: None,
    };
    assert_eq!(
        verdict(Ok(receipt.clone()), now),
        Verdict::Confirmed { receipt }
    );
    // Whether it arrived is not known: it must not be sent again blindly.
    assert_eq!(
        verdict(error(ErrorKind::Unreachable, Some(later)), now),
        Verdict::Unclear { at: later }
    );
    assert_eq!(
        verdict(error(ErrorKind::TooMany, Some(later)), now),
        Verdict::Again { at: later }
    );
    assert_eq!(
        verdict(error(ErrorKind::Refused, None), now),
        Verdict::Refused {
            reason: Untrusted::new("no; ask Ana")
        }
    );
    // A desk that wants us back in the past does not make us spin.
    let past = now - chrono::TimeDelta::days(1);
    assert_eq!(
        verdict(error(ErrorKind::TooMany, Some(past)), now),
        Verdict::Again { at: now }
    );
}

#[test]
fn the_demo_desk_is_alive_on_any_morning_and_kept_for_the_day() {
    use deskhand::config::{Config, Paths};
    use deskhand::domain::list::{Anchor, Asker, ListRequest, Sort};
    use deskhand::domain::query::Query;
    use deskhand::domain::ticket::Due;
    use deskhand::shell::open_demo;
    use deskhand::store::Reader;

    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    let config = Config::default();
    for day in [
        "2026-11-24T08:30:00Z",
        "2027-04-29T14:00:00Z",
        "2027-05-01T03:00:00Z",
    ] {
        let now = day.parse().unwrap();
        let desk = open_demo(&paths, &config, now, false).unwrap();
        assert_eq!(desk.me.as_str(), "sam");
        assert!(!desk.setup.snippets.is_empty() && !desk.setup.macros.is_empty());
        let reader = Reader::open(&desk.path).unwrap();
        let asker = Asker {
            me: desk.me.clone(),
            now,
            scope: Vec::new(),
            zone: config.zone,
        };
        let request = ListRequest {
            query: Query::parse("is:live").unwrap(),
            sort: Sort::Due,
            anchor: Anchor::First,
            before: 0,
            after: 500,
        };
        let page = reader.list(&request, &asker).unwrap();
        let late = page
            .rows
            .iter()
            .filter(|r| matches!(r.ticket.due, Due::Running { at, .. } if at < now))
            .count();
        let paused = page
            .rows
            .iter()
            .filter(|r| matches!(r.ticket.due, Due::Paused { .. }))
            .count();
        assert!(page.rows.len() > 40, "{day}: {} rows", page.rows.len());
        assert!((1..15).contains(&late), "{day}: {late} late");
        assert!(paused > 1, "{day}: {paused} paused");
    }
}
