//! What happened to a ticket, as its desk tells it: kept once, in any order, however often it
//! is told, and never beside what this machine did itself.

use rusqlite::{OptionalExtension, params};

use super::import::next_message;
use super::lay::{Scene, visibility_code};
use super::rows::ms;
use super::{Result, put};
use crate::domain::Instant;
use crate::domain::people::AgentId;
use crate::domain::remote::{Entry, Happened, RemoteId, ToldFile};
use crate::domain::sla::{Side, What};
use crate::domain::text::Untrusted;
use crate::domain::thread::{Author, Visibility};
use crate::domain::ticket::{Status, TicketId};

/// An entry in our name is taken for a change of ours if it happened after that was made and
/// before the desk was known to have it, give or take what clocks differ, in milliseconds.
pub const SKEW_MS: i64 = 5 * 60 * 1000;

/// What was new among what was told.
#[derive(Default)]
pub struct Heard {
    /// Something was written.
    pub wrote: bool,
    /// Somebody else did something since the ticket came.
    pub news: bool,
    /// There are other words to be found.
    pub words: bool,
    /// Public replies of colleagues that were not known: when.
    pub replies: Vec<Instant>,
}

/// A field that changed, as the timeline keeps it.
struct Turned {
    field: String,
    old: Option<String>,
    new: Option<String>,
    /// What the clocks take from it: the status before, and the event's code.
    codes: (Option<i64>, Option<i64>),
    /// How this machine would have written the new value; none: in words that may differ.
    plain: Option<Option<String>>,
}

/// The stored number of an author's side, and the name.
pub fn author_row(author: &Author) -> (i64, Option<&str>) {
    match author {
        Author::Requester { name } => (1, Some(name.raw())),
        Author::Agent { id } => (2, Some(id.as_str())),
        Author::Helper { name } => (3, Some(name.raw())),
        Author::System => (4, None),
    }
}

const fn is_by(author: &Author) -> Option<&AgentId> {
    match author {
        Author::Agent { id } => Some(id),
        _ => None,
    }
}

impl Scene<'_> {
    /// Keeps what happened to a ticket. What is not later than `since` came with the ticket
    /// and is no news.
    pub fn hear(&self, ticket: TicketId, entries: &[Entry], since: Instant) -> Result<Heard> {
        let mut heard = Heard::default();
        let mut in_order: Vec<&Entry> = entries.iter().collect();
        in_order.sort_by_key(|e| (e.at, &e.remote));
        for e in in_order {
            let new = match &e.what {
                Happened::Created { status } => {
                    heard.wrote |= self.hear_created(ticket, e, *status)?;
                    false
                }
                Happened::Said {
                    visibility,
                    content,
                } => self.hear_said(ticket, e, *visibility, content.as_ref(), &mut heard)?,
                _ => self.hear_turned(ticket, e, &mut heard)?,
            };
            // What the desk does by itself follows from what somebody did.
            let others = e.by != Author::System && is_by(&e.by) != Some(&self.rules.me);
            heard.news |= new && others && e.at > since;
        }
        Ok(heard)
    }

    fn hear_created(&self, ticket: TicketId, e: &Entry, status: Status) -> Result<bool> {
        let side = match e.by {
            Author::Agent { .. } | Author::Helper { .. } => Some(Side::Agent),
            Author::Requester { .. } => Some(Side::Requester),
            Author::System => None,
        };
        let n = self
            .conn
            .prepare_cached(
                "UPDATE told SET first_status = ?2, opened_by = ?3 WHERE ticket = ?1 AND (first_status IS NOT ?2 OR opened_by IS NOT ?3)",
            )?
            .execute(params![ticket.0, status.code(), side.map(|s| if s == Side::Agent { 2 } else { 1 })])?;
        Ok(n > 0)
    }

    /// Keeps something that was said; true if nobody knew of it here.
    fn hear_said(
        &self,
        ticket: TicketId,
        e: &Entry,
        visibility: Visibility,
        content: Option<&(Untrusted, Vec<ToldFile>)>,
        heard: &mut Heard,
    ) -> Result<bool> {
        let known: Option<(i64, bool, i64)> = self
            .conn
            .prepare_cached("SELECT id, missing, at FROM message WHERE remote = ?1")?
            .query_row([&e.remote.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
            .optional()?;
        let lacks_text = known.is_none_or(|(_, missing, _)| missing);
        if let Some((body, _)) = content
            && lacks_text
            && let Some(own) = self.own_message(ticket, e, visibility, body)?
        {
            if let Some((told, ..)) = known {
                self.take_message(told)?;
            }
            self.name_message(own, e)?;
            (heard.wrote, heard.words) = (true, true);
            return Ok(false);
        }
        if let Some((row, missing, at)) = known {
            if let Some(content) = content.filter(|_| missing) {
                self.fill(row, content)?;
                (heard.wrote, heard.words) = (true, true);
            }
            // One of ours stood at our own time until now.
            if at != ms(e.at) {
                self.name_message(row, e)?;
                heard.wrote = true;
            }
            return Ok(false);
        }
        heard.wrote = true;
        let (side, author) = author_row(&e.by);
        let row = next_message(self.conn)?;
        self.conn
            .prepare_cached(
                "INSERT INTO message(id,ticket,at,side,author,visibility,body,remote,missing) VALUES(?1,?2,?3,?4,?5,?6,'',?7,1)",
            )?
            .execute(params![row, ticket.0, ms(e.at), side, author, visibility_code(visibility), e.remote.0])?;
        if let Some(content) = content {
            self.fill(row, content)?;
            heard.words = true;
        }
        let colleague = matches!(side, 2 | 3) && is_by(&e.by) != Some(&self.rules.me);
        if colleague && visibility == Visibility::Public {
            heard.replies.push(e.at);
        }
        Ok(true)
    }

    /// A message is that entry of the desk's.
    fn name_message(&self, row: i64, e: &Entry) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE message SET remote = ?2, at = ?3 WHERE id = ?1")?
            .execute(params![row, e.remote.0, ms(e.at)])?;
        Ok(())
    }

    /// Takes a message away that was told and is one of ours.
    pub fn take_message(&self, row: i64) -> Result<()> {
        for sql in [
            "DELETE FROM attachment_data WHERE id IN (SELECT id FROM attachment WHERE message = ?1)",
            "DELETE FROM attachment WHERE message = ?1",
            "DELETE FROM message WHERE id = ?1",
        ] {
            self.conn.prepare_cached(sql)?.execute([row])?;
        }
        Ok(())
    }

    fn fill(&self, row: i64, (body, files): &(Untrusted, Vec<ToldFile>)) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE message SET body = ?2, missing = 0 WHERE id = ?1")?
            .execute(params![row, body.raw()])?;
        for f in files {
            self.conn
                .prepare_cached("INSERT INTO attachment(message,name,media_type,size,remote) VALUES(?1,?2,?3,?4,?5)")?
                .execute(params![
                    row, f.name.raw(), f.media_type.raw(), i64::try_from(f.size).unwrap_or(i64::MAX), f.remote.0
                ])?;
        }
        Ok(())
    }

    /// The message of ours that this is, where the desk took it without saying what it became:
    /// in our name, for the same readers, within that time and with the same words. Without its
    /// words nothing is taken for another: twice for a while is better than lost.
    fn own_message(
        &self,
        ticket: TicketId,
        e: &Entry,
        visibility: Visibility,
        body: &Untrusted,
    ) -> Result<Option<i64>> {
        let Some(by) = is_by(&e.by) else {
            return Ok(None);
        };
        let mut stmt = self.conn.prepare_cached(
            "SELECT m.id, m.body FROM message m JOIN outbox o ON o.id = m.change WHERE m.ticket = ?1 AND m.remote IS NULL
               AND m.author = ?2 AND m.visibility = ?3 AND o.stage = 3 AND o.entry IS NULL AND ?4 BETWEEN o.at - ?5 AND o.taken + ?5",
        )?;
        let args = params![
            ticket.0,
            by.as_str(),
            visibility_code(visibility),
            ms(e.at),
            SKEW_MS
        ];
        let mut found = stmt.query(args)?;
        while let Some(r) = found.next()? {
            if same_text(body.raw(), r.get_ref(1)?.as_str().unwrap_or("")) {
                return Ok(Some(r.get(0)?));
            }
        }
        Ok(None)
    }

    /// Keeps a field's change; true if nobody knew of it here.
    fn hear_turned(&self, ticket: TicketId, e: &Entry, heard: &mut Heard) -> Result<bool> {
        let Some(t) = turned(&e.what) else {
            return Ok(false);
        };
        if self.knows_turn(&e.remote)? {
            return Ok(false);
        }
        heard.wrote = true;
        let (was, became) = t.codes;
        if let Some(row) = self.own_turn(ticket, e, &t)? {
            self.conn
                .prepare_cached("UPDATE timeline SET at = ?2, old = ?3, new = ?4, remote = ?5, was = ?6, became = ?7 WHERE id = ?1")?
                .execute(params![row, ms(e.at), t.old, t.new, e.remote.0, was, became])?;
            return Ok(false);
        }
        let by = author_row(&e.by).1.unwrap_or("the desk");
        self.conn
            .prepare_cached("INSERT INTO timeline(ticket,at,by,field,old,new,remote,was,became) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)")?
            .execute(params![ticket.0, ms(e.at), by, t.field, t.old, t.new, e.remote.0, was, became])?;
        Ok(true)
    }

    fn knows_turn(&self, remote: &RemoteId) -> Result<bool> {
        Ok(self
            .conn
            .prepare_cached("SELECT EXISTS(SELECT 1 FROM timeline WHERE remote = ?1)")?
            .query_row([&remote.0], |r| r.get(0))?)
    }

    /// The row of a confirmed change of ours that this is: of that field, in our name and named
    /// by the desk's receipt, or within the time in which it was sent. Where
    /// the desk has words of its own for a value, the value is not asked.
    fn own_turn(&self, ticket: TicketId, e: &Entry, t: &Turned) -> Result<Option<i64>> {
        let Some(by) = is_by(&e.by) else {
            return Ok(None);
        };
        let mut stmt = self.conn.prepare_cached(
            "SELECT t.id, t.new, o.entry IS ?4 FROM timeline t JOIN outbox o ON o.id = t.change WHERE t.ticket = ?1 AND t.field = ?2
               AND t.by = ?3 AND t.remote IS NULL AND o.stage = 3 AND (o.entry IS ?4 OR ?5 BETWEEN o.at - ?6 AND o.taken + ?6)",
        )?;
        let args = params![
            ticket.0,
            t.field,
            by.as_str(),
            e.remote.0,
            ms(e.at),
            SKEW_MS
        ];
        let found: Vec<(i64, Option<String>, bool)> = stmt
            .query_map(args, |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let equal = found
            .iter()
            .find(|(_, new, named)| *named || t.plain.as_ref().map_or(*new == t.new, |p| p == new));
        let any = found.first().filter(|_| t.plain.is_none());
        Ok(equal.or(any).map(|(row, ..)| *row))
    }
}

/// The same words, however a desk has folded their lines.
pub fn same_text(a: &str, b: &str) -> bool {
    a.split_whitespace().eq(b.split_whitespace())
}

fn turned(what: &Happened) -> Option<Turned> {
    let raw = |v: &Option<Untrusted>| v.as_ref().map(|v| v.raw().to_owned());
    Some(match what {
        Happened::Status { from, to, words } => Turned {
            field: "status".into(),
            old: Some(words.0.raw().to_owned()),
            new: Some(words.1.raw().to_owned()),
            codes: (Some(from.code()), Some(to.code())),
            plain: Some(Some(to.word().to_owned())),
        },
        Happened::Assigned { from, to } => {
            let name = |a: &Option<AgentId>| a.as_ref().map(|a| a.as_str().to_owned());
            Turned {
                field: "assignee".into(),
                old: name(from),
                new: name(to),
                codes: (None, None),
                plain: Some(name(to)),
            }
        }
        Happened::Field { field, from, to } => Turned {
            field: field.clone(),
            old: raw(from),
            new: raw(to),
            codes: (None, None),
            plain: None,
        },
        Happened::Owner { to } => Turned {
            field: "clock".into(),
            old: Some(to.other().word().to_owned()),
            new: Some(to.word().to_owned()),
            codes: (None, Some(put::what_code(What::Owner(*to)))),
            plain: None,
        },
        Happened::Created { .. } | Happened::Said { .. } => return None,
    })
}
