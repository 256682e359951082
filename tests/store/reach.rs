//! What is rare is found however large the store is, and what was not looked at is not
//! called empty.

use deskhand::domain::list::{Anchor, Asker, Count, ListRequest, Page, Place, Row, Sort};
use deskhand::domain::query::{Flag, Query, Test};
use deskhand::domain::ticket::{Channel, TicketKey};
use deskhand::store::Reader;

use super::scene::*;

/// Some 30 tickets and so many more that differ from one of them in number and place only.
fn large(n: i64) -> Scene {
    let scene = Scene::with(30);
    let raw = rusqlite::Connection::open(scene.path()).unwrap();
    let cols: Vec<String> = raw
        .prepare("SELECT name FROM pragma_table_info('ticket')")
        .unwrap()
        .query_map([], |r| r.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let from: Vec<String> = cols
        .iter()
        .map(|c| match c.as_str() {
            "id" => "id + i + 1".into(),
            "key" => "'C' || i".into(),
            "due_state" => "0".into(),
            "k_due" | "due_value" => "created + i".into(),
            "updated" => "created - i".into(),
            "k_upd" => "i - created".into(),
            "k_prio" => "(coalesce(priority, 9) << 48) + created + i".into(),
            "channel" => "2".into(),
            _ => c.clone(),
        })
        .collect();
    raw.execute_batch(&format!(
        "UPDATE ticket SET channel = 2, priority = 3 WHERE key = 'T28';
         UPDATE ticket SET channel = 2;
         INSERT INTO ticket WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < {n})
           SELECT {} FROM ticket, n WHERE key = 'T28';
         UPDATE counter SET n = n + {n} + 1 WHERE dim = 'all' AND shelf = (SELECT shelf FROM ticket WHERE key = 'T28');",
        from.join(",")
    ))
    .unwrap();
    scene
}

fn ask(reader: &Reader, query: &Query, sort: Sort, anchor: Anchor) -> Page {
    let req = ListRequest {
        query: query.clone(),
        sort,
        anchor,
        before: 20,
        after: 20,
    };
    reader.list(&req, &asker()).unwrap()
}

fn keys(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|r| r.ticket.key.to_string()).collect()
}

/// Pages until the end, as one who has time; and how many pages that took.
fn to_the_end(reader: &Reader, query: &Query, sort: Sort, down: bool) -> (Vec<String>, usize) {
    let (mut found, mut pages) = (Vec::new(), 1);
    let mut page = ask(
        reader,
        query,
        sort,
        if down { Anchor::First } else { Anchor::Last },
    );
    loop {
        found.extend(keys(&page.rows));
        found.dedup();
        let (on, edge, ended) = if down {
            (page.below, page.rows.last(), page.at_end)
        } else {
            (page.above, page.rows.first(), page.at_start)
        };
        assert!(page.partial == on.is_some() && !(ended && page.partial));
        let Some(place) = on.or(edge.filter(|_| !ended).map(|r| r.place)) else {
            assert!(ended);
            return (found, pages);
        };
        let req = ListRequest {
            query: query.clone(),
            sort,
            anchor: Anchor::Around(place),
            before: if down { 0 } else { 20 },
            after: if down { 20 } else { 0 },
        };
        page = reader.list(&req, &asker()).unwrap();
        pages += 1;
    }
}

#[test]
fn a_number_and_a_requester_are_found_at_once_in_every_order() {
    let scene = large(20_000);
    let raw = rusqlite::Connection::open(scene.path()).unwrap();
    raw.execute_batch("UPDATE ticket SET requester = 'Zoë van Dam' WHERE key IN ('C100', 'C19990');
         INSERT INTO counter SELECT 'requester', 'Zoë van Dam', shelf, count(*) FROM ticket WHERE requester = 'Zoë van Dam' GROUP BY shelf")
        .unwrap();
    let number = Query::all().and(Test::Id(vec![TicketKey::parse("c19999").unwrap()]));
    let marked = Query::all().and(Test::Is(vec![Flag::Marked])).with_marks(&[
        TicketKey::parse("C7").unwrap(),
        TicketKey::parse("T3").unwrap(),
    ]);
    let requester = Query::all().and(Test::Requester(vec![Some("VAN DA".into())]));
    for (sort, _) in Sort::ALL {
        for anchor in [Anchor::First, Anchor::Last] {
            for (query, n) in [(&number, 1), (&marked, 2), (&requester, 2)] {
                let page = ask(&scene.reader, query, *sort, anchor);
                assert_eq!(page.rows.len(), n, "{query:?} {sort:?} {anchor:?}");
                assert!(!page.partial && page.at_start && page.at_end);
            }
        }
    }
    let counts = scene
        .reader
        .counts(&[number, marked, requester], &asker())
        .unwrap();
    assert_eq!(counts, [Count::Exact(1), Count::Exact(2), Count::Exact(2)]);
}

#[test]
fn what_is_rare_and_has_no_index_is_reached_page_by_page_from_both_ends() {
    let scene = large(40_000);
    let raw = rusqlite::Connection::open(scene.path()).unwrap();
    raw.execute_batch("UPDATE ticket SET channel = 3 WHERE key IN ('C10', 'C20000', 'C39990')")
        .unwrap();
    let rare = Query::all().and(Test::Channel(vec![Channel::from_code(3)]));
    for (sort, _) in Sort::ALL {
        let first = ask(&scene.reader, &rare, *sort, Anchor::First);
        assert!(first.partial && !first.at_end, "{sort:?}");
        assert!(matches!(first.total, Count::AtLeast(_)), "{sort:?}");
        let (down, pages) = to_the_end(&scene.reader, &rare, *sort, true);
        assert!((2..=6).contains(&pages), "{pages} {sort:?}");
        assert_eq!(down, ["C10", "C20000", "C39990"], "{sort:?}");
        let (up, _) = to_the_end(&scene.reader, &rare, *sort, false);
        assert_eq!(up, ["C39990", "C20000", "C10"], "{sort:?}");
        // The row under the cursor stays, however long the way to the one above it is.
        let id = scene.id("C20000");
        let page = ask(&scene.reader, &rare, *sort, Anchor::Ticket(id));
        assert_eq!(page.rows[page.anchor].ticket.id, id, "{sort:?}");
        assert!(!page.at_start && page.above.is_some() && !page.at_end && page.below.is_some());
    }
    let nothing = Query::all().and(Test::Channel(vec![Channel::from_code(5)]));
    let page = ask(&scene.reader, &nothing, Sort::Due, Anchor::First);
    assert!(page.rows.is_empty() && page.partial && !page.at_end);
    let (found, _) = to_the_end(&scene.reader, &nothing, Sort::Due, true);
    assert!(found.is_empty());
}

#[test]
fn a_search_for_words_that_only_few_fields_fit_goes_on_where_it_stopped() {
    let scene = Scene::with(30);
    let raw = rusqlite::Connection::open(scene.path()).unwrap();
    raw.execute_batch(
        "UPDATE ticket SET channel = 2; UPDATE ticket SET channel = 3 WHERE key = 'T3'",
    )
    .unwrap();
    let query = Query::parse("jan channel:phone").unwrap();
    let (found, pages) = to_the_end(&scene.reader, &query, Sort::Due, true);
    assert_eq!((found, pages), (vec!["T3".to_owned()], 1));
    // From any place on, all that lies behind it is there.
    let place = Place {
        major: -scene.id("T20").0,
        minor: 0,
        id: scene.id("T20"),
    };
    let page = ask(&scene.reader, &query, Sort::Due, Anchor::Around(place));
    assert_eq!(keys(&page.rows), ["T3"]);
}

#[test]
fn words_beside_a_rare_field_are_looked_for_in_its_few_tickets() {
    let scene = Scene::with(600);
    let listed = |text: &str, anchor| {
        let query = Query::parse(text).unwrap();
        let page = ask(&scene.reader, &query, Sort::Due, anchor);
        assert!(page.at_start && page.at_end && !page.partial, "{text}");
        let counts = scene.reader.counts(&[query], &asker()).unwrap();
        assert_eq!(counts, [Count::Exact(page.rows.len() as u64)], "{text}");
        keys(&page.rows)
    };
    assert_eq!(
        listed("jan id:T3,T500,T41", Anchor::First),
        ["T500", "T41", "T3"]
    );
    assert_eq!(
        listed("jan id:T3,T500,T41", Anchor::Last),
        ["T500", "T41", "T3"]
    );
    assert!(listed("nowhere id:T3,T500,T41", Anchor::First).is_empty());
    let one = scene.reader.ticket(scene.id("T41")).unwrap().unwrap();
    let name = one.requester.unwrap().raw().to_owned();
    let by_name = listed(&format!("jan requester:\"{name}\""), Anchor::First);
    assert!(by_name.contains(&"T41".to_owned()), "{by_name:?}");
    let place = Anchor::Ticket(scene.id("T41"));
    assert_eq!(listed("jan id:T3,T500,T41", place), ["T500", "T41", "T3"]);
}

#[test]
fn counts_of_stretches_and_scopes_are_exact_beyond_what_is_looked_at() {
    let scene = large(5_000);
    let views = [
        "is:late",
        "is:live is:late -is:snoozed",
        "updated<2000d",
        "is:unread",
    ];
    for text in views {
        let query = Query::parse(text).unwrap();
        let count = scene
            .reader
            .counts(std::slice::from_ref(&query), &asker())
            .unwrap()[0];
        let (found, _) = to_the_end(&scene.reader, &query, Sort::Due, true);
        if let Count::Exact(n) = count {
            assert_eq!(n, found.len() as u64, "{text}");
        } else {
            assert_eq!(count, Count::AtLeast(1000), "{text}");
        }
    }
    let recent = Query::parse("status:resolved,closed updated<7d").unwrap();
    let raw = rusqlite::Connection::open(scene.path()).unwrap();
    // Old and done, 5,000 of them, and one from this week.
    let at = now().timestamp_millis();
    raw.execute(
        "UPDATE ticket SET status = 6, shelf = 2, updated = 1, k_upd = -1 WHERE key LIKE 'C%'",
        [],
    )
    .unwrap();
    raw.execute(
        "UPDATE ticket SET updated = ?1, k_upd = -?1 WHERE key = 'C77'",
        [at],
    )
    .unwrap();
    let scoped = Asker {
        scope: vec![deskhand::domain::people::TenantId::parse("nobody").unwrap()],
        ..asker()
    };
    let some = to_the_end(&scene.reader, &recent, Sort::Updated, true)
        .0
        .len() as u64;
    assert!(some >= 1);
    let all = std::slice::from_ref(&recent);
    assert_eq!(
        scene.reader.counts(all, &asker()).unwrap(),
        [Count::Exact(some)]
    );
    assert_eq!(
        scene.reader.counts(all, &scoped).unwrap(),
        [Count::Exact(0)]
    );
}

#[test]
fn what_to_do_next_keeps_to_the_teams_scope_and_to_my_tenants() {
    use deskhand::domain::people::{Agent, TenantId};
    use deskhand::domain::text::Untrusted;
    let mut scene = Scene::with(400);
    let tenant = |s: &str| TenantId::parse(s).unwrap();
    let scoped = |names: &[&str]| Asker {
        scope: names.iter().map(|n| tenant(n)).collect(),
        ..asker()
    };
    let me = |tenants| Agent {
        id: agent("ana"),
        name: Untrusted::new("Ana"),
        tenants,
    };
    let next = |scene: &Scene, asker: &Asker| scene.reader.next_urgent(asker, &[]).unwrap();
    let why = |asker: &Asker, scene: &Scene| -> u64 {
        next(scene, asker).unwrap().passed.iter().map(|p| p.1).sum()
    };
    let vu = scoped(&["vu"]);
    assert_eq!(next(&scene, &vu).unwrap().ticket.tenant, Some(tenant("vu")));
    // What other teams are on is none of this team's reasons: each can be found in its list.
    let live = Query::parse("is:live").unwrap();
    let page = scene
        .reader
        .list(
            &ListRequest {
                query: live,
                sort: Sort::Due,
                anchor: Anchor::First,
                before: 0,
                after: 400,
            },
            &vu,
        )
        .unwrap();
    let first = next(&scene, &vu).unwrap().ticket.id;
    let place = page.rows.iter().position(|r| r.ticket.id == first).unwrap();
    assert!(why(&vu, &scene) <= place as u64);
    scene.writer.put_agents(&[me(vec![tenant("umc")])]).unwrap();
    // Seen by the team, but not mine to act for.
    let both = scoped(&["vu", "umc"]);
    let mine = next(&scene, &both).unwrap();
    assert_eq!(mine.ticket.tenant, Some(tenant("umc")));
    // Nothing is in both: that is nothing, not everything.
    assert!(next(&scene, &vu).is_none());
    let key = scene.reader.ticket(mine.ticket.id).unwrap().unwrap().key;
    assert_eq!(scene.reader.find_for(&key, &vu).unwrap(), None);
    assert_eq!(
        scene.reader.find_for(&key, &both).unwrap(),
        Some(mine.ticket.id)
    );
}
