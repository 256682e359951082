//! A return: what goes back, what stays and why, and what is taken along all the same.

use crate::app::cover::{CoverWish, Returning};
use crate::app::state::{Face, Go, Overlay, PreviewRow, Why};
use crate::domain::Instant;
use crate::domain::absence::{AbsenceId, bring_back};
use crate::domain::text::{Printable, line};
use crate::domain::ticket::TicketKey;

use super::super::Turn;
use crate::app::cover_words::{called, digest, happened};

impl Turn<'_> {
    /// Takes the ticket under the cursor along, or not.
    pub fn take_along(&mut self) {
        let Face::Back(b) = &mut self.s.coverage.face else {
            return;
        };
        let Some(row) = b.rows.get(b.cursor) else {
            return;
        };
        if row.happened.is_empty() {
            return self.refuse("it goes back as it was; nobody touched it");
        }
        if !row.can_come() {
            return self.refuse("it is back already or over; there is nothing to take back");
        }
        let key = row.key.clone();
        if !b.also.remove(&key) {
            b.also.insert(key);
        }
        self.move_in_coverage(1);
    }

    /// Explains a row.
    pub fn why_back(&mut self) {
        let Face::Back(b) = &self.s.coverage.face else {
            return;
        };
        let Some(row) = b.rows.get(b.cursor) else {
            return self.refuse("there is no ticket under the cursor");
        };
        let mut lines: Vec<Printable> = Vec::new();
        if row.happened.is_empty() {
            lines.push(line("Nobody touched it: it goes back exactly as it was."));
        } else {
            lines.push(line("It stays, because since it was handed over:"));
            let all = row.happened.iter();
            lines.extend(
                all.map(|h| line(&format!("  {}", happened(self.s, std::slice::from_ref(h))))),
            );
            if row.can_come() {
                lines.push(line("Space takes it along all the same."));
            }
        }
        if row.wrote {
            lines.push(line("The requester wrote: it waits for an answer."));
        }
        self.s.overlays.push(Overlay::Why(Why {
            title: line(&format!("#{} {}", row.key, row.subject)),
            lines,
            scroll: 0,
        }));
    }

    /// Asks before anything goes back.
    pub fn ask_give_back(&mut self) {
        let Face::Back(b) = &self.s.coverage.face else {
            return;
        };
        if b.stale {
            return self.refuse("tickets changed since this was looked at; R looks anew");
        }
        let (view, me, now) = (b.clone(), self.s.me.clone(), self.s.now);
        let Returning {
            handed,
            found,
            ended,
            ..
        } = &view.returning;
        let also: Vec<TicketKey> = view.also.iter().cloned().collect();
        let inner = &mut self.s.inner;
        let new = &mut || inner.id(now);
        let back = bring_back((handed, found), &also, ended.clone(), &me, (now, new));
        let who = called(self.s, &handed.who);
        let rows = back.changes.iter().map(|c| {
            let row = view.rows.iter().find(|r| r.ticket == c.ticket);
            let with = handed.tickets.iter().find(|t| t.ticket == c.ticket);
            PreviewRow {
                key: row.map(|r| Printable::from(&r.key)).unwrap_or_default(),
                subject: row.map(|r| r.subject.clone()).unwrap_or_default(),
                before: with.map(|t| called(self.s, &t.to)).unwrap_or_default(),
                after: who.clone(),
                skipped: None,
            }
        });
        let rows: Vec<PreviewRow> = rows.collect();
        let mut lines = digest(self.s, &view);
        lines.extend(match ended {
            Some(_) => Some(line("The absence ends now.")),
            None => self.goes_on(&handed.absence, handed.from),
        });
        lines.push(line("z takes all of it back."));
        let n = back.changes.len();
        let many = if n == 1 { "ticket" } else { "tickets" };
        let said = line(&format!(
            "{n} {many} back with {who}, {} stay; z takes it back",
            handed.tickets.len().saturating_sub(n)
        ));
        let wish = CoverWish::TakeBack(Box::new(back), said);
        self.confirm(
            &format!("give back {n} {many}"),
            lines,
            rows,
            Go::Cover(Box::new(wish)),
        );
    }

    /// What a return means for an absence that is not over.
    fn goes_on(&self, absence: &AbsenceId, from: Instant) -> Option<Printable> {
        let office = &self.s.coverage.office;
        let ends = office.ends(office.open(absence, from)?);
        (ends > self.s.now).then(|| {
            line("The absence stays planned, and nothing more is passed on: H hands over again.")
        })
    }
}
