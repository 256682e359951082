//! Keeping what a desk over a network tells, together with where the next pull goes on.

use rusqlite::{OptionalExtension, params};

use super::hear::Heard;
use super::lay::{Scene, link_code, new_id, to_json};
use super::order::Order;
use super::outbox::tidy;
use super::rows::{self, ms, whole_ms};
use super::{Asked, KeptPull, Result, import, meet, outbox, put, remote};
use crate::domain::Instant;
use crate::domain::change::{Act, LinkKind};
use crate::domain::conflict::overlay;
use crate::domain::remote::{Pulled, Told, ToldFields, ToldNames};
use crate::domain::sla::{Beside, TheirDue};
use crate::domain::ticket::{Due, Ticket, TicketId, TicketKey, Turn};

impl Scene<'_> {
    /// Keeps one step of a pull, and where the next goes on.
    pub fn keep(&mut self, pulled: &Pulled, asked: Asked, now: Instant) -> Result<KeptPull> {
        let mut kept = KeptPull::default();
        let order = self.order(asked)?;
        if let Some(names) = &pulled.names {
            kept.names = self.keep_names(names)?;
        }
        for told in &pulled.tickets {
            self.keep_told(told, order, now, &mut kept)?;
        }
        for (key, gone) in &pulled.gone {
            self.let_go(key, gone, now, &mut kept)?;
        }
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO meta VALUES('cursor', ?1)")?
            .execute([&pulled.cursor.0])?;
        tidy(&mut kept.tickets);
        Ok(kept)
    }

    /// Keeps what is told of one ticket. What only happened to a ticket whose fields nobody has
    /// told waits until they are.
    pub fn keep_told(
        &mut self,
        told: &Told,
        order: Order,
        now: Instant,
        kept: &mut KeptPull,
    ) -> Result<()> {
        match (put::by_key(self.conn, &told.key)?, &told.fields) {
            (Some(id), _) => {
                let unclear = told.fields.is_some() && self.is_unclear(id, order.asked)?;
                if unclear {
                    self.tell_again(id, &only_what_happened(told), now, kept)?;
                } else {
                    self.tell_again(id, told, now, kept)?;
                }
                self.keep_in_order(id, order, unclear)
            }
            (None, Some(fields)) => self.tell_first(told, &settled(fields), order, kept),
            (None, None) => Ok(()),
        }
    }

    fn tell_first(
        &mut self,
        told: &Told,
        fields: &ToldFields,
        order: Order,
        kept: &mut KeptPull,
    ) -> Result<()> {
        let id = new_id(self.conn, fields.created)?;
        let mut t = overlay(&blank(id, told.key.clone(), fields), fields);
        t.unread = t.status.is_live();
        self.meet_first(id, t.updated)?;
        self.hear(id, &told.entries, t.updated)?;
        self.relive(&mut t)?;
        self.keep_their_due(id, &fields.due)?;
        let t = put::with_due(self.conn, self.rules, put::history(self.conn, t)?)?;
        put::write(self.conn, None, &t, &mut self.counters)?;
        put::index_words(self.conn, &t)?;
        self.note_told(id, told, false)?;
        self.keep_in_order(id, order, false)?;
        if let Some(links) = &told.links {
            self.keep_links(id, links)?;
        }
        if self.merge_those_that_waited(&told.key, id)? {
            self.reindex(&[id])?;
        }
        self.tie_those_that_waited(&told.key, id)?;
        kept.tickets.push(id);
        Ok(())
    }

    /// The ticket is the desk's from now on; what happened up to then came with it.
    fn meet_first(&self, id: TicketId, since: Instant) -> Result<Instant> {
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO told(ticket, since) VALUES(?1, ?2)")?
            .execute(params![id.0, ms(since)])?;
        let since = self
            .conn
            .prepare_cached("SELECT since FROM told WHERE ticket = ?1")?
            .query_row([id.0], |r| r.get(0))?;
        Ok(rows::at(since))
    }

    fn tell_again(
        &mut self,
        id: TicketId,
        told: &Told,
        now: Instant,
        kept: &mut KeptPull,
    ) -> Result<()> {
        let old = self.base(&self.ticket(id)?)?;
        let since = self.meet_first(id, old.updated)?;
        let fields = told.fields.as_ref().map(settled);
        let mut base = fields
            .as_ref()
            .map_or_else(|| old.clone(), |f| overlay(&old, f));
        let heard = self.hear(id, &told.entries, since)?;
        let tied = match &told.links {
            Some(links) => self.keep_links(id, links)?,
            None => false,
        };
        let further = self.further_is_new(id, fields.as_ref())?;
        let lived = self.relive(&mut base)?;
        let due = match &fields {
            Some(fields) => self.keep_their_due(id, &fields.due)?,
            None => false,
        };
        let differs = base != old || heard.wrote || lived || tied || further || due;
        self.note_told(id, told, differs)?;
        if !differs {
            return Ok(());
        }
        base.version = base.version.saturating_add(1);
        self.keep_base(&base)?;
        let mine = self.with_those_in_flight(&old, &base)?;
        if heard.news || further || meaning(&mine) != meaning(&base) {
            self.conn
                .prepare_cached("UPDATE ticket SET changed = 1 WHERE id = ?1")?
                .execute([id.0])?;
        }
        let told_now = meet::ToldNow {
            mine: &mine,
            base: &base,
            fields: fields.as_ref(),
            replies: &heard.replies,
        };
        kept.conflicts += self.judge(&told_now, now)?;
        self.show(&base, &heard)?;
        kept.tickets.push(id);
        Ok(())
    }

    /// Projects the base anew, unless confirming has let it go with the last open change.
    fn show(&mut self, base: &Ticket, heard: &Heard) -> Result<()> {
        self.keep_base(base)?;
        self.project(base.id)?;
        if heard.words {
            self.reindex(&[base.id])?;
        }
        Ok(())
    }

    /// The old base with those changes of ours that are being sent and have arrived, as it shows:
    /// what differs from it is somebody else's doing.
    fn with_those_in_flight(&self, old: &Ticket, base: &Ticket) -> Result<Ticket> {
        let mut mine = old.clone();
        let sent = outbox::changes(
            self.conn,
            "ticket = ?1 AND stage = 2 ORDER BY seq",
            [old.id.0],
        )?;
        for change in sent.iter().filter(|c| c.act.is_so_already(base)) {
            change.act.apply(&mut mine, change.at);
        }
        Ok(mine)
    }

    /// Puts the desk's own due instants in the place of those it gave before; true if they differ.
    fn keep_their_due(&self, id: TicketId, told: &[TheirDue]) -> Result<bool> {
        let mut told = told.to_vec();
        for due in &mut told {
            due.at = whole_ms(due.at);
        }
        told.sort_by_key(|d| d.target);
        told.dedup_by_key(|d| d.target);
        if put::their_due(self.conn, id)? == told {
            return Ok(false);
        }
        self.conn
            .prepare_cached("DELETE FROM their_due WHERE ticket = ?1")?
            .execute([id.0])?;
        for due in told {
            self.conn
                .prepare_cached("INSERT INTO their_due VALUES(?1,?2,?3)")?
                .execute(params![id.0, due.target.code(), ms(due.at)])?;
        }
        Ok(true)
    }

    /// Whether further fields are told that differ from those that were; the first ones do not.
    fn further_is_new(&self, id: TicketId, fields: Option<&ToldFields>) -> Result<bool> {
        let Some(fields) = fields else {
            return Ok(false);
        };
        let known = remote::told(self.conn, id)?.map(|t| t.further);
        Ok(known.is_some_and(|known| known != fields.further))
    }

    /// Notes how much is told. Whole it stays as long as nothing new comes without its text.
    fn note_told(&self, id: TicketId, told: &Told, differs: bool) -> Result<()> {
        let further = told
            .fields
            .as_ref()
            .map(|f| to_json("a ticket's further fields", &f.further))
            .transpose()?;
        let stays = !differs && !told.whole;
        self.conn
            .prepare_cached(
                "UPDATE told SET version = coalesce(?2, version), whole = CASE WHEN ?4 THEN whole ELSE ?3 END, further = coalesce(?5, further),
                   again = again AND ?5 IS NULL
                 WHERE ticket = ?1",
            )?
            .execute(params![id.0, told.version, told.whole, stays, further])?;
        Ok(())
    }

    /// Puts the ties that are told in the place of those that were; those of ours that the desk
    /// does not have yet stay as they are. True if there are others now.
    fn keep_links(&self, id: TicketId, links: &[(TicketKey, LinkKind)]) -> Result<bool> {
        let before = self.ties(id)?;
        let open = outbox::laid_over(self.conn, id)?;
        self.conn
            .prepare_cached("DELETE FROM link WHERE ticket = ?1")?
            .execute([id.0])?;
        self.conn
            .prepare_cached("DELETE FROM link_later WHERE ticket = ?1 AND kind <> ?2")?
            .execute(params![id.0, import::MERGE_LATER])?;
        for (key, kind) in links {
            match put::by_key(self.conn, key)? {
                Some(other) if other == id || self.is_tied_back(other, id, *kind)? => {}
                Some(other) => self.tie(id, other, *kind, true)?,
                None => {
                    self.conn
                        .prepare_cached("INSERT OR IGNORE INTO link_later VALUES(?1,?2,?3)")?
                        .execute(params![id.0, key.as_str(), link_code(*kind)])?;
                }
            }
        }
        for change in &open {
            match &change.act {
                Act::Link { to, kind } => self.tie(id, *to, *kind, true)?,
                Act::Unlink { to, kind } => self.tie(id, *to, *kind, false)?,
                _ => {}
            }
        }
        Ok(before != self.ties(id)?)
    }

    /// A tie that means the same from both ends is kept at one.
    fn is_tied_back(&self, other: TicketId, id: TicketId, kind: LinkKind) -> Result<bool> {
        if kind != LinkKind::Related {
            return Ok(false);
        }
        Ok(self
            .conn
            .prepare_cached(
                "SELECT EXISTS(SELECT 1 FROM link WHERE ticket = ?1 AND other = ?2 AND kind = ?3)",
            )?
            .query_row(params![other.0, id.0, link_code(kind)], |r| r.get(0))?)
    }

    fn ties(&self, id: TicketId) -> Result<Vec<(i64, i64)>> {
        let mut stmt = self.conn.prepare_cached(
            "SELECT other, kind FROM link WHERE ticket = ?1 ORDER BY other, kind",
        )?;
        let found = stmt.query_map([id.0], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// Keeps people and places; true if any of them is new or called otherwise.
    fn keep_names(&self, names: &ToldNames) -> Result<bool> {
        let mut new = false;
        for a in &names.agents {
            let (get, put) = (
                "SELECT json FROM agent WHERE id = ?1",
                "INSERT OR REPLACE INTO agent VALUES(?1,?2)",
            );
            new |= self.keep_name(get, put, a.id.as_str(), Some(&to_json("an agent", a)?))?;
        }
        for t in &names.tenants {
            let (get, put) = (
                "SELECT json FROM tenant WHERE id = ?1",
                "INSERT OR REPLACE INTO tenant VALUES(?1,?2)",
            );
            new |= self.keep_name(get, put, t.id.as_str(), Some(&to_json("a tenant", t)?))?;
        }
        for w in &names.workspaces {
            let (get, put) = (
                "SELECT tenant FROM workspace WHERE name = ?1",
                "INSERT OR REPLACE INTO workspace VALUES(?1,?2)",
            );
            let tenant = w.tenant.as_ref().map(|t| t.as_str());
            new |= self.keep_name(get, put, w.name.raw(), tenant)?;
        }
        Ok(new)
    }

    fn keep_name(&self, get: &str, put: &str, name: &str, value: Option<&str>) -> Result<bool> {
        let known: Option<Option<String>> = self
            .conn
            .prepare_cached(get)?
            .query_row([name], |r| r.get(0))
            .optional()?;
        if known.is_some_and(|k| k.as_deref() == value) {
            return Ok(false);
        }
        self.conn
            .prepare_cached(put)?
            .execute(params![name, value])?;
        Ok(true)
    }
}

/// What happened has a name of its own, whichever answer was the first to tell it; all else is
/// as it was at a moment that nobody knows.
fn only_what_happened(told: &Told) -> Told {
    Told {
        key: told.key.clone(),
        fields: None,
        version: None,
        entries: told.entries.clone(),
        whole: false,
        links: None,
    }
}

/// Fields in the form in which the store keeps them.
fn settled(fields: &ToldFields) -> ToldFields {
    let mut f = fields.clone();
    (f.created, f.updated) = (whole_ms(f.created), whole_ms(f.updated));
    (f.resolved, f.closed) = (f.resolved.map(whole_ms), f.closed.map(whole_ms));
    for labels in f.labels.iter_mut() {
        labels.retain(|l| !l.is_empty());
        for l in labels.iter_mut() {
            *l = l.replace('\n', " ").to_lowercase();
        }
    }
    f
}

/// A ticket of which nothing is told yet.
fn blank(id: TicketId, key: TicketKey, fields: &ToldFields) -> Ticket {
    Ticket {
        status: fields.status,
        updated: fields.updated,
        ..Ticket::blank(id, key, fields.created)
    }
}

/// What a person would call a change of a ticket: not the desk's time or name for what is so
/// already, nor what follows from what happened.
fn meaning(t: &Ticket) -> Ticket {
    let mut t = t.clone();
    t.updated = t.created;
    (t.resolved, t.closed, t.status_label) = (None, None, None);
    (t.turn, t.due, t.beside) = (Turn::Nobody, Due::None, Beside::default());
    (t.reassignments, t.version) = (0, 0);
    t
}
