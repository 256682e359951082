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
    use futures_util::FutureExt as _;
    use rustix::event::{PollFd, PollFlags, poll};
    use std::sync::Arc;
    use tokio::signal::unix::{Signal as Stream, SignalKind, signal};
    use tokio::sync::Notify;

    /// Notices that the terminal went away without a signal, as it does for a process in a
    /// session of its own: standard input hangs up.
    #[derive(Debug)]
    struct Lost(Arc<Notify>);

    impl Lost {
        fn watch() -> io::Result<Self> {
            let lost = Arc::new(Notify::new());
            let tell = Arc::clone(&lost);
            std::thread::Builder::new()
                .name("terminal-watch".into())
                .spawn(move || {
                    let stdin = std::io::stdin();
                    loop {
                        // No event is asked for: hanging up is told anyway, and nothing else is.
                        let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
                        let told = poll(&mut watched, None);
                        let what = watched[0].revents();
                        if what.intersects(PollFlags::HUP | PollFlags::ERR) {
                            tell.notify_one();
                            return;
                        }
                        // A system that cannot watch a terminal so is not asked again.
                        if what.contains(PollFlags::NVAL)
                            || told.is_err_and(|e| e != rustix::io::Errno::INTR)
                        {
                            return;
                        }
                    }
                })?;
            Ok(Self(lost))
        }

        async fn wait(&self) {
            self.0.notified().await;
        }
    }

    /// The signals of this process.
    #[derive(Debug)]
    pub struct Signals {
        lost: Lost,
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
                lost: Lost::watch()?,
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
                stop: signal(SignalKind::from_raw(STOP))?,
                go_on: signal(SignalKind::from_raw(CONT))?,
            })
        }

        /// Forgets what came while a child had the terminal; the end of it all is not forgotten.
        pub fn forget(&mut self) {
            for stream in [&mut self.interrupt, &mut self.stop, &mut self.go_on] {
                while stream.recv().now_or_never().is_some() {}
            }
        }

        /// The next one.
        pub async fn next(&mut self) -> Signal {
            tokio::select! {
                biased;
                _ = self.hang_up.recv() => Signal::HangUp,
                () = self.lost.wait() => Signal::HangUp,
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

        /// Forgets what came while a child had the terminal.
        pub fn forget(&mut self) {
            use futures_util::FutureExt as _;
            while self.interrupt.recv().now_or_never().is_some() {}
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
