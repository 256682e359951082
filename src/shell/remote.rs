//! The desk of the settings, ready to talk: its secret found, its adapter made.

use super::secret;
use crate::config::{Desk as Settings, Paths, SignIn};
use crate::desk::rt::{self, Auth, Rt};
use crate::desk::{Answer, Desk, Local, Secret};

/// What the adapter of Request Tracker needs to know.
pub fn rt_settings(desk: &Settings, secret: Secret) -> rt::Settings {
    rt::Settings {
        url: desk.url.clone(),
        auth: match &desk.sign_in {
            SignIn::Token => Auth::Token(secret),
            SignIn::Password { user } => Auth::Password {
                user: user.clone(),
                password: secret,
            },
        },
        queues: desk.queues.clone(),
        statuses: desk.statuses.clone(),
        workspace_field: desk.workspace_field.clone(),
        labels_field: desk.labels_field.clone(),
        ca_file: desk.ca_file.clone(),
    }
}

/// The desk that the settings name, or the local one. Its secret is looked for when it is first
/// needed; nothing is asked over the network yet.
///
/// # Errors
/// A sentence: the address cannot be used.
pub fn desk_of(desk: Option<&Settings>, paths: &Paths) -> Result<Desk, String> {
    let Some(desk) = desk else {
        return Ok(Desk::Local(Local::new()));
    };
    rt_of(desk, paths).map(Desk::Rt).map_err(|e| e.to_string())
}

/// The adapter of a Request Tracker, with its secret to be looked for later.
///
/// # Errors
/// The address cannot be used.
pub fn rt_of(desk: &Settings, paths: &Paths) -> Answer<Rt> {
    let (of, at) = (desk.clone(), paths.clone());
    let secret = Secret::later(move || {
        let found = secret::find(&at, &of)?;
        found.map(|f| f.secret).ok_or_else(|| secret::missing(&of))
    });
    Rt::new(rt_settings(desk, secret))
}
