//! The views that every desk has.

use crate::domain::list::{Count, Sort};
use crate::domain::query::{Flag, Query, Span, Stamp, Term, Test, Unit, When, Who};
use crate::domain::text::Printable;
use crate::domain::ticket::{Status, Turn};

use super::state::View;

/// The built-in views, in the order of the header.
pub fn built_in() -> Vec<View> {
    let awake = || {
        let mut q = Query::all().and(Test::Is(vec![Flag::Live]));
        q.terms.push(Term {
            negated: true,
            test: Test::Is(vec![Flag::Snoozed]),
        });
        q
    };
    let span = |count, unit| Span { count, unit };
    let waiting = {
        let mut q = Query::all().and(Test::Is(vec![Flag::Waiting]));
        q.terms.push(Term {
            negated: true,
            test: Test::Is(vec![Flag::Snoozed]),
        });
        q
    };
    vec![
        view("All open", "is:live -is:snoozed", awake(), Sort::Due),
        view(
            "Mine",
            "is:live -is:snoozed assignee:me",
            awake().and(Test::Assignee(vec![Some(Who::Me)])),
            Sort::Due,
        ),
        view(
            "Unassigned",
            "is:live -is:snoozed is:unassigned",
            awake().and(Test::Is(vec![Flag::Unassigned])),
            Sort::Due,
        ),
        view(
            "Breaching",
            "is:live -is:snoozed due<2h",
            awake().and(Test::DueAt(When::Within(span(2, Unit::Hours)))),
            Sort::Due,
        ),
        view(
            "Our turn",
            "is:live -is:snoozed turn:ours",
            awake().and(Test::Turn(vec![Turn::Ours])),
            Sort::Due,
        ),
        view("Waiting", "is:waiting -is:snoozed", waiting, Sort::Updated),
        view(
            "With the vendor",
            "is:escalated",
            Query::all().and(Test::Is(vec![Flag::Escalated])),
            Sort::Updated,
        ),
        view(
            "Snoozed",
            "is:snoozed",
            Query::all().and(Test::Is(vec![Flag::Snoozed])),
            Sort::Due,
        ),
        view(
            "Recently closed",
            "status:resolved,closed updated<7d",
            Query::all()
                .and(Test::Status(vec![Status::Resolved, Status::Closed]))
                .and(Test::Time(
                    Stamp::Updated,
                    When::Within(span(7, Unit::Days)),
                )),
            Sort::Updated,
        ),
    ]
}

fn view(name: &'static str, text: &str, query: Query, sort: Sort) -> View {
    View {
        name: Printable::literal(name),
        query,
        text: text.into(),
        sort,
        own: false,
        warn: false,
        count: Count::Unknown,
    }
}
