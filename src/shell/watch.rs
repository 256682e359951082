//! Notices when another process writes the store: a subcommand, a second console. Nothing
//! is asked while nothing happens; a burst is told once.

use std::ffi::OsString;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::Sender;

use super::Report;
use super::flight::Flight;

/// A burst is over when nothing was written for so long.
const QUIET: Duration = Duration::from_millis(120);
/// A burst that goes on is told as often as this.
const AT_LEAST: u32 = 8;

/// The watcher; it ends when dropped.
pub struct Watch {
    _watcher: RecommendedWatcher,
}

impl Watch {
    /// Watches the folder of a store. None where the system cannot: then what others write is
    /// seen with the next look.
    pub fn start(store: &Path, reports: Sender<Report>, flight: Flight) -> Option<Self> {
        let name = store.file_name()?;
        let mut log = OsString::from(name);
        log.push("-wal");
        let (tell, told) = mpsc::channel();
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let ours = event.is_ok_and(|e| {
                    let written = e.kind.is_modify() || e.kind.is_create();
                    written
                        && e.paths
                            .iter()
                            .any(|p| p.file_name() == Some(log.as_os_str()))
                });
                if ours {
                    let _ = tell.send(());
                }
            })
            .ok()?;
        watcher
            .watch(store.parent()?, RecursiveMode::NonRecursive)
            .ok()?;
        std::thread::Builder::new()
            .name("store-watch".into())
            .spawn(move || {
                while told.recv().is_ok() {
                    let mut left = AT_LEAST;
                    while left > 0 && told.recv_timeout(QUIET).is_ok() {
                        left -= 1;
                        while told.try_recv().is_ok() {}
                    }
                    let token = flight.begin();
                    if reports.blocking_send(Report::Written { token }).is_err() {
                        return;
                    }
                }
            })
            .ok()?;
        Some(Self { _watcher: watcher })
    }
}
