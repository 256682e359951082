//! The system's keyring. On machines without a screen it may wait for a prompt that nobody
//! sees, so it works on a thread of its own and is given up after a while.

use std::sync::mpsc;
use std::time::Duration;

use keyring::{Entry, Error};

/// Under which name the keyring files what is ours.
const SERVICE: &str = "deskhand";
/// A keyring that has not answered after this long is one that nobody can unlock here.
const PATIENCE: Duration = Duration::from_secs(3);

/// A secret of the keyring; none: it has none by that name.
///
/// # Errors
/// A sentence: there is no keyring, or it does not answer.
pub fn read(user: &str) -> Result<Option<String>, String> {
    let user = user.to_owned();
    in_time(move || match Entry::new(SERVICE, &user)?.get_password() {
        Ok(secret) => Ok(Some(secret)),
        Err(Error::NoEntry) => Ok(None),
        Err(e) => Err(e),
    })
}

/// Puts a secret into the keyring.
///
/// # Errors
/// As [`read`].
pub fn write(user: &str, secret: &str) -> Result<(), String> {
    let (user, secret) = (user.to_owned(), secret.to_owned());
    in_time(move || Entry::new(SERVICE, &user)?.set_password(&secret))
}

/// Takes a secret out of the keyring, if there is one.
pub fn forget(user: &str) {
    let user = user.to_owned();
    let _ = in_time(move || Entry::new(SERVICE, &user)?.delete_credential());
}

fn in_time<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, String> {
    let (sender, answer) = mpsc::channel();
    // Whoever comes too late finds nobody listening, which is no harm.
    std::thread::spawn(move || {
        let _ = sender.send(work());
    });
    match answer.recv_timeout(PATIENCE) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(e)) => Err(format!("the keyring cannot be used: {e}")),
        Err(_) => Err("the keyring does not answer".into()),
    }
}
