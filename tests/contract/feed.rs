//! Following the feed of entries past rows that we may not see: the server drops them after it
//! has cut pages, so that pages are short or empty though more follow.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use deskhand::desk::rt::Auth;
use deskhand::desk::{Door, Rt};
use deskhand::domain::remote::Cursor;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::fake::{Asked, Fake, json as says};
use super::{live, now};

/// Whether each entry can be seen; the first has the number 1. All are of ticket 12.
type Rows = Arc<Mutex<Vec<bool>>>;

fn entry(number: usize) -> Value {
    json!({"id": number.to_string(), "type": "transaction", "ObjectId": "12", "Type": "Status",
        "Creator": {"id": "RT_System"}, "Created": "2026-03-01T10:00:00Z",
        "Field": "Status", "OldValue": "new", "NewValue": "open"})
}

/// The value of a parameter, decoded as far as searches need it.
pub fn parameter(line: &str, name: &str) -> String {
    let start = format!("{name}=");
    let query = line.split('?').nth(1).unwrap_or_default();
    let value = query.split('&').find_map(|p| p.strip_prefix(&start));
    let value = value.unwrap_or_default().replace('+', " ");
    let signs = [
        ("%3E", ">"),
        ("%3C", "<"),
        ("%3D", "="),
        ("%28", "("),
        ("%29", ")"),
    ];
    let decode = |text: String, (code, sign): (&str, &str)| text.replace(code, sign);
    signs.into_iter().fold(value, decode)
}

/// The number behind `id` and that sign in a search.
pub fn bound(query: &str, sign: &str) -> Option<usize> {
    let rest = query.split(&format!("id {sign} ")).nth(1)?;
    rest.split(' ').next()?.parse().ok()
}

fn feed(rows: &[bool], line: &str) -> Value {
    let query = parameter(line, "query");
    let from = bound(&query, ">=").or_else(|| bound(&query, ">").map(|n| n + 1));
    let to = bound(&query, "<=").unwrap_or(rows.len()).min(rows.len());
    let mut numbers: Vec<usize> = (from.unwrap_or(1).max(1)..=to).collect();
    if parameter(line, "order") == "DESC" {
        numbers.reverse();
    }
    let page: usize = parameter(line, "page").parse().unwrap();
    let on_page = numbers.into_iter().skip((page - 1) * 100).take(100);
    let items: Vec<Value> = on_page.filter(|n| rows[n - 1]).map(entry).collect();
    json!({"count": items.len(), "items": items, "total": null, "pages": null})
}

fn server(rows: Rows) -> Fake {
    Fake::new(move |_, asked: &Asked| {
        let line = asked.line.as_str();
        let one =
            json!({"items": [{"id": "12", "Status": "open", "Subject": "A ticket"}], "total": 1});
        let none = json!({"items": [], "total": 0});
        says(&if line.contains("/transactions") {
            feed(&rows.lock().unwrap(), line)
        } else if line.contains("/user/") {
            json!({"Name": "ines", "Privileged": 1})
        } else if line.contains("/queues/") || line.contains("__Inactive__") {
            none
        } else {
            one
        })
    })
}

/// Everything that is told until there is nothing more, and where that ends.
async fn told(desk: &Rt, from: Option<Cursor>) -> (BTreeSet<usize>, Option<Cursor>) {
    let heard = live::pull(desk, from).await;
    let entries = heard.tickets.iter().flat_map(|t| &t.entries);
    let numbers = entries.map(|e| e.remote.0.parse().unwrap()).collect();
    (numbers, heard.cursor)
}

fn seen(rows: &[bool]) -> BTreeSet<usize> {
    let all = rows.iter().enumerate();
    all.filter(|(_, seen)| **seen).map(|(n, _)| n + 1).collect()
}

fn desk(fake: &Fake) -> Rt {
    Rt::new(live::settings(&fake.url, Auth::Token("1-39-abc".into()))).unwrap()
}

/// Runs of entries that can and cannot be seen; somewhere at the end one that can.
fn rows() -> impl Strategy<Value = Vec<bool>> {
    let run = (any::<bool>(), 1_usize..250);
    proptest::collection::vec(run, 1..5).prop_map(|runs| {
        let all = runs.into_iter();
        let mut rows: Vec<bool> = all
            .flat_map(|(seen, n)| std::iter::repeat_n(seen, n))
            .collect();
        rows.push(true);
        rows
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_entry_that_can_be_seen_is_told(before in rows(), after in rows()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let rows: Rows = Arc::new(Mutex::new(before.clone()));
            let fake = server(rows.clone());
            let desk = desk(&fake);
            let (first, cursor) = told(&desk, None).await;
            assert_eq!(first, seen(&before));
            rows.lock().unwrap().extend(after);
            let (more, cursor) = told(&desk, cursor).await;
            let all = seen(&rows.lock().unwrap());
            assert!(all.is_subset(&first.union(&more).copied().collect()));
            // And nothing is told for ever.
            let (none, _) = told(&desk, cursor).await;
            assert!(none.is_empty());
        });
    }
}

#[tokio::test]
async fn nothing_new_is_one_request() {
    for rows in [vec![true; 30], vec![false; 30], Vec::new()] {
        let fake = server(Arc::new(Mutex::new(rows)));
        let desk = desk(&fake);
        let (_, cursor) = told(&desk, None).await;
        let before = fake.asked().len();
        let quiet = desk.pull(cursor.as_ref(), now()).await.unwrap();
        assert!(!quiet.more && quiet.tickets.is_empty());
        assert_eq!(fake.asked().len() - before, 1);
    }
}
