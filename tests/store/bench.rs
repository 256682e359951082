//! How fast it is, on request: `DESKHAND_BENCH=100000 cargo test --release --test it store::bench -- --ignored --nocapture`.
//! With `DESKHAND_BENCH_DB` the file is kept there and used again.

#![expect(
    clippy::print_stdout,
    reason = "figures are for whoever asked for them"
)]

use std::time::{Duration, Instant};

use deskhand::domain::change::Act;
use deskhand::domain::list::{Anchor, ListRequest, Sort};
use deskhand::domain::query::{Flag, Query, Test, Text};
use deskhand::domain::ticket::{Priority, Status};
use deskhand::store::{Reader, Writer};

use super::scene::{agent, asker, change, now, rules, ticket};

fn timed(name: &str, runs: usize, mut act: impl FnMut(usize)) {
    let mut took: Vec<Duration> = (0..runs)
        .map(|i| {
            let t = Instant::now();
            act(i);
            t.elapsed()
        })
        .collect();
    took.sort();
    let ms = |d: Duration| d.as_secs_f64() * 1e3;
    println!(
        "{name:32} p50 {:8.3} ms   max {:8.3} ms",
        ms(took[runs / 2]),
        ms(took[runs - 1])
    );
}

#[test]
#[ignore = "measures; run it in release"]
fn measure() {
    let n: u64 = std::env::var("DESKHAND_BENCH")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(20_000);
    let temp = tempfile::tempdir().unwrap();
    let path = std::env::var_os("DESKHAND_BENCH_DB")
        .map_or_else(|| temp.path().join("desk.db"), Into::into);
    let opened = Writer::open(&path, rules(), now()).unwrap();
    let mut writer = opened.writer;
    if opened.fresh {
        let (mut spent, mut done) = (Duration::ZERO, 0);
        while done < n {
            let part: Vec<_> = (done..(done + 1000).min(n)).map(|i| ticket(i, n)).collect();
            let t = Instant::now();
            writer.import(&part, now()).unwrap();
            spent += t.elapsed();
            done += 1000;
        }
        println!("import {n}: {:.0} a second", n as f64 / spent.as_secs_f64());
    }
    drop(writer);
    timed("open for writing", 5, |_| {
        drop(Writer::open(&path, rules(), now()).unwrap())
    });
    timed("open for reading", 5, |_| {
        drop(Reader::open(&path).unwrap())
    });
    let reader = Reader::open(&path).unwrap();
    for (name, query, sort) in super::views() {
        for anchor in [Anchor::First, Anchor::Last] {
            let req = ListRequest {
                query: query.clone(),
                sort,
                anchor,
                before: 100,
                after: 100,
            };
            timed(&format!("{name} {anchor:?}"), 15, |_| {
                drop(reader.list(&req, &asker()).unwrap())
            });
        }
        let mut req = ListRequest {
            query: query.clone(),
            sort,
            anchor: Anchor::First,
            before: 100,
            after: 100,
        };
        let page = reader.list(&req, &asker()).unwrap();
        if let Some(row) = page.rows.last() {
            req.anchor = Anchor::Around(row.place);
            timed(&format!("{name} around"), 15, |_| {
                drop(reader.list(&req, &asker()).unwrap())
            });
        }
    }
    let queries: Vec<Query> = super::views().into_iter().map(|v| v.1).collect();
    timed("counts of all views", 15, |_| {
        drop(reader.counts(&queries, &asker()).unwrap())
    });
    for (name, test) in [
        ("label", Test::Label(vec![Some("gpu".into())])),
        ("tenant", Test::Tenant(vec![asker_tenant()])),
        (
            "workspace part",
            Test::Workspace(vec![Some("dws-101".into())]),
        ),
        ("priority 1", Test::Priority(vec![Some(Priority::P1)])),
        ("requester", Test::Requester(vec![Some("jan 12".into())])),
        ("unread", Test::Is(vec![Flag::Unread])),
    ] {
        for (sort, word) in Sort::ALL {
            let req = ListRequest {
                query: Query::all().and(test.clone()),
                sort: *sort,
                anchor: Anchor::First,
                before: 0,
                after: 100,
            };
            timed(&format!("{name} by {word}"), 9, |_| {
                drop(reader.list(&req, &asker()).unwrap())
            });
        }
    }
    for word in [
        "c", "ca", "cannot", "x", "x1", "x1f", "x1f4", "qqq", "dws-301",
    ] {
        let q = Query::all().and(Test::Text(Text::word(word).unwrap()));
        let req = ListRequest {
            query: q.clone(),
            sort: Sort::Due,
            anchor: Anchor::First,
            before: 0,
            after: 100,
        };
        timed(&format!("find {word}"), 9, |_| {
            drop(reader.list(&req, &asker()).unwrap())
        });
        let req = ListRequest {
            query: q.and(Test::Is(vec![Flag::Live])),
            ..req
        };
        timed(&format!("find {word} is:live"), 9, |_| {
            drop(reader.list(&req, &asker()).unwrap())
        });
    }
    timed("next urgent", 9, |_| {
        drop(reader.next_urgent(&asker(), &[]).unwrap())
    });
    timed("outlook", 9, |_| {
        drop(
            reader
                .outlook(now() + chrono::TimeDelta::days(2), 200, &asker())
                .unwrap(),
        )
    });
    let req = ListRequest {
        query: queries[0].clone(),
        sort: Sort::Due,
        anchor: Anchor::First,
        before: 0,
        after: 60,
    };
    let ids: Vec<_> = reader
        .list(&req, &asker())
        .unwrap()
        .rows
        .into_iter()
        .map(|r| r.ticket.id)
        .collect();
    timed("thread", 50, |i| drop(reader.thread(ids[i]).unwrap()));
    let mut writer = Writer::open(&path, rules(), now()).unwrap().writer;
    timed("commit", 40, |i| {
        drop(
            writer
                .commit(&[change(
                    1_000_000 + i as u64,
                    ids[i],
                    Act::Status {
                        to: Status::Pending,
                    },
                )])
                .unwrap(),
        )
    });
    timed("undo", 40, |_| {
        drop(writer.undo(&agent("ana"), now()).unwrap())
    });
}

fn asker_tenant() -> Option<deskhand::domain::people::TenantId> {
    deskhand::domain::people::TenantId::parse("umc").ok()
}

/// Filters by fields on a file that is there: `DESKHAND_BENCH_DB=FILE DESKHAND_FILTERS='id:T-1;is:unread'`.
#[test]
#[ignore = "measures; run it in release"]
fn filters() {
    let Some(path) = std::env::var_os("DESKHAND_BENCH_DB") else {
        return;
    };
    let filters = std::env::var("DESKHAND_FILTERS").unwrap_or_default();
    let reader = Reader::open(path.as_ref()).unwrap();
    for text in filters.split(';') {
        let query = Query::parse(text).unwrap();
        for sort in [Sort::Due, Sort::Updated] {
            let req = ListRequest {
                query: query.clone(),
                sort,
                anchor: Anchor::First,
                before: 0,
                after: 50,
            };
            let page = reader.list(&req, &asker()).unwrap();
            timed(
                &format!(
                    "{text} {} {} {:?}{}",
                    sort.word(),
                    page.rows.len(),
                    page.total,
                    if page.partial { " partial" } else { "" }
                ),
                9,
                |_| drop(reader.list(&req, &asker()).unwrap()),
            );
        }
        let counts = reader
            .counts(std::slice::from_ref(&query), &asker())
            .unwrap();
        timed(&format!("{text} count {:?}", counts[0]), 9, |_| {
            drop(
                reader
                    .counts(std::slice::from_ref(&query), &asker())
                    .unwrap(),
            )
        });
    }
}
