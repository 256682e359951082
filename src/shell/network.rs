//! Whether this machine has come to a network: after a walk, a cable, a sleep.

use if_watch::IfEvent;
use if_watch::tokio::IfWatcher;

/// Calls each time the machine gets an address that others can reach; those that it has
/// already are told at once. Ends where the system does not tell: then the desk is found by
/// being tried again.
pub async fn watch(mut there: impl FnMut()) {
    let mut watcher = match IfWatcher::new() {
        Ok(watcher) => watcher,
        Err(error) => return tracing::warn!(%error, "the system does not tell of its networks"),
    };
    loop {
        let event = std::future::poll_fn(|cx| watcher.poll_if_event(cx)).await;
        match event {
            Ok(IfEvent::Up(net)) if !net.addr().is_loopback() => there(),
            Ok(_) => {}
            Err(error) => return tracing::warn!(%error, "the system tells no more of its networks"),
        }
    }
}
