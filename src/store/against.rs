//! What is not taken from a person, and why.

use super::lay::Scene;
use super::{Result, put};
use crate::domain::change::{Act, Change};
use crate::domain::gate;
use crate::domain::text::Untrusted;
use crate::domain::ticket::Ticket;

/// Why a line is no subject: nothing of it can be seen.
pub fn against_subject(line: &Untrusted) -> Option<String> {
    line.line()
        .as_str()
        .trim()
        .is_empty()
        .then(|| "a ticket needs a subject; write a line that says what it is about".to_owned())
}

impl Scene<'_> {
    /// Why a change is not taken, as a sentence. What takes something back is not asked.
    pub fn against(&self, change: &Change, before: &Ticket) -> Result<Option<String>> {
        if let Act::Subject { to: line } | Act::Split { subject: line, .. } = &change.act
            && let Some(why) = against_subject(line)
        {
            return Ok(Some(why));
        }
        if matches!(change.act, Act::Unmerge { .. }) {
            return Ok(None);
        }
        self.against_merged(before)
    }

    /// A ticket that goes on in another is left alone: nobody would look for it there.
    pub fn against_merged(&self, t: &Ticket) -> Result<Option<String>> {
        if t.merged_into.is_none() {
            return Ok(None);
        }
        let last = put::load(self.conn, put::lives_on_in(self.conn, t.id)?)?;
        Ok(last.map(|into| gate::goes_on(&t.key, &into.key)))
    }
}
