//! A plan that is the same here and on a calendar server: what is taken, what is sent, and where both sides
//! have changed the same.
//!
//! For each event the plan remembers what both sides last agreed on. Whoever is alone in having changed it
//! since is followed; changes of different fields are put together; changes of the same one are kept on both
//! sides until a person chooses. What is being sent is written down before: an answer that never came is
//! found out by what is there later.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::incoming::absence;
use super::{Absence, AbsenceId, Known, Met, Source, meet};
use crate::domain::Instant;
use crate::domain::ics::{self, same};

/// What is on its way to the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sending {
    /// The absence as it is written.
    Write(Box<Absence>),
    /// That it is gone.
    Remove,
}

/// What is known of one event of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// Its address there: a path.
    pub href: String,
    /// The server's mark of what it last told; none: it does not have it.
    pub etag: Option<String>,
    /// What it last told (iCalendar).
    pub text: Option<String>,
    /// Which absence it is; none: it is nobody's of the team, or cannot be used.
    pub absence: Option<AbsenceId>,
    /// What both sides had last.
    pub agreed: Option<Absence>,
    /// What is on its way, and not answered.
    pub sending: Option<Sending>,
    /// Both sides changed the same: a person has to choose.
    pub clash: bool,
    /// Why it cannot be used, or was not taken.
    pub why: Option<String>,
}

/// What a server tells of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It is like this.
    Is {
        /// The server's mark of it.
        etag: String,
        /// The event.
        text: String,
    },
    /// It is not there.
    Gone,
}

/// What came of something that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Nothing is different here.
    Nothing,
    /// An absence is new or changed here.
    Took(AbsenceId),
    /// An absence is gone here.
    Lost(AbsenceId),
    /// Both sides changed the same.
    Clash(AbsenceId),
    /// It cannot be used, for this reason.
    Unusable(String),
}

/// On what condition something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// Nothing is there (`If-None-Match: *`).
    New,
    /// It is still this one (`If-Match`).
    Is(String),
}

/// Something to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Where.
    pub href: String,
    /// On what condition.
    pub guard: Guard,
    /// What; none: it is to be removed.
    pub text: Option<String>,
}

/// What became of something that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Went {
    /// It is there, with the server's new mark if it gave one.
    Done(Option<String>),
    /// The server does not take it, for this reason.
    Refused(String),
}

/// Two versions of one absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Which.
    pub id: AbsenceId,
    /// As it is here; none: it was taken away here.
    pub ours: Option<Absence>,
    /// As it is on the server; none: it was taken away there.
    pub theirs: Option<Absence>,
}

/// What a person chooses where both sides changed the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// What is here replaces what is there.
    Mine,
    /// What is there replaces what is here.
    Theirs,
    /// What is here becomes an absence of its own beside it.
    Both,
}

/// The plan, and what is known of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// All planned absences.
    pub absences: Vec<Absence>,
    /// What is known of each event of the server.
    pub rows: Vec<Shared>,
}

/// The name that an absence planned here has on a server: others derive the same identity from it.
pub fn uid_of(id: &AbsenceId) -> String {
    format!("{id}@deskhand")
}

/// The identity that a name of ours gives; none: it is somebody else's.
fn id_of(uid: &str) -> Option<AbsenceId> {
    let id = uid.strip_suffix("@deskhand")?;
    let hex = id.len() == 8 && id.bytes().all(|b| b.is_ascii_hexdigit());
    hex.then(|| AbsenceId(id.to_owned()))
}

impl Plan {
    /// The absence of that identity.
    pub fn absence(&self, id: &AbsenceId) -> Option<&Absence> {
        self.absences.iter().find(|a| a.id == *id)
    }

    fn row(&self, href: &str) -> Shared {
        let known = self.rows.iter().find(|r| r.href == href);
        known.cloned().unwrap_or_else(|| Shared {
            href: href.to_owned(),
            etag: None,
            text: None,
            absence: None,
            agreed: None,
            sending: None,
            clash: false,
            why: None,
        })
    }

    fn keep(&mut self, row: Shared) {
        match self.rows.iter_mut().find(|r| r.href == row.href) {
            Some(known) => *known = row,
            None => self.rows.push(row),
        }
    }

    fn forget(&mut self, href: &str) {
        self.rows.retain(|r| r.href != href);
    }

    fn put(&mut self, absence: Absence) {
        self.absences.retain(|a| a.id != absence.id);
        self.absences.push(absence);
    }

    /// What a server's text says, as an absence of that identity where it is known.
    fn read(
        &self,
        text: &str,
        before: Option<&AbsenceId>,
        agreed: Option<&Absence>,
        known: &Known,
        new: &mut dyn FnMut() -> AbsenceId,
    ) -> Result<Option<Absence>, String> {
        let reading = ics::read(text, known.zone);
        let Some(event) = reading.events.first() else {
            return match reading.problems.first() {
                Some(p) => Err(p.to_string()),
                None => Ok(None),
            };
        };
        if event.free {
            return Ok(None);
        }
        let Some(who) = known.whose(event) else {
            let title = event.summary.line();
            return Err(format!(
                "\"{title}\" names nobody of the team; let its title begin with the handle"
            ));
        };
        let id = before.cloned().or_else(|| {
            let by_uid = |a: &&Absence| a.uid.as_deref() == Some(event.uid.as_str());
            self.absences.iter().find(by_uid).map(|a| a.id.clone())
        });
        // Covers that another program does not know of stay what they were; ours that are not there were
        // taken away.
        let known_before = agreed.or_else(|| self.absence(id.as_ref()?));
        let mut found = absence(
            event,
            who,
            known_before.filter(|_| event.agent.is_none()),
            &Source::default(),
            || {
                let own = id_of(&event.uid).filter(|own| self.absence(own).is_none());
                own.unwrap_or_else(&mut *new)
            },
        );
        if let Some(id) = id {
            found.id = id;
        }
        Ok(Some(found))
    }

    /// Takes in what a server tells of one event.
    pub fn hear(
        &mut self,
        href: &str,
        told: Told,
        known: &Known,
        (now, new): (Instant, &mut dyn FnMut() -> AbsenceId),
    ) -> Heard {
        let row = self.row(href);
        // What was on its way arrived if the server has it, or something that came after it.
        let on_its_way = match &row.sending {
            Some(Sending::Write(a)) => Some(a.as_ref().clone()),
            Some(Sending::Remove) | None => None,
        };
        let theirs = match &told {
            Told::Gone => Ok(None),
            Told::Is { text, .. } => {
                let agreed = row.agreed.as_ref().or(on_its_way.as_ref());
                self.read(text, row.absence.as_ref(), agreed, known, new)
            }
        };
        let arrived = match (&theirs, &on_its_way) {
            (Ok(Some(theirs)), Some(sent)) => row.agreed.is_none() || same(theirs, sent),
            _ => false,
        };
        let agreed = if arrived {
            on_its_way
        } else {
            row.agreed.clone()
        };
        let mut next = Shared {
            agreed,
            sending: None,
            clash: false,
            why: None,
            ..row
        };
        (next.etag, next.text) = match told {
            Told::Is { etag, text } => (Some(etag), Some(text)),
            Told::Gone => (None, None),
        };
        let theirs = match theirs {
            Ok(theirs) => theirs,
            Err(why) => {
                next.why = Some(why.clone());
                self.keep(next);
                return Heard::Unusable(why);
            }
        };
        if next.absence.is_none() {
            next.absence = theirs.as_ref().map(|t| t.id.clone());
        }
        let Some(id) = next.absence.clone() else {
            // Nobody's: it is remembered, so that it is not fetched again.
            match next.etag {
                Some(_) => self.keep(next),
                None => self.forget(href),
            }
            return Heard::Nothing;
        };
        self.settle(next, id, theirs, known, now)
    }

    fn settle(
        &mut self,
        mut next: Shared,
        id: AbsenceId,
        theirs: Option<Absence>,
        known: &Known,
        now: Instant,
    ) -> Heard {
        let href = next.href.clone();
        let ours = self.absence(&id).cloned();
        let heard = match meet(next.agreed.as_ref(), ours.as_ref(), theirs.as_ref()) {
            // Gone on both sides, or here and unchanged there: the removal goes out.
            Met::Agreed => {
                next.agreed.clone_from(&theirs);
                Heard::Nothing
            }
            Met::Send => Heard::Nothing,
            Met::Take(all) => match known.check(&all, &self.absences, now) {
                Ok(()) => {
                    next.agreed.clone_from(&theirs);
                    self.put(*all);
                    Heard::Took(id)
                }
                Err(why) => {
                    next.why = Some(why.clone());
                    next.clash = true;
                    Heard::Unusable(why)
                }
            },
            Met::Drop => {
                self.absences.retain(|a| a.id != id);
                self.forget(&href);
                return Heard::Lost(id);
            }
            Met::Clash => {
                next.clash = true;
                Heard::Clash(id)
            }
        };
        if next.etag.is_none() && next.agreed.is_none() && !next.clash {
            self.forget(&href);
            return heard;
        }
        self.keep(next);
        heard
    }

    /// What was changed here since both sides agreed; none: it was taken away here.
    fn changed(&self) -> impl Iterator<Item = (&Shared, Option<&Absence>)> {
        let rows = self.rows.iter().filter(|r| !r.clash);
        rows.filter_map(|row| {
            let ours = self.absence(row.absence.as_ref()?);
            let agreed = row.agreed.as_ref()?;
            let is_new = ours.is_none_or(|ours| !same(ours, agreed));
            is_new.then_some((row, ours))
        })
    }

    /// What was changed here and is not sent, because the server's entry is more than one event: a sentence
    /// each, with what to do.
    pub fn kept_here(&self, zone: Tz) -> Vec<String> {
        let held = self
            .changed()
            .filter(|(row, _)| !is_ours_to_write(row, zone));
        held.map(|(row, ours)| {
            let agreed = row.agreed.as_ref();
            let whose = agreed.map_or_else(String::new, |a| format!(" of {}", a.who));
            let what = if ours.is_some() { "changed" } else { "taken away" };
            let id = row.absence.as_ref().map_or("", |id| id.0.as_str());
            format!(
                "the absence {id}{whose} was {what} here only: its entry in the calendar is made of several events or of a part of a series; do the same in the calendar's own program"
            )
        })
        .collect()
    }

    /// What is to be sent, in the order of their addresses. `folder` is the calendar's path, with a slash at
    /// its end. What was planned here and is not there yet is new there; what came from elsewhere stays here.
    pub fn to_send(&self, folder: &str, zone: Tz, now: Instant) -> Vec<Post> {
        let mut all = Vec::new();
        for (row, ours) in self
            .changed()
            .filter(|(row, _)| is_ours_to_write(row, zone))
        {
            match (ours, &row.etag) {
                (Some(ours), etag) => {
                    let guard = etag.clone().map_or(Guard::New, Guard::Is);
                    let text = ics::object(ours, row.text.as_deref(), zone, now);
                    all.push(post(row, guard, Some(text)));
                }
                (None, Some(etag)) => all.push(post(row, Guard::Is(etag.clone()), None)),
                (None, None) => {}
            }
        }
        for a in &self.absences {
            let own = a.uid.is_none() || a.uid == Some(uid_of(&a.id));
            let has_row =
                |r: &Shared| r.absence.as_ref() == Some(&a.id) && (r.agreed.is_some() || r.clash);
            if own && !self.rows.iter().any(has_row) {
                let named = Absence {
                    uid: Some(uid_of(&a.id)),
                    ..a.clone()
                };
                all.push(Post {
                    href: format!("{folder}deskhand-{}.ics", a.id),
                    guard: Guard::New,
                    text: Some(ics::object(&named, None, zone, now)),
                });
            }
        }
        all.sort_by(|a, b| a.href.cmp(&b.href));
        all
    }

    /// Writes down that something is on its way; false: there is nothing to send any more.
    pub fn begin(&mut self, post: &Post) -> bool {
        let mut row = self.row(&post.href);
        if post.text.is_none() {
            row.sending = Some(Sending::Remove);
            self.keep(row);
            return true;
        }
        let mine = |a: &&Absence| match &row.absence {
            Some(id) => a.id == *id,
            None => post.href.ends_with(&format!("/deskhand-{}.ics", a.id)),
        };
        let Some(mut absence) = self.absences.iter().find(mine).cloned() else {
            return false;
        };
        if absence.uid.is_none() {
            absence.uid = Some(uid_of(&absence.id));
            self.put(absence.clone());
        }
        row.absence = Some(absence.id.clone());
        row.sending = Some(Sending::Write(Box::new(absence)));
        self.keep(row);
        true
    }

    /// Takes in how it went.
    pub fn went(&mut self, post: &Post, went: Went) {
        let mut row = self.row(&post.href);
        match (went, row.sending.take()) {
            (Went::Done(etag), Some(Sending::Write(sent))) => {
                row.agreed = Some(*sent);
                row.text.clone_from(&post.text);
                row.etag = etag;
                row.why = None;
            }
            (Went::Done(_), Some(Sending::Remove)) => return self.forget(&post.href),
            (Went::Refused(why), _) => row.why = Some(why),
            (Went::Done(_), None) => {}
        }
        self.keep(row);
    }

    /// Where both sides changed the same.
    pub fn clashes(&self, known: &Known) -> Vec<Clash> {
        let mut none = || AbsenceId(String::new());
        let clash = |row: &Shared| {
            let id = row.absence.clone()?;
            let theirs = row.text.as_deref().and_then(|text| {
                let read = self.read(text, Some(&id), row.agreed.as_ref(), known, &mut none);
                read.ok().flatten()
            });
            Some(Clash {
                ours: self.absence(&id).cloned(),
                theirs,
                id,
            })
        };
        let all: Vec<&Shared> = self.rows.iter().filter(|r| r.clash).collect();
        all.into_iter().filter_map(clash).collect()
    }

    /// Settles where both sides changed the same; false: there is no such thing. `new` is the identity of
    /// what is kept beside.
    pub fn choose(
        &mut self,
        id: &AbsenceId,
        choice: Choice,
        known: &Known,
        new: AbsenceId,
    ) -> bool {
        let Some(clash) = self.clashes(known).into_iter().find(|c| c.id == *id) else {
            return false;
        };
        let is_it = |r: &&mut Shared| r.clash && r.absence.as_ref() == Some(id);
        let Some(row) = self.rows.iter_mut().find(is_it) else {
            return false;
        };
        row.clash = false;
        row.why = None;
        row.agreed.clone_from(&clash.theirs);
        if row.etag.is_none() {
            // Nothing is there: ours goes out as new, or nothing is left.
            let href = row.href.clone();
            self.forget(&href);
        }
        let ours = clash.ours;
        match (choice, clash.theirs) {
            (Choice::Mine, None) | (Choice::Both, None) => {
                if let Some(mut ours) = ours {
                    ours.uid = Some(uid_of(&ours.id));
                    self.put(ours);
                }
            }
            (Choice::Mine, Some(_)) => {}
            (Choice::Theirs, None) => self.absences.retain(|a| a.id != *id),
            (Choice::Theirs, Some(theirs)) => self.put(theirs),
            (Choice::Both, Some(theirs)) => {
                self.put(theirs);
                if let Some(ours) = ours {
                    self.put(Absence {
                        id: new,
                        uid: None,
                        ..ours
                    });
                }
            }
        }
        true
    }

    /// Events that could not be used, which may be by now: they are looked at again.
    pub fn again(&self) -> Vec<(String, Told)> {
        let told = |r: &Shared| {
            Some(Told::Is {
                etag: r.etag.clone()?,
                text: r.text.clone()?,
            })
        };
        let unused = self.rows.iter().filter(|r| r.absence.is_none() && !r.clash);
        unused
            .filter_map(|r| Some((r.href.clone(), told(r)?)))
            .collect()
    }
}

/// Whether the server's entry stands for one absence and nothing else: only such a one is written or removed.
fn is_ours_to_write(row: &Shared, zone: Tz) -> bool {
    row.text.as_deref().is_none_or(|t| ics::is_simple(t, zone))
}

fn post(row: &Shared, guard: Guard, text: Option<String>) -> Post {
    Post {
        href: row.href.clone(),
        guard,
        text,
    }
}
