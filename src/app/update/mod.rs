//! What happens when something happens. One file a part of the screen.

mod acts;
mod ahead;
mod answers;
mod asking;
mod books;
mod closing;
mod composer;
mod coverage;
mod detail;
mod draft;
mod escalate;
mod form;
mod help;
mod keys;
mod knowledge;
mod line;
mod lookout;
mod mouse;
mod offer;
mod outbox;
mod overlay;
mod prompt;
mod queue;
mod report;
mod requests;
mod run;
mod say;
mod sheet;
mod why;

use chrono::TimeDelta;

use crate::domain::Instant;
use crate::domain::list::Asker;
use crate::domain::text::{Printable, line};

use super::effect::Effect;
use super::event::{Event, Fault, Generation};
use super::state::{Screen, State, Toast, Tone};

/// The state at work, with the effects it has asked for so far.
pub(super) struct Turn<'a> {
    /// The state.
    pub s: &'a mut State,
    /// What is wanted of the outside.
    pub fx: Vec<Effect>,
}

/// Takes one event in.
pub(super) fn update(s: &mut State, event: Event) -> Vec<Effect> {
    let mut t = Turn { s, fx: Vec::new() };
    t.event(event);
    t.settle();
    t.fx
}

impl Turn<'_> {
    fn event(&mut self, event: Event) {
        match event {
            // The person has left: what is still in the keyboard's buffer means nothing.
            Event::Key(_) | Event::Paste(_) | Event::Mouse { .. } if self.s.quitting => {}
            Event::Started => self.start(),
            // Nothing is shown, so nothing is done blindly; what is begun stays as it is.
            Event::Key(key) if self.s.size.is_too_small() => self.key_unseen(key),
            Event::Paste(_) | Event::Mouse { .. } if self.s.size.is_too_small() => {}
            Event::Key(key) => self.key(key),
            Event::Paste(text) => self.paste(&text),
            Event::Mouse { kind, col, row } => self.mouse(kind, col, row),
            Event::Resize { width, height } => self.resize(width, height),
            Event::Focus(focused) => self.s.focused = focused,
            Event::Wake => self.wake(),
            Event::DeskOpened(setup) => {
                let (size, now, keymap) = (self.s.size, self.s.now, self.s.keymap.clone());
                *self.s = State::new(*setup, now);
                self.s.keymap = keymap;
                if self.s.size.width == 0 {
                    self.s.size = size;
                }
                self.start();
            }
            other => self.answer(other),
        }
    }

    fn start(&mut self) {
        if self.s.screen != Screen::Desk {
            return;
        }
        let title = Printable::join(" · ", [Printable::literal("deskhand"), self.s.desk.clone()]);
        self.fx.push(Effect::Title(title));
        self.fx.push(Effect::Vocabulary(self.s.now));
        self.s.inner.intent = super::inner::Intent::First;
        self.ask_list();
        self.ask_counts();
        self.ask_outlook();
        self.ask_approaching();
        self.start_reports();
        self.ask_standing();
    }

    /// Whatever happened, these hold afterwards.
    fn settle(&mut self) {
        self.put_question();
        let s = &mut *self.s;
        s.queue.cursor = s.queue.cursor.min(s.queue.rows.len().saturating_sub(1));
        self.scroll_to_cursor();
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.s.size = super::state::Size { width, height };
        self.rewrap();
        self.lay_form();
        self.lay_map();
        self.ask_more();
    }

    fn wake(&mut self) {
        let now = self.s.now;
        self.s.toasts.retain(|t| t.until > now);
        if self.s.as_of.is_some_and(|at| at <= now) {
            self.look_at(None);
            self.refuse("the moment that was looked ahead to has come: this is now");
        }
        self.count_down(false);
        if self.s.inner.cover_at.is_some_and(|at| at <= now) {
            self.s.inner.cover_at = None;
            self.ask_standing();
        }
        if self.s.inner.note_save_at.is_some_and(|at| at <= now) {
            self.save_note();
        }
        if self.s.inner.warn_at.is_some_and(|at| at <= now) {
            self.ask_approaching();
        }
        if self.s.inner.report_save_at.is_some_and(|at| at <= now) {
            self.save_report();
        }
        if self.s.inner.follow_at.is_some_and(|at| at <= now) {
            self.s.inner.follow_at = None;
            self.follow();
        }
        if self.s.inner.ahead.at.is_some_and(|at| at <= now) {
            self.ask_ahead();
        }
        if self.s.inner.save_at.is_some_and(|at| at <= now) && self.s.inner.draft_unknown.is_none()
        {
            self.save_draft();
        }
        let due = [self.s.inner.recount_at, self.s.inner.recount_soon];
        if due.into_iter().flatten().any(|at| at <= now) {
            self.s.inner.recount_soon = None;
            // Time moves tickets into a list and out of it.
            if self.s.inner.recount_at.is_some_and(|at| at <= now) && !self.s.queue.loading {
                self.s.inner.ahead = Default::default();
                self.ask_list();
            }
            self.ask_counts();
            self.ask_outlook();
            self.ask_approaching();
        }
    }

    /// The next number for a request.
    pub fn next(&mut self) -> Generation {
        self.s.generation.0 += 1;
        self.s.generation
    }

    /// Who asks, now.
    pub fn asker(&self) -> Asker {
        Asker {
            me: self.s.me.clone(),
            now: self.s.now,
            scope: self.s.scope.clone(),
            zone: self.s.zone,
        }
    }

    /// Who asks, at the moment that is shown.
    pub fn asker_then(&self) -> Asker {
        Asker {
            now: self.s.moment(),
            ..self.asker()
        }
    }

    /// Says one thing for a while.
    pub fn toast(&mut self, tone: Tone, text: Printable, hint: Option<Printable>) {
        let seconds = if tone == Tone::Bad { 8 } else { 4 };
        let until = self.s.now + TimeDelta::seconds(seconds);
        self.s.toasts.retain(|t| t.text != text);
        self.s.toasts.push(Toast {
            text,
            hint,
            tone,
            until,
            countdown: false,
        });
        let over = self.s.toasts.len().saturating_sub(4);
        self.s.toasts.drain(..over);
    }

    /// Says why something is not done.
    pub fn refuse(&mut self, text: &str) {
        self.toast(Tone::Note, line(text), None);
    }

    /// Says what went wrong outside.
    pub fn fault(&mut self, fault: Fault) {
        self.toast(Tone::Bad, fault.what, fault.hint);
    }

    /// In so many milliseconds.
    pub fn after(&self, millis: i64) -> Instant {
        self.s.now + TimeDelta::milliseconds(millis)
    }
}
