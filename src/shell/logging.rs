//! The log: a file a day in the state folder, never the screen. It carries ids, kinds and
//! durations, never bodies, names or addresses, and only its owner may read it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

use super::clock;

/// So many days are kept.
const KEPT: usize = 5;

/// Starts logging, if it can: a machine where no log can be written still opens the
/// console. `DESKHAND_LOG` sets what is logged, for instance `debug`; nothing is written
/// without it but what went wrong. Keep the guard until the end.
pub fn start(folder: &Path) -> Option<WorkerGuard> {
    let mut log = Log {
        folder: folder.to_owned(),
        open: None,
    };
    log.today().ok()?;
    let (writer, guard) = tracing_appender::non_blocking(log);
    let filter = EnvFilter::try_from_env("DESKHAND_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(false)
        .with_target(false)
        .try_init()
        .ok()?;
    Some(guard)
}

/// The day's file. The crate's own appender leaves to the umask who may read its files.
struct Log {
    folder: PathBuf,
    open: Option<(NaiveDate, File)>,
}

impl Log {
    fn today(&mut self) -> io::Result<&mut File> {
        let day = clock::now().date_naive();
        let open = match self.open.take().filter(|(of, _)| *of == day) {
            Some(open) => open,
            None => {
                private_folder(&self.folder)?;
                let file = private_file(&self.folder.join(format!("deskhand.{day}.log")))?;
                self.forget_old();
                (day, file)
            }
        };
        Ok(&mut self.open.insert(open).1)
    }

    /// Old days go; that one cannot is no reason not to log.
    fn forget_old(&self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return;
        };
        let is_log = |name: &str| name.starts_with("deskhand.") && name.ends_with(".log");
        let mut logs: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .filter(|e| e.file_name().to_str().is_some_and(is_log))
            .map(|e| e.path())
            .collect();
        logs.sort();
        let old = logs.len().saturating_sub(KEPT);
        for log in logs.into_iter().take(old) {
            let _ = std::fs::remove_file(log);
        }
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.today()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.open.as_mut().map_or(Ok(()), |(_, file)| file.flush())
    }
}

fn private_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    // One of an earlier version may be there already.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}
