//! A secret that is here, or is looked for when it is first needed: finding one may mean waiting
//! for a keyring, and nobody waits for that to see their tickets.

use std::sync::Arc;

use secrecy::SecretString;
use tokio::sync::{OnceCell, oneshot};

use super::http::error;
use super::{Answer, ErrorKind};

type Find = dyn Fn() -> Result<SecretString, String> + Send + Sync;

/// A secret; it cannot be printed.
#[derive(Clone)]
pub struct Secret(Arc<Inner>);

struct Inner {
    found: OnceCell<SecretString>,
    find: Option<Box<Find>>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl<S: Into<SecretString>> From<S> for Secret {
    fn from(secret: S) -> Self {
        Self(Arc::new(Inner {
            found: OnceCell::new_with(Some(secret.into())),
            find: None,
        }))
    }
}

impl Secret {
    /// Looked for when it is first needed, on a thread of its own, and again until it is found.
    pub fn later(find: impl Fn() -> Result<SecretString, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner {
            found: OnceCell::new(),
            find: Some(Box::new(find)),
        }))
    }

    /// The secret.
    ///
    /// # Errors
    /// It is not where it should be; the sentence says what to do.
    pub(super) async fn get(&self) -> Answer<SecretString> {
        self.0.found.get_or_try_init(|| self.look()).await.cloned()
    }

    async fn look(&self) -> Answer<SecretString> {
        let (tell, told) = oneshot::channel();
        let inner = Arc::clone(&self.0);
        std::thread::spawn(move || {
            let nowhere = || Err("there is no secret for this desk".to_owned());
            let _ = tell.send(inner.find.as_ref().map_or_else(nowhere, |find| find()));
        });
        let none = || Err("looking for the secret of this desk ended early".to_owned());
        let found = told.await.unwrap_or_else(|_| none());
        found.map_err(|why| match why.split_once("; ") {
            Some((what, hint)) => error(ErrorKind::SignIn, what, Some(hint)),
            None => error(ErrorKind::SignIn, &why, None),
        })
    }
}
