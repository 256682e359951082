//! The store of the laws of sync, and the way to it. It can be killed at any write: then the
//! files stay as they were at that moment, with the write whole, not begun, or cut in the middle
//! of the log, and nobody is told anything.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use deskhand::domain::calendar::Calendar;
use deskhand::domain::sla::Policy;
use deskhand::store::{Reader, Rules, StoreError, Writer};
use deskhand::sync::Ledger;

use super::model::{Time, agent, pause};

/// A log: so many bytes that name it, then frames of a page and what says that it is whole.
const HEADER: usize = 32;
const FRAME: usize = 4096 + 24;

/// A person of each run's own: taking back stays within it.
pub fn rules(run: u64) -> Rules {
    static CALENDAR: LazyLock<Calendar> = LazyLock::new(Calendar::standard);
    Rules {
        policy: Policy::mydre(),
        calendar: CALENDAR.clone(),
        me: agent(&format!("ana{run}")),
    }
}

pub fn begin() -> Time {
    "2026-11-24T08:30:00Z".parse().unwrap()
}

/// Where a write is when the process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It has not begun.
    Before,
    /// It is in the middle.
    Within,
    /// It is on the disk, and nobody was told.
    After,
}

struct Disk {
    /// None while it is being opened again.
    open: Option<(Writer, Reader)>,
    /// How often the program has started.
    lives: u64,
    /// Calls so far, and those of them that have written.
    calls: u64,
    wrote: Vec<u64>,
    kill: Option<(u64, Moment)>,
    /// The file and its log as the kill has left them.
    left: Option<(Vec<u8>, Vec<u8>)>,
}

/// A store that is used for one run or many, each with tickets of its own.
#[derive(Clone)]
pub struct Book {
    disk: Arc<Mutex<Disk>>,
    path: PathBuf,
    _folder: Arc<tempfile::TempDir>,
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

fn open(path: &Path, run: u64) -> Option<(Writer, Reader)> {
    let opened = Writer::open(path, rules(run), begin()).unwrap();
    assert!(opened.set_aside.is_none() && !opened.mended);
    Some((opened.writer, Reader::open(path).unwrap()))
}

impl Book {
    /// An empty one. A kill comes at that call.
    pub fn new(run: u64, kill: Option<(u64, Moment)>) -> Self {
        static EMPTY: LazyLock<Vec<u8>> = LazyLock::new(|| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("desk.db");
            drop(open(&path, 0));
            std::fs::read(path).unwrap()
        });
        // In memory where the system has such a place: a disk is not what is tested here.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = folder.unwrap();
        let path = folder.path().join("desk.db");
        std::fs::write(&path, &*EMPTY).unwrap();
        let disk = Disk {
            open: open(&path, run),
            lives: 1,
            calls: 0,
            wrote: Vec::new(),
            kill,
            left: None,
        };
        Self {
            disk: Arc::new(Mutex::new(disk)),
            path,
            _folder: Arc::new(folder),
        }
    }

    /// Does something with the writer; none: the process was killed.
    pub fn write<T>(&self, job: impl FnOnce(&mut Writer) -> T) -> Option<T> {
        let mut disk = self.disk.lock().unwrap();
        if disk.left.is_some() {
            return None;
        }
        disk.calls += 1;
        let log = || std::fs::read(log_of(&self.path)).unwrap_or_default();
        let size = || log_of(&self.path).metadata().map_or(0, |m| m.len());
        let now = disk.calls;
        let kill = disk.kill.filter(|(at, _)| *at == now);
        let was = size();
        let before = kill.map(|_| (std::fs::read(&self.path).unwrap(), log()));
        let done = job(&mut disk.open.as_mut().unwrap().0);
        if size() != was {
            disk.wrote.push(now);
        }
        let Some(((_, moment), before)) = kill.zip(before) else {
            return Some(done);
        };
        disk.left = Some(match moment {
            Moment::Before => before,
            Moment::After => (std::fs::read(&self.path).unwrap(), log()),
            Moment::Within => {
                let (file, old) = before;
                let (begun, mut log) = (old.len().max(HEADER), log());
                let frames = log.len().saturating_sub(begun) / FRAME;
                log.truncate(begun + frames / 2 * FRAME + 100);
                (file, if frames > 0 { log } else { old })
            }
        });
        None
    }

    pub fn read<T>(&self, look: impl FnOnce(&Reader) -> T) -> T {
        look(&self.disk.lock().unwrap().open.as_ref().unwrap().1)
    }

    /// How often the program has started; none: it was killed and has not started again.
    pub fn life(&self) -> Option<u64> {
        let disk = self.disk.lock().unwrap();
        disk.left.is_none().then_some(disk.lives)
    }

    /// The calls that have written.
    pub fn wrote(&self) -> Vec<u64> {
        self.disk.lock().unwrap().wrote.clone()
    }

    /// The program starts again, with the files as a kill has left them.
    pub fn reopen(&self, run: u64) {
        let mut disk = self.disk.lock().unwrap();
        disk.open = None;
        if let Some((file, log)) = disk.left.take() {
            std::fs::write(&self.path, file).unwrap();
            std::fs::write(log_of(&self.path), log).unwrap();
        }
        disk.kill = None;
        disk.lives += 1;
        disk.open = open(&self.path, run);
    }
}

/// A kill may come before anything is written, and after.
impl Ledger for Book {
    async fn with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Writer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        pause().await;
        let done = self.write(job);
        pause().await;
        match done {
            Some(done) => done,
            None => std::future::pending().await,
        }
    }
}
