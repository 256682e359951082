//! The vendor of the settings, ready to be asked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::open::rules;
use super::remote::rt_of;
use crate::config::{self, Config, Paths, VendorAt};
use crate::desk::rt::vendor::Queue;
use crate::domain::people::AgentId;
use crate::domain::text::Untrusted;
use crate::sync::{Neighbour, VendorDesk};

/// The desk to which is escalated; none: there is none, or it is a department of our own.
/// Nothing is asked and nothing opened yet.
///
/// # Errors
/// A sentence: its address or its settings cannot be used.
pub fn vendor_of(
    config: &Config,
    paths: &Paths,
    me: &AgentId,
    name: &str,
) -> Result<Option<VendorDesk>, String> {
    let Some(vendor) = &config.vendor else {
        return Ok(None);
    };
    Ok(match &vendor.at {
        VendorAt::Department(_) => None,
        VendorAt::Store { path, settings } => {
            let counts = match settings {
                Some(folder) => rules(&settings_of(folder, paths)?, me.clone()),
                None => rules(config, me.clone()),
            };
            Some(VendorDesk::Neighbour(Arc::new(Neighbour {
                store: store_at(path),
                rules: counts,
                from: Untrusted::new(name),
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
