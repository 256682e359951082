//! Request Tracker 5 over its REST 2.0 interface.
//!
//! `wire` is its form, `map` and `history` put it into our words, `people` remembers who is who,
//! `session` signs in, `search`, `pull` and `story` read, `push` and `say` write, `status` and
//! `verify` know what was meant and whether it is there, `shelf` has the articles, `hello` looks
//! around.

mod cursor;
mod hello;
mod history;
mod map;
mod people;
mod pull;
mod push;
mod say;
mod search;
mod session;
mod shelf;
mod status;
mod story;
pub mod vendor;
mod verify;
mod wire;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;

use super::http::Http;
use super::{Answer, Door, Prepared, Secret};
use crate::domain::Instant;
use crate::domain::knowledge::{Met, OutgoingArticle, PulledArticles, ToldArticle};
use crate::domain::people::TenantId;
use crate::domain::reach::Abilities;
use crate::domain::remote::{Cursor, Gone, Mark, Outgoing, Pulled, Receipt, RemoteId, Said, Told};
use crate::domain::ticket::{Status, TicketKey};

/// How we sign in.
#[derive(Debug, Clone)]
pub enum Auth {
    /// With a token that the person has made there.
    Token(Secret),
    /// With the account's name and password.
    Password {
        /// The account.
        user: String,
        /// Its password.
        password: Secret,
    },
}

/// What is needed to talk to a Request Tracker.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it is, without `/REST/2.0`.
    pub url: String,
    /// How we sign in.
    pub auth: Auth,
    /// The tenant of each queue that is worked on; empty: all queues, each its own tenant.
    pub queues: BTreeMap<String, TenantId>,
    /// What the desk's own statuses mean; those of a fresh installation are known.
    pub statuses: BTreeMap<String, Status>,
    /// The custom field that names the Workspace.
    pub workspace_field: String,
    /// The custom field that holds labels; none: labels stay on this machine.
    pub labels_field: Option<String>,
    /// A file with further certificate authorities (PEM).
    pub ca_file: Option<PathBuf>,
}

/// A Request Tracker.
#[derive(Debug)]
pub struct Rt {
    settings: Settings,
    http: Http,
    /// The cookie of our session, where we sign in with a password.
    session: tokio::sync::Mutex<Option<SecretString>>,
    memo: Mutex<people::Memo>,
}

impl Rt {
    /// Gets ready to talk; nothing is asked yet.
    ///
    /// # Errors
    /// The address or the certificate authorities cannot be read.
    pub fn new(settings: Settings) -> Answer<Self> {
        let base = settings.url.trim().trim_end_matches('/');
        let base = base.strip_suffix("/REST/2.0").unwrap_or(base);
        Ok(Self {
            http: Http::new(base, settings.ca_file.as_deref())?,
            settings,
            session: tokio::sync::Mutex::default(),
            memo: Mutex::default(),
        })
    }

    /// Where it is, as the settings say.
    pub(super) fn url(&self) -> &str {
        &self.settings.url
    }

    /// How many requests were sent and how many bytes of answers were read, since the start.
    pub fn traffic(&self) -> (u64, u64) {
        self.http.traffic()
    }

    /// What is remembered of people, queues and fields. Never held while something is asked.
    fn memo(&self) -> MutexGuard<'_, people::Memo> {
        self.memo.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Door for Rt {
    fn abilities(&self) -> Abilities {
        self.what_it_can()
    }

    async fn pull(&self, from: Option<&Cursor>, now: Instant) -> Answer<Pulled> {
        self.step(from, now).await
    }

    async fn story(&self, key: &TicketKey, now: Instant) -> Answer<Result<Told, Gone>> {
        self.whole(key, now).await
    }

    async fn texts(&self, entries: &[RemoteId], now: Instant) -> Answer<Vec<(RemoteId, Said)>> {
        self.said(entries, now).await
    }

    async fn file(&self, file: &RemoteId, now: Instant) -> Answer<Vec<u8>> {
        self.bytes(file, now).await
    }

    async fn prepare(&self, out: &Outgoing, now: Instant) -> Answer<Prepared> {
        self.meet(out, now).await
    }

    async fn send(&self, out: &Outgoing, mark: &Mark, now: Instant) -> Answer<Receipt> {
        self.write(out, mark, now).await
    }

    async fn look_up(&self, out: &Outgoing, mark: &Mark, now: Instant) -> Answer<Option<Receipt>> {
        self.find(out, mark, now).await
    }

    async fn articles(&self, from: Option<&Cursor>, now: Instant) -> Answer<PulledArticles> {
        self.some_articles(from, now).await
    }

    async fn meet_article(&self, out: &OutgoingArticle, now: Instant) -> Answer<Met> {
        self.face(out, now).await
    }

    async fn put_article(
        &self,
        out: &OutgoingArticle,
        mark: &Mark,
        now: Instant,
    ) -> Answer<ToldArticle> {
        self.shelve(out, mark, now).await
    }
}
