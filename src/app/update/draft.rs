//! The text that is being written and the one on disk: read, saved, and joined with what
//! somebody else wrote there meanwhile.

use crate::app::effect::Effect;
use crate::app::event::Answer;
use crate::app::state::Tone;
use crate::domain::Instant;
use crate::domain::text::line;
use crate::domain::thread::{Draft, DraftPlace, Kept};
use crate::domain::ticket::TicketId;

use super::Turn;
use super::composer::area;

/// So many texts that may stand on disk are remembered: saves that are under way.
const SEEN: usize = 16;
/// After a failure it is tried again so much later.
pub(super) const RETRY_MILLIS: i64 = 5000;

impl Turn<'_> {
    /// The drafts on disk are known now.
    pub fn drafts_known(&mut self, ticket: TicketId, drafts: Vec<Draft>) {
        if let Some(place) = self.s.inner.draft_unknown.filter(|p| p.0 == ticket) {
            let there = drafts.iter().find(|d| d.place() == place).cloned();
            let nothing = Draft {
                ticket,
                visibility: place.1,
                body: String::new(),
                files: Vec::new(),
                at: self.s.now,
            };
            self.saw(place, there.unwrap_or(nothing));
        }
        self.drafts_here(ticket, drafts);
    }

    /// This stood on disk, or was sent there.
    fn saw(&mut self, place: DraftPlace, draft: Draft) {
        let seen = self.s.inner.seen.entry(place).or_default();
        seen.retain(|d| (&d.body, &d.files) != (&draft.body, &draft.files));
        seen.push(draft);
        // The first is what is there if none of the later ones came to the disk.
        if seen.len() > SEEN {
            seen.remove(1);
        }
    }

    /// The drafts of a ticket: the open text goes on from its own.
    pub fn drafts_here(&mut self, ticket: TicketId, drafts: Vec<Draft>) {
        if let Some((wanted, visibility)) = self.s.inner.compose
            && wanted == ticket
        {
            self.s.inner.compose = None;
            return self.compose(visibility);
        }
        let Some(place) = self.s.inner.draft_unknown.filter(|p| p.0 == ticket) else {
            return;
        };
        self.s.inner.draft_unknown = None;
        let unsaved = self.s.inner.unsaved.take_if(|p| *p == place).is_some();
        let draft = drafts.into_iter().find(|d| d.place() == place);
        let c = self.s.composer.as_mut();
        let (Some(c), Some(draft)) = (c.filter(|c| (c.ticket, c.visibility) == place), draft)
        else {
            return;
        };
        c.saved = (!unsaved).then_some(draft.at);
        let typed = c.draft(draft.at);
        let known = draft.body.contains(typed.body.as_str());
        let both = if known { draft } else { draft.joined(typed) };
        c.area = area(&both.body);
        c.files = both.files;
        if unsaved || !known {
            self.touched();
        }
    }

    /// Puts the draft on disk.
    pub fn save_draft(&mut self) {
        self.s.inner.save_at = None;
        let Some(c) = &self.s.composer else {
            return;
        };
        let Some(at) = c.touched else {
            return;
        };
        let draft = c.draft(at);
        let place = draft.place();
        let seen = self.s.inner.draft_seen(place);
        self.s.inner.drafts.insert(place, draft.clone());
        // The next save finds this one there, if that is not told before.
        self.saw(place, draft.clone());
        self.fx.push(Effect::SaveDraft(draft, seen));
    }

    /// Somebody else wrote there too: the open text gets those words, and goes on.
    fn draft_met(&mut self, place: DraftPlace, at: Instant, kept: Kept) {
        let (text, there) = match kept {
            Kept::Whole => return,
            Kept::Again => (
                "this draft was sent or deleted elsewhere; your text is kept",
                None,
            ),
            Kept::Joined(there) => (
                "this draft was changed elsewhere; both texts are kept",
                Some(there),
            ),
        };
        self.toast(Tone::Bad, line(text), None);
        let Some(there) = there else {
            return;
        };
        let sent = self.s.inner.seen.get(&place);
        let sent = sent.and_then(|all| all.iter().find(|d| d.at == at));
        let base = sent.map(|d| d.body.clone());
        self.saw(place, there.clone());
        if let Some(mine) = self.s.inner.drafts.get_mut(&place).filter(|d| d.at <= at) {
            *mine = Draft {
                at: mine.at,
                ..there.clone()
            };
        }
        let open = self.s.composer.as_mut();
        let Some(c) = open.filter(|c| (c.ticket, c.visibility) == place) else {
            return;
        };
        let typed = c.draft(at);
        let since = base
            .as_ref()
            .and_then(|b| typed.body.strip_prefix(b.as_str()));
        let mut both = match since {
            // What was typed since the save goes on where the joined text ends.
            Some(since) => Draft {
                body: format!("{}{since}", there.body),
                files: typed.files,
                ..there.clone()
            },
            None => there
                .clone()
                .with_later(typed, base.as_deref().unwrap_or("")),
        };
        for file in &there.files {
            if !both.files.contains(file) {
                both.files.push(file.clone());
            }
        }
        let more = (&both.body, &both.files) != (&there.body, &there.files);
        c.area = area(&both.body);
        c.files = both.files;
        c.popup = None;
        if more {
            self.touched();
        }
    }

    /// The draft is on disk, or is not.
    pub fn draft_saved(&mut self, place: DraftPlace, at: Instant, answer: Answer<Kept>) {
        let retry = self.after(RETRY_MILLIS);
        let open = self.s.composer.as_mut();
        let open = open.filter(|c| (c.ticket, c.visibility) == place);
        match (open, answer) {
            (open, Ok(kept)) => {
                if let Some(c) = open {
                    c.error = None;
                    c.saved = Some(at);
                    if c.touched.is_some_and(|t| t <= at) {
                        c.touched = None;
                    }
                }
                // What stood there before was written over.
                if let Some(seen) = self.s.inner.seen.get_mut(&place) {
                    seen.retain(|d| d.at >= at);
                }
                self.draft_met(place, at, kept);
                self.draft_on_disk(place, at);
            }
            (Some(c), Err(fault)) => {
                c.error = Some(fault.what);
                self.s.inner.save_at.get_or_insert(retry);
            }
            (None, Err(fault)) => {
                self.fault(fault);
                // It is nowhere but here: back on the screen with it.
                if self.s.inner.drafts.contains_key(&place) {
                    self.s.inner.unsaved = Some(place);
                    self.text_back(place.0, place.1);
                }
            }
        }
    }

    /// The disk has the text: it is the truth from now on.
    fn draft_on_disk(&mut self, place: DraftPlace, at: Instant) {
        let saved = self.s.inner.drafts.get(&place).filter(|d| d.at <= at);
        let Some(draft) = saved.cloned() else {
            return;
        };
        self.s.inner.drafts.remove(&place);
        let shown = self.s.detail.as_mut().filter(|d| d.ticket == place.0);
        if let Some(l) = shown.and_then(|d| d.loaded.as_mut()) {
            l.thread.drafts.retain(|d| d.place() != place);
            l.thread.drafts.push(draft);
        }
        // The row says so from the first time on.
        let row = self.s.queue.rows.iter().find(|r| r.ticket.id == place.0);
        if row.is_some_and(|r| !r.ticket.draft) && !self.s.queue.loading {
            self.ask_list();
        }
    }

    /// Gives a draft up, on disk too.
    pub fn forget_draft(&mut self, place: DraftPlace) {
        self.s.inner.drafts.remove(&place);
        let shown = self.s.detail.as_mut().filter(|d| d.ticket == place.0);
        if let Some(l) = shown.and_then(|d| d.loaded.as_mut()) {
            l.thread.drafts.retain(|d| d.place() != place);
        }
        let seen = self.s.inner.draft_seen(place);
        self.s.inner.seen.remove(&place);
        self.fx.push(Effect::DropDraft(seen));
    }
}
