//! What stands against an act, whichever face asks.

use deskhand::domain::change::Act;
use deskhand::domain::fill::fill;
use deskhand::domain::gate::{
    AgainstMerging, AgainstStatus, against_leaving, against_merging, against_resolving,
    against_status, is_in_scope,
};
use deskhand::domain::people::{AgentId, TenantId};
use deskhand::domain::register::Book;
use deskhand::domain::request::{Ends, Kinds};
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::{Kind, Status, Ticket, TicketId, TicketKey, Turn};
use rstest::rstest;

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

/// An open ticket that somebody is on and that waits for the requester.
pub fn ticket(id: i64) -> Ticket {
    let at = "2026-11-24T09:00:00Z".parse().unwrap();
    Ticket {
        subject: Untrusted::new("a subject"),
        status: Status::Open,
        kind: Kind::Problem,
        tenant: Some(tenant("umc")),
        workspace: Some(Untrusted::new("dws-1-Lab")),
        requester: Some(Untrusted::new("Jan {tenant}")),
        assignee: AgentId::parse("ana").ok(),
        turn: Turn::Theirs,
        ..Ticket::blank(
            TicketId(id),
            TicketKey::parse(&format!("T-{id}")).unwrap(),
            at,
        )
    }
}

#[rstest]
#[case(Turn::Theirs, true, false, &[])]
#[case(Turn::Nobody, true, false, &[])]
#[case(Turn::Ours, true, false, &[AgainstStatus::Unanswered])]
#[case(Turn::Theirs, false, false, &[AgainstStatus::Unassigned])]
#[case(Turn::Theirs, true, true, &[AgainstStatus::UnsentDraft])]
#[case(Turn::Ours, false, true, &[AgainstStatus::Unanswered, AgainstStatus::Unassigned, AgainstStatus::UnsentDraft])]
fn all_that_stands_against_resolving_is_named(
    #[case] turn: Turn,
    #[case] assigned: bool,
    #[case] draft: bool,
    #[case] against: &[AgainstStatus],
) {
    let mut t = ticket(1);
    t.turn = turn;
    t.assignee = t.assignee.filter(|_| assigned);
    assert_eq!(against_resolving(&t, draft), against);
    for to in [Status::Resolved, Status::Closed] {
        assert_eq!(against_status(&t, to, draft, None), against);
    }
    for to in [Status::New, Status::Pending, Status::OnHold, Status::Open] {
        assert_eq!(against_status(&t, to, draft, None), []);
    }
    t.status = Status::Resolved;
    assert_eq!(against_status(&t, Status::Closed, draft, None), []);
    assert!(against.iter().all(|why| !why.is_firm()));
}

#[test]
fn a_merged_ticket_keeps_its_status_whatever_the_reason() {
    let mut t = ticket(1);
    (t.status, t.merged_into) = (Status::Closed, Some(TicketId(2)));
    for to in Status::ALL {
        let against = against_status(&t, *to, false, None);
        assert_eq!(against.is_empty(), *to == Status::Closed);
        assert!(against.iter().all(|why| why.is_firm()));
    }
}

/// Every way of ending a request asks what closing it asks, also where it came without a form.
#[test]
fn a_request_ends_only_through_the_gate_of_its_kind() {
    let (kinds, book) = (Kinds::shipped(), Book::default());
    let mut t = ticket(1);
    assert!(kinds.request(&t, None).is_none(), "a problem is none");
    t.kind = Kind::NewUser;
    let request = kinds.request(&t, None).unwrap();
    // What the ticket says already is not asked for again.
    let asked = request.asked(&book);
    let ends = Ends::with_ticket(asked);
    assert!(ends.against.len() > 3, "{:?}", ends.against);
    for to in [Status::Resolved, Status::Closed] {
        let against = against_status(&t, to, false, Some(asked));
        let own = ends.against.iter().cloned().map(AgainstStatus::Request);
        assert_eq!(against, own.collect::<Vec<_>>());
        assert!(against.iter().all(|why| !why.is_firm()));
        let said = against[0].words();
        assert!(
            said.starts_with("is a request: ") && said.contains(';'),
            "{said}"
        );
    }
    assert_eq!(against_status(&t, Status::Pending, false, Some(asked)), []);
    // It goes on in another of its kind; in any other it would end.
    let mut into = ticket(2);
    assert_eq!(against_leaving(asked, &into).len(), ends.against.len());
    into.kind = Kind::NewUser;
    assert_eq!(against_leaving(asked, &into), []);
    into.status = Status::Closed;
    assert_eq!(against_leaving(asked, &into).len(), ends.against.len());
    // What is done already is not asked again.
    t.status = Status::Resolved;
    assert_eq!(against_status(&t, Status::Closed, false, Some(asked)), []);
}

#[test]
fn two_tickets_become_one_unless_something_stands_against_it() {
    let (a, mut b) = (ticket(1), ticket(2));
    assert_eq!(against_merging(&a, &a), Some(AgainstMerging::Itself));
    assert_eq!(against_merging(&a, &b), None);
    b.tenant = None;
    assert_eq!(against_merging(&a, &b), None);
    b.tenant = Some(tenant("vu"));
    assert_eq!(against_merging(&a, &b), Some(AgainstMerging::Tenants));
    b.merged_into = Some(TicketId(3));
    assert_eq!(against_merging(&a, &b), Some(AgainstMerging::GoesOnMerged));
    assert_eq!(against_merging(&b, &a), Some(AgainstMerging::EndsMerged));
    let said = AgainstMerging::GoesOnMerged.sentence(&a.key, &b.key);
    assert!(said.contains("T-2 is merged already"), "{said}");
}

#[test]
fn a_scope_holds_its_tenants_and_what_is_nobodys() {
    let (umc, vu) = (tenant("umc"), tenant("vu"));
    let scope = [umc.clone()];
    assert!(is_in_scope(Some(&umc), &scope) && is_in_scope(None, &scope));
    assert!(!is_in_scope(Some(&vu), &scope));
    assert!(is_in_scope(Some(&vu), &[]));
}

#[rstest]
#[case("Dear {requester.first},", "Dear Jan,")]
#[case("{requester} {ticket.key}{workspace}", "Jan {tenant} T-1dws-1-Lab")]
#[case("{tenant}/{agent.name}", "umc/Ana {workspace}")]
#[case("{unknown} {} { {{tenant}} }", "{unknown} {} { {umc} }")]
#[case(
    "{requester.firstttttttttttttttttttt} é{",
    "{requester.firstttttttttttttttttttt} é{"
)]
fn placeholders_are_filled_once(#[case] text: &str, #[case] filled: &str) {
    assert_eq!(fill(text, &ticket(1), "Ana {workspace}"), filled);
}

#[rstest]
#[case("Prof. dr. Willem Aalbers", "Willem")]
#[case("Prof.dr.ir. Willem Aalbers", "Willem")]
#[case("Dr. Ana", "Ana")]
#[case("mevr. drs. Eva de Wit", "Eva")]
#[case("Dhr Jan Bos", "Jan")]
#[case("Mr Sam Lee", "Sam")]
#[case("Mx. Kim", "Kim")]
#[case("ing. Bo", "Bo")]
// A name, not a title.
#[case("Ing Wei", "Ing")]
#[case("Drew Mrs", "Drew")]
#[case("  Jan  Bos ", "Jan")]
#[case("Prof. dr.", "Prof. dr.")]
fn a_title_is_no_first_name(#[case] name: &str, #[case] first: &str) {
    let t = Ticket {
        requester: Some(Untrusted::new(name)),
        ..ticket(1)
    };
    assert_eq!(
        fill("Hi {requester.first},", &t, "Ana"),
        format!("Hi {first},")
    );
}

#[rstest]
#[case(None)]
#[case(Some("eva@umc.example"))]
fn a_name_that_is_not_known_leaves_no_gap(#[case] requester: Option<&str>) {
    let t = Ticket {
        requester: requester.map(Untrusted::new),
        ..ticket(1)
    };
    assert_eq!(fill("Hi {requester.first},", &t, "Ana"), "Hi,");
    assert_eq!(fill("Beste {requester.first},", &t, "Ana"), "Beste,");
}

#[test]
fn an_edit_that_changes_nothing_is_so_already() {
    let mut t = ticket(1);
    for (field, value) in [
        ("subject", "another one"),
        ("kind", "question"),
        ("tenant", "none"),
        ("workspace", ""),
    ] {
        let act = Act::edit(field, value).unwrap();
        assert!(!act.is_so_already(&t), "{field}");
        let at = t.updated;
        act.apply(&mut t, at);
        assert!(act.is_so_already(&t), "{field}");
    }
    for (field, value) in [
        ("subject", ""),
        ("kind", "?"),
        ("tenant", "a b"),
        ("x", "y"),
    ] {
        assert!(Act::edit(field, value).is_err(), "{field}");
    }
}
