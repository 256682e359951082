//! Request Tracker's words in ours, told by a server that writes as the real one does.

use std::collections::BTreeMap;

use deskhand::desk::rt::{Auth, Settings};
use deskhand::desk::{Door, Rt};
use deskhand::domain::people::TenantId;
use deskhand::domain::remote::{Happened, Pulled, Told, ToldFields};
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::Author;
use deskhand::domain::ticket::{Priority, Status};
use rstest::rstest;
use serde_json::{Value, json};

use super::fake::{Asked, Fake, Says, json as says};
use super::{live, now};

/// Fields of some ticket.
pub fn some_fields() -> ToldFields {
    ToldFields {
        subject: Untrusted::new("Some ticket"),
        status: Status::New,
        status_label: None,
        priority: None,
        kind: None,
        tenant: None,
        workspace: None,
        requester: None,
        assignee: None,
        labels: None,
        channel: None,
        created: now(),
        updated: now(),
        resolved: None,
        closed: None,
        due: Vec::new(),
        further: Vec::new(),
    }
}

/// A ticket as it stands in a list.
fn listed(change: &Value) -> Value {
    let mut ticket = json!({
        "id": "12", "type": "ticket", "Subject": "A ticket", "Status": "open", "Priority": "0",
        "SLA": "", "Owner": {"id": "Nobody", "type": "user", "Name": "Nobody", "RealName": ""},
        "Queue": {"id": "3", "type": "queue", "Name": "Accounts & Access"},
        "Requestor": [{"id": "lea@example.org", "type": "user", "Name": "lea@example.org",
            "RealName": "Léa Roux", "EmailAddress": "lea@example.org"}],
        "Cc": [], "CustomFields": [],
        "Due": "1970-01-01T00:00:00Z", "Resolved": "1970-01-01T00:00:00Z",
        "Created": "2026-03-01T10:00:00Z", "LastUpdated": "2026-03-02T10:00:00Z",
    });
    for (name, value) in change.as_object().unwrap() {
        ticket[name] = value.clone();
    }
    ticket
}

fn page(items: Vec<Value>) -> Value {
    let n = items.len();
    // Numbers of pages are floats, and of histories unknown.
    json!({"items": items, "count": n, "total": n, "pages": 1.0, "page": 1, "per_page": 100})
}

/// A server with one ticket, and entries of the feed.
fn server(ticket: Value, entries: Vec<Value>) -> Fake {
    Fake::new(move |_, asked: &Asked| -> Says {
        let line = asked.line.as_str();
        let is = |part: &str| line.contains(part);
        let answer = if is("/queues/all") {
            match is("page=1") {
                true => page(vec![json!({"id": "3", "Name": "Accounts & Access"})]),
                false => page(Vec::new()),
            }
        } else if is("/user/39") {
            json!({"id": 39, "Name": "ines", "RealName": "Inês Duarte", "Privileged": 1})
        } else if is("/user/40") {
            json!({"Name": "Tomas Novak", "RealName": "", "Privileged": 1})
        } else if is("/user/") {
            json!({"Name": "lea@example.org", "RealName": "Léa Roux", "Privileged": 0})
        } else if is("/transactions") {
            page(entries.clone())
        } else if is("__Inactive__") {
            page(Vec::new())
        } else {
            page(vec![ticket.clone()])
        };
        says(&answer)
    })
}

fn desk(fake: &Fake, change: impl Fn(&mut Settings)) -> Rt {
    let mut settings = live::settings(&fake.url, Auth::Token("1-39-abc".into()));
    change(&mut settings);
    Rt::new(settings).unwrap()
}

async fn first(ticket: Value, change: impl Fn(&mut Settings)) -> ToldFields {
    let fake = server(ticket, Vec::new());
    let desk = desk(&fake, change);
    let mut pulled: Pulled = desk.pull(None, now()).await.unwrap();
    pulled.tickets.remove(0).fields.unwrap()
}

#[rstest]
#[case("new", Status::New)]
#[case("open", Status::Open)]
#[case("stalled", Status::Pending)]
#[case("waiting on user", Status::Pending)]
#[case("waiting on vendor", Status::OnHold)]
#[case("resolved", Status::Resolved)]
#[case("rejected", Status::Closed)]
#[case("closed", Status::Closed)]
#[case("unheard of", Status::Open)]
#[case("In Review", Status::OnHold)]
#[tokio::test]
async fn statuses_mean_something_and_keep_their_word(#[case] word: &str, #[case] status: Status) {
    let ticket = listed(&json!({"Status": word}));
    let fields = first(ticket, |s| {
        s.statuses = BTreeMap::from([("in review".into(), Status::OnHold)]);
    })
    .await;
    assert_eq!(fields.status, status);
    assert_eq!(fields.status_label.unwrap().raw(), word);
}

#[rstest]
#[case(json!("90"), Some(Priority::P1))]
#[case(json!(100), Some(Priority::P1))]
#[case(json!("60"), Some(Priority::P2))]
#[case(json!("50"), Some(Priority::P3))]
#[case(json!("30"), Some(Priority::P3))]
#[case(json!("10"), Some(Priority::P4))]
#[case(json!("1"), Some(Priority::P4))]
#[case(json!("0"), None)]
#[case(json!("-5"), None)]
#[case(json!(""), None)]
#[case(json!(null), None)]
#[tokio::test]
async fn priorities_are_ranges(#[case] number: Value, #[case] priority: Option<Priority>) {
    let ticket = listed(&json!({"Priority": number}));
    assert_eq!(first(ticket, |_| ()).await.priority, priority);
}

#[tokio::test]
async fn what_may_not_be_read_is_as_if_it_were_not_there() {
    let ticket = listed(
        &json!({"Owner": "", "Requestor": "", "Cc": null, "CustomFields": "",
        "SLA": null, "LastUpdated": "", "Subject": null}),
    );
    let fields = first(ticket, |_| ()).await;
    assert_eq!((fields.assignee, fields.requester), (None, None));
    assert_eq!(fields.updated, fields.created);
    assert_eq!(fields.workspace, Some(None));
    assert_eq!(
        (fields.resolved, fields.closed),
        (None, None),
        "1970 is never"
    );
}

#[tokio::test]
async fn fields_find_their_places_and_others_are_shown_as_they_are() {
    let ticket = listed(&json!({
        "Status": "rejected", "Resolved": "2026-03-02T09:00:00Z", "SLA": "gold",
        "Owner": {"id": "Tomas Novak", "Name": "Tomas Novak", "RealName": "Tomáš"},
        "CustomFields": [
            {"id": "9", "name": "Room", "values": ["2.14", "2.15"]},
            {"id": 2, "name": "workspace", "values": ["dws-1-a"]},
            {"id": "4", "name": "Labels", "values": ["VPN", "home office"]},
            {"id": "5", "name": "Empty", "values": []}],
    }));
    let fields = first(ticket, |_| ()).await;
    assert_eq!(fields.tenant, Some(TenantId::parse("accounts-access").ok()));
    assert_eq!(fields.requester.unwrap().raw(), "Léa Roux");
    // Log-in names that are no handles become some.
    assert_eq!(fields.assignee.unwrap().as_str(), "tomas-novak");
    assert_eq!(fields.workspace.unwrap().unwrap().raw(), "dws-1-a");
    assert_eq!(fields.labels.unwrap(), ["home office", "vpn"]);
    assert!(fields.resolved.is_some() && fields.resolved == fields.closed);
    let further: Vec<(&str, &str)> = fields
        .further
        .iter()
        .map(|(n, v)| (n.as_str(), v.raw()))
        .collect();
    // A done ticket keeps its last due instant there and is not due any more.
    assert_eq!(fields.due, []);
    let expected = [
        ("Queue", "Accounts & Access"),
        ("SLA level", "gold"),
        ("Room", "2.14, 2.15"),
    ];
    assert_eq!(further, expected);
}

#[tokio::test]
async fn a_queue_stands_for_the_tenant_that_the_settings_say() {
    let umc = TenantId::parse("umc").unwrap();
    let named = umc.clone();
    let fields = first(listed(&json!({})), move |s| {
        s.queues = BTreeMap::from([("Accounts & Access".into(), named.clone())]);
        s.labels_field = None;
    })
    .await;
    assert_eq!(fields.tenant, Some(Some(umc)));
    assert_eq!(fields.labels, None, "they are kept here");
}

fn entry(n: u64, what: Value) -> Value {
    let mut entry = json!({"id": n.to_string(), "type": "transaction", "ObjectId": "12",
        "Creator": {"id": "ines", "type": "user"}, "Created": "2026-03-01T10:00:00Z",
        "Field": "", "OldValue": "", "NewValue": ""});
    for (name, value) in what.as_object().unwrap() {
        entry[name] = value.clone();
    }
    entry
}

/// What a pull tells of these entries.
async fn happened(entries: Vec<Value>) -> Vec<deskhand::domain::remote::Entry> {
    let fake = server(listed(&json!({})), entries);
    let heard = live::pull(&desk(&fake, |_| ()), None).await;
    let told: Vec<Told> = heard.tickets;
    told.into_iter().flat_map(|t| t.entries).collect()
}

#[tokio::test]
async fn what_a_form_has_put_in_is_said_by_whoever_it_was_put_in_for() {
    let system = json!({"id": "RT_System"});
    let all = happened(vec![entry(1, json!({"Type": "Create", "Creator": system}))]).await;
    let requester = Author::Requester {
        name: Untrusted::new("Léa Roux"),
    };
    assert_eq!((&all[0].by, &all[1].by), (&Author::System, &requester));
}

#[tokio::test]
async fn entries_say_who_did_what() {
    let lea = json!({"id": "lea@example.org"});
    let all = happened(vec![
        entry(1, json!({"Type": "Create", "Creator": lea})),
        entry(
            2,
            json!({"Type": "Set", "Field": "Owner", "OldValue": "6", "NewValue": "39"}),
        ),
        entry(
            3,
            json!({"Type": "Status", "Field": "Status", "OldValue": "new", "NewValue": "stalled",
            "Creator": {"id": "RT_System"}}),
        ),
        entry(
            4,
            json!({"Type": "Set", "Field": "Due", "OldValue": "1970-01-01 00:00:00",
            "NewValue": "2026-03-05 08:30:00"}),
        ),
        entry(
            5,
            json!({"Type": "Set", "Field": "Starts", "NewValue": "2026-03-05 08:30:00"}),
        ),
        entry(
            6,
            json!({"Type": "SetWatcher", "Field": "Owner", "NewValue": "39"}),
        ),
        entry(
            7,
            json!({"Type": "AddLink", "Field": "DependsOn",
            "NewValue": "fsck.com-rt://desk.test/ticket/8"}),
        ),
        entry(8, json!({"Type": "Comment", "Created": "nonsense"})),
    ])
    .await;
    let names: Vec<&str> = all.iter().map(|e| e.remote.0.as_str()).collect();
    assert_eq!(names, ["1", "1m", "2", "3", "4", "7"]);
    let requester = Author::Requester {
        name: Untrusted::new("Léa Roux"),
    };
    assert_eq!(all[1].by, requester);
    assert_eq!(
        all[2].by,
        Author::Agent {
            id: super::agent("ines")
        }
    );
    assert_eq!(all[3].by, Author::System);
    assert!(matches!(
        all[0].what,
        Happened::Created {
            status: Status::New
        }
    ));
    assert!(
        matches!(&all[2].what, Happened::Assigned { to: Some(to), .. } if *to == super::agent("ines"))
    );
    assert!(
        matches!(&all[3].what, Happened::Status { to: Status::Pending, words, .. } if words.1.raw() == "stalled")
    );
    let field = |what: &Happened| match what {
        Happened::Field { field, from, to } => {
            let text = |v: &Option<Untrusted>| v.as_ref().map(|v| v.raw().to_owned());
            (field.clone(), text(from), text(to))
        }
        other => panic!("no field: {other:?}"),
    };
    let due = (
        "due at the desk".to_owned(),
        None,
        Some("2026-03-05 08:30 UTC".to_owned()),
    );
    assert_eq!(field(&all[4].what), due);
    assert_eq!(
        field(&all[5].what),
        ("depends on".to_owned(), None, Some("8".to_owned()))
    );
}
