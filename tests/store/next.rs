//! What `.` goes to, ticket after ticket, is what the rule of the domain says.

use deskhand::domain::list::{Anchor, ListRequest, Sort};
use deskhand::domain::next::{Rank, candidates};
use deskhand::domain::query::Query;

use super::scene::{Scene, asker};

#[test]
fn the_store_gives_them_in_the_order_of_the_rule() {
    let scene = Scene::with(600);
    let all = ListRequest {
        query: Query::all(),
        sort: Sort::Age,
        anchor: Anchor::First,
        before: 0,
        after: 1000,
    };
    let page = scene.reader.list(&all, &asker()).unwrap();
    let mut expected: Vec<_> = page
        .rows
        .into_iter()
        .map(|r| r.ticket)
        .filter(|t| candidates().matches_by(t, &asker(), |_| false))
        .collect();
    expected.sort_by_key(|t| Rank::of(&t.due, t.created));
    assert!(expected.len() > 10 && expected.iter().any(|t| t.assignee.is_none()));
    let mut seen = Vec::new();
    while let Some(next) = scene.reader.next_urgent(&asker(), &seen).unwrap() {
        seen.push(next.ticket.id);
    }
    let expected: Vec<_> = expected.into_iter().map(|t| t.id).collect();
    assert_eq!(seen, expected);
}
