//! What holds of every store file, whatever was done to it, told by plain SQL that does
//! not go through the store; and a file's whole content as one text, to compare files.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use deskhand::domain::query::tokens;
use deskhand::store::{AuditVerdict, Reader};
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

/// What the counters should say.
const RECOUNT: &str = "SELECT 'all', '', shelf, count(*) FROM ticket GROUP BY shelf
 UNION ALL SELECT 'assignee', coalesce(assignee, ''), shelf, count(*) FROM ticket GROUP BY 2, 3
 UNION ALL SELECT 'tenant', coalesce(tenant, ''), shelf, count(*) FROM ticket GROUP BY 2, 3
 UNION ALL SELECT 'status', '' || status, shelf, count(*) FROM ticket GROUP BY 2, 3
 UNION ALL SELECT 'turn', '' || turn, shelf, count(*) FROM ticket GROUP BY 2, 3
 UNION ALL SELECT 'kind', '' || kind, shelf, count(*) FROM ticket GROUP BY 2, 3
 UNION ALL SELECT 'priority', '' || coalesce(priority, 0), shelf, count(*) FROM ticket GROUP BY 2, 3
 UNION ALL SELECT 'workspace', workspace, shelf, count(*) FROM ticket WHERE workspace NOT NULL GROUP BY 2, 3
 UNION ALL SELECT 'requester', requester, shelf, count(*) FROM ticket WHERE requester NOT NULL GROUP BY 2, 3
 UNION ALL SELECT 'label', label, shelf, count(*) FROM ticket_label GROUP BY 2, 3";

/// Questions to which the answer is nothing, and what it means if there is one.
const NOTHING: &[(&str, &str)] = &[
    (
        "shelves that do not follow from the fields",
        "SELECT key, shelf FROM ticket WHERE shelf <> CASE WHEN merged NOT NULL THEN 3 WHEN status IN (5, 6) THEN 2
           WHEN snoozed NOT NULL THEN 1 ELSE 0 END",
    ),
    (
        "due keys that do not follow from the clock",
        "SELECT key, k_due FROM ticket WHERE k_due <> CASE due_state WHEN 0 THEN due_value
           WHEN 1 THEN (1 << 45) + (1 << 44) + due_value ELSE 1 << 46 END",
    ),
    (
        "keys of the other orders that do not follow from the fields",
        "SELECT key, k_upd, k_prio FROM ticket WHERE k_upd <> -updated OR k_prio <> (coalesce(priority, 9) << 48) + k_due",
    ),
    (
        "done tickets that sleep or have a clock",
        "SELECT key, snoozed FROM ticket WHERE status IN (5, 6) AND (snoozed NOT NULL OR due_state <> 2)",
    ),
    (
        "tickets that count another number of open changes than the outbox has",
        "SELECT key, waiting FROM ticket t WHERE waiting <> (SELECT count(*) FROM outbox WHERE ticket = t.id AND stage IN (1, 2, 5))",
    ),
    (
        "bases without an open change, or open changes without a base",
        "SELECT id FROM ticket t WHERE (waiting > 0) <> (EXISTS (SELECT 1 FROM base WHERE ticket = t.id))",
    ),
    (
        "messages that wait for nothing",
        "SELECT id, ticket FROM message m WHERE waiting AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id = m.change AND stage IN (1, 2, 5))",
    ),
    (
        "open texts in the outbox that are not in a conversation once",
        "SELECT seq, json FROM outbox o WHERE stage IN (1, 2, 5) AND json ->> '$.act.act' = 'say'
           AND (SELECT count(*) FROM message m WHERE m.change = o.id AND m.body = o.json ->> '$.act.body') <> 1",
    ),
    (
        "open changes of tickets that are not there",
        "SELECT seq, json FROM outbox WHERE stage IN (1, 2, 5) AND ticket NOT IN (SELECT id FROM ticket)",
    ),
    (
        "tickets that live on in one that is not there",
        "SELECT key, merged FROM ticket WHERE merged NOT NULL AND merged NOT IN (SELECT id FROM ticket)",
    ),
    (
        "what hangs on tickets that are not there",
        "SELECT 'message', ticket FROM message WHERE ticket NOT IN (SELECT id FROM ticket)
         UNION ALL SELECT 'timeline', ticket FROM timeline WHERE ticket NOT IN (SELECT id FROM ticket)
         UNION ALL SELECT 'sla', ticket FROM sla WHERE ticket NOT IN (SELECT id FROM ticket)
         UNION ALL SELECT 'base', ticket FROM base WHERE ticket NOT IN (SELECT id FROM ticket)
         UNION ALL SELECT 'told', ticket FROM told WHERE ticket NOT IN (SELECT id FROM ticket)
         UNION ALL SELECT 'draft', ticket FROM draft WHERE ticket NOT IN (SELECT id FROM ticket)
         UNION ALL SELECT 'original', ticket FROM original WHERE ticket NOT IN (SELECT id FROM ticket)
         UNION ALL SELECT 'link', ticket FROM link WHERE ticket NOT IN (SELECT id FROM ticket) OR other NOT IN (SELECT id FROM ticket)
         UNION ALL SELECT 'attachment', message FROM attachment WHERE message NOT IN (SELECT id FROM message)
         UNION ALL SELECT 'attachment_data', id FROM attachment_data WHERE id NOT IN (SELECT id FROM attachment)",
    ),
];

/// A connection beside the store, for reading.
pub fn beside(path: &Path) -> Connection {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    // It leaves the files as they are, also when it is the last to close them.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .unwrap();
    conn.pragma_update(None, "temp_store", "memory").unwrap();
    conn.execute_batch("CREATE VIRTUAL TABLE temp.said USING fts5vocab(main, words, instance)")
        .unwrap();
    conn
}

/// All rows of a question, as text.
pub fn rows(conn: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut stmt = conn.prepare_cached(sql).unwrap();
    let n = stmt.column_count();
    stmt.query_map([], |r| (0..n).map(|i| r.get(i)).collect())
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap()
}

/// Stops with a sentence if anything in the file contradicts something else in it.
pub fn assert_sound(conn: &Connection) {
    for (what, sql) in NOTHING {
        let found = rows(conn, sql);
        assert!(found.is_empty(), "there are {what}: {found:?}");
    }
    let set = |sql| {
        rows(conn, sql)
            .iter()
            .map(|r| format!("{r:?}"))
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        set("SELECT dim, value, shelf, n FROM counter WHERE n <> 0"),
        set(RECOUNT),
        "the counters are not a recount"
    );
    let mut labels = BTreeSet::new();
    for r in rows(conn, "SELECT labels, shelf, k_due, id FROM ticket") {
        for label in text(&r[0]).lines() {
            labels.insert(format!(
                "{:?}",
                [&Value::Text(label.to_owned()), &r[1], &r[2], &r[3]]
            ));
        }
    }
    assert_eq!(
        set("SELECT label, shelf, k_due, ticket FROM ticket_label"),
        labels,
        "the labels are not those of the tickets"
    );
    let (found, said) = (indexed_words(conn), words_of_tickets(conn));
    let ids: BTreeSet<&i64> = found.keys().chain(said.keys()).collect();
    for id in ids {
        assert_eq!(
            found.get(id),
            said.get(id),
            "what is found in {id} is not what was said in it"
        );
    }
}

/// The same, with the file's own form and the audit trail.
pub fn assert_whole(path: &Path) {
    let conn = beside(path);
    let check: String = conn
        .query_row("PRAGMA quick_check", [], |r| r.get(0))
        .unwrap();
    assert_eq!(check, "ok");
    let audit = Reader::open(path).unwrap().verify_audit().unwrap();
    assert!(matches!(audit, AuditVerdict::Whole(_)), "{audit:?}");
    assert_sound(&conn);
}

fn text(v: &Value) -> &str {
    match v {
        Value::Text(s) => s,
        _ => "",
    }
}

fn number(v: &Value) -> i64 {
    match v {
        Value::Integer(n) => *n,
        _ => 0,
    }
}

/// What the index finds in each ticket, without the letters of the weeks.
fn indexed_words(conn: &Connection) -> BTreeMap<i64, Vec<String>> {
    let mut out: BTreeMap<i64, Vec<String>> = rows(conn, "SELECT rowid FROM words")
        .iter()
        .map(|r| (number(&r[0]), Vec::new()))
        .collect();
    for r in rows(conn, "SELECT doc, term FROM temp.said") {
        let word: String = text(&r[1]).chars().skip(1).collect();
        out.entry(number(&r[0])).or_default().push(word);
    }
    out.values_mut().for_each(|w| w.sort());
    out
}

/// What it should find: a ticket's names and all that is said in it or in what was merged into it.
fn words_of_tickets(conn: &Connection) -> BTreeMap<i64, Vec<String>> {
    let mut out: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for r in rows(
        conn,
        "SELECT id, subject, key, requester, workspace, labels FROM ticket WHERE merged IS NULL",
    ) {
        let said = out.entry(number(&r[0])).or_default();
        said.extend(r[1..].iter().flat_map(|v| tokens(text(v))));
    }
    let into: HashMap<i64, i64> = rows(conn, "SELECT id, merged FROM ticket WHERE merged NOT NULL")
        .iter()
        .map(|r| (number(&r[0]), number(&r[1])))
        .collect();
    for r in rows(conn, "SELECT ticket, body FROM message") {
        let mut at = number(&r[0]);
        while let Some(next) = into.get(&at) {
            at = *next;
        }
        out.entry(at).or_default().extend(tokens(text(&r[1])));
    }
    out.values_mut().for_each(|w| w.sort());
    out
}

/// Everything in a file as text. Identities that are drawn by chance are numbered as they
/// come, and the hashes of the audit trail that depend on them are left out.
pub fn content(conn: &Connection) -> String {
    let mut out = String::new();
    let mut names = Names::default();
    let tables = rows(
        conn,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'words_%' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    );
    for t in &tables {
        let sql = match text(&t[0]) {
            "words" => "SELECT doc, term, offset FROM temp.said ORDER BY 1, 3, 2".to_owned(),
            "audit" => "SELECT seq, at, by, ticket, what, detail FROM audit ORDER BY 1".to_owned(),
            "counter" => "SELECT * FROM counter WHERE n <> 0 ORDER BY 1, 2, 3".to_owned(),
            // In the order in which they were made, so that numbers are given alike.
            table @ ("outbox" | "batch") => format!("SELECT * FROM {table} ORDER BY seq"),
            table => format!("SELECT * FROM {table} ORDER BY 1, 2"),
        };
        writeln!(out, "# {}", text(&t[0])).unwrap();
        for row in rows(conn, &sql) {
            for v in row {
                match v {
                    Value::Null => out.push('-'),
                    Value::Integer(n) => write!(out, "{n}").unwrap(),
                    Value::Real(n) => write!(out, "{n}").unwrap(),
                    Value::Text(s) => out.push_str(&names.in_text(&s)),
                    Value::Blob(b) if b.len() == 16 => out.push_str(&names.of(&hex(&b))),
                    Value::Blob(b) => out.push_str(&hex(&b)),
                }
                out.push('|');
            }
            out.push('\n');
        }
    }
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut s, b| {
        write!(s, "{b:02x}").unwrap();
        s
    })
}

/// Numbers for identities, in the order in which they are met.
#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    fn of(&mut self, id: &str) -> String {
        let next = self.0.len();
        format!("<{}>", self.0.entry(id.replace('-', "")).or_insert(next))
    }

    fn in_text(&mut self, s: &str) -> String {
        let is_id = |w: &[u8]| {
            w.iter().enumerate().all(|(i, b)| match i {
                8 | 13 | 18 | 23 => *b == b'-',
                _ => b.is_ascii_hexdigit(),
            })
        };
        let (mut out, mut from, mut at) = (String::new(), 0, 0);
        while at + 36 <= s.len() {
            if is_id(&s.as_bytes()[at..at + 36]) {
                out.push_str(&s[from..at]);
                out.push_str(&self.of(&s[at..at + 36]));
                at += 36;
                from = at;
            } else {
                at += 1;
            }
        }
        out + &s[from..]
    }
}
