//! The time. Nobody but the shell asks for it; tests set it by hand.

use std::time::Duration;

use chrono::Utc;
use tokio::sync::watch;

use crate::domain::Instant;

/// The time of this machine, for what needs no hand to set it.
pub(super) fn now() -> Instant {
    Utc::now()
}

/// Where the time comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// This machine.
    System,
    /// A hand that somebody moves: time stands still until they do.
    Manual(watch::Receiver<Instant>),
}

impl Clock {
    /// What time it is.
    pub fn now(&self) -> Instant {
        match self {
            Self::System => Utc::now(),
            Self::Manual(hand) => *hand.borrow(),
        }
    }

    /// Waits until it is that late.
    pub async fn until(&mut self, at: Instant) {
        match self {
            Self::System => {
                // A moment that has passed already still lets the input through first.
                let wait = (at - Utc::now()).to_std().unwrap_or_default();
                let wait = wait.max(Duration::from_millis(1));
                tokio::time::sleep(wait).await;
            }
            Self::Manual(hand) => {
                if hand.wait_for(|now| *now >= at).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}
