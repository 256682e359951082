//! Articles of a Request Tracker that is not there: pages, what cannot be seen any more, what
//! asking costs, and answers that make no sense.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use deskhand::desk::rt::Auth;
use deskhand::desk::{Door, ErrorKind, Rt};
use deskhand::domain::knowledge::PulledArticles;
use deskhand::domain::remote::Cursor;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::fake::{Asked, Fake, json as says};
use super::shelf::draft;
use super::{live, now};

/// Articles by number: their class, and whether they were deleted.
type Shelf = Arc<Mutex<BTreeMap<u64, (u64, bool)>>>;

/// What a search over articles finds: the first hundred by number.
fn found(shelf: &BTreeMap<u64, (u64, bool)>, query: &Value) -> Vec<Value> {
    let of = |field: &str| {
        let mut all = query.as_array().unwrap().iter();
        all.find(|q| q["field"] == field)
            .map(|q| q["value"].clone())
    };
    let class = of("Class").unwrap().as_u64().unwrap();
    let after = of("id").map_or(0, |v| v.as_u64().unwrap());
    // Nothing of what is there was touched of late.
    let changed_only = of("LastUpdated").is_some();
    let all = shelf
        .iter()
        .filter(|(id, (of, _))| *of == class && **id > after);
    let all = all.filter(|_| !changed_only).take(100);
    all.map(|(id, (class, deleted))| {
        json!({"id": id.to_string(), "Name": format!("Article {id}"), "Disabled": i32::from(*deleted).to_string(),
            "Class": {"id": class.to_string(), "Name": "Help"}, "LastUpdated": "2026-03-01T10:00:00Z",
            "CustomFields": [{"id": "1", "name": "Content", "values": [format!("Text {id}")]}]})
    })
    .collect()
}

fn server(shelf: Shelf) -> Fake {
    Fake::new(move |_, asked: &Asked| {
        let shelf = shelf.lock().unwrap();
        let items: Vec<Value> = if asked.line.contains("/classes/all") {
            let mut classes: Vec<u64> = shelf.values().map(|(class, _)| *class).collect();
            classes.sort_unstable();
            classes.dedup();
            let first = !asked.line.contains("page=2");
            let class = |id: &u64| json!({"id": id.to_string(), "Name": format!("Class {id}"), "Disabled": "0"});
            classes.iter().filter(|_| first).map(class).collect()
        } else {
            found(&shelf, &serde_json::from_str(&asked.body).unwrap())
        };
        says(&json!({"items": items, "count": items.len(), "total": null}))
    })
}

fn desk(fake: &Fake) -> Rt {
    Rt::new(live::settings(&fake.url, Auth::Token("1-39-abc".into()))).unwrap()
}

/// Asks to the end at that time.
async fn ask(desk: &Rt, from: Option<&Cursor>, hours: i64) -> PulledArticles {
    let at = now() + TimeDelta::hours(hours);
    let mut heard = desk.articles(from, at).await.unwrap();
    while heard.more {
        let step = desk.articles(Some(&heard.cursor), at).await.unwrap();
        heard.told.extend(step.told);
        heard.gone.extend(step.gone);
        (heard.cursor, heard.more) = (step.cursor, step.more);
    }
    heard
}

fn shelf() -> impl Strategy<Value = BTreeMap<u64, (u64, bool)>> {
    let one = (1_u64..4, proptest::bool::weighted(0.1));
    proptest::collection::btree_map(1_u64..700, one, 0..350)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_there_is_told_and_what_is_not_any_more_is_gone(before in shelf(), after in shelf()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let there = |all: &BTreeMap<u64, (u64, bool)>| {
                let kept = all.iter().filter(|(_, (_, deleted))| !deleted);
                kept.map(|(id, _)| id.to_string()).collect::<std::collections::BTreeSet<_>>()
            };
            let all: Shelf = Arc::new(Mutex::new(before.clone()));
            let fake = server(all.clone());
            let desk = desk(&fake);
            let heard = ask(&desk, None, 0).await;
            let told: Vec<String> = heard.told.iter().map(|t| t.id.0.clone()).collect();
            assert_eq!(told.len(), there(&before).len(), "each once");
            assert_eq!(told.into_iter().collect::<std::collections::BTreeSet<_>>(), there(&before));

            *all.lock().unwrap() = after.clone();
            let soon = ask(&desk, Some(&heard.cursor), 0).await;
            assert!(soon.told.is_empty() && soon.gone.is_empty());
            // All are looked at again after some hours.
            let late = ask(&desk, Some(&soon.cursor), 7).await;
            let told: std::collections::BTreeSet<_> = late.told.iter().map(|t| t.id.0.clone()).collect();
            assert_eq!(told, there(&after));
            let gone: std::collections::BTreeSet<_> = late.gone.iter().map(|g| g.0.clone()).collect();
            for lost in there(&before).difference(&there(&after)) {
                assert!(gone.contains(lost), "{lost}");
            }
            assert!(gone.is_disjoint(&there(&after)));
        });
    }
}

#[tokio::test]
async fn a_desk_without_articles_is_hardly_ever_asked() {
    let fake = server(Shelf::default());
    let desk = desk(&fake);
    let heard = ask(&desk, None, 0).await;
    assert!(heard.told.is_empty());
    let asked = fake.asked().len();
    let again = ask(&desk, Some(&heard.cursor), 0).await;
    assert_eq!(fake.asked().len(), asked, "nothing is asked");
    ask(&desk, Some(&again.cursor), 2).await;
    assert_eq!(fake.asked().len(), asked + 1, "whether there are some now");
}

#[tokio::test]
async fn a_look_at_a_desk_with_nothing_new_is_a_request_a_class() {
    let shelf: Shelf = Arc::new(Mutex::new((1..=250).map(|id| (id, (1, false))).collect()));
    let fake = server(shelf);
    let desk = desk(&fake);
    let heard = ask(&desk, None, 0).await;
    assert_eq!(heard.told.len(), 250);
    let asked = fake.asked().len();
    let again = ask(&desk, Some(&heard.cursor), 0).await;
    assert!(again.told.is_empty() && again.gone.is_empty());
    assert_eq!(fake.asked().len(), asked + 1);
}

#[rstest]
#[case(r#"{"items":[{"Name":"no number"}],"total":null}"#)]
#[case(r#"{"items":{}}"#)]
#[case("[]")]
#[case(r#"{"message":"?"}"#)]
#[tokio::test]
async fn nonsense_is_not_taken_for_an_empty_shelf(#[case] nonsense: &'static str) {
    let fake = Fake::new(move |_, asked: &Asked| {
        let body = match asked.line.contains("/classes/all") {
            true if asked.line.contains("page=2") => r#"{"items":[]}"#,
            true => {
                r#"{"items":[{"id":"1","Name":"Help","_hyperlinks":[{"ref":"create","type":"article"}]}]}"#
            }
            false => nonsense,
        };
        super::fake::says("200 OK", &["Content-Type: application/json"], body)
    });
    let desk = desk(&fake);
    let error = desk.articles(None, now()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Odd);
    let out = draft("A title", "Text.", None);
    let error = desk.meet_article(&out, now()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Odd, "it would be made a second time");
}
