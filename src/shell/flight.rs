//! What is under way. Each piece of work holds a token from before it starts until its
//! answer has been taken in, so "nothing is in flight" can be asked instead of slept for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

#[derive(Debug, Default)]
struct Field {
    aloft: AtomicUsize,
    landed: Notify,
}

/// Counts what is under way.
#[derive(Debug, Clone, Default)]
pub struct Flight(Arc<Field>);

/// One piece of work under way; dropped when its answer has been taken in, or when there
/// will be none.
#[derive(Debug)]
pub struct Token(Arc<Field>);

impl Flight {
    /// Something starts.
    pub fn begin(&self) -> Token {
        self.0.aloft.fetch_add(1, Ordering::SeqCst);
        Token(Arc::clone(&self.0))
    }

    /// How much is under way.
    pub fn count(&self) -> usize {
        self.0.aloft.load(Ordering::SeqCst)
    }

    /// Waits until something has landed since this was last asked.
    pub async fn landed(&self) {
        self.0.landed.notified().await;
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.aloft.fetch_sub(1, Ordering::SeqCst);
        self.0.landed.notify_one();
    }
}
