//! A return: what goes back, what stays and why, and what is taken along all the same.

use crate::app::cover::CoverWish;
use crate::app::state::{BackView, Face, Go, Overlay, PreviewRow, Why};
use crate::domain::absence::{Return, take_along};
use crate::domain::text::{Printable, line};

use super::super::Turn;
use crate::app::cover_words::{called, digest, happened};

/// What goes back, those that are taken along included.
fn decided(view: &BackView) -> Return {
    let mut all = view.returning.found.clone();
    for key in &view.also {
        // Only what can come is taken along: the row says so before.
        let _ = take_along(&mut all, key, &view.returning.handed.who);
    }
    all
}

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
        let (view, found) = (b.clone(), decided(b));
        let handed = view.returning.handed.clone();
        let who = called(self.s, &handed.who);
        let rows = found.back.iter().map(|x| {
            let row = view.rows.iter().find(|r| r.key == x.key);
            let with = handed.tickets.iter().find(|t| t.key == x.key);
            PreviewRow {
                key: Printable::from(&x.key),
                subject: row.map(|r| r.subject.clone()).unwrap_or_default(),
                before: with.map(|t| called(self.s, &t.to)).unwrap_or_default(),
                after: who.clone(),
                skipped: None,
            }
        });
        let rows: Vec<PreviewRow> = rows.collect();
        let mut lines = digest(self.s, &view);
        if view.returning.ended.is_some() {
            lines.push(line("The absence ends now."));
        }
        lines.push(line("z in this pane takes all of it back."));
        let acts = found
            .back
            .iter()
            .map(|x| (x.ticket, x.version, x.act.clone()));
        let changes = self.batch(acts.collect());
        let n = changes.len();
        let many = if n == 1 { "ticket" } else { "tickets" };
        let said = line(&format!(
            "{n} {many} back with {who}, {} stay; z takes it back",
            found.stays.len()
        ));
        let wish = CoverWish::TakeBack {
            changes,
            handed: Box::new(handed),
            ended: view.returning.ended.map(Box::new),
            said,
        };
        self.confirm(
            &format!("give back {n} {many}"),
            lines,
            rows,
            Go::Cover(Box::new(wish)),
        );
    }
}
