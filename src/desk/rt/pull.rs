//! Reading all that is there, and then what is new.
//!
//! The first pull tells tickets newest first, those that are worked on before the others, and
//! then the histories as far as clocks need them. After that the feed of entries is followed by
//! number. The server drops rows that we may not see after it has cut pages: a short or empty
//! page says nothing about what follows. So we never count pages to an end that we cannot know,
//! but go on until an entry turns up that we know we can see: the newest one of a look from the
//! other end, or the one we have seen last time.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::cursor::{Place, Stage};
use super::history::{self, Book};
use super::search::PAGE;
use super::wire::{Page, Ticket, Transaction};
use super::{Rt, map};
use crate::desk::Answer;
use crate::domain::Instant;
use crate::domain::remote::{Cursor, Gone, Pulled, Told};
use crate::domain::ticket::{Status, TicketKey};

/// Entries of the feed: copies of sent mails are noise.
const FEED: &str =
    "ObjectType = 'RT::Ticket' AND Type != 'EmailRecord' AND Type != 'CommentEmailRecord'";
/// Entries that move clocks.
const CLOCKS: &str = "ObjectType = 'RT::Ticket' AND (Type = 'Create' OR Type = 'Correspond' \
                      OR Type = 'Comment' OR Type = 'Status' OR (Type = 'Set' AND Field = 'Owner'))";
/// Processes of the server may write entries out of order: what is younger is read again.
const SETTLED: TimeDelta = TimeDelta::seconds(60);
/// How often all tickets are looked for, to find those that we may not see any more.
const SWEEP: TimeDelta = TimeDelta::hours(1);
/// So many empty pages in a row are believed to be the end, though the row that should be
/// there has not come: it was hidden in the meantime.
const EMPTY_AT_MOST: u32 = 200;

impl Rt {
    /// The next step of a pull.
    pub(super) async fn step(&self, from: Option<&Cursor>, now: Instant) -> Answer<Pulled> {
        let place = match from.and_then(Place::read) {
            Some(place) => place,
            None => self.begin(now).await?,
        };
        let mut pulled = match place.stage {
            Stage::Tickets { .. } => self.some_tickets(place, now).await?,
            Stage::Past { .. } => self.some_past(place, now).await?,
            Stage::Behind { .. } => self.catch_up(place, now).await?,
            Stage::Now => self.look(place, now).await?,
        };
        pulled.names = self.memo().untold(&self.settings);
        Ok(pulled)
    }

    /// Where a first pull begins: what happens from now on is told when it is over.
    async fn begin(&self, now: Instant) -> Answer<Place> {
        self.me(now).await?;
        self.queues(now).await?;
        let (found, clock) = self.newest("id > 0", FEED, now).await?;
        // What is not settled yet is told again, as if it happened after the first pull.
        let anchor = settled(&found, clock).or_else(|| found.iter().map(|t| t.id).min());
        let all = self.scoped("id > 0");
        let query = [("query", all.as_str()), ("per_page", "1")];
        let count: Page<Ticket> = self.read("/tickets", &query, now).await?;
        let total = count.total.unwrap_or(0);
        Ok(Place::start(anchor.unwrap_or(0), total))
    }

    /// A page of tickets of the first pull.
    async fn some_tickets(&self, mut place: Place, now: Instant) -> Answer<Pulled> {
        let Stage::Tickets {
            live,
            below,
            done,
            total,
        } = place.stage
        else {
            return Ok(step(place));
        };
        let which = if live { "__Active__" } else { "__Inactive__" };
        let below_words = below.map_or_else(String::new, |n| format!(" AND id < {n}"));
        let query = format!("Status = '{which}'{below_words}");
        let (found, remaining) = self.search(&query, false, now).await?;
        let done = done.saturating_add(count(found.len()));
        let lowest = found.iter().map(|t| t.id).min();
        let last = lowest.is_none() || remaining <= count(found.len());
        place.known_all(&found);
        place.stage = match (live, last) {
            (_, false) => Stage::Tickets {
                live,
                below: lowest,
                done,
                total,
            },
            (true, true) => Stage::Tickets {
                live: false,
                below: None,
                done,
                total,
            },
            (false, true) => self.past(&mut place, total, now).await?,
        };
        let tickets = found.iter().filter_map(|t| self.told(t)).collect();
        Ok(Pulled {
            tickets,
            more: true,
            progress: Some((done.min(total), total)),
            ..step(place)
        })
    }

    /// Goes over to the histories.
    async fn past(&self, place: &mut Place, total: u64, now: Instant) -> Answer<Stage> {
        place.swept = Some(now);
        let range = format!("id <= {}", place.anchor);
        let (found, _) = self.newest(&range, CLOCKS, now).await?;
        let newest = found.iter().map(|t| t.id).max();
        Ok(newest.map_or(Stage::Now, |upto| Stage::Past {
            after: 0,
            upto,
            page: 1,
            total,
        }))
    }

    /// A page of the histories of all tickets.
    async fn some_past(&self, mut place: Place, now: Instant) -> Answer<Pulled> {
        let Stage::Past {
            after,
            upto,
            page,
            total,
        } = place.stage
        else {
            return Ok(step(place));
        };
        let range = format!("id > {after} AND id <= {upto}");
        let (found, _) = self.feed(&range, CLOCKS, "ASC", page, now).await?;
        place.stage = match onwards(&found, after, upto, page) {
            Some((after, page)) => Stage::Past {
                after,
                upto,
                page,
                total,
            },
            None => Stage::Now,
        };
        self.learn(&found, now).await?;
        let tickets = self
            .entries_by_ticket(&found)
            .into_iter()
            .filter(|(id, _)| place.known.contains(*id))
            .filter_map(|(id, entries)| {
                Some(Told {
                    key: key(id)?,
                    fields: None,
                    version: None,
                    entries,
                    whole: false,
                    links: None,
                })
            })
            .collect();
        Ok(Pulled {
            tickets,
            more: true,
            progress: Some((total, total)),
            ..step(place)
        })
    }

    /// Looks whether something has happened: one small request if not.
    async fn look(&self, mut place: Place, now: Instant) -> Answer<Pulled> {
        let range = format!("id >= {}", place.anchor);
        let (found, clock) = self.feed(&range, FEED, "DESC", 1, now).await?;
        let newest = found.iter().map(|t| t.id).max();
        let whole = found.iter().any(|t| t.id == place.anchor);
        if let Some(upto) = newest.filter(|_| !whole) {
            // There is more between this page and what we have seen last.
            place.stage = Stage::Behind {
                after: place.anchor,
                upto,
                page: 1,
            };
            return Ok(Pulled {
                more: true,
                ..step(place)
            });
        }
        let fresh: Vec<Transaction> = found
            .iter()
            .filter(|t| t.id > place.anchor && !place.seen.contains(&t.id))
            .cloned()
            .collect();
        settle(&mut place, &found, clock);
        if fresh.is_empty() {
            return self.sweep(place, now).await;
        }
        self.happened(place, fresh, now).await
    }

    /// A page of what has happened since.
    async fn catch_up(&self, mut place: Place, now: Instant) -> Answer<Pulled> {
        let Stage::Behind { after, upto, page } = place.stage else {
            return Ok(step(place));
        };
        let range = format!("id > {after} AND id <= {upto}");
        let (found, clock) = self.feed(&range, FEED, "ASC", page, now).await?;
        place.stage = match onwards(&found, after, upto, page) {
            Some((after, page)) => Stage::Behind { after, upto, page },
            None => {
                place.anchor = after;
                settle(&mut place, &found, clock);
                Stage::Now
            }
        };
        let mut pulled = self.happened(place, found, now).await?;
        pulled.more = true;
        Ok(pulled)
    }

    /// Tells what has happened: the tickets as they are now, with the entries.
    async fn happened(
        &self,
        mut place: Place,
        mut entries: Vec<Transaction>,
        now: Instant,
    ) -> Answer<Pulled> {
        entries.sort_by_key(|t| t.id);
        let mut touched: Vec<u64> = entries.iter().filter_map(|t| t.object_id).collect();
        touched.sort_unstable();
        touched.dedup();
        let links = entries.iter().any(|t| t.sort.ends_with("Link"));
        let (mut tickets, mut gone) = (Vec::new(), Vec::new());
        for some in touched.chunks(PAGE) {
            let (told, lost) = self.as_they_are(some, links, now).await?;
            tickets.extend(told);
            gone.extend(lost);
        }
        self.learn(&entries, now).await?;
        let mut by_ticket = self.entries_by_ticket(&entries);
        for told in &mut tickets {
            let id = number(&told.key);
            place.known.insert(id);
            told.entries = by_ticket.remove(&id).unwrap_or_default();
        }
        gone.retain(|(key, _)| place.known.contains(number(key)));
        for (key, _) in &gone {
            place.known.remove(number(key));
        }
        Ok(Pulled {
            tickets,
            gone,
            ..step(place)
        })
    }

    /// Tickets by number as they are now, and what became of those that cannot be found.
    async fn as_they_are(
        &self,
        numbers: &[u64],
        links: bool,
        now: Instant,
    ) -> Answer<(Vec<Told>, Vec<(TicketKey, Gone)>)> {
        let found = self.tickets_by_number(numbers, links, now).await?;
        let mut told: Vec<Told> = found.iter().filter_map(|t| self.told(t)).collect();
        let mut gone = Vec::new();
        for id in numbers
            .iter()
            .filter(|n| !found.iter().any(|t| t.id == **n))
        {
            let Some(key) = key(*id) else {
                continue;
            };
            match self.one(&key, now).await? {
                // It came to be found in the meantime.
                Ok((ticket, _)) => told.extend(self.told(&ticket)),
                Err(why) => gone.push((key, why)),
            }
        }
        Ok((told, gone))
    }

    /// One step of looking for all tickets, if it is time for that.
    async fn sweep(&self, mut place: Place, now: Instant) -> Answer<Pulled> {
        if place.sweep.is_none() && place.swept.is_some_and(|at| now - at < SWEEP) {
            return Ok(step(place));
        }
        let below = place.sweep.unwrap_or(u64::MAX);
        let query = self.scoped(&match place.sweep {
            Some(below) => format!("id < {below}"),
            None => "id > 0".to_owned(),
        });
        let query = [
            ("query", query.as_str()),
            ("orderby", "id"),
            ("order", "DESC"),
            ("per_page", "100"),
        ];
        let page: Page<Ticket> = self.read("/tickets", &query, now).await?;
        let there: Vec<u64> = page.items.iter().map(|t| t.id).collect();
        let total = page.total.ok_or_else(super::search::uncounted)?;
        let last = total <= count(there.len());
        let low = there.iter().min().copied().filter(|_| !last).unwrap_or(0);
        let missing = place
            .known
            .between(low, below)
            .filter(|id| !there.contains(id));
        let new = there
            .iter()
            .copied()
            .filter(|id| !place.known.contains(*id));
        let odd: Vec<u64> = missing.chain(new).collect();
        let mut pulled = step(place.clone());
        for some in odd.chunks(PAGE) {
            let (told, gone) = self.as_they_are(some, false, now).await?;
            pulled.tickets.extend(told);
            pulled.gone.extend(gone);
        }
        for told in &pulled.tickets {
            place.known.insert(number(&told.key));
        }
        for (key, _) in &pulled.gone {
            place.known.remove(number(key));
        }
        place.sweep = (low > 0).then_some(low);
        if place.sweep.is_none() {
            place.swept = Some(now);
        }
        pulled.cursor = place.write();
        Ok(pulled)
    }

    /// A ticket in our words, without its history; none: it is in no queue of ours.
    pub(super) fn told(&self, ticket: &Ticket) -> Option<Told> {
        let memo = self.memo();
        let queue = memo.queue_name(&ticket.queue);
        if !self.settings.queues.is_empty() && map::tenant(queue, &self.settings).is_none() {
            return None;
        }
        Some(Told {
            key: key(ticket.id)?,
            fields: Some(map::fields(ticket, &self.settings, &memo)),
            version: None,
            entries: Vec::new(),
            whole: false,
            links: super::story::links(ticket),
        })
    }

    fn entries_by_ticket(
        &self,
        all: &[Transaction],
    ) -> BTreeMap<u64, Vec<crate::domain::remote::Entry>> {
        let mut by_ticket: BTreeMap<u64, Vec<&Transaction>> = BTreeMap::new();
        for entry in all {
            if let Some(id) = entry.object_id {
                by_ticket.entry(id).or_default().push(entry);
            }
        }
        let memo = self.memo();
        let book = Book {
            settings: &self.settings,
            memo: &memo,
            texts: None,
            began: Status::New,
        };
        by_ticket
            .into_iter()
            .map(|(id, all)| (id, history::entries(&all, id, book)))
            .collect()
    }
}

impl Place {
    fn known_all(&mut self, tickets: &[Ticket]) {
        for id in tickets.iter().map(|t| t.id) {
            self.known.insert(id);
        }
    }
}

/// A step that tells nothing.
fn step(place: Place) -> Pulled {
    Pulled {
        tickets: Vec::new(),
        gone: Vec::new(),
        names: None,
        cursor: place.write(),
        more: false,
        progress: None,
    }
}

/// Where to go on after a page of entries in ascending order; none: the last one was on it.
fn onwards(found: &[Transaction], after: u64, upto: u64, page: u32) -> Option<(u64, u32)> {
    match found.iter().map(|t| t.id).max() {
        Some(last) if last >= upto => None,
        Some(last) => Some((last, 1)),
        None if page >= EMPTY_AT_MOST => None,
        None => Some((after, page + 1)),
    }
}

/// The newest entry that nothing can come before any more.
fn settled(found: &[Transaction], clock: Instant) -> Option<u64> {
    let settled = |t: &&Transaction| t.created.is_some_and(|at| at <= clock - SETTLED);
    found.iter().filter(settled).map(|t| t.id).max()
}

/// Moves the anchor up as far as nothing can come before it any more.
fn settle(place: &mut Place, found: &[Transaction], clock: Instant) {
    place.anchor = place.anchor.max(settled(found, clock).unwrap_or(0));
    let numbers = found.iter().map(|t| t.id);
    place.seen = numbers.filter(|id| *id > place.anchor).collect();
}

fn key(id: u64) -> Option<TicketKey> {
    TicketKey::parse(&id.to_string()).ok()
}

/// The number behind a key; 0 is nobody's.
pub fn number(key: &TicketKey) -> u64 {
    key.as_str().parse().unwrap_or(0)
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
