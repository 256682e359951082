//! How we stand with a desk: what went well last, what goes wrong, when it is asked next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono_tz::Tz;

use crate::app::event::Freshness;
use crate::desk::{DeskError, ErrorKind};
use crate::domain::Instant;
use crate::store::OutboxCounts;
use crate::sync::schedule::{self, Failures, Situation};
use crate::sync::{PulledRound, Pushed, trouble};

/// What is known of the contact with a desk; as many handles as are wanted.
#[derive(Clone)]
pub struct Contact(Arc<Mutex<Standing>>);

struct Standing {
    zone: Tz,
    /// None where the desk is this machine: it is always in touch and never asked.
    asked: Option<Asked>,
}

struct Asked {
    situation: Situation,
    /// Another window may have the talking; until that is known nobody has it.
    ours: bool,
    running: bool,
    /// When the desk had told all it had, as the store knows from before.
    before: Option<Instant>,
    progress: Option<(u64, u64)>,
    /// What goes wrong with the desk as a whole, and since when.
    wrong: Option<(DeskError, Instant)>,
    /// What goes wrong with sending alone, and since when.
    unsent: Option<(DeskError, Instant)>,
    /// Nothing is sent before.
    held: Option<Instant>,
    chance: u32,
}

impl Contact {
    /// Nothing is known yet but when the desk had told all it had.
    pub fn new(is_remote: bool, before: Option<Instant>, zone: Tz) -> Self {
        let situation = Situation {
            told: None,
            failures: None,
            focused: true,
            active: Instant::UNIX_EPOCH,
            brought: false,
            at_once: false,
        };
        let asked = is_remote.then_some(Asked {
            situation,
            ours: false,
            running: false,
            before,
            progress: None,
            wrong: None,
            unsent: None,
            held: None,
            chance: 0,
        });
        Self(Arc::new(Mutex::new(Standing { zone, asked })))
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        // Held to read or write a few numbers only.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked<T>(&self, act: impl FnOnce(&mut Asked) -> T) -> Option<T> {
        self.lock().asked.as_mut().map(act)
    }

    /// Whether there is anybody to ask.
    pub fn is_remote(&self) -> bool {
        self.lock().asked.is_some()
    }

    /// Whether it is on us to talk to the desk.
    pub fn is_ours(&self) -> bool {
        self.lock().asked.as_ref().is_none_or(|a| a.ours)
    }

    /// From now on it is.
    pub fn becomes_ours(&self) {
        self.asked(|a| {
            a.ours = true;
            a.situation.at_once = true;
        });
    }

    /// Another window has written what it was told; when that was all there was.
    pub fn heard_of(&self, told: Option<Instant>) {
        self.asked(|a| a.before = told.or(a.before));
    }

    /// For the status line.
    pub fn freshness(&self, now: Instant, counts: OutboxCounts) -> Freshness {
        let (outbox, stuck) = (counts.open, counts.stuck());
        let standing = self.lock();
        let Some(a) = &standing.asked else {
            return Freshness {
                synced: Some(now),
                outbox,
                stuck,
                ..Freshness::default()
            };
        };
        let wrong = a.wrong.as_ref().or(a.unsent.as_ref());
        Freshness {
            synced: a.situation.told.max(a.before),
            running: a.running,
            offline: wrong.is_some_and(|(e, _)| e.kind == ErrorKind::Unreachable),
            progress: a.progress,
            trouble: wrong.map(|(e, since)| trouble(e, *since, now, standing.zone)),
            next: a.next(now),
            outbox,
            stuck,
        }
    }

    /// When the desk is asked next; none: it is being asked, or that is not on us.
    pub fn next(&self, now: Instant) -> Option<Instant> {
        self.asked(|a| a.next(now)).flatten()
    }

    /// The person did something, or the terminal got or lost the focus.
    pub fn touched(&self, now: Instant, focus: Option<bool>) {
        self.asked(|a| {
            let s = &mut a.situation;
            s.active = now;
            if let Some(focused) = focus {
                s.at_once |= focused && !s.focused;
                s.focused = focused;
            }
        });
    }

    /// The person does not want to wait.
    pub fn hurry(&self) {
        self.asked(|a| {
            a.situation.at_once = true;
            a.held = None;
        });
    }

    /// Whether nobody could be reached when it was last tried.
    pub fn is_unreached(&self) -> bool {
        self.asked(|a| {
            let mut wrong = a.wrong.iter().chain(&a.unsent);
            wrong.any(|(e, _)| e.kind == ErrorKind::Unreachable)
        })
        .unwrap_or(false)
    }

    /// Whether something may be sent.
    pub fn may_send(&self, now: Instant) -> bool {
        self.asked(|a| a.ours && a.held.is_none_or(|at| at <= now))
            .unwrap_or(true)
    }

    /// It is being asked; whether that is worth saying: it may take long, or somebody waits.
    pub fn begins(&self) -> bool {
        self.asked(|a| {
            a.running = true;
            a.situation.told.is_none() || a.situation.at_once
        })
        .unwrap_or(false)
    }

    /// Nobody asks it any more.
    pub fn rests(&self) {
        self.asked(|a| a.running = false);
    }

    /// What came of a step of a pull; whether the desk is back after it was away.
    pub fn pulled(&self, round: &PulledRound, now: Instant, chance: u32) -> bool {
        self.asked(|a| {
            if let Some(error) = &round.trouble {
                a.fails(error, now, chance);
                return false;
            }
            a.situation.brought = round.brought;
            a.situation.at_once = round.more;
            a.progress = round.progress.filter(|_| round.more);
            if !round.more {
                a.situation.told = Some(now);
            }
            a.is_back()
        })
        .unwrap_or(false)
    }

    /// The desk did not tell what was said in a ticket.
    pub fn failed(&self, error: &DeskError, now: Instant, chance: u32) {
        self.asked(|a| a.fails(error, now, chance));
    }

    /// What came of a round of sending; whether the desk is back after it was away.
    pub fn pushed(&self, pushed: &Pushed, now: Instant, chance: u32) -> bool {
        self.asked(|a| {
            a.held = pushed.again_at;
            let since = a.unsent.take().map_or(now, |(_, since)| since);
            match &pushed.trouble {
                Some(error) if matches!(error.kind, ErrorKind::SignIn | ErrorKind::TooMany) => {
                    a.fails(error, now, chance);
                    false
                }
                // Asking may still go well: it has a pace of its own.
                Some(error) => {
                    a.unsent = Some((error.clone(), since));
                    false
                }
                None => {
                    let is_back = pushed.confirmed > 0 && a.is_back();
                    a.situation.at_once |= is_back;
                    is_back
                }
            }
        })
        .unwrap_or(false)
    }
}

impl Asked {
    fn next(&self, now: Instant) -> Option<Instant> {
        let asks = self.ours && !self.running;
        asks.then(|| schedule::next(&self.situation, now, self.chance))
    }

    fn fails(&mut self, error: &DeskError, now: Instant, chance: u32) {
        let since = self.wrong.take().map_or(now, |(_, since)| since);
        let failures = Failures::after(self.situation.failures, error, now);
        self.situation.failures = Some(failures);
        self.situation.at_once = false;
        self.wrong = Some((error.clone(), since));
        self.chance = chance;
    }

    fn is_back(&mut self) -> bool {
        let was_away = self.situation.failures.take().is_some();
        self.wrong = None;
        if was_away {
            self.held = None;
        }
        was_away
    }
}
