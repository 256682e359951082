//! The report and the disk: saved at every pause, and joined with what another window wrote.

use chrono::TimeDelta;

use crate::app::event::Answer;
use crate::app::reports::ReportWish;
use crate::app::state::{Form, Saving, Tone};
use crate::domain::Instant;
use crate::domain::report::{Draft, Field, Kept, ReportId, merge};
use crate::domain::text::line;

use super::super::Turn;

/// A report is saved so long after the first key that is not on disk.
const SAVE_MILLIS: i64 = 800;
/// After a failure it is tried again so much later.
const RETRY_MILLIS: i64 = 5000;

impl Turn<'_> {
    /// Something in the form changed.
    pub(super) fn form_touched(&mut self) {
        let (now, at) = (self.s.now, self.after(SAVE_MILLIS));
        if let Some(f) = self.s.report.form.as_mut() {
            // Later than the save that is under way, even in the same tick of the clock.
            let last = f.touched.map(|t| t + TimeDelta::nanoseconds(1));
            f.touched = last.max(Some(now));
            // What is changed has to pass the gate again.
            f.kept.through = None;
            self.s.inner.report_save_at.get_or_insert(at);
        }
        self.judge();
    }

    /// Puts the open report on disk, if it is not there.
    pub fn save_report(&mut self) {
        self.s.inner.report_save_at = None;
        let (now, me) = (self.s.now, self.s.me.clone());
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        // One at a time: the next is sent when it is known what became of this one.
        if f.touched.is_none() || f.saving.is_some() {
            return;
        }
        if f.is_empty() && f.kept.ticket.is_none() {
            // What is to become a ticket and says nothing is not kept.
            let (id, was) = (f.id(), f.base_at.take());
            (f.touched, f.base) = (None, Draft::default());
            if was.is_some() {
                self.report_wish(ReportWish::Drop(id));
            }
            return;
        }
        let wish = f.begin_saving(now, me);
        self.report_wish(wish);
    }

    /// It is on disk, or is not.
    pub fn report_saved(&mut self, id: ReportId, at: Instant, answer: Answer<Option<Box<Kept>>>) {
        self.s
            .inner
            .parked
            .retain(|f| f.id() != id || answer.is_err());
        let again = self.after(RETRY_MILLIS);
        let zone = self.s.zone;
        let mine = |f: &&mut Box<Form>| {
            let sent = f.saving.as_ref().is_some_and(|s| s.at == at);
            f.id() == id && sent
        };
        let Some(f) = self.s.report.form.as_mut().filter(mine) else {
            return match answer {
                Ok(_) => {}
                Err(fault) => self.fault(fault),
            };
        };
        let Some(saving) = f.saving.take() else {
            return;
        };
        match answer {
            Err(fault) => {
                f.base = saving.base;
                f.error = Some(fault.what);
                self.s.inner.report_save_at.get_or_insert(again);
                self.s.inner.escalate_saved = None;
            }
            Ok(there) => {
                (f.error, f.saved, f.base_at) = (None, Some(at), Some(at));
                if f.touched.is_some_and(|t| t <= at) {
                    f.touched = None;
                } else {
                    self.s.inner.report_save_at.get_or_insert(self.s.now);
                }
                if let Some(there) = there {
                    let both = written_over(&saving.sent, &there.draft);
                    f.meet(&saving.sent, *there, zone);
                    self.met(&both);
                }
            }
        }
        self.judge();
        self.escalate_when_saved();
    }

    /// The disk has another report than this form knows: somebody else wrote there.
    pub(super) fn meet_disk(&mut self) {
        let zone = self.s.zone;
        let look = self.s.report.look.as_ref();
        let (there, told) = match look {
            Some(l) => (l.kept.clone(), l.told.clone()),
            None => return,
        };
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        // Nobody has done anything in it yet: an answer that comes now gets the keys.
        let fresh = f.touched.is_none() && f.left.is_empty();
        let knew = f.offers.iter().any(|o| o.answers);
        f.offers = told.offers;
        f.offers.retain(|o| {
            let refused = crate::domain::report::Refused::of(&o.suggestion.value);
            !f.kept.refused.contains(&refused)
        });
        // A report that was read before the latest save says nothing new.
        let newer = there.filter(|k| {
            let later = f.base_at.is_none_or(|at| k.at >= at);
            later && f.saving.is_none() && k.draft != f.base
        });
        if let Some(there) = newer {
            let base = f.base.clone();
            let both = f.meet(&base, there, zone);
            self.met(&both);
        }
        if fresh && !knew {
            self.go_to_answer();
        }
        self.judge();
    }

    fn met(&mut self, both: &[Field]) {
        let names: Vec<&str> = both.iter().map(|f| f.word()).collect();
        let text = if names.is_empty() {
            "this report was changed elsewhere; both changes are kept".to_owned()
        } else {
            format!(
                "this report was changed elsewhere; both texts are kept in {}",
                names.join(", ")
            )
        };
        self.toast(Tone::Warning, line(&text), None);
    }

    /// The form gives way to another. It is kept until the disk has it.
    pub(super) fn park(&mut self) {
        if self.s.report.form.is_none() {
            return;
        }
        self.left_field();
        self.save_report();
        self.s.inner.report_save_at = None;
        if let Some(f) = self.s.report.form.take()
            && (f.saving.is_some() || f.touched.is_some())
        {
            self.s.inner.parked.push(*f);
        }
    }

    /// All that is not on disk, for the way out.
    pub fn save_all_reports(&mut self) {
        self.park();
        let (now, me) = (self.s.now, self.s.me.clone());
        let mut wishes = Vec::new();
        for f in &mut self.s.inner.parked {
            let sent = f.saving.as_ref().is_some_and(|s| s.sent == f.kept.draft);
            if !sent && f.touched.is_some() {
                wishes.push(f.begin_saving(now, me.clone()));
            }
        }
        for wish in wishes {
            self.report_wish(wish);
        }
    }
}

/// The fields in which something else stands than was sent: two have written there.
fn written_over(sent: &Draft, there: &Draft) -> Vec<Field> {
    let differs = |field: &Field| {
        let mut with = sent.clone();
        with.take(*field, there);
        with != *sent && sent.has(*field)
    };
    Field::ALL.iter().copied().filter(differs).collect()
}

impl Form {
    fn begin_saving(&mut self, now: Instant, me: crate::domain::people::AgentId) -> ReportWish {
        (self.kept.at, self.kept.by) = (now, me);
        let base = std::mem::replace(&mut self.base, self.kept.draft.clone());
        self.saving = Some(Saving {
            at: now,
            sent: self.kept.draft.clone(),
            base: base.clone(),
        });
        // Touched no later than what is sent.
        self.touched = Some(now);
        ReportWish::Save {
            report: Box::new(self.kept.clone()),
            base: Box::new(base),
        }
    }

    /// Joins what stands there with what stands in the fields, `base` being what both began with;
    /// gives the fields in which two texts stand now.
    fn meet(&mut self, base: &Draft, there: Kept, zone: chrono_tz::Tz) -> Vec<Field> {
        let (draft, both) = merge(base, &self.kept.draft, &there.draft);
        let mut before = std::mem::replace(&mut self.kept.draft, draft);
        self.base = there.draft;
        self.base_at = Some(there.at);
        self.kept.id = there.id;
        self.kept.asked = there.asked.or(self.kept.asked.take());
        if self.kept.draft == self.base {
            self.kept.through = there.through;
        }
        for field in Field::ALL {
            // A text that stays as it is keeps its cursor and what can be undone in it.
            let stood = before.clone();
            before.take(*field, &self.kept.draft);
            if before != stood {
                self.show(*field, zone);
            }
        }
        both
    }
}
