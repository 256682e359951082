//! Taking back the latest batch, and doing it again.

use rusqlite::{OptionalExtension, params};

use super::hand::Turned;
use super::lay::{Scene, parse, to_json};
use super::outbox::{changes, identity, tidy};
use super::{Result, Undone, audit, draft};
use crate::domain::Instant;
use crate::domain::change::{Act, BatchId, Change, ChangeId, Stage};
use crate::domain::gate;
use crate::domain::people::AgentId;
use crate::domain::thread::{Draft, DraftPlace, MessageId, Visibility};
use crate::domain::ticket::{Ticket, TicketId};

impl Scene<'_> {
    /// Makes what was not sent yet a draft again; text that is being written there stays in front.
    pub fn text_back(
        &self,
        on: TicketId,
        change: &Change,
        now: Instant,
    ) -> Result<Option<DraftPlace>> {
        let Act::Say {
            visibility,
            body,
            attachments,
            ..
        } = &change.act
        else {
            return Ok(None);
        };
        if self.is_of_the_gate(change)? {
            return Ok(None);
        }
        draft::join(
            self.conn,
            Draft {
                ticket: on,
                visibility: *visibility,
                body: body.raw().to_owned(),
                at: now,
                files: attachments.clone(),
            },
        )?;
        Ok(Some((on, *visibility)))
    }

    /// A note that the program made about a status or an escalation: it goes with it, nobody wrote it.
    fn is_of_the_gate(&self, change: &Change) -> Result<bool> {
        let Act::Say {
            visibility: Visibility::Internal,
            body,
            ..
        } = &change.act
        else {
            return Ok(false);
        };
        let past = gate::is_past_the_gate(body.raw());
        let batch = change.batch.0.as_bytes().as_slice();
        let with = changes(self.conn, "batch = ?1", [batch])?;
        Ok(with.iter().any(|c| {
            c.ticket == change.ticket
                && match c.act {
                    Act::Status { to } => past && !to.is_live(),
                    Act::Merge { .. } => past,
                    Act::Owner { .. } => true,
                    _ => false,
                }
        }))
    }

    /// The text that came back as a draft goes out again: it is not kept twice. Text that
    /// was written in front of it stays.
    fn use_up_draft(&self, change: &Change) -> Result<()> {
        let Act::Say { body, .. } = &change.act else {
            return Ok(());
        };
        let end = format!("\n\n{}", body.raw());
        // Where it was written, where that went by a merge, or where it came from by a split.
        let mut places = vec![
            change.ticket.0,
            super::put::lives_on_in(self.conn, change.ticket)?.0,
        ];
        let mut home = self
            .conn
            .prepare_cached("SELECT other FROM link WHERE ticket = ?1 AND kind = 3")?;
        for at in home.query_map([change.ticket.0], |r| r.get(0))? {
            places.push(at?);
        }
        for mut d in places
            .into_iter()
            .map(|at| draft::of(self.conn, TicketId(at)))
            .collect::<Result<Vec<_>>>()?
            .into_iter()
            .flatten()
        {
            let rest = d.body.strip_suffix(end.as_str()).map(str::to_owned);
            if d.body == body.raw() {
                draft::forget(self.conn, d.ticket, d.visibility)?;
            } else if let Some(rest) = rest {
                d.body = rest;
                draft::keep(self.conn, &d)?;
            }
        }
        Ok(())
    }

    /// What was said in a ticket that was split off comes home when the split is taken back, and
    /// goes there again when it is done again: the split takes it along from now on.
    pub fn split_takes_along(&self, home: TicketId, new: TicketId) -> Result<()> {
        let said: Vec<MessageId> = self
            .conn
            .prepare_cached(
                "SELECT id FROM message WHERE ticket = ?1 AND waiting = 0 ORDER BY at, id",
            )?
            .query_map([new.0], |r| Ok(MessageId(r.get(0)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let splits = changes(
            self.conn,
            "ticket = ?1 AND json ->> '$.act.act' = 'split' AND json ->> '$.act.new' = ?2",
            [home.0, new.0],
        )?;
        for mut split in splits {
            if let Act::Split { messages, .. } = &mut split.act {
                let more = said.iter().filter(|m| !messages.contains(m)).copied();
                let more: Vec<MessageId> = more.collect();
                messages.extend(more);
            }
            self.conn
                .prepare_cached("UPDATE outbox SET json = ?2 WHERE id = ?1")?
                .execute(params![
                    split.id.0.as_bytes().as_slice(),
                    to_json("a change", &split)?
                ])?;
        }
        Ok(())
    }

    /// Takes back the latest batch of this person.
    pub fn undo(&mut self, me: &AgentId, now: Instant) -> Result<Option<Undone>> {
        let Some(batch) = self.last_batch(me, "state = 0 ORDER BY seq DESC")? else {
            return Ok(None);
        };
        let mut told = Told::new("Took back");
        let all = self.of_batch(&batch)?;
        // One ticket's text was written by hand; a macro's words on many are nobody's draft.
        let first = all.first().map(|(c, ..)| c.ticket);
        let by_hand = all.iter().all(|(c, ..)| Some(c.ticket) == first);
        let undo_batch = BatchId(identity(now));
        let (of, mut taken) = (all.len(), Vec::new());
        for (change, stage, inverse) in all.into_iter().rev() {
            let Ok(shown) = self.ticket(change.ticket) else {
                continue;
            };
            if let Some(why) = self.is_being_sent_from(&change)? {
                told.left(why);
                continue;
            }
            match (stage, inverse) {
                (Stage::Waiting | Stage::Conflict, _) => {
                    told.tickets
                        .extend(self.withdraw(&change, Stage::Withdrawn, None)?);
                    if by_hand {
                        let text = self.text_back(change.ticket, &change, now)?;
                        told.text_back = told.text_back.or(text);
                    }
                    taken.push(change.ticket);
                    told.done(change.act.field(), &shown);
                }
                (Stage::Confirmed | Stage::InFlight, Some(act)) if holds(&change.act, &shown) => {
                    self.forget_event(&change, &shown)?;
                    let base = shown.version;
                    let back = Change {
                        id: ChangeId(identity(now)),
                        batch: undo_batch,
                        ticket: change.ticket,
                        at: now,
                        by: me.clone(),
                        base,
                        not_before: None,
                        act,
                    };
                    told.tickets.extend(self.commit(&[back], false)?.tickets);
                    self.conn
                        .prepare_cached("UPDATE outbox SET reason = 'undone' WHERE id = ?1")?
                        .execute([change.id.0.as_bytes().as_slice()])?;
                    taken.push(change.ticket);
                    told.done(change.act.field(), &shown);
                }
                (Stage::Confirmed | Stage::InFlight, Some(_)) => told.left(format!(
                    "the {} of {} was changed by somebody since",
                    change.act.field(),
                    shown.key
                )),
                (Stage::Confirmed | Stage::InFlight, None)
                    if matches!(change.act, Act::Say { .. }) =>
                {
                    told.left(format!(
                        "the {} on {} has been sent",
                        change.act.field(),
                        shown.key
                    ));
                }
                _ => {}
            }
        }
        let back = Turned {
            tickets: &taken,
            of,
        };
        told.meant = self.mean_no_more(&batch, back, now)?;
        self.conn
            .prepare_cached("UPDATE batch SET state = ?2, undone = (SELECT coalesce(max(undone), 0) + 1 FROM batch WHERE by = ?3 AND state = 1) WHERE id = ?1")?
            .execute(params![batch, if told.is_something() { 1 } else { 2 }, me.as_str()])?;
        audit::add(self.conn, now, me.as_str(), None, "undo", &told.sentence())?;
        Ok(Some(told.finish()))
    }

    /// Why a split cannot be taken back now: something of the ticket that it made is on its way.
    fn is_being_sent_from(&self, change: &Change) -> Result<Option<String>> {
        let Act::Split { new: Some(new), .. } = change.act else {
            return Ok(None);
        };
        let on_its_way = changes(self.conn, "ticket = ?1 AND stage = 2", [new.0])?;
        let Some(first) = on_its_way.first() else {
            return Ok(None);
        };
        Ok(Some(format!(
            "the {} of {} is being sent",
            first.act.field(),
            self.ticket(new)?.key
        )))
    }

    /// Does again what was taken back last.
    pub fn redo(&mut self, me: &AgentId, now: Instant) -> Result<Option<Undone>> {
        let Some(batch) = self.last_batch(me, "state = 1 ORDER BY undone DESC")? else {
            return Ok(None);
        };
        let again = changes(
            self.conn,
            "batch = ?1 AND (stage = 6 OR reason = 'undone') ORDER BY seq",
            [&batch],
        )?;
        let mut told = Told::new("Did again");
        let touched = self.touched_since(&batch, now)?;
        let (of, mut done) = (again.len(), Vec::new());
        let fresh = BatchId(identity(now));
        // Other batches that were taken back stay on the pile: only what is new clears it.
        self.conn.execute(
            "UPDATE batch SET state = 3 WHERE by = ?1 AND state = 1",
            [me.as_str()],
        )?;
        let mut used = Vec::new();
        for change in &again {
            if let Ok(shown) = self.ticket(change.ticket)
                && self.against(change, &shown)?.is_none()
            {
                self.use_up_draft(change)?;
                used.push(change.id);
            }
        }
        for mut change in again {
            let Ok(shown) = self.ticket(change.ticket) else {
                continue;
            };
            if touched.contains(&change.ticket) {
                told.left(format!("{} was touched by somebody since", shown.key));
                continue;
            }
            if let Some(why) = self.against(&change, &shown)? {
                if used.contains(&change.id) {
                    self.text_back(change.ticket, &change, now)?;
                }
                told.left(why);
                continue;
            }
            (change.id, change.batch, change.base) =
                (ChangeId(identity(now)), fresh, shown.version);
            // What leaves the machine can be taken back as long as the first time.
            change.not_before = change.not_before.map(|at| now + (at - change.at));
            change.at = now;
            told.done(change.act.field(), &shown);
            done.push(change.ticket);
            told.tickets.extend(self.commit(&[change], true)?.tickets);
        }
        let again = Turned { tickets: &done, of };
        told.meant = self.mean_again(&batch, (fresh, me), again, now)?;
        self.conn.execute(
            "UPDATE batch SET state = 1 WHERE by = ?1 AND state = 3",
            [me.as_str()],
        )?;
        self.conn
            .prepare_cached("UPDATE batch SET state = 2 WHERE id = ?1")?
            .execute([&batch])?;
        Ok(Some(told.finish()))
    }

    /// The first batch of this person in that state and order.
    fn last_batch(&self, me: &AgentId, which: &'static str) -> Result<Option<Vec<u8>>> {
        let sql = format!("SELECT id FROM batch WHERE by = ?1 AND {which} LIMIT 1");
        let mut stmt = self.conn.prepare_cached(&sql)?;
        Ok(stmt.query_row([me.as_str()], |r| r.get(0)).optional()?)
    }

    fn of_batch(&self, batch: &[u8]) -> Result<Vec<(Change, Stage, Option<Act>)>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT json, stage, inverse FROM outbox WHERE batch = ?1 ORDER BY seq",
        )?;
        let mut found = stmt.query([batch])?;
        let mut out = Vec::new();
        while let Some(r) = found.next()? {
            let inverse = r
                .get::<_, Option<String>>(2)?
                .map(|j| parse("an act", &j))
                .transpose()?;
            out.push((
                parse("a change", &r.get::<_, String>(0)?)?,
                Stage::from_code(r.get(1)?).unwrap_or(Stage::Waiting),
                inverse,
            ));
        }
        Ok(out)
    }
}

/// Whether what an act wanted is still so.
fn holds(act: &Act, t: &Ticket) -> bool {
    match act {
        Act::Status { to } => t.status == *to,
        Act::Priority { to } => t.priority == *to,
        Act::Assign { to } => t.assignee == *to,
        Act::Snooze { until } => t.snoozed_until == *until || t.snoozed_until.is_none(),
        Act::AddLabel { label } => t.labels.contains(label),
        Act::RemoveLabel { label } => !t.labels.contains(label),
        Act::Subject { to } => t.subject == *to,
        Act::Kind { to } => t.kind == *to,
        Act::Tenant { to } => t.tenant == *to,
        Act::Workspace { to } => t.workspace == *to,
        Act::Merge { into } => t.merged_into == Some(*into),
        Act::Unmerge { .. } => t.merged_into.is_none(),
        _ => true,
    }
}

/// Puts what happened into a sentence.
struct Told {
    verb: &'static str,
    /// What it was beside its changes: a hand-over, a return.
    meant: Option<String>,
    count: usize,
    fields: Vec<&'static str>,
    keys: Vec<String>,
    left: Vec<String>,
    tickets: Vec<TicketId>,
    text_back: Option<DraftPlace>,
}

impl Told {
    const fn new(verb: &'static str) -> Self {
        Self {
            verb,
            meant: None,
            count: 0,
            fields: Vec::new(),
            keys: Vec::new(),
            left: Vec::new(),
            tickets: Vec::new(),
            text_back: None,
        }
    }

    fn done(&mut self, field: &'static str, t: &Ticket) {
        self.count += 1;
        if !self.fields.contains(&field) {
            self.fields.push(field);
        }
        let key = t.key.to_string();
        if !self.keys.contains(&key) {
            self.keys.push(key);
        }
    }

    fn left(&mut self, why: String) {
        self.left.push(why);
    }

    /// Something was taken back, or done again.
    const fn is_something(&self) -> bool {
        self.count > 0 || self.meant.is_some()
    }

    fn sentence(&self) -> String {
        let mut s = match (self.count, self.keys.as_slice()) {
            (n, _) if self.meant.is_some() => {
                let what = self.meant.as_deref().unwrap_or_default();
                let many = if n == 1 { "ticket" } else { "tickets" };
                format!("{} {what}, with {n} {many}", self.verb)
            }
            (0, _) => "Nothing was changed".to_owned(),
            (_, [key]) => format!("{} the {} of {key}", self.verb, self.fields.join(", ")),
            (_, keys) => format!(
                "{} the {} of {} tickets",
                self.verb,
                self.fields.join(", "),
                keys.len()
            ),
        };
        if let Some(first) = self.left.first() {
            s.push_str(&format!("; left as it is: {first}"));
            if self.left.len() > 1 {
                s.push_str(&format!(" (and {} more)", self.left.len() - 1));
            }
        }
        s
    }

    fn finish(mut self) -> Undone {
        tidy(&mut self.tickets);
        Undone {
            what: self.sentence(),
            tickets: self.tickets,
            text_back: self.text_back,
            done: self.count.max(usize::from(self.meant.is_some())),
        }
    }
}
