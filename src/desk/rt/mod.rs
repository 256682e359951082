//! Request Tracker 5 over its REST 2.0 interface.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;

use super::{Answer, DeskError, Door, ErrorKind, Hello, Prepared};
use crate::domain::Instant;
use crate::domain::people::TenantId;
use crate::domain::reach::Abilities;
use crate::domain::remote::{Cursor, Gone, Mark, Outgoing, Pulled, Receipt, RemoteId, Told};
use crate::domain::text::Untrusted;
use crate::domain::ticket::{Status, TicketKey};

/// How we sign in.
#[derive(Debug, Clone)]
pub enum Auth {
    /// With a token that the person has made there.
    Token(SecretString),
    /// With the account's name and password.
    Password {
        /// The account.
        user: String,
        /// Its password.
        password: SecretString,
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
}

impl Rt {
    /// Gets ready to talk; nothing is asked yet.
    ///
    /// # Errors
    /// The address or the certificate authorities cannot be read.
    pub fn new(settings: Settings) -> Answer<Self> {
        Ok(Self { settings })
    }

    /// Signs in and looks around: who we are there, and what we may do.
    ///
    /// # Errors
    /// As [`Door::pull`].
    pub async fn hello(&self, _now: Instant) -> Answer<Hello> {
        Err(self.not_yet())
    }

    fn not_yet(&self) -> DeskError {
        DeskError {
            kind: ErrorKind::Unreachable,
            what: Untrusted::new(format!("{} is not asked yet", self.settings.url)),
            hint: None,
            retry_at: None,
        }
    }
}

impl Door for Rt {
    fn abilities(&self) -> Abilities {
        Abilities::all()
    }

    async fn pull(&self, _from: Option<&Cursor>, _now: Instant) -> Answer<Pulled> {
        Err(self.not_yet())
    }

    async fn story(&self, _key: &TicketKey, _now: Instant) -> Answer<Result<Told, Gone>> {
        Err(self.not_yet())
    }

    async fn file(&self, _file: &RemoteId, _now: Instant) -> Answer<Vec<u8>> {
        Err(self.not_yet())
    }

    async fn prepare(&self, _out: &Outgoing, _now: Instant) -> Answer<Prepared> {
        Err(self.not_yet())
    }

    async fn send(&self, _out: &Outgoing, _mark: &Mark, _now: Instant) -> Answer<Receipt> {
        Err(self.not_yet())
    }

    async fn look_up(
        &self,
        _out: &Outgoing,
        _mark: &Mark,
        _now: Instant,
    ) -> Answer<Option<Receipt>> {
        Err(self.not_yet())
    }
}
