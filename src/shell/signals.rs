//! What the system tells the process: end, hang up, stop, go on.

use std::io;

/// A signal that the loop acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// End: interrupt or terminate.
    End,
    /// The terminal is gone.
    HangUp,
    /// Stop until told to go on.
    Stop,
    /// Go on; the terminal may have been used by others.
    GoOn,
}

#[cfg(unix)]
mod platform {
    use super::{Signal, io};
    use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

    /// The signals of this process.
    #[derive(Debug)]
    pub struct Signals {
        interrupt: Stream,
        terminate: Stream,
        hang_up: Stream,
        stop: Stream,
        go_on: Stream,
    }

    /// SIGTSTP and SIGCONT have these numbers on Linux; elsewhere they differ.
    const STOP: i32 = rustix::process::Signal::TSTP.as_raw();
    const CONT: i32 = rustix::process::Signal::CONT.as_raw();

    impl Signals {
        /// Starts listening.
        ///
        /// # Errors
        /// The system has no room for one more handler.
        pub fn listen() -> io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
                stop: signal(SignalKind::from_raw(STOP))?,
                go_on: signal(SignalKind::from_raw(CONT))?,
            })
        }

        /// The next one.
        pub async fn next(&mut self) -> Signal {
            tokio::select! {
                biased;
                _ = self.hang_up.recv() => Signal::HangUp,
                _ = self.terminate.recv() => Signal::End,
                _ = self.interrupt.recv() => Signal::End,
                _ = self.stop.recv() => Signal::Stop,
                _ = self.go_on.recv() => Signal::GoOn,
            }
        }
    }

    /// Stops this process until somebody lets it go on.
    ///
    /// # Errors
    /// The system refuses.
    pub fn stop_here() -> io::Result<()> {
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP)
            .map_err(io::Error::from)
    }
}

#[cfg(not(unix))]
mod platform {
    use super::{Signal, io};

    /// The signals of this process.
    #[derive(Debug)]
    pub struct Signals {
        interrupt: tokio::signal::windows::CtrlC,
    }

    impl Signals {
        /// Starts listening.
        ///
        /// # Errors
        /// The system has no room for one more handler.
        pub fn listen() -> io::Result<Self> {
            Ok(Self {
                interrupt: tokio::signal::windows::ctrl_c()?,
            })
        }

        /// The next one.
        pub async fn next(&mut self) -> Signal {
            let _ = self.interrupt.recv().await;
            Signal::End
        }
    }

    /// There is no stopping here.
    ///
    /// # Errors
    /// None.
    pub fn stop_here() -> io::Result<()> {
        Ok(())
    }
}

pub use platform::{Signals, stop_here};
