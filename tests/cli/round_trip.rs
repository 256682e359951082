//! What was done to a desk comes through a file whole: every act, every text, every file.

use chrono::TimeDelta;
use deskhand::domain::change::{Act, LinkKind};
use deskhand::domain::people::TenantId;
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{MessageId, Visibility};
use deskhand::domain::ticket::{Kind, Priority, Status, TicketId};
use deskhand::store::Reader;
use serde_json::{Value, json};

use super::hand::{Hand, agent, store};
use super::{Machine, TICKETS, shared};

/// All that a desk knows of its tickets, by number, without what is this machine's own.
fn known(m: &Machine) -> Vec<Value> {
    let reader = Reader::open(&store(m)).unwrap();
    let mut ids = Vec::new();
    reader
        .export(&mut |row| {
            ids.push(row.ticket.id);
            true
        })
        .unwrap();
    let key = |id: TicketId| reader.ticket(id).unwrap().unwrap().key;
    let mut all = Vec::new();
    for id in ids {
        let t = reader.thread(id).unwrap().unwrap();
        let messages: Vec<Value> = t
            .messages
            .iter()
            .map(|m| {
                let files: Vec<Value> = m
                    .attachments
                    .iter()
                    .map(|a| json!([a.name, a.media_type, reader.attachment(a.id).unwrap()]))
                    .collect();
                let body = reader.body(m.id).unwrap();
                json!([
                    key(m.ticket),
                    m.at,
                    m.author,
                    m.visibility,
                    body,
                    files,
                    m.waiting
                ])
            })
            .collect();
        let links: Vec<Value> = t
            .links
            .iter()
            .map(|l| json!([l.key, l.kind, l.incoming]))
            .collect();
        let h = reader.history(id).unwrap().unwrap();
        let mut fields = serde_json::to_value(&t.ticket).unwrap();
        let map = fields.as_object_mut().unwrap();
        // What is being written is not handed on.
        for own in ["id", "version", "merged_into", "draft"] {
            map.remove(own);
        }
        all.push(json!({
            "ticket": fields, "merged_into": t.ticket.merged_into.map(key), "merged": t.merged,
            "messages": messages, "timeline": t.timeline, "links": links,
            "clocks": [json!(h.opened_by), json!(h.first_status), json!(h.events)],
        }));
    }
    all
}

/// Takes a desk through a file into an empty store and compares; then goes on working there
/// and does the same again, for what a file brought has to go out as well as what was made.
fn comes_through(a: &Machine, what: &str) {
    let b = through(a, what);
    let mut h = Hand::on(&b);
    h.at += TimeDelta::days(1);
    let mut ids = Vec::new();
    let export = h.reader.export(&mut |row| {
        ids.push(row.ticket.id);
        true
    });
    export.unwrap();
    for (n, id) in ids.into_iter().enumerate() {
        let label = "later".to_owned();
        h.act(id, Act::AddLabel { label });
        let messages = h.messages(id);
        if n % 5 == 0 && messages.len() > 1 {
            let subject = Untrusted::new("split later");
            let messages = vec![messages[n % messages.len()]];
            let new = None;
            h.act(
                id,
                Act::Split {
                    subject,
                    messages,
                    new,
                },
            );
        }
    }
    h.sent();
    drop(h);
    through(&b, &format!("{what}, again"));
}

fn through(a: &Machine, what: &str) -> Machine {
    let lines = a.run(&["export"]).stdout;
    let b = Machine::new();
    let out = b.feed(&["import", "-q", "-"], &lines);
    assert!(out.status.success(), "{what}: {}", super::said(&out));
    let again = b.run(&["export"]).stdout;
    assert!(lines == again, "{what}: the second export differs");
    let (one, two) = (known(a), known(&b));
    assert_eq!(one.len(), two.len(), "{what}");
    for (one, two) in one.iter().zip(&two) {
        for (name, value) in one.as_object().unwrap() {
            let key = &one["ticket"]["key"];
            assert_eq!(value, &two[name], "{what}: {name} of {key}");
        }
    }
    b
}

#[test]
fn a_desk_with_every_act_comes_through_a_file_whole() {
    let m = Machine::filled();
    let mut h = Hand::on(&m);
    let (one, two, three) = (h.id("T-1"), h.id("T-2"), h.id("T-3"));
    let asked = h.new_ticket(Some("Jan & co"), "nul\0 in \u{1b}[31m the \r\n middle ");
    let noted = h.new_ticket(None, "an agent's own");
    let empty = h.new_ticket(Some("Piet"), "");
    h.say(
        one,
        Visibility::Internal,
        "<b>secret</b> of T-1",
        Some(b"\0\xff bytes"),
    );
    h.say(one, Visibility::Public, "an answer &amp; more", None);
    h.say(two, Visibility::Public, "with an empty file", Some(b""));
    for ticket in [one, asked] {
        for act in [
            Act::Status { to: Status::OnHold },
            Act::Priority {
                to: Some(Priority::P1),
            },
            Act::Priority { to: None },
            Act::Assign {
                to: Some(agent("bo")),
            },
            Act::Assign {
                to: Some(agent("sam")),
            },
            Act::Snooze {
                until: Some(h.at + TimeDelta::days(2)),
            },
            Act::AddLabel {
                label: "x".repeat(80),
            },
            Act::AddLabel {
                label: "gone".into(),
            },
            Act::RemoveLabel {
                label: "gone".into(),
            },
            Act::Subject {
                to: Untrusted::new("renamed & <b>"),
            },
            Act::Kind {
                to: Kind::Knowledge,
            },
            Act::Tenant {
                to: Some(TenantId::parse("lumc").unwrap()),
            },
            Act::Workspace {
                to: Some(Untrusted::new("dws-2-\u{202e}X")),
            },
            Act::Link {
                to: three,
                kind: LinkKind::BlockedBy,
            },
            Act::Link {
                to: empty,
                kind: LinkKind::Related,
            },
            Act::Unlink {
                to: empty,
                kind: LinkKind::Related,
            },
        ] {
            assert!(h.act(ticket, act));
        }
    }
    h.sent();
    // The requester's reply of T-1 and the note that was written here go to a ticket of their own.
    let all = h.messages(one);
    let parts = vec![all[2], all[3]];
    h.act(
        one,
        Act::Split {
            subject: Untrusted::new("split off"),
            messages: parts,
            new: None,
        },
    );
    let split = h.reader.thread(one).unwrap().unwrap().links;
    let split = split
        .iter()
        .find(|l| l.kind == LinkKind::SplitFrom)
        .unwrap()
        .to;
    h.say(split, Visibility::Internal, "on the new one", None);
    // The body of T-2 leaves it; a note alone becomes a ticket.
    let body = h.messages(two)[0];
    h.act(
        two,
        Act::Split {
            subject: Untrusted::new("body"),
            messages: vec![body],
            new: None,
        },
    );
    h.say(noted, Visibility::Internal, "this note alone", None);
    let note = *h.messages(noted).last().unwrap();
    h.act(
        noted,
        Act::Split {
            subject: Untrusted::new("note"),
            messages: vec![note],
            new: None,
        },
    );
    // A chain of merges, against the order of creation and with it.
    assert!(h.act(three, Act::Merge { into: two }));
    assert!(h.act(two, Act::Merge { into: asked }));
    assert!(h.act(noted, Act::Merge { into: empty }));
    h.act(
        split,
        Act::Status {
            to: Status::Resolved,
        },
    );
    h.sent();
    h.undo();
    h.redo();
    h.act(empty, Act::Status { to: Status::Closed });
    h.act(empty, Act::Status { to: Status::Open });
    h.sent();
    drop(h);
    comes_through(&m, "every act");
    let exported = m.ok(&["export"]);
    let line = |key: &str| -> Value {
        let start = format!("\"id\":\"{key}\"");
        serde_json::from_str(exported.lines().find(|l| l.contains(&start)).unwrap()).unwrap()
    };
    // What only agents may read is never a body, and what was split off stands in one line only.
    for text in ["secret", "this note alone"] {
        assert_eq!(exported.matches(text).count(), 1, "{text}");
    }
    assert!(!line("T-1").to_string().contains("Mine."));
    assert!(line("T-2").get("body").is_none());
    let made: Vec<Value> = exported
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).unwrap())
        .filter(|v| v["source"] == "deskhand")
        .collect();
    assert_eq!(made.len(), 6);
    let bodies = made.iter().filter(|v| v.get("body").is_some());
    assert_eq!(bodies.count(), 1);
}

/// A number that follows from another.
fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Anything at all, to anything.
fn anything(h: &mut Hand, tickets: &mut Vec<TicketId>, dice: u64) {
    let pick = |n: u64, of: &[TicketId]| of[(mix(n) % of.len() as u64) as usize];
    let (one, other) = (pick(dice, tickets), pick(dice ^ 77, tickets));
    let byte = (dice >> 8) as usize;
    if h.reader.ticket(one).unwrap().unwrap().merged_into.is_some() && dice % 20 >= 18 {
        // It goes on in another: nothing is said there.
        return;
    }
    let act = match dice % 20 {
        0 => Act::Status {
            to: Status::ALL[byte % 6],
        },
        1 => Act::Priority {
            to: Some(Priority::ALL[byte % 4]),
        },
        2 => Act::Assign {
            to: (!byte.is_multiple_of(3)).then(|| agent(["ana", "bo"][byte % 2])),
        },
        3 => Act::Snooze {
            until: (!byte.is_multiple_of(2)).then(|| h.at + TimeDelta::hours(9)),
        },
        4 => Act::AddLabel {
            label: format!("l{}", byte % 5),
        },
        5 => Act::RemoveLabel {
            label: format!("l{}", byte % 5),
        },
        6 => Act::Subject {
            to: Untrusted::new(format!("s & {byte}")),
        },
        7 => Act::Kind {
            to: Kind::ALL[byte % 12],
        },
        8 => Act::Tenant {
            to: (!byte.is_multiple_of(2)).then(|| TenantId::parse("vu").unwrap()),
        },
        9 => Act::Workspace {
            to: Some(Untrusted::new(format!("dws-{byte}"))),
        },
        10 => Act::Link {
            to: other,
            kind: [LinkKind::Related, LinkKind::BlockedBy][byte % 2],
        },
        11 => Act::Unlink {
            to: other,
            kind: LinkKind::Related,
        },
        12 => Act::Merge { into: other },
        13 | 14 => {
            let all = h.messages(one);
            let some = all
                .iter()
                .enumerate()
                .filter(|(i, _)| mix(dice ^ *i as u64).is_multiple_of(3));
            let messages: Vec<MessageId> = some.map(|(_, m)| *m).collect();
            if messages.is_empty() {
                return;
            }
            Act::Split {
                subject: Untrusted::new(format!("split {byte}")),
                messages,
                new: None,
            }
        }
        15 => return h.sent(),
        16 => return h.undo(),
        17 => return h.redo(),
        n => {
            let to = [Visibility::Public, Visibility::Internal][(n % 2) as usize];
            let file = byte.is_multiple_of(4).then(|| dice.to_be_bytes());
            return h.say(
                one,
                to,
                &format!("<i>said</i> {byte}"),
                file.as_ref().map(|b| &b[..]),
            );
        }
    };
    if one != other
        || !matches!(
            act,
            Act::Link { .. } | Act::Unlink { .. } | Act::Merge { .. }
        )
    {
        tickets.extend(h.make(one, act).unwrap_or_default());
    }
}

fn whatever_is_done(m: &Machine, seed: u64, acts: u64) {
    let mut h = Hand::on(m);
    let mut tickets = vec![
        h.new_ticket(Some("Jan"), "asked"),
        h.new_ticket(None, "noted"),
    ];
    for n in 0..acts {
        anything(
            &mut h,
            &mut tickets,
            mix(seed.wrapping_mul(1000).wrapping_add(n)),
        );
        tickets.retain(|id| h.reader.ticket(*id).unwrap().is_some());
    }
    h.sent();
    drop(h);
    comes_through(m, &format!("seed {seed}"));
}

#[test]
fn whatever_is_done_to_a_desk_comes_through_a_file_whole() {
    for seed in 0..6 {
        let m = Machine::new();
        m.ok(&["import", "-q", TICKETS]);
        whatever_is_done(&m, seed, 120);
    }
}

#[test]
fn the_real_pick_comes_through_a_file_whole_after_many_acts() {
    let Some(file) = shared("data/tickets/mixed-300.ndjson") else {
        return;
    };
    let m = Machine::new();
    assert!(m.feed(&["import", "-q", "-"], &file).status.success());
    whatever_is_done(&m, 99, 600);
}

#[test]
fn tickets_that_name_each_other_are_tied_and_merged_in_whichever_order_they_come() {
    let line = |id: &str, own: &str| {
        format!(
            "{{\"id\":\"{id}\",\"created_at\":\"2026-11-20T08:00:00Z\",\"status\":\"closed\",\"subject\":\"s\",\"body\":\"word{id}\",\"deskhand\":{{\"status\":\"closed\"{own}}}}}\n"
        )
    };
    let m = Machine::new();
    let a = line(
        "A",
        ",\"merged_into\":\"B\",\"links\":[{\"to\":\"C\",\"kind\":\"blocked-by\"},{\"to\":\"A\",\"kind\":\"related\"}]",
    );
    let b = line("B", ",\"merged_into\":\"A\"");
    for text in [&a, &b, &line("C", "")] {
        let out = m.feed(&["import", "-q", "-"], text.as_bytes());
        assert!(out.status.success(), "{}", super::said(&out));
        // Untouched, so byte for byte, whether or not the other one has come.
        assert!(m.ok(&["export"]).contains(text));
    }
    // They cannot live on in each other: one of the two does not.
    let shown = m.json(&["show", "A"]);
    assert_eq!(shown["messages"].as_array().unwrap().len(), 2);
    assert_eq!(shown["links"].as_array().unwrap().len(), 1);
    // What is merged is found in the ticket that goes on, and only there.
    for word in ["wordA", "wordB"] {
        assert_eq!(m.json(&["search", word])["tickets"][0]["id"], "A");
    }
    assert_eq!(
        m.json(&["search", "wordA"])["tickets"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
