//! The vendor of the settings, ready to be asked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::escalation::name_of;
use super::open::rules;
use super::remote::rt_of;
use crate::config::{self, Config, Paths, Vendor, VendorAt};
use crate::desk::rt::vendor::Queue;
use crate::domain::escalation::{self, Address};
use crate::domain::people::AgentId;
use crate::domain::text::Untrusted;
use crate::sync::{Neighbour, VendorDesk};

/// The vendor of a store's desk: nothing of the demo leaves it.
pub fn vendor_for<'a>(config: &'a Config, paths: &Paths, store: &Path) -> Option<&'a Vendor> {
    let vendor = config.vendor.as_ref();
    vendor.filter(|_| store != paths.demo_store())
}

/// The vendor as the rules know it, with the desk that is meant now.
pub fn known(vendor: &Vendor) -> escalation::Vendor {
    let (department, address) = match &vendor.at {
        VendorAt::Department(tenant) => (Some(tenant.clone()), None),
        VendorAt::Store { path, .. } => (None, Some(Address::store(&store_at(path)))),
        VendorAt::Desk { desk, queue } => (None, Some(Address::queue(&desk.url, queue))),
    };
    escalation::Vendor {
        name: vendor.name.clone(),
        address,
        department,
    }
}

/// The desk to which is escalated; none: there is none, or it is a department of our own.
/// Nothing is asked and nothing opened yet.
///
/// # Errors
/// A sentence: its address or its settings cannot be used.
pub fn vendor_of(
    config: &Config,
    paths: &Paths,
    store: &Path,
    me: &AgentId,
) -> Result<Option<VendorDesk>, String> {
    let Some(vendor) = vendor_for(config, paths, store) else {
        return Ok(None);
    };
    Ok(match &vendor.at {
        VendorAt::Department(_) => None,
        VendorAt::Store { path, settings } => {
            let counts = match settings {
                Some(folder) => rules(&settings_of(folder, paths)?, me.clone()),
                None => rules(config, me.clone()),
            };
            let there = store_at(path);
            if there == store {
                return Err(
                    "the vendor's store is this desk's own; mend [vendor] in config.toml".into(),
                );
            }
            Some(VendorDesk::Neighbour(Arc::new(Neighbour {
                store: there,
                rules: counts,
                from: Untrusted::new(name_of(store, me)),
            })))
        }
        VendorAt::Desk { desk, queue } => Some(VendorDesk::Queue(Queue {
            rt: rt_of(desk, paths).map_err(|e| e.to_string())?,
            name: queue.clone(),
        })),
    })
}

fn settings_of(folder: &Path, paths: &Paths) -> Result<Config, String> {
    let theirs = Paths {
        config_dir: folder.to_owned(),
        ..paths.clone()
    };
    let loaded = config::load(&theirs).map_err(|e| e.to_string().replace('\n', "; "))?;
    Ok(loaded.config)
}

/// The file itself, or the local desk's in that data folder.
fn store_at(path: &Path) -> PathBuf {
    match path.extension() {
        Some(_) if !path.is_dir() => path.to_owned(),
        _ => path.join("local.db"),
    }
}
