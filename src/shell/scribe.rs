//! The thread that writes: jobs in order, none dropped, finished before the program ends.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::store::{StoreError, Writer};

type Job = Box<dyn FnOnce(&mut Writer) + Send>;

#[derive(Default)]
struct Desk {
    jobs: VecDeque<Job>,
    closed: bool,
}

type Shared = Arc<(Mutex<Desk>, Condvar)>;

fn lock(shared: &Shared) -> MutexGuard<'_, Desk> {
    // Held for a push or a pop only, never while writing.
    shared.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The way to the thread that writes; as many as are wanted.
#[derive(Clone)]
pub struct Pen(Shared);

impl Pen {
    /// Hands a job over; it runs after all that were handed over before. False if the
    /// store has been closed.
    pub fn write(&self, job: impl FnOnce(&mut Writer) + Send + 'static) -> bool {
        let mut desk = lock(&self.0);
        if desk.closed {
            return false;
        }
        desk.jobs.push_back(Box::new(job));
        self.0.1.notify_one();
        true
    }

    /// Hands a job over and waits for what it returns.
    ///
    /// # Errors
    /// What the job says; the store has been closed.
    pub async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Writer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let closed = || StoreError::Refused("the store has been closed".into());
        let (tell, told) = oneshot::channel();
        let sent = self.write(move |writer| {
            let _ = tell.send(job(writer));
        });
        if !sent {
            return Err(closed());
        }
        told.await.unwrap_or_else(|_| Err(closed()))
    }
}

/// The thread itself; ends it when dropped, after the last job.
pub struct Scribe {
    pen: Pen,
    thread: Option<JoinHandle<()>>,
}

impl Scribe {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(mut writer: Writer) -> std::io::Result<Self> {
        let shared: Shared = Arc::default();
        let own = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("store-write".into())
            .spawn(move || {
                while let Some(job) = next(&own) {
                    job(&mut writer);
                }
            })?;
        Ok(Self {
            pen: Pen(shared),
            thread: Some(thread),
        })
    }

    /// A way to it.
    pub fn pen(&self) -> Pen {
        self.pen.clone()
    }
}

fn next(shared: &Shared) -> Option<Job> {
    let mut desk = lock(shared);
    loop {
        if let Some(job) = desk.jobs.pop_front() {
            return Some(job);
        }
        if desk.closed {
            return None;
        }
        desk = shared.1.wait(desk).unwrap_or_else(PoisonError::into_inner);
    }
}

impl Drop for Scribe {
    fn drop(&mut self) {
        lock(&self.pen.0).closed = true;
        self.pen.0.1.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
