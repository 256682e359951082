//! A Request Tracker with articles and nothing else, as far as the console asks one: what it
//! answers is what a real one was seen to answer.

use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::fake::{Asked, Fake, Says, says};

/// An article as it is kept there.
#[derive(Debug, Clone)]
pub struct Row {
    pub title: String,
    pub text: String,
    pub edits: u32,
    pub deleted: bool,
}

/// What the account may do with articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    Write,
    Read,
}

/// The server and what it has.
pub struct ShelfDesk {
    pub fake: Fake,
    rows: Arc<Mutex<Vec<Row>>>,
}

impl ShelfDesk {
    /// One with these articles, by title and text.
    pub fn new(rights: Rights, articles: &[(&str, &str)]) -> Self {
        let rows = articles.iter().map(|(title, text)| row(title, text));
        let rows = Arc::new(Mutex::new(rows.collect::<Vec<_>>()));
        let kept = Arc::clone(&rows);
        let fake = Fake::new(move |_, asked| answer(&mut kept.lock().unwrap(), rights, asked));
        Self { fake, rows }
    }

    pub fn rows(&self) -> MutexGuard<'_, Vec<Row>> {
        self.rows.lock().unwrap()
    }

    /// Somebody changes an article there.
    pub fn change(&self, at: usize, text: &str) {
        let mut rows = self.rows();
        (rows[at].text, rows[at].edits) = (text.to_owned(), rows[at].edits + 1);
    }
}

fn row(title: &str, text: &str) -> Row {
    Row {
        title: title.into(),
        text: text.into(),
        edits: 0,
        deleted: false,
    }
}

fn told(at: usize, row: &Row) -> Value {
    json!({"id": (at + 1).to_string(), "Name": row.title, "Summary": "", "Disabled": u8::from(row.deleted).to_string(),
        "Class": {"id": "2", "Name": "Help"}, "LastUpdated": "2026-11-20T10:00:00Z",
        "CustomFields": [{"id": "1", "name": "Content", "values": [row.text]}]})
}

fn ok(body: &Value) -> Says {
    says(
        "200 OK",
        &["Content-Type: application/json"],
        &body.to_string(),
    )
}

fn fails(status: &str, why: &str) -> Says {
    let body = json!({"message": why}).to_string();
    says(status, &["Content-Type: application/json"], &body)
}

fn answer(rows: &mut Vec<Row>, rights: Rights, asked: &Asked) -> Says {
    let (method, rest) = asked.line.split_once(' ').unwrap_or_default();
    let path = rest.split('?').next().unwrap_or_default();
    let path = path.trim_start_matches("/REST/2.0");
    let create = match rights {
        Rights::Write => json!([{"ref": "create", "type": "article"}]),
        Rights::Read => json!([]),
    };
    match (method, path) {
        ("GET", "/rt") => ok(&json!({"Version": "5.0.3"})),
        ("GET", path) if path.starts_with("/user/") => {
            ok(&json!({"id": 39, "Name": "ines", "RealName": "Inês", "Privileged": 1}))
        }
        ("GET", "/classes/all") => {
            let class = json!({"id": "2", "Name": "Help", "Disabled": "0", "_hyperlinks": create});
            let first = !rest.contains("page=2");
            let items: Vec<Value> = first.then_some(class).into_iter().collect();
            ok(&json!({"items": items, "total": null}))
        }
        ("GET", "/class/2") => {
            let fields = json!([{"id": "1", "name": "Content"}]);
            ok(&json!({"id": 2, "Name": "Help", "ArticleCustomFields": fields}))
        }
        ("POST", "/articles") => search(rows, &asked.body),
        ("POST", "/article") if rights == Rights::Read => {
            fails("403 Forbidden", "Permission Denied")
        }
        ("POST", "/article") => create_one(rows, &asked.body),
        (_, path) if path.starts_with("/article/") => one(rows, rights, method, path, asked),
        _ => ok(&json!({"items": [], "total": 0})),
    }
}

fn search(rows: &[Row], body: &str) -> Says {
    let query: Value = serde_json::from_str(body).unwrap();
    let of = |field: &str| {
        let mut all = query.as_array().unwrap().iter();
        all.find(|q| q["field"] == field)
            .map(|q| q["value"].clone())
    };
    let after = of("id").and_then(|v| v.as_u64()).unwrap_or(0) as usize;
    let title = of("Name").and_then(|v| v.as_str().map(str::to_owned));
    let touched = of("LastUpdated").is_some();
    let all = rows.iter().enumerate().skip(after);
    let all = all.filter(|(_, r)| title.as_ref().is_none_or(|t| *t == r.title));
    let all = all.filter(|(_, r)| !touched || r.edits > 0 || r.deleted);
    let items: Vec<Value> = all.take(100).map(|(at, r)| told(at, r)).collect();
    ok(&json!({"items": items, "total": null}))
}

fn create_one(rows: &mut Vec<Row>, body: &str) -> Says {
    let new: Value = serde_json::from_str(body).unwrap();
    let title = new["Name"].as_str().unwrap();
    if rows.iter().any(|r| r.title == title) {
        return fails("400 Bad Request", "Create failed for unknown reason");
    }
    let mut made = row(title, new["CustomFields"]["1"].as_str().unwrap());
    made.edits = 1;
    rows.push(made);
    let id = rows.len().to_string();
    let body = json!({"id": id, "type": "article"}).to_string();
    says("201 Created", &["Content-Type: application/json"], &body)
}

fn one(rows: &mut [Row], rights: Rights, method: &str, path: &str, asked: &Asked) -> Says {
    let id: usize = path.trim_start_matches("/article/").parse().unwrap();
    let Some(row) = rows.get_mut(id - 1) else {
        return fails("404 Not Found", "Not Found");
    };
    let etag = |row: &Row| format!("ETag: \"{}\"", 100 + row.edits);
    if method == "GET" {
        let headers = ["Content-Type: application/json", &etag(row)];
        return says("200 OK", &headers, &told(id - 1, row).to_string());
    }
    let mark = format!("if-match: \"{}\"", 100 + row.edits);
    if asked.headers.contains("if-match:") && !asked.headers.contains(&mark) {
        return fails("412 Precondition Failed", "Precondition Failed");
    }
    if rights == Rights::Read {
        return ok(&json!([
            "Could not add a new value to custom field 'Content': Permission Denied"
        ]));
    }
    let change: Value = serde_json::from_str(&asked.body).unwrap();
    if let Some(text) = change["CustomFields"]["1"].as_str() {
        row.text = text.to_owned();
    }
    if let Some(title) = change["Name"].as_str() {
        row.title = title.to_owned();
    }
    row.edits += 1;
    ok(&json!(["changed"]))
}
