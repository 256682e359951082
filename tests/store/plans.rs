//! Nothing that is done with the keys at hand reads a table from end to end: SQLite is
//! asked how it goes about what the store asks it.

use std::collections::BTreeSet;
use std::path::Path;

use deskhand::app::views::built_in;
use deskhand::domain::list::{Anchor, ListRequest, Sort};
use deskhand::domain::query::Query;
use deskhand::store::Reader;
use rusqlite::Connection;

use super::scene::{Scene, asker};

/// Filters, and the index that serves them where they are few.
const FILTERS: &[(&str, &str)] = &[
    ("", "ticket_"),
    ("assignee:me", "ticket_assignee"),
    ("is:live assignee:bo,none", "ticket_assignee"),
    ("assignee:me is:live id:10001,10002,10003", "ticket_"),
    ("tenant:umc", "ticket_tenant"),
    ("status:open", "ticket_status"),
    ("status:resolved,closed", "ticket_"),
    ("turn:ours", "ticket_turn"),
    ("kind:problem", "ticket_kind"),
    ("label:vpn", "PRIMARY KEY"),
    ("is:waiting", "ticket_status"),
    ("due<2h", "ticket_due"),
    ("is:late", "ticket_due"),
    ("due:paused", "ticket_"),
    ("ws:dws-1", "ticket_"),
    ("requester:jan", "ticket_"),
    ("p:1", "ticket_"),
    ("updated<2d", "ticket_"),
    ("is:merged", "ticket_"),
    ("is:snoozed", "ticket_"),
    ("-assignee:me", "ticket_"),
    ("printer", "VIRTUAL TABLE INDEX"),
    ("printer assignee:me is:live", "VIRTUAL TABLE INDEX"),
];

fn request(query: &Query, sort: Sort) -> ListRequest {
    ListRequest {
        query: query.clone(),
        sort,
        anchor: Anchor::First,
        before: 0,
        after: 50,
    }
}

/// A step that reads all of a table or index, or sorts what it has read.
fn is_slow(step: &str) -> bool {
    let whole = step.starts_with("SCAN ") && !step.contains("VIRTUAL TABLE INDEX");
    // For min() and max() it says so, and yet reads everything.
    let bare = step.starts_with("SEARCH ") && !step.contains(" USING ");
    // All live tickets, or all with a label, is nearly everything.
    let broad = step.ends_with("(shelf=?)") || step.ends_with("(label=?)");
    whole || bare || broad || step.contains("TEMP B-TREE") || step.contains("AUTOMATIC")
}

fn assert_quick(reader: &Reader, what: &str, query: &Query, sort: Sort) -> Vec<String> {
    let steps = reader.explain(&request(query, sort), &asker()).unwrap();
    assert!(!steps.is_empty(), "{what} by {sort:?}: nothing was asked");
    // A few tickets that are gathered by a list of names are sorted; that they are few, the
    // counters have said.
    let few = steps.iter().any(|s| s.contains("SCAN json_each"));
    for step in &steps {
        let sorted = few && step.contains("TEMP B-TREE");
        assert!(
            sorted || !is_slow(step),
            "{what} by {sort:?}: {step}: {steps:?}"
        );
    }
    steps
}

#[test]
fn every_view_and_filter_is_walked_by_an_index_in_every_order() {
    let scene = Scene::with(300);
    let raw = Connection::open(scene.path()).unwrap();
    // A small desk, and one that the counters say is large.
    for large in [false, true] {
        if large {
            raw.execute("UPDATE counter SET n = n * 10000", []).unwrap();
        }
        for view in built_in() {
            for (sort, _) in Sort::ALL {
                assert_quick(&scene.reader, &view.text, &view.query, *sort);
            }
        }
        for (text, index) in FILTERS {
            let query = Query::parse(text).unwrap();
            for (sort, _) in Sort::ALL {
                let steps = assert_quick(&scene.reader, text, &query, *sort);
                let by = |name: &str| steps.iter().any(|s| s.contains(name));
                assert!(
                    by(index) || (large && *sort != Sort::Due),
                    "{text} by {sort:?}: {steps:?}"
                );
            }
        }
    }
}

/// A list that is ordered by due and asks for a stretch of due instants reads that stretch only.
#[test]
fn a_stretch_of_due_instants_is_bounded_at_both_ends() {
    let scene = Scene::with(100);
    for text in ["due<2h", "is:late", "assignee:me is:late"] {
        let query = Query::parse(text).unwrap();
        for step in scene
            .reader
            .explain(&request(&query, Sort::Due), &asker())
            .unwrap()
        {
            // What is due in the very instant of the place it goes on from is asked for itself.
            let bounded = ["k_due>? AND k_due<?", "k_due=? AND rowid"];
            let holds = bounded.iter().any(|b| step.contains(b));
            assert!(holds, "{text}: {step}");
        }
    }
}

/// What falls due is read from the stretch of an index in which it lies, and from no more of it.
#[test]
fn what_falls_due_is_a_stretch_of_an_index() {
    let scene = Scene::with(100);
    let raw = Connection::open(scene.path()).unwrap();
    let marks: Vec<String> = statements()
        .into_iter()
        .filter(|sql| sql.starts_with("SELECT t.id FROM ticket t INDEXED BY"))
        .filter(|sql| sql.contains("?4"))
        .collect();
    assert_eq!(marks.len(), 2, "{marks:?}");
    for sql in marks {
        let mut stmt = raw.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps: Vec<String> = stmt
            .raw_query()
            .mapped(|r| r.get(3))
            .collect::<Result<_, _>>()
            .unwrap();
        let bounded = [
            "shelf=? AND k_due>? AND k_due<?",
            "ticket_snoozed (snoozed<?)",
        ];
        let holds = bounded.iter().any(|b| steps[0].contains(b));
        assert!(holds && steps.len() == 1, "{sql}: {steps:?}");
        assert!(sql.ends_with("LIMIT ?4"), "{sql}");
    }
}

/// Statements that may read everything, and why.
const WHOLE: &[(&str, &str)] = &[
    (
        "SELECT ticket FROM request WHERE closed = 0 ORDER BY",
        "only the open ones are in its index, and no more than the pane shows",
    ),
    (
        "hash FROM audit ORDER BY seq",
        "following the chain is reading it",
    ),
    ("at, files FROM draft", "as many as texts are being written"),
    ("report_begun", "as many as reports are being written"),
    (
        "t.going = 1",
        "as many as drafts are on their way to a desk",
    ),
    (
        "report_asked",
        "as many as requesters who were asked and whose report is not complete",
    ),
    (
        "INDEXED BY escalation_open",
        "as many as are with the vendor",
    ),
    (
        "JOIN up ON m.went_to",
        "as many as texts that went with a merge",
    ),
    (
        "DISTINCT ticket FROM draft",
        "as many as texts are being written",
    ),
    (
        "link_later",
        "as many as ties to tickets that have not come",
    ),
    ("FROM absence ORDER BY until", "as many as planned absences"),
    ("FROM absence WHERE NOT planned", "as many as a desk tells"),
    ("DELETE FROM absence", "as many as planned absences"),
    ("FROM agent ORDER BY id", "as many as people"),
    ("FROM tenant ORDER BY id", "as many as clients"),
    (
        "FROM workspace UNION",
        "the first 3000, in the order of the tables",
    ),
    (
        "GROUP BY value HAVING",
        "as many as words of one sort, for completion",
    ),
    ("FROM sqlite_schema", "as many as tables"),
    ("FROM away ORDER BY id", "as many as a team plans"),
    ("FROM shared ORDER BY href", "as many as a team plans"),
    ("FROM followed", "as many as a team plans"),
    ("FROM swap", "a few a month, and only when somebody asks"),
    (
        "FROM handed WHERE back IS NULL",
        "an index that holds only what is open",
    ),
    (
        "FROM absence",
        "as many as a desk and a plan tell for the next year",
    ),
    (
        "FROM register WHERE ?1 IS NULL",
        "as many as rows in the team's registers",
    ),
    ("FROM article t ORDER BY t.key", "as many as articles"),
    (
        "FROM was WHERE by",
        "as many as rows that the latest twenty acts have touched",
    ),
    ("ORDER BY bm25", "as many as articles that hold the words"),
    (
        "SELECT id FROM ticket ORDER BY id",
        "making the index of words anew is reading all",
    ),
    ("ORDER BY undone", "as many as were taken back last"),
    ("ticket IN member AND", "one conversation"),
    (
        "SELECT o.json, o.stage",
        "what is open and the newest 500, for the screen",
    ),
];

/// What stands for the parts of statements that are put in as the program runs.
const PARTS: &[(&str, &str)] = &[
    ("{COLS}", "t.*"),
    ("{MARK}", "t.id"),
    ("audit {filter}", "audit WHERE ticket = ?2"),
    ("{rule}", "1"),
    ("{scope}", "ticket IN member"),
    ("{own}", "AND change IS NULL"),
    (
        "{MEMBERS}",
        "WITH RECURSIVE member(id) AS (SELECT ?1 UNION SELECT t.id FROM ticket t JOIN member m ON t.merged = m.id)",
    ),
];

/// The texts in quotes in a source file.
fn quoted(source: &str) -> Vec<String> {
    let (mut out, mut chars) = (Vec::new(), source.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => while chars.next().is_some_and(|c| c != '\n') {},
            '\'' => {
                // A character, not a lifetime: 'x' or '\x'.
                let mut ahead = chars.clone();
                let first = ahead.next();
                if first == Some('\\') || ahead.next() == Some('\'') {
                    while chars.next() == Some('\\') && chars.next().is_some() {}
                    while chars.next_if(|c| *c == '\'').is_some() {}
                }
            }
            '"' => {
                let mut text = String::new();
                while let Some(c) = chars.next().filter(|c| *c != '"') {
                    if c == '\\' {
                        text.push(' ');
                        chars.next();
                    } else {
                        text.push(c);
                    }
                }
                out.push(text);
            }
            _ => {}
        }
    }
    out
}

/// Every statement in the store's source. Conditions of the outbox are made whole.
fn statements() -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    for file in std::fs::read_dir(folder).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for text in quoted(&source) {
            let sql = match text.split_whitespace().next() {
                Some("SELECT" | "DELETE" | "UPDATE" | "INSERT" | "WITH") => text,
                Some("{MEMBERS}") => text,
                Some("max(id)" | "min(id)") => format!("SELECT {text}"),
                _ if text.contains("stage") && text.contains("ORDER BY seq") => {
                    format!("SELECT json FROM outbox WHERE {text}")
                }
                _ => continue,
            };
            out.insert(
                PARTS
                    .iter()
                    .fold(sql, |sql, (part, with)| sql.replace(part, with)),
            );
        }
    }
    out
}

/// Keys, sending, opening and looking must not become slower with the years: no statement
/// of the store reads a table from end to end, but for those that say why they may.
#[test]
fn no_statement_of_the_store_reads_a_table_from_end_to_end() {
    let scene = Scene::with(10);
    let raw = Connection::open(scene.path()).unwrap();
    let (mut looked, mut slow) = (0, Vec::new());
    for sql in statements() {
        // Pieces that are put together, and lists, which are asked for above.
        if sql.contains('{') || sql.ends_with("JOIN member m ON t.merged = m.id)") {
            continue;
        }
        let mut stmt = raw
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap_or_else(|e| panic!("{sql}: {e}"));
        let mut found = stmt.raw_query();
        looked += 1;
        while let Some(r) = found.next().unwrap() {
            let step: String = r.get(3).unwrap();
            // No table: what was gathered before, or the few tickets that are merged into one.
            let own = matches!(
                step.as_str(),
                "SCAN CONSTANT ROW" | "SCAN up" | "SCAN member"
            ) || step.starts_with("SCAN (subquery")
                || (step == "SCAN m" && sql.contains("JOIN member m"));
            if is_slow(&step) && !own && !WHOLE.iter().any(|(part, _)| sql.contains(part)) {
                slow.push(format!("{step}\n    {sql}"));
            }
        }
    }
    assert!(
        looked > 100,
        "only {looked} statements were found in the source"
    );
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}
