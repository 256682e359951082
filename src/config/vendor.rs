//! The `[vendor]` table: where what the team cannot mend is escalated to.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::desk::{Desk, DeskTable};
use super::error::ConfigError;
use crate::domain::people::TenantId;

/// Where the vendor is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VendorAt {
    /// At another local desk.
    Store {
        /// Its store, or the data folder in which that lies.
        path: PathBuf,
        /// Its settings folder, whose working time and promises count there; none: ours.
        settings: Option<PathBuf>,
    },
    /// At a desk over a network, in that queue.
    Desk {
        /// The desk.
        desk: Box<Desk>,
        /// The queue.
        queue: String,
    },
    /// In a department of our own desk.
    Department(TenantId),
}

/// The vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vendor {
    /// Its name for people.
    pub name: String,
    /// Where.
    pub at: VendorAt,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct VendorTable {
    name: Option<String>,
    store: Option<Spanned<PathBuf>>,
    settings: Option<Spanned<PathBuf>>,
    tenant: Option<Spanned<TenantId>>,
    queue: Option<Spanned<String>>,
    desk: Option<Spanned<DeskTable>>,
}

impl VendorTable {
    /// What it means; `is_remote`: our own desk is over a network.
    pub(super) fn resolve(
        self,
        span: Range<usize>,
        is_remote: bool,
        file: &Path,
        source: &str,
    ) -> Result<Vendor, ConfigError> {
        let wrong = |span: Range<usize>, what: &str, hint: &str| {
            let what = what.to_owned();
            Err(ConfigError::at(file, source, Some(span), what).hint(hint))
        };
        let folder = file.parent().unwrap_or(Path::new(""));
        let settings = self.settings.as_ref().map(Spanned::span);
        let queue_at = self.queue.as_ref().map(Spanned::span);
        let at = match (self.store, self.tenant, self.desk) {
            (Some(store), None, None) => VendorAt::Store {
                path: folder.join(store.into_inner()),
                settings: self.settings.map(|s| folder.join(s.into_inner())),
            },
            (None, Some(tenant), None) if is_remote => {
                return wrong(
                    tenant.span(),
                    "a department of this desk is a queue, and no ticket can be moved to another queue from here",
                    "Write a [vendor.desk] table with the vendor's queue: the ticket stays, and theirs is made there.",
                );
            }
            (None, Some(tenant), None) => VendorAt::Department(tenant.into_inner()),
            (None, None, Some(desk)) => {
                let queue = self.queue.map(Spanned::into_inner);
                let Some(queue) = queue.filter(|q| !q.trim().is_empty()) else {
                    return wrong(
                        desk.span(),
                        "the vendor's desk needs the queue into which is escalated",
                        "Write queue = \"NAME\" in [vendor].",
                    );
                };
                let span = desk.span();
                let mut desk = desk.into_inner().resolve(span, file, source)?;
                // Its tickets are not ours: nothing is left out by queue.
                desk.queues.clear();
                VendorAt::Desk {
                    desk: Box::new(desk),
                    queue: queue.trim().to_owned(),
                }
            }
            _ => {
                return wrong(
                    span,
                    "[vendor] names no place, or more than one",
                    "Write one of store = \"FOLDER\", tenant = \"CODE\" or a [vendor.desk] table.",
                );
            }
        };
        let stray = match &at {
            VendorAt::Store { .. } => queue_at,
            VendorAt::Desk { .. } => settings,
            VendorAt::Department(_) => settings.or(queue_at),
        };
        if let Some(span) = stray {
            let what = "this belongs to another sort of vendor";
            let hint = "settings goes with store, queue with [vendor.desk]; take it away.";
            return wrong(span, what, hint);
        }
        let named = self.name.filter(|n| !n.trim().is_empty());
        let name = named.unwrap_or_else(|| match &at {
            VendorAt::Desk { desk, .. } => desk.name.clone(),
            _ => "the vendor".to_owned(),
        });
        Ok(Vendor {
            name: name.trim().to_owned(),
            at,
        })
    }
}
