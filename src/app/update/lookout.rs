//! Looking ahead: what falls due, the moment that is shown, and warnings before a deadline.

use chrono::TimeDelta;

use crate::app::effect::Effect;
use crate::app::event::Answer;
use crate::app::state::{QueueRow, Toast, Tone};
use crate::domain::Instant;
use crate::domain::forecast::{Hours, Team};
use crate::domain::list::{Anchor, Approaching, ListRequest, Outlook, Sort};
use crate::domain::query::{Span, Test, Unit, When};
use crate::domain::sla::countdown;
use crate::domain::text::{Printable, line};
use crate::domain::warn::{self, Rules};
use crate::domain::when::parse_when;

use super::Turn;

/// At most so many late tickets, and as many to come, are told one by one.
const MARKS: usize = 1000;
/// So long nobody is warned of what they have done something to.
const JUST_SECONDS: i64 = 10;
/// How long a warning stays on the screen.
const WARNING_MILLIS: i64 = 12_000;
/// So many tickets of each list that warns are watched; what falls due later comes into sight in time.
const WATCHED: usize = 100;

impl Turn<'_> {
    /// Asks what falls due in the working days that are looked over.
    pub fn ask_outlook(&mut self) {
        let now = self.s.moment();
        let until = self.hours().horizon(now);
        self.s.sla.asked = Some((now, until));
        let generation = self.next();
        self.s.inner.outlook = generation;
        let asker = self.asker_then();
        self.fx.push(Effect::Outlook {
            generation,
            asker,
            until,
            limit: MARKS,
        });
    }

    /// It came; the cursor stays on its ticket.
    pub fn outlooked(&mut self, answer: Answer<Outlook>) {
        let on = self.s.marked_due().map(|m| m.id);
        match answer {
            Ok(outlook) => {
                let sla = &mut self.s.sla;
                (sla.error, sla.span) = (None, sla.asked);
                let at = outlook.marks.iter().position(|m| Some(m.id) == on);
                let last = outlook.marks.len().saturating_sub(1);
                sla.cursor = at.unwrap_or(sla.cursor).min(last);
                sla.outlook = Some(outlook);
                self.forecast();
            }
            Err(fault) => self.s.sla.error = Some(fault.what),
        }
    }

    /// Puts what falls due into hours and days, with who is known to be there.
    pub fn forecast(&mut self) {
        let s = &*self.s;
        let (Some(outlook), Some((now, until))) = (&s.sla.outlook, s.sla.span) else {
            return;
        };
        let team = Team {
            agents: &s.vocabulary.agents,
            absences: &s.vocabulary.absences,
        };
        let forecast = self.hours().forecast(&outlook.marks, team, now, until);
        self.s.sla.forecast = forecast;
    }

    fn hours(&self) -> Hours<'_> {
        Hours {
            calendar: &self.s.calendar,
            zone: self.s.zone,
        }
    }

    /// To the next or previous hour in which something falls due.
    pub fn hour(&mut self, forward: bool) {
        let sla = &self.s.sla;
        match sla.forecast.beside(sla.cursor, forward) {
            Some(mark) => {
                let by = mark.cast_signed() - sla.cursor.cast_signed();
                self.move_in(self.s.pane, by);
            }
            None => self.refuse("nothing falls due on that side of it"),
        }
    }

    /// Further ahead.
    pub fn later(&mut self, by_day: bool) {
        let at = self.hours().later(self.s.moment(), by_day);
        self.look_at(Some(at));
    }

    /// Less far ahead, at the least now.
    pub fn earlier(&mut self, by_day: bool) {
        let Some(at) = self.s.as_of else {
            return self.refuse("this is now; > looks ahead");
        };
        let at = self.hours().earlier(at, by_day, self.s.now);
        self.look_at(at);
    }

    /// A moment as it was typed.
    pub fn look_at_text(&mut self, arg: Option<&str>) {
        match arg {
            None => self.refuse(":at fri 17:00 shows what it will look like then; :at off is now"),
            Some("off" | "now") => self.look_at(None),
            Some(text) => match parse_when(text, self.s.now, &self.s.calendar) {
                Ok(at) => self.look_at(Some(at)),
                Err(why) => self.refuse(&why),
            },
        }
    }

    /// Shows that moment as if nothing were done until then; none: now.
    pub fn look_at(&mut self, at: Option<Instant>) {
        if self.s.as_of == at {
            return;
        }
        self.s.as_of = at;
        self.s.inner.ahead = Default::default();
        self.count_down(true);
        self.ask_list();
        self.ask_counts();
        self.ask_outlook();
    }

    /// Renews the words of deadlines where time has changed them, or everywhere.
    pub fn count_down(&mut self, all: bool) {
        let (moment, calendar) = (self.s.moment(), self.s.calendar.clone());
        let renew = |row: &mut QueueRow| {
            if all || row.countdown.changes_at.is_some_and(|at| at <= moment) {
                row.countdown = countdown(&row.ticket.due, moment, &calendar);
            }
        };
        self.s.queue.rows.iter_mut().for_each(renew);
        let detail = self.s.detail.as_mut();
        if let Some(d) = detail {
            d.row.iter_mut().for_each(renew);
            d.loaded.iter_mut().for_each(|l| renew(&mut l.row));
        }
    }

    /// Asks which tickets fall due next in the views that warn.
    pub fn ask_approaching(&mut self) {
        self.s.inner.warn_at = None;
        let ahead = Test::DueAt(When::Beyond(Span {
            count: 0,
            unit: Unit::Minutes,
        }));
        let warning = self.s.views.iter().filter(|v| v.warn);
        let lists: Vec<ListRequest> = warning
            .map(|v| ListRequest {
                query: v.query.clone().and(ahead.clone()),
                sort: Sort::Due,
                anchor: Anchor::First,
                before: 0,
                after: WATCHED,
            })
            .collect();
        if lists.is_empty() {
            return;
        }
        let generation = self.next();
        self.s.inner.approaching = generation;
        let asker = self.asker();
        self.fx.push(Effect::Approaching {
            generation,
            asker,
            lists,
        });
    }

    /// They came: what has passed a threshold is said, once, and the next look is set.
    pub fn approached(&mut self, found: Approaching) {
        let s = &mut *self.s;
        s.inner.said.extend(found.said);
        let rules = Rules {
            thresholds: &s.warn,
            policy: &s.policy,
            calendar: &s.calendar,
            zone: s.zone,
        };
        let mut look = warn::look(found.tickets.iter(), rules, &s.inner.said, s.now);
        s.inner.said = look.said;
        s.inner.warn_at = look.next;
        let known = std::mem::replace(&mut s.inner.warned, true);
        if !look.say.is_empty() {
            self.fx.push(Effect::KeepSaid(s.inner.said.clone()));
        }
        // Whoever has just taken a ticket has seen how little time it has.
        let just = s.now - TimeDelta::seconds(JUST_SECONDS);
        s.inner.handled.retain(|_, at| *at > just);
        look.say
            .retain(|w| !s.inner.handled.contains_key(&w.ticket));
        let Some(words) = warn::sentence(&look.say) else {
            return;
        };
        let words = line(&words);
        // Whoever has just begun looks at the screen.
        if known {
            self.fx.push(Effect::Bell);
            self.fx.push(Effect::Notify(words.clone()));
        }
        self.warn(words);
    }

    /// Says a warning. Nobody has waited for it: it stays longer than an answer, and behind what went wrong and
    /// what can still be taken back.
    fn warn(&mut self, words: Printable) {
        self.toast(Tone::Warning, words, None);
        let until = self.after(WARNING_MILLIS);
        let toasts = &mut self.s.toasts;
        if let Some(warning) = toasts.pop() {
            let first = |t: &Toast| t.tone == Tone::Bad || t.countdown;
            let before = toasts.iter().rev().take_while(|t| first(t)).count();
            let at = toasts.len() - before;
            toasts.insert(at, Toast { until, ..warning });
        }
    }
}
