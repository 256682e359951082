//! Where a desk's secret lies: the environment, a command of the person's, the system's
//! keyring, else a file that only its owner may read. The settings never hold it.
//!
//! All of it may wait (for a prompt, a command, a disk): call from a thread that may.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use secrecy::{ExposeSecret as _, SecretString};

use crate::config::{CalDav, Desk, Paths, SignIn};

#[cfg(feature = "keyring")]
mod ring;
#[cfg(not(feature = "keyring"))]
mod ring {
    //! Built without the system's keyring.
    pub fn read(_user: &str) -> Result<Option<String>, String> {
        Ok(None)
    }

    pub fn write(_user: &str, _secret: &str) -> Result<(), String> {
        Err("this build of Deskhand has no keyring".into())
    }

    pub fn forget(_user: &str) {}
}

/// Where a secret lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In this variable of the environment.
    Environment(&'static str),
    /// This program of `token-command` printed it.
    Command(String),
    /// In the system's keyring.
    Keyring,
    /// In this file, which only its owner may read.
    File(PathBuf),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "the environment ({name})"),
            Self::Command(program) => write!(f, "token-command ({program})"),
            Self::Keyring => f.write_str("the system's keyring"),
            Self::File(path) => write!(f, "{} (mode 0600)", path.display()),
        }
    }
}

/// A secret and where it was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The secret; it cannot be printed by accident.
    pub secret: SecretString,
    /// Where it was.
    pub source: Source,
}

/// Whose secret it is that is wanted, and where it may lie.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    kind: &'a str,
    url: &'a str,
    sign_in: Option<&'a SignIn>,
    command: &'a [String],
    variable: &'static str,
    /// The command that asks for it.
    asks: &'static str,
}

impl<'a> From<&'a Desk> for Wanted<'a> {
    fn from(desk: &'a Desk) -> Self {
        Self {
            kind: &desk.kind,
            url: &desk.url,
            sign_in: Some(&desk.sign_in),
            command: &desk.token_command,
            variable: variable(&desk.sign_in),
            asks: "deskhand connect rt",
        }
    }
}

impl<'a> From<&'a CalDav> for Wanted<'a> {
    fn from(calendar: &'a CalDav) -> Self {
        Self {
            kind: "caldav",
            url: &calendar.url,
            sign_in: calendar.sign_in.as_ref(),
            command: &calendar.token_command,
            variable: "DESKHAND_CALENDAR_PASSWORD",
            asks: "deskhand absence sync --ask",
        }
    }
}

/// The variable of the environment that holds such a secret.
pub const fn variable(sign_in: &SignIn) -> &'static str {
    match sign_in {
        SignIn::Token => "DESKHAND_TOKEN",
        SignIn::Password { .. } => "DESKHAND_PASSWORD",
    }
}

/// Looks for a desk's or a calendar's secret in the places in their order; none: it is nowhere.
///
/// # Errors
/// A sentence: a place that was set up cannot be used. The ones after it are not tried, so
/// that an old secret is never taken for a new one.
pub fn find<'a>(paths: &Paths, of: impl Into<Wanted<'a>>) -> Result<Option<Found>, String> {
    let of = of.into();
    let found = |secret: String, source| {
        let secret = SecretString::from(secret);
        Ok(Some(Found { secret, source }))
    };
    let name = of.variable;
    if let Ok(secret) = std::env::var(name)
        && !secret.trim().is_empty()
    {
        return found(secret.trim().to_owned(), Source::Environment(name));
    }
    if let Some(program) = of.command.first() {
        let secret = by_command(of.command)?;
        return found(secret, Source::Command(program.clone()));
    }
    // A keyring that does not answer is no reason not to look at the file.
    if let Ok(Some(secret)) = ring::read(&account(of)) {
        return found(secret, Source::Keyring);
    }
    let path = paths.desk_secret(of.kind, of.url);
    match from_file(&path)? {
        Some(secret) => found(secret, Source::File(path)),
        None => Ok(None),
    }
}

/// Keeps a secret: in the keyring where there is one, else in the file. Says where.
///
/// # Errors
/// A sentence: neither takes it.
pub fn keep<'a>(
    paths: &Paths,
    of: impl Into<Wanted<'a>>,
    secret: &SecretString,
) -> Result<Source, String> {
    let of = of.into();
    let path = paths.desk_secret(of.kind, of.url);
    let in_ring = ring::write(&account(of), secret.expose_secret());
    if in_ring.is_ok() {
        // An older one in the file would be found again when the keyring is locked.
        let _ = std::fs::remove_file(&path);
        return Ok(Source::Keyring);
    }
    to_file(&path, secret)
        .map_err(|e| format!("the secret cannot be kept in {}: {e}; allow yourself to write there, or set {} each time", path.display(), of.variable))?;
    ring::forget(&account(of));
    Ok(Source::File(path))
}

/// What to do when there is no secret.
pub fn missing<'a>(of: impl Into<Wanted<'a>>) -> String {
    let of = of.into();
    format!(
        "there is no {} for {} on this machine; `{}` asks for it, or set {}",
        of.sign_in.map_or("password", SignIn::secret),
        of.url,
        of.asks,
        of.variable
    )
}

/// Under which name the keyring has it: a token and each account's password apart.
fn account(of: Wanted<'_>) -> String {
    match of.sign_in {
        Some(SignIn::Password { user }) => format!("{} {} {user}", of.kind, of.url),
        Some(SignIn::Token) | None => format!("{} {}", of.kind, of.url),
    }
}

/// The first line that the person's command prints; prompts of its own reach the terminal.
fn by_command(words: &[String]) -> Result<String, String> {
    let Some((program, args)) = words.split_first() else {
        return Err("token-command is empty; take it out of the settings".into());
    };
    let then = "run it by hand to see why, or take token-command out of the settings";
    let done = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("token-command ({program}) cannot be started: {e}; {then}"))?;
    if !done.status.success() {
        let how = done.status;
        return Err(format!("token-command ({program}) failed: {how}; {then}"));
    }
    let said = String::from_utf8_lossy(&done.stdout);
    match said.lines().next().map(str::trim) {
        Some(secret) if !secret.is_empty() => Ok(secret.to_owned()),
        _ => Err(format!("token-command ({program}) printed nothing; {then}")),
    }
}

/// What is wrong with the rights of a file that holds a secret; none: it is private.
pub fn too_open(path: &Path) -> Option<String> {
    let meta = std::fs::metadata(path).ok()?;
    let shown = shlex::try_quote(&path.display().to_string())
        .unwrap_or_default()
        .into_owned();
    mode(&meta)
        .filter(|mode| mode & 0o077 != 0)
        .map(|mode| format!("{} may be read by others (mode {mode:o}) and is not used; change the secret at the desk if somebody has seen it, then: chmod 600 {shown}", path.display()))
}

#[cfg(unix)]
fn mode(meta: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    Some(meta.mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_meta: &std::fs::Metadata) -> Option<u32> {
    None
}

fn from_file(path: &Path) -> Result<Option<String>, String> {
    if let Some(wrong) = too_open(path) {
        return Err(wrong);
    }
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => Ok(None),
        Ok(text) => Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned())),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(format!(
            "the secret in {} cannot be read: {e}; allow yourself to read it",
            path.display()
        )),
    }
}

/// Either the old secret or the new one, and never for others to read in between.
fn to_file(path: &Path, secret: &SecretString) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder)?;
    close(folder);
    // A temporary file belongs to its owner alone from birth.
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(secret.expose_secret().as_bytes())?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    Ok(())
}

/// A data folder that was made just now is its owner's alone, as the store would have made it.
#[cfg(unix)]
fn close(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let is_empty = std::fs::read_dir(folder).is_ok_and(|mut all| all.next().is_none());
    if is_empty {
        let _ = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700));
    }
}

#[cfg(not(unix))]
fn close(_folder: &Path) {}
