//! Searches: tickets, and the feed of entries.

use super::Rt;
use super::wire::{Page, Ticket, Transaction};
use crate::desk::http::odd;
use crate::desk::{Answer, DeskError};
use crate::domain::Instant;

/// Rows on a page; the server gives no more.
pub const PAGE: usize = 100;
/// What is wanted of tickets in lists.
const FIELDS: &str = "Subject,Status,Owner,Queue,Requestor,Cc,CustomFields,Priority,Due,Resolved,\
                      Created,LastUpdated,SLA";
/// What is wanted of entries.
pub const ENTRY: &str = "ObjectId,Type,Field,OldValue,NewValue,Creator,Created";
/// So many empty pages in a row are believed to be the end, where nothing else tells.
const EMPTY: u32 = 5;

impl Rt {
    /// The first page, from the newest entry on, that holds one that we may see.
    pub(super) async fn newest(
        &self,
        range: &str,
        sort: &str,
        now: Instant,
    ) -> Answer<(Vec<Transaction>, Instant)> {
        for page in 1..=EMPTY {
            let (found, clock) = self.feed(range, sort, "DESC", page, now).await?;
            if !found.is_empty() {
                return Ok((found, clock));
            }
        }
        Ok((Vec::new(), now))
    }

    /// A page of entries, and the server's clock.
    pub(super) async fn feed(
        &self,
        range: &str,
        sort: &str,
        order: &str,
        page: u32,
        now: Instant,
    ) -> Answer<(Vec<Transaction>, Instant)> {
        let query = format!("{range} AND {sort}");
        let page = page.to_string();
        let reply = self
            .get(
                "/transactions",
                &[
                    ("query", query.as_str()),
                    ("orderby", "id"),
                    ("order", order),
                    ("per_page", "100"),
                    ("page", &page),
                    ("fields", ENTRY),
                ],
            )
            .await?;
        let found: Page<Transaction> = reply.json(now)?;
        Ok((found.items, reply.date.unwrap_or(now)))
    }

    /// A search within the queues that are worked on.
    pub(super) fn scoped(&self, query: &str) -> String {
        if self.settings.queues.is_empty() {
            return query.to_owned();
        }
        let names: Vec<String> = self
            .settings
            .queues
            .keys()
            .map(|name| format!("Queue = '{}'", quoted(name)))
            .collect();
        format!("({}) AND {query}", names.join(" OR "))
    }

    /// Tickets that a search finds, newest first, and how many it finds in all.
    pub(super) async fn search(
        &self,
        query: &str,
        links: bool,
        now: Instant,
    ) -> Answer<(Vec<Ticket>, u64)> {
        let query = self.scoped(query);
        let fields = match links {
            true => format!("{FIELDS},_hyperlinks"),
            false => FIELDS.to_owned(),
        };
        let person = "Name,RealName,EmailAddress";
        let query = [
            ("query", query.as_str()),
            ("orderby", "id"),
            ("order", "DESC"),
            ("per_page", "100"),
            ("fields", &fields),
            ("fields[Owner]", person),
            ("fields[Requestor]", person),
            ("fields[Cc]", person),
            ("fields[Queue]", "Name"),
        ];
        let page: Page<Ticket> = self.read("/tickets", &query, now).await?;
        let mut memo = self.memo();
        for ticket in &page.items {
            memo.notice(ticket);
        }
        let total = page.total.ok_or_else(uncounted)?;
        Ok((page.items, total))
    }

    /// Tickets by number, at most a page of them; those that cannot be found are left out.
    pub(super) async fn tickets_by_number(
        &self,
        numbers: &[u64],
        links: bool,
        now: Instant,
    ) -> Answer<Vec<Ticket>> {
        let any: Vec<String> = numbers.iter().map(|n| format!("id = {n}")).collect();
        let query = format!("({})", any.join(" OR "));
        Ok(self.search(&query, links, now).await?.0)
    }
}

/// Without the number of tickets that a search finds nobody knows whether there are more pages.
pub(super) fn uncounted() -> DeskError {
    odd("the desk does not tell how many tickets it has found")
}

/// A name between single quotes in a search.
pub(super) fn quoted(name: &str) -> String {
    name.replace('\\', "\\\\").replace('\'', "\\'")
}
