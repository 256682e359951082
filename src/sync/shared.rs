//! Keeping the plan of absences the same here and on a calendar server: what is new there first, then what
//! was changed here. Each step is on disk before the next one, so that a kill only makes it be asked again.

use super::Ledger;
use crate::desk::caldav::{CalDav, Wrote};
use crate::desk::{Answer, DeskError};
use crate::domain::Instant;
use crate::domain::absence::{AbsenceId, Heard, Known, Plan, Post, Told, Went};
use crate::store::{SharedState, StoreError};

/// So many events are asked for in one go.
const AT_ONCE: usize = 50;
/// What meets something on the way is tried again so often; after that, next time.
const ROUNDS: usize = 3;

/// Makes identities.
pub type NewId = fn() -> AbsenceId;

/// What talking to the calendar server did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedRound {
    /// Absences that are new or changed here.
    pub took: Vec<AbsenceId>,
    /// Absences that are gone here.
    pub lost: Vec<AbsenceId>,
    /// So many changes the server has now.
    pub sent: usize,
    /// Absences that both sides changed.
    pub clashes: Vec<AbsenceId>,
    /// What is new there and cannot be used.
    pub problems: Vec<String>,
    /// What the server does not take, and what is not sent there.
    pub refused: Vec<String>,
    /// Why it ended early.
    pub trouble: Option<DeskError>,
}

impl SharedRound {
    fn add(&mut self, heard: Heard) {
        match heard {
            Heard::Nothing => {}
            Heard::Took(id) => self.took.push(id),
            Heard::Lost(id) => self.lost.push(id),
            Heard::Clash(id) => self.clashes.push(id),
            Heard::Unusable(why) => self.problems.push(why),
        }
    }

    /// Whether anything is different here.
    pub fn changed(&self) -> bool {
        !self.took.is_empty() || !self.lost.is_empty() || !self.clashes.is_empty()
    }
}

/// One exchange with one server.
struct Exchange<'a, L> {
    ledger: &'a L,
    server: &'a CalDav,
    known: &'a Known,
    now: Instant,
    new: NewId,
    done: SharedRound,
    /// What the server refused: it is not sent again in this exchange.
    refused: Vec<String>,
}

/// Takes in what is new at the calendar `url`, then sends what was changed here.
///
/// # Errors
/// The store cannot be read or written. What the server says is not an error: it is in the round.
pub async fn share<L: Ledger>(
    ledger: &L,
    (server, url): (&CalDav, &str),
    known: &Known,
    (now, new): (Instant, NewId),
) -> Result<SharedRound, StoreError> {
    let mut exchange = Exchange {
        ledger,
        server,
        known,
        now,
        new,
        done: SharedRound::default(),
        refused: Vec::new(),
    };
    let asked = url.to_owned();
    exchange
        .with(move |plan, state| begin(plan, state, asked, now))
        .await?;
    let all = exchange.take_in().await?;
    let told = match all {
        Ok(()) => exchange.send_all().await?,
        Err(error) => Err(error),
    };
    let trouble = told.err();
    let said = trouble.as_ref().map(ToString::to_string);
    exchange
        .with(move |_, state| {
            if said.is_none() {
                state.told = Some(now);
            }
            state.trouble = said;
        })
        .await?;
    exchange.done.trouble = trouble;
    exchange.done.clashes.sort_unstable();
    exchange.done.clashes.dedup();
    Ok(exchange.done)
}

/// Another calendar than last time is asked for everything: nothing that was known holds for it.
fn begin(plan: &mut Plan, state: &mut SharedState, url: String, now: Instant) {
    if state.url != url {
        plan.rows.clear();
        *state = SharedState {
            url,
            ..SharedState::default()
        };
    }
    state.asked = Some(now);
}

impl<L: Ledger> Exchange<'_, L> {
    async fn with<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Plan, &mut SharedState) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let now = self.now;
        self.ledger.with(move |w| w.share(now, act)).await
    }

    /// Takes in answers, as one.
    async fn hear(&mut self, all: Vec<(String, Told)>) -> Result<(), StoreError> {
        let (known, now, new) = (self.known.clone(), self.now, self.new);
        let heard = self
            .with(move |plan, _| {
                let hear = |(href, told): (String, Told)| {
                    let mut new = new;
                    plan.hear(&href, told, &known, (now, &mut new))
                };
                all.into_iter().map(hear).collect::<Vec<_>>()
            })
            .await?;
        heard.into_iter().for_each(|h| self.done.add(h));
        Ok(())
    }

    /// What is new there. The place from which to ask next is kept when all of it is.
    async fn take_in(&mut self) -> Result<Answer<()>, StoreError> {
        let (token, again, marks) = self
            .with(|plan, state| {
                let marks = plan.rows.iter().map(|r| (r.href.clone(), r.etag.clone()));
                (state.token.clone(), plan.again(), marks.collect::<Vec<_>>())
            })
            .await?;
        let news = match self.server.news(token.as_deref(), self.now).await {
            Ok(news) => news,
            Err(error) => return Ok(Err(error)),
        };
        let mut gone = news.gone;
        if news.whole {
            let there = |href: &String| news.changed.iter().any(|(path, _)| path == href);
            let left = marks.iter().filter(|(_, etag)| etag.is_some());
            gone.extend(left.map(|(href, _)| href.clone()).filter(|h| !there(h)));
        }
        let is_known = |path: &String, etag: &String| {
            let known = marks.iter().find(|(href, _)| href == path);
            known.is_some_and(|(_, known)| known.as_ref() == Some(etag))
        };
        let asked: Vec<String> = news
            .changed
            .into_iter()
            .filter(|(path, etag)| !is_known(path, etag))
            .map(|(path, _)| path)
            .collect();
        let mut told_of = 0;
        for part in asked.chunks(AT_ONCE) {
            match self.server.fetch(part, self.now).await {
                Ok(told) => {
                    told_of += told.len();
                    self.hear(told).await?;
                }
                Err(error) => return Ok(Err(error)),
            }
        }
        let is_unknown = |href: &String| !marks.iter().any(|(known, _)| known == href);
        gone.retain(|href| !is_unknown(href));
        self.hear(gone.into_iter().map(|href| (href, Told::Gone)).collect())
            .await?;
        // What could not be used before and still cannot is no news.
        let known = self.done.problems.len();
        let again = again.into_iter();
        self.hear(again.filter(|(href, _)| !asked.contains(href)).collect())
            .await?;
        self.done.problems.truncate(known);
        // What it announced and did not tell is asked for again next time, with everything.
        let token = news.token.filter(|_| told_of == asked.len());
        self.with(move |_, state| state.token = token).await?;
        Ok(Ok(()))
    }

    /// What was changed here.
    async fn send_all(&mut self) -> Result<Answer<()>, StoreError> {
        for _ in 0..ROUNDS {
            let (folder, zone, now) = (self.server.folder().to_owned(), self.known.zone, self.now);
            let mut posts = self
                .with(move |plan, _| plan.to_send(&folder, zone, now))
                .await?;
            posts.retain(|p| !self.refused.contains(&p.href));
            if posts.is_empty() {
                break;
            }
            let mut met = Vec::new();
            for post in posts {
                match self.send(&post).await? {
                    Ok(true) => met.push(post.href),
                    Ok(false) => {}
                    Err(error) => return Ok(Err(error)),
                }
            }
            for part in met.chunks(AT_ONCE) {
                match self.server.fetch(part, self.now).await {
                    Ok(told) => self.hear(told).await?,
                    Err(error) => return Ok(Err(error)),
                }
            }
        }
        let zone = self.known.zone;
        let kept = self.with(move |plan, _| plan.kept_here(zone)).await?;
        self.done.refused.extend(kept);
        Ok(Ok(()))
    }

    /// Sends one change; true: the server is to be asked what it has there now.
    async fn send(&mut self, post: &Post) -> Result<Answer<bool>, StoreError> {
        let begun = post.clone();
        if !self.with(move |plan, _| plan.begin(&begun)).await? {
            return Ok(Ok(false));
        }
        let (went, again) = match self.server.write(post, self.now).await {
            Err(error) => return Ok(Err(error)),
            Ok(Wrote::Met) => return Ok(Ok(true)),
            Ok(Wrote::Refused(why)) => {
                self.done.refused.push(why.clone());
                self.refused.push(post.href.clone());
                (Went::Refused(why), false)
            }
            Ok(Wrote::Done(etag)) => {
                self.done.sent += 1;
                // Some servers put something of their own in, and give a mark all the same.
                (Went::Done(etag), post.text.is_some())
            }
        };
        let post = post.clone();
        self.with(move |plan, _| plan.went(&post, went)).await?;
        Ok(Ok(again))
    }
}
