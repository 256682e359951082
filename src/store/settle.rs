//! What the person makes of a change that the desk does not have: again, away, or one of two.

use rusqlite::params;

use super::lay::Scene;
use super::outbox::{set_stage, stage_of};
use super::{Result, StoreError, Undone};
use crate::domain::Instant;
use crate::domain::change::{Act, Change, ChangeId, Stage};
use crate::domain::conflict::Choice;
use crate::domain::ticket::TicketId;

fn nothing() -> Undone {
    Undone {
        what: "Nothing was changed".to_owned(),
        tickets: Vec::new(),
        text_back: None,
        done: 0,
    }
}

impl Scene<'_> {
    /// Sends it again; what was refused is laid over its ticket anew.
    pub fn retry(&mut self, id: ChangeId, _now: Instant) -> Result<Vec<TicketId>> {
        let Some((mut change, stage)) = stage_of(self.conn, id)? else {
            return Err(StoreError::Refused("there is no such change".into()));
        };
        match stage {
            Stage::Waiting => {}
            Stage::Refused => {
                let before = self.ticket(change.ticket)?;
                self.lay(&mut change, &before)?;
            }
            Stage::Conflict => {
                return Err(StoreError::Refused(
                    "somebody else changed the same; choose mine, theirs or both".into(),
                ));
            }
            Stage::InFlight => return Err(StoreError::Refused("it is being sent".into())),
            Stage::Confirmed | Stage::Withdrawn => {
                return Err(StoreError::Refused("there is nothing to send again".into()));
            }
        }
        self.goes_again(&change)?;
        Ok(vec![change.ticket])
    }

    fn goes_again(&mut self, change: &Change) -> Result<()> {
        set_stage(self.conn, change.id, Stage::Waiting, None)?;
        self.conn
            .prepare_cached("UPDATE outbox SET not_before = NULL WHERE id = ?1")?
            .execute(params![change.id.0.as_bytes().as_slice()])?;
        self.project(change.ticket)
    }

    /// Takes it off its ticket; a text becomes a draft again.
    pub fn take_back(&mut self, id: ChangeId, now: Instant) -> Result<Undone> {
        let Some((change, stage)) = stage_of(self.conn, id)? else {
            return Ok(nothing());
        };
        let tickets = match stage {
            Stage::Waiting | Stage::Conflict => self.withdraw(&change, Stage::Withdrawn, None)?,
            Stage::Refused => {
                set_stage(self.conn, id, Stage::Withdrawn, None)?;
                vec![change.ticket]
            }
            Stage::InFlight | Stage::Confirmed | Stage::Withdrawn => return Ok(nothing()),
        };
        let text_back = self.text_back(change.ticket, &change, now)?;
        let key = self.ticket(change.ticket)?.key;
        Ok(Undone {
            what: format!("Withdrew: {} on {key}", change.act.field()),
            tickets,
            text_back,
            done: 1,
        })
    }

    /// Settles a conflict.
    pub fn choose(&mut self, id: ChangeId, choice: Choice, now: Instant) -> Result<Undone> {
        let Some((change, Stage::Conflict)) = stage_of(self.conn, id)? else {
            return Ok(nothing());
        };
        let says = matches!(change.act, Act::Say { .. });
        match choice {
            Choice::Theirs => return self.take_back(id, now),
            Choice::Both if !says => {
                return Err(StoreError::Refused("a field cannot have both".into()));
            }
            Choice::Mine | Choice::Both => self.goes_again(&change)?,
        }
        let key = self.ticket(change.ticket)?.key;
        Ok(Undone {
            what: format!("Yours goes out: {} on {key}", change.act.field()),
            tickets: vec![change.ticket],
            text_back: None,
            done: 1,
        })
    }
}
