//! Where things lie on this machine.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::error::ConfigError;
use crate::domain::report::Language;

/// Folders that were given on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config-dir`.
    pub config_dir: Option<PathBuf>,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
}

/// The folders in use: the platform's own (`XDG_*` on Linux) unless flags say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Settings.
    pub config_dir: PathBuf,
    /// The store.
    pub data_dir: PathBuf,
    /// Logs.
    pub state_dir: PathBuf,
    /// Where attachments are saved.
    pub download_dir: PathBuf,
}

impl Paths {
    /// Finds the folders; creates none.
    ///
    /// # Errors
    /// There is no home folder and no flag to replace it.
    pub fn find(flags: Flags) -> Result<Self, ConfigError> {
        let own = directories::ProjectDirs::from("", "", "deskhand");
        let user = directories::UserDirs::new();
        let need = |what: &str, flag: &str| ConfigError {
            file: PathBuf::from("~"),
            place: None,
            what: format!("no home folder was found, so there is no place for {what}"),
            hint: Some(format!("Set HOME, or name a folder with {flag}.")),
        };
        let config_dir = flags
            .config_dir
            .or_else(|| own.as_ref().map(|d| d.config_dir().to_owned()))
            .ok_or_else(|| need("the settings", "--config-dir"))?;
        // A data folder of one's own is complete: its log goes with it.
        let state_dir = match (&flags.data_dir, &own) {
            (Some(data), _) => data.join("log"),
            (None, Some(own)) => own
                .state_dir()
                .map_or_else(|| own.data_dir().join("log"), Path::to_owned),
            (None, None) => return Err(need("the store", "--data-dir")),
        };
        let data_dir = flags
            .data_dir
            .or_else(|| own.as_ref().map(|d| d.data_dir().to_owned()))
            .ok_or_else(|| need("the store", "--data-dir"))?;
        let download_dir = user
            .and_then(|u| {
                u.download_dir()
                    .map(Path::to_owned)
                    .or_else(|| Some(u.home_dir().join("Downloads")))
            })
            .unwrap_or_else(|| data_dir.join("attachments"));
        Ok(Self {
            config_dir,
            data_dir,
            state_dir,
            download_dir,
        })
    }

    /// All four folders below one, for tests and for carrying everything along.
    pub fn below(root: &Path) -> Self {
        Self {
            config_dir: root.join("config"),
            data_dir: root.join("data"),
            state_dir: root.join("state"),
            download_dir: root.join("downloads"),
        }
    }

    /// The settings.
    pub fn config_file(&self) -> PathBuf {
        self.config_dir.join("config.toml")
    }

    /// Keys that differ from the profile's.
    pub fn keys_file(&self) -> PathBuf {
        self.config_dir.join("keys.toml")
    }

    /// Kinds of request that differ from those that come with the program.
    pub fn requests_file(&self) -> PathBuf {
        self.config_dir.join("requests.toml")
    }

    /// The team's own question to requesters whose report lacks something, in a language.
    pub fn ask_file(&self, language: Language) -> PathBuf {
        self.config_dir
            .join(format!("ask.{}.toml", language.code()))
    }

    /// The team's own duties.
    pub fn duties_file(&self) -> PathBuf {
        self.config_dir.join("duties.toml")
    }

    /// The local desk's store.
    pub fn local_store(&self) -> PathBuf {
        self.data_dir.join("local.db")
    }

    /// The store of a desk over a network: a file of its own for each address, named so that
    /// people recognise it.
    pub fn desk_store(&self, kind: &str, url: &str) -> PathBuf {
        self.data_dir.join(format!("{}.db", desk_file(kind, url)))
    }

    /// A secret of such a desk, where there is no better place for it.
    pub fn desk_secret(&self, kind: &str, url: &str) -> PathBuf {
        self.data_dir
            .join(format!("{}.secret", desk_file(kind, url)))
    }

    /// What is kept of a calendar at an address. The name tells the host alone: the rest of the
    /// address may be a secret.
    pub fn subscribed(&self, url: &str) -> PathBuf {
        let host = super::desk::host(url).to_owned();
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        };
        let host: String = host.chars().map(plain).take(MOST_OF_ADDRESS).collect();
        let hash = Sha256::digest(url.as_bytes());
        let digits: String = hash.iter().take(8).map(|b| format!("{b:02x}")).collect();
        let calendars = self.data_dir.join("calendars");
        calendars.join(format!("{host}-{digits}.json"))
    }

    /// The demo desk's store: never mixed with real tickets.
    pub fn demo_store(&self) -> PathBuf {
        self.data_dir.join("demo.db")
    }
}

/// The most letters of an address that go into a file's name.
const MOST_OF_ADDRESS: usize = 40;

/// The kind and what can be printed of the address; a few digits of its hash keep two
/// addresses apart whose letters look the same.
fn desk_file(kind: &str, url: &str) -> String {
    let url = url.trim_end_matches('/').to_lowercase();
    let bare = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '.' {
            c
        } else {
            '-'
        }
    };
    let shown: String = bare.chars().map(plain).take(MOST_OF_ADDRESS).collect();
    let kind: String = kind.chars().filter(char::is_ascii_alphanumeric).collect();
    let hash = Sha256::digest(url.as_bytes());
    let digits: String = hash.iter().take(4).map(|b| format!("{b:02x}")).collect();
    format!("{kind}-{shown}-{digits}")
}
