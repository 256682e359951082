//! Losing sight of tickets and coming to see others: no feed tells of that, so all tickets are
//! looked for once an hour, a page at a time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use deskhand::desk::rt::Auth;
use deskhand::desk::{Door, Rt};
use deskhand::domain::remote::Gone;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::fake::{Asked, Fake, json as says, says as answer};
use super::feed::{bound, parameter};
use super::{live, now};

/// The tickets that can be seen.
type Seen = Arc<Mutex<BTreeSet<usize>>>;

fn listed(id: usize) -> Value {
    json!({"id": id.to_string(), "Status": "open", "Subject": "A ticket"})
}

/// The tickets that a search finds.
fn found(seen: &BTreeSet<usize>, query: &str) -> Vec<usize> {
    if query.contains("__Inactive__") {
        return Vec::new();
    }
    let below = bound(query, "<").unwrap_or(usize::MAX);
    let named: Vec<usize> = query
        .split("id = ")
        .skip(1)
        .filter_map(|w| w.split([' ', ')']).next()?.parse().ok())
        .collect();
    let all = seen.iter().rev().copied().filter(|id| *id < below);
    all.filter(|id| named.is_empty() || named.contains(id))
        .collect()
}

fn server(seen: Seen) -> Fake {
    Fake::new(move |_, asked: &Asked| {
        let line = asked.line.as_str();
        let seen = seen.lock().unwrap();
        if line.contains("/ticket/") {
            return answer("403 Forbidden", &[], "{}");
        }
        says(&if line.contains("/tickets") {
            let all = found(&seen, &parameter(line, "query"));
            let items: Vec<Value> = all.iter().take(100).map(|id| listed(*id)).collect();
            json!({"items": items, "total": all.len()})
        } else if line.contains("/user/") {
            json!({"Name": "ines", "Privileged": 1})
        } else {
            json!({"items": [], "total": null})
        })
    })
}

fn tickets() -> impl Strategy<Value = BTreeSet<usize>> {
    proptest::collection::btree_set(1_usize..600, 1..400)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn what_cannot_be_seen_any_more_is_gone_and_what_can_is_told(
        before in tickets(),
        after in tickets(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let seen: Seen = Arc::new(Mutex::new(before.clone()));
            let fake = server(seen.clone());
            let desk = Rt::new(live::settings(&fake.url, Auth::Token("1-39-abc".into()))).unwrap();
            let heard = live::pull(&desk, None).await;
            let told = heard.tickets.iter().map(|t| number(t.key.as_str()));
            assert_eq!(told.collect::<BTreeSet<usize>>(), before);
            *seen.lock().unwrap() = after.clone();

            let mut cursor = heard.cursor;
            let (mut gone, mut new) = (BTreeSet::new(), BTreeSet::new());
            // Not before an hour has passed.
            for (hours, steps) in [(0, 2), (2, 10)] {
                let at = now() + TimeDelta::hours(hours);
                for _ in 0..steps {
                    let step = desk.pull(cursor.as_ref(), at).await.unwrap();
                    assert!(hours > 0 || step.gone.is_empty());
                    assert!(step.gone.iter().all(|(_, why)| *why == Gone::Hidden));
                    gone.extend(step.gone.iter().map(|(key, _)| number(key.as_str())));
                    new.extend(step.tickets.iter().map(|t| number(t.key.as_str())));
                    cursor = Some(step.cursor);
                }
            }
            assert_eq!(gone, before.difference(&after).copied().collect());
            assert_eq!(new, after.difference(&before).copied().collect());
        });
    }
}

fn number(key: &str) -> usize {
    key.parse().unwrap()
}
