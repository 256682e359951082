//! Looking around: who we are at a desk, what is there and what we may do. Nothing is changed
//! for it, so rights that show only when they are used are not told.

use std::collections::BTreeSet;

use super::wire::{About, Ticket};
use super::{Rt, map};
use crate::desk::{Answer, ErrorKind, Hello};
use crate::domain::Instant;
use crate::domain::text::Untrusted;

impl Rt {
    /// Signs in and looks around: who we are there, and what we may do.
    ///
    /// # Errors
    /// As [`crate::desk::Door::pull`].
    pub async fn hello(&self, now: Instant) -> Answer<Hello> {
        let reply = self.get("/rt", &[]).await?;
        let about: About = reply.json(now)?;
        let me = self.me(now).await?;
        let queues = self.queues(now).await?;
        let mut seen = self.search("Status = '__Active__'", true, now).await?.0;
        if seen.is_empty() {
            seen = self.search("id > 0", true, now).await?.0;
        }
        let classes = match self.classes(now).await {
            Ok(classes) => classes.into_iter(),
            Err(e) if e.kind == ErrorKind::Refused => Vec::new().into_iter(),
            Err(e) => return Err(e),
        };
        let ours = |queue: &&String| {
            self.settings.queues.is_empty() || map::tenant(queue, &self.settings).is_some()
        };
        Ok(Hello {
            me: me.id,
            name: Untrusted::new(me.name),
            version: Untrusted::new(about.version),
            clock: reply.date,
            queues: texts(queues.values().filter(ours).cloned().collect()),
            statuses: texts(statuses(&seen)),
            fields: texts(fields(&seen)),
            rights: rights(&seen),
            shelves: classes
                .map(|c| (Untrusted::new(c.name.as_str()), c.takes_articles()))
                .collect(),
        })
    }
}

fn texts(all: BTreeSet<String>) -> Vec<Untrusted> {
    all.into_iter().map(Untrusted::new).collect()
}

/// Statuses that tickets have, and can get from there.
fn statuses(seen: &[Ticket]) -> BTreeSet<String> {
    let have = seen.iter().map(|t| t.status.clone());
    let links = seen.iter().flat_map(|t| &t.hyperlinks);
    let can_get = links
        .filter(|l| l.what == "lifecycle")
        .map(|l| l.to.clone());
    have.chain(can_get).filter(|s| !s.is_empty()).collect()
}

fn fields(seen: &[Ticket]) -> BTreeSet<String> {
    let all = seen.iter().flat_map(|t| &t.custom_fields);
    all.map(|f| f.name.clone()).collect()
}

/// What at least one of these tickets offers.
fn rights(seen: &[Ticket]) -> Vec<String> {
    let offered = |what: &str| {
        let mut links = seen.iter().flat_map(|t| &t.hyperlinks);
        links.any(|l| l.what == what)
    };
    let mut rights = Vec::new();
    if !seen.is_empty() {
        rights.push("read".to_owned());
    }
    for (what, word) in [
        ("correspond", "reply"),
        ("comment", "note"),
        ("lifecycle", "change the status"),
    ] {
        if offered(what) {
            rights.push(word.to_owned());
        }
    }
    rights
}
