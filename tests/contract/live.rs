//! A real server, asked directly: the other side of each test.

use std::collections::BTreeMap;

use deskhand::desk::rt::{Auth, Settings};
use deskhand::desk::{Door, Rt};
use deskhand::domain::remote::{Cursor, Gone, Told};
use deskhand::domain::ticket::TicketKey;
use serde_json::{Value, json};

use super::{key, now};

const PASSWORD: &str = "agent-pw";

#[expect(
    clippy::print_stdout,
    reason = "a test that did nothing should not look as if it had"
)]
/// The address of the server, or a word that there is none.
pub fn server() -> Option<String> {
    let url = std::env::var("DESKHAND_RT").ok();
    if url.is_none() {
        println!("skipped: DESKHAND_RT names no Request Tracker");
    }
    url
}

pub fn settings(url: &str, auth: Auth) -> Settings {
    Settings {
        url: url.to_owned(),
        auth,
        queues: BTreeMap::new(),
        statuses: BTreeMap::new(),
        workspace_field: "Workspace".into(),
        labels_field: Some("Labels".into()),
        ca_file: None,
    }
}

/// The adapter, signed in as somebody.
pub fn desk(user: &str) -> Option<Rt> {
    let auth = Auth::Password {
        user: user.to_owned(),
        password: PASSWORD.to_owned().into(),
    };
    Some(Rt::new(settings(&server()?, auth)).unwrap())
}

/// Somebody at the server without the adapter.
pub struct Person {
    url: String,
    user: &'static str,
    client: reqwest::Client,
}

impl Person {
    pub fn new(user: &'static str) -> Option<Self> {
        let url = server()?;
        // The adapter brings the cryptography that every client of the process needs.
        drop(desk(user));
        let client = reqwest::Client::new();
        Some(Self { url, user, client })
    }

    async fn call(&self, method: reqwest::Method, path: &str, body: Value) -> Value {
        let request = self
            .client
            .request(method, format!("{}/REST/2.0{path}", self.url))
            .basic_auth(self.user, Some(PASSWORD))
            .json(&body);
        let reply = request.send().await.unwrap();
        let status = reply.status();
        let text = reply.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    pub async fn create(&self, queue: &str, subject: &str) -> u64 {
        let ticket = json!({"Queue": queue, "Subject": subject, "Requestor": ["lea@example.org"],
            "Content": "It does not work.", "ContentType": "text/plain"});
        let made = self.call(reqwest::Method::POST, "/ticket", ticket).await;
        made["id"].as_str().unwrap().parse().unwrap()
    }

    pub async fn put(&self, ticket: u64, change: Value) -> String {
        let path = format!("/ticket/{ticket}");
        self.call(reqwest::Method::PUT, &path, change)
            .await
            .to_string()
    }

    pub async fn say(&self, ticket: u64, way: &str, text: &str) {
        let path = format!("/ticket/{ticket}/{way}");
        let message = json!({"Content": text, "ContentType": "text/plain"});
        self.call(reqwest::Method::POST, &path, message).await;
    }

    pub async fn write_article(&self, title: &str, text: &str) -> u64 {
        let article = json!({"Class": "Help", "Name": title, "CustomFields": {"Content": text}});
        let made = self.call(reqwest::Method::POST, "/article", article).await;
        made["id"].as_str().unwrap().parse().unwrap()
    }

    pub async fn change_article(&self, article: u64, change: Value) -> String {
        let path = format!("/article/{article}");
        let said = self.call(reqwest::Method::PUT, &path, change).await;
        said.to_string()
    }

    pub async fn delete_article(&self, article: u64) {
        let path = format!("/article/{article}");
        let request = self.client.delete(format!("{}/REST/2.0{path}", self.url));
        let reply = request.basic_auth(self.user, Some(PASSWORD)).send().await;
        assert!(reply.unwrap().status().is_success());
    }

    /// The number of the ticket with that subject.
    pub async fn find(&self, subject: &str) -> u64 {
        let query = format!("/tickets?query=Subject='{subject}'").replace(' ', "%20");
        let found = self.call(reqwest::Method::GET, &query, json!({})).await;
        found["items"][0]["id"].as_str().unwrap().parse().unwrap()
    }
}

/// All that a pull tells until it has nothing more.
#[derive(Debug, Default)]
pub struct Heard {
    pub tickets: Vec<Told>,
    pub gone: Vec<(TicketKey, Gone)>,
    pub agents: Vec<String>,
    pub progress: Vec<(u64, u64)>,
    pub cursor: Option<Cursor>,
}

impl Heard {
    /// Whether that ticket was told with its fields.
    pub fn has(&self, ticket: u64) -> bool {
        let key = key(ticket);
        let mut all = self.tickets.iter();
        all.any(|t| t.key == key && t.fields.is_some())
    }

    pub fn gone(&self, ticket: u64) -> Option<&Gone> {
        let key = key(ticket);
        self.gone.iter().find(|(k, _)| *k == key).map(|(_, g)| g)
    }
}

/// Pulls until there is nothing more.
pub async fn pull(desk: &impl Door, from: Option<Cursor>) -> Heard {
    let mut heard = Heard {
        cursor: from,
        ..Heard::default()
    };
    for _ in 0..1000 {
        let step = desk.pull(heard.cursor.as_ref(), now()).await.unwrap();
        heard.tickets.extend(step.tickets);
        heard.gone.extend(step.gone);
        heard.progress.extend(step.progress);
        let names = step.names.into_iter().flat_map(|n| n.agents);
        heard.agents.extend(names.map(|a| a.id.to_string()));
        heard.cursor = Some(step.cursor);
        if !step.more {
            return heard;
        }
    }
    panic!("the pull does not come to an end");
}

/// A ticket with all that belongs to it.
pub async fn story(desk: &impl Door, ticket: u64) -> Told {
    desk.story(&key(ticket), now()).await.unwrap().unwrap()
}
