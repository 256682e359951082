//! What every subcommand works with: folders, settings, the store, who acts and when.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use uuid::Uuid;

use super::args::Global;
use super::exit::{Code, Fail};
use super::out;
use crate::config::{self, Config, Flags, Paths};
use crate::desk::{Desk, Door as _};
use crate::domain::Instant;
use crate::domain::change::{Act, Batch, BatchId, Change, ChangeId};
use crate::domain::gate;
use crate::domain::list::Asker;
use crate::domain::people::{AgentId, TenantId};
use crate::domain::reach::Abilities;
use crate::domain::remote::Ahead;
use crate::domain::remote::RemoteId;
use crate::domain::ticket::{Ticket, TicketId, TicketKey};
use crate::domain::when::parse_when;
use crate::shell::{self, Clock};
use crate::store::{Reader, StoreError, Writer};
use crate::sync::VendorDesk;

/// One run of the program.
#[derive(Clone)]
pub struct Session {
    /// The folders.
    pub paths: Paths,
    /// What the settings mean.
    pub config: Config,
    /// The store's file.
    pub store: PathBuf,
    /// The desk over a network whose store it is; none: its desk is this machine.
    pub remote: Option<config::Desk>,
    /// Who acts.
    pub me: AgentId,
    /// When.
    pub now: Instant,
    /// That is not now: what is looked ahead to, as if nothing were done until then.
    pub is_ahead: bool,
    /// JSON instead of text.
    pub json: bool,
    /// The desk, once it was asked for.
    pub(super) made: Arc<OnceLock<Result<Arc<Desk>, String>>>,
}

/// The folders that the flags name, or the platform's own.
pub fn paths(global: &Global) -> Result<Paths, Fail> {
    Ok(Paths::find(Flags {
        config_dir: global.config_dir.clone(),
        data_dir: global.data_dir.clone(),
    })?)
}

impl Session {
    /// The day it is where the settings say.
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.config.zone).date_naive()
    }

    /// Acts on tickets, each made against a version, as one batch; `until`: nothing of it is sent
    /// before.
    pub fn batch(
        &self,
        until: Option<Instant>,
        acts: impl IntoIterator<Item = (TicketId, u64, Act)>,
    ) -> Vec<Change> {
        let batch = Batch {
            id: BatchId(Uuid::now_v7()),
            by: self.me.clone(),
            at: self.now,
            not_before: until,
        };
        acts.into_iter()
            .map(|(ticket, base, act)| {
                let id = ChangeId(Uuid::now_v7());
                batch.change(id, (ticket, base), act)
            })
            .collect()
    }
}

/// Computes all due instants again.
fn recount(writer: &mut Writer) -> Result<(), Fail> {
    let mut from = None;
    while let Some(next) = writer.recompute_due(from)?.next {
        from = Some(next);
    }
    Ok(())
}

/// Waits for an answer of a desk over a network.
///
/// # Errors
/// The system has nothing to wait with.
pub fn wait<T>(answer: impl Future<Output = T>) -> Result<T, Fail> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Fail::new(Code::Failure, format!("the network cannot be used: {e}")))?;
    Ok(runtime.block_on(answer))
}

/// Whom `--as` names.
///
/// # Errors
/// It is no handle.
pub fn agent(global: &Global) -> Result<Option<AgentId>, Fail> {
    let parse = |name: &String| AgentId::parse(name);
    let named = global.agent.as_ref().map(parse).transpose();
    named.map_err(|e| Fail::usage(format!("--as: {e}")))
}

impl Session {
    /// Reads the settings; opens nothing yet.
    pub fn new(global: &Global) -> Result<Self, Fail> {
        let paths = paths(global)?;
        let config = config::load(&paths)?.config;
        let remote = config.desk.clone().filter(|_| global.desk.is_none());
        let file = match (global.desk.as_deref(), &remote) {
            (Some("demo"), _) => shell::DeskFile::demo(&paths),
            (_, Some(desk)) => shell::DeskFile::remote(&paths, desk),
            (_, None) => shell::DeskFile::local(&paths),
        };
        let me = match agent(global)? {
            Some(me) => me,
            None => file.me.clone().unwrap_or_else(|| shell::me(&config)),
        };
        Ok(Self {
            store: file.path,
            remote,
            paths,
            config,
            me,
            now: global.now.unwrap_or_else(|| Clock::System.now()),
            is_ahead: false,
            json: global.json,
            made: Arc::default(),
        })
    }

    /// The same at a moment that lies ahead, as it was typed; none: now.
    ///
    /// # Errors
    /// It cannot be read, or is past.
    pub fn at(&self, text: Option<&str>) -> Result<Self, Fail> {
        let Some(text) = text else {
            return Ok(self.clone());
        };
        let now = parse_when(text, self.now, &self.config.calendar)
            .map_err(|e| Fail::usage(format!("--at: {e}")))?;
        Ok(Self {
            now,
            is_ahead: true,
            ..self.clone()
        })
    }

    /// Opens the store for reading. What only a writer can put right is put right first: an
    /// older form is brought up to date, a damaged file set aside.
    pub fn reader(&self) -> Result<Reader, Fail> {
        // A folder that may not be looked into is not an empty one: opening says why.
        if let Ok(false) = self.store.try_exists() {
            return Err(Fail::not_found(format!(
                "there is no desk at {} yet; bring tickets in with `deskhand import FILE`, or look around with `deskhand demo`",
                self.store.display()
            )));
        }
        match Reader::open(&self.store) {
            Err(StoreError::OlderVersion { .. } | StoreError::Damaged { .. }) => {
                drop(self.writer()?);
                Ok(Reader::open(&self.store)?)
            }
            opened => Ok(opened?),
        }
    }

    /// Opens the store for writing; makes it where it is not there, with a folder that only
    /// its owner may enter.
    pub fn writer(&self) -> Result<Writer, Fail> {
        let rules = shell::rules(&self.config, self.me.clone());
        let opened = Writer::open(&self.store, rules, self.now)?;
        if let Some(news) = opened.news() {
            out::complain(&news);
        }
        let mut writer = opened.writer;
        if opened.due_stale {
            recount(&mut writer)?;
        }
        Ok(writer)
    }

    /// Counts by the calendars as they were just fetched.
    ///
    /// # Errors
    /// The settings or the store cannot be read.
    pub fn take_calendars(&self, writer: &mut Writer) -> Result<(), Fail> {
        let config = config::load(&self.paths)?.config;
        if writer.set_rules(shell::rules(&config, self.me.clone()))? {
            recount(writer)?;
        }
        Ok(())
    }

    /// The desk to talk to: the one of the settings, or this machine. It is made once.
    ///
    /// # Errors
    /// There is no secret for it, or its address cannot be used.
    pub fn desk(&self) -> Result<Arc<Desk>, Fail> {
        let made = self
            .made
            .get_or_init(|| shell::desk_of(self.remote.as_ref(), &self.paths).map(Arc::new));
        made.clone().map_err(|why| Fail::new(Code::Refused, why))
    }

    /// The bytes of a file that only the desk has; none: it does not give them now.
    pub fn bring(&self, file: &RemoteId) -> Option<Vec<u8>> {
        let desk = self.desk().ok()?;
        wait(desk.file(file, self.now)).ok()?.ok()
    }

    /// Which texts are fetched ahead.
    pub fn ahead(&self) -> Ahead {
        self.remote.as_ref().map(|d| d.texts).unwrap_or_default()
    }

    /// Refuses what would put tickets beside those that a desk over a network tells of.
    ///
    /// # Errors
    /// The desk is such a one.
    pub fn makes_tickets(&self) -> Result<(), Fail> {
        match &self.remote {
            None => Ok(()),
            Some(desk) => Err(Fail::new(
                Code::Refused,
                format!(
                    "tickets of {} are made there ({}); add --desk local for the desk on this machine",
                    desk.name, desk.url
                ),
            )),
        }
    }

    /// What the desk can do; none: it cannot be talked to yet.
    pub fn abilities(&self) -> Option<Abilities> {
        self.desk().ok().map(|desk| desk.abilities())
    }

    /// The desk to which is escalated; none: there is none, or it is a department of our own.
    ///
    /// # Errors
    /// The settings of it cannot be used.
    pub fn vendor(&self) -> Result<Option<VendorDesk>, Fail> {
        shell::vendor_of(&self.config, &self.paths, &self.store, &self.me)
            .map_err(|why| Fail::new(Code::Config, why))
    }

    /// Hands the desk what may be sent now.
    pub fn push(&self, writer: &mut Writer) -> Result<(), Fail> {
        super::sync::send(self, writer)
    }

    /// Who asks, and when.
    pub fn asker(&self) -> Asker {
        Asker {
            me: self.me.clone(),
            now: self.now,
            scope: self.config.scope.clone(),
            zone: self.config.zone,
        }
    }

    /// The ticket behind a number, if it is within the team's scope.
    pub fn ticket(&self, reader: &Reader, key: &str) -> Result<Ticket, Fail> {
        let ticket = self.find(reader, key)?;
        self.allow(&ticket)?;
        Ok(ticket)
    }

    fn find(&self, reader: &Reader, key: &str) -> Result<Ticket, Fail> {
        let parsed = TicketKey::parse(key).map_err(Fail::usage)?;
        let missing = || {
            Fail::not_found(format!(
                "there is no ticket {parsed} here; `deskhand list` shows those there are"
            ))
        };
        let id = reader.find(&parsed)?.ok_or_else(missing)?;
        reader.ticket(id)?.ok_or_else(missing)
    }

    /// A team sees and acts only within its tenants.
    fn allow(&self, ticket: &Ticket) -> Result<(), Fail> {
        match &ticket.tenant {
            Some(tenant) if !self.sees(ticket) => {
                Err(self.outside(&format!("ticket {} belongs to {tenant}", ticket.key)))
            }
            _ => Ok(()),
        }
    }

    /// Whether a ticket is within the team's scope.
    pub fn sees(&self, ticket: &Ticket) -> bool {
        gate::is_in_scope(ticket.tenant.as_ref(), &self.config.scope)
    }

    /// A team gives tickets only to its own tenants: it would not see them any more.
    pub fn allow_tenant(&self, tenant: &TenantId) -> Result<(), Fail> {
        if gate::is_in_scope(Some(tenant), &self.config.scope) {
            return Ok(());
        }
        Err(self.outside(&format!("the ticket would belong to {tenant}")))
    }

    /// A team writes only its own tenants' rows.
    pub fn allow_row(&self, tenant: &TenantId) -> Result<(), Fail> {
        if gate::is_in_scope(Some(tenant), &self.config.scope) {
            return Ok(());
        }
        Err(self.outside(&format!("the row belongs to {tenant}")))
    }

    fn outside(&self, whose: &str) -> Fail {
        Fail::new(
            Code::Refused,
            format!(
                "{whose}, which is outside your scope (`scope` in {}); ask whoever keeps the settings to widen it",
                self.paths.config_file().display()
            ),
        )
    }

    /// A ticket's number, for showing.
    pub fn key(reader: &Reader, id: TicketId) -> Result<String, Fail> {
        Ok(reader
            .ticket(id)?
            .map_or_else(|| id.0.to_string(), |t| t.key.to_string()))
    }
}
