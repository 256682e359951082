//! Articles: asking a desk that keeps some what is new, and sending it what was written here.
//!
//! The same discipline as the outbox: what is sent is marked in flight first, and what was in
//! flight when the program ended is looked for there before it is sent again.

use chrono::TimeDelta;

use super::ledger::Ledger;
use crate::desk::{DeskError, Door, ErrorKind};
use crate::domain::Instant;
use crate::domain::knowledge::{ArticleKey, Met, OutgoingArticle};
use crate::domain::text::Untrusted;
use crate::store::{ArticleVerdict, Sent, StoreError};

/// How long to wait where the desk does not say.
const PATIENCE: TimeDelta = TimeDelta::seconds(30);
/// No walk has more steps: a desk that never comes to an end is asked again next time.
const MOST: usize = 10_000;

/// What an exchange of articles did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shelved {
    /// Articles that are new here, that read differently, and that are not to be had any more.
    pub new: usize,
    /// See [`Self::new`].
    pub changed: usize,
    /// See [`Self::new`].
    pub gone: usize,
    /// Drafts that the desk has now.
    pub sent: usize,
    /// Drafts that it refused, with its reason.
    pub refused: Vec<(ArticleKey, Untrusted)>,
    /// Drafts that meet what somebody else has written there.
    pub conflicts: Vec<ArticleKey>,
    /// The desk has more articles to tell at once.
    pub more: bool,
    /// When a draft is to be sent next.
    pub again: Option<Instant>,
    /// Why it ended early.
    pub trouble: Option<DeskError>,
}

impl Shelved {
    /// Whether anything reads differently here.
    pub fn any(&self) -> bool {
        let moved = self.new + self.changed + self.gone + self.sent;
        moved + self.refused.len() + self.conflicts.len() > 0
    }

    /// What came of it, in words; none: nothing.
    pub fn words(&self) -> Option<String> {
        let counts = [
            (self.new, "new"),
            (self.changed, "changed"),
            (self.gone, "gone"),
            (self.sent, "sent"),
            (self.refused.len(), "refused"),
            (self.conflicts.len(), "in conflict"),
        ];
        let said = counts.iter().filter(|(n, _)| *n > 0);
        let said: Vec<String> = said.map(|(n, word)| format!("{n} {word}")).collect();
        (!said.is_empty()).then(|| format!("articles: {}", said.join(", ")))
    }
}

/// Sends the drafts that may go now, one after the other. A desk without articles is not asked.
///
/// # Errors
/// The store cannot be read or written. What the desk says is not an error: it is in the round.
pub async fn send_articles<L: Ledger, D: Door>(
    ledger: &L,
    desk: &D,
    now: Instant,
) -> Result<Shelved, StoreError> {
    let mut done = Shelved::default();
    if !desk.abilities().articles {
        return Ok(done);
    }
    let waiting = ledger.with(move |w| w.articles_to_send(now)).await?;
    done.refused = waiting.refused;
    for sent in waiting.ready {
        let Some(verdict) = take(ledger, desk, &sent, now, &mut done).await? else {
            continue;
        };
        match &verdict {
            ArticleVerdict::There(_) => done.sent += 1,
            ArticleVerdict::Refused(why) => done.refused.push((sent.out.key.clone(), why.clone())),
            ArticleVerdict::Changed(_) => done.conflicts.push(sent.out.key.clone()),
            ArticleVerdict::Again(_) | ArticleVerdict::Unclear(_) => {}
        }
        let key = sent.out.key;
        ledger
            .with(move |w| w.settle_article(&key, &verdict, now))
            .await?;
        if done.trouble.as_ref().is_some_and(|e| e.kind.is_for_all()) {
            break;
        }
    }
    done.again = ledger.with(|w| w.next_article()).await?;
    Ok(done)
}

/// Asks what is new among the articles, where that is due or wanted `at_once`, step by step to the
/// end. A desk without articles is not asked.
///
/// # Errors
/// As [`send_articles`].
pub async fn ask_articles<L: Ledger, D: Door>(
    ledger: &L,
    desk: &D,
    at_once: bool,
    now: Instant,
) -> Result<Shelved, StoreError> {
    let mut done = Shelved::default();
    let due = ledger.with(move |w| w.articles_are_due(now)).await?;
    done.more = desk.abilities().articles && (due || at_once);
    for _ in 0..MOST {
        if !done.more {
            break;
        }
        let step = article_step(ledger, desk, now).await?;
        done.new += step.new;
        done.changed += step.changed;
        done.gone += step.gone;
        (done.more, done.trouble) = (step.more, step.trouble);
    }
    Ok(done)
}

/// The next step of asking for articles.
///
/// # Errors
/// As [`send_articles`].
pub async fn article_step<L: Ledger, D: Door>(
    ledger: &L,
    desk: &D,
    now: Instant,
) -> Result<Shelved, StoreError> {
    let from = ledger.with(|w| w.article_cursor()).await?;
    let step = match desk.articles(from.as_ref(), now).await {
        Ok(step) => step,
        Err(error) => {
            ledger.with(move |w| w.articles_asked(now)).await?;
            return Ok(Shelved {
                trouble: Some(error),
                ..Shelved::default()
            });
        }
    };
    let more = step.more;
    let kept = ledger.with(move |w| w.keep_articles(&step, now)).await?;
    Ok(Shelved {
        new: kept.new,
        changed: kept.changed,
        gone: kept.gone,
        more,
        ..Shelved::default()
    })
}

/// One draft, from the look to what the desk says; none: it was taken back in the meantime.
async fn take<L: Ledger, D: Door>(
    ledger: &L,
    desk: &D,
    sent: &Sent,
    now: Instant,
    done: &mut Shelved,
) -> Result<Option<ArticleVerdict>, StoreError> {
    let out = &sent.out;
    let mark = match desk.meet_article(out, now).await {
        Ok(Met::Free(mark)) => mark,
        Ok(Met::There(told)) => return Ok(Some(ArticleVerdict::There(told))),
        Ok(Met::Changed(told)) => return Ok(Some(ArticleVerdict::Changed(told))),
        // Nothing was sent now; what was sent before is as unclear as it was.
        Err(error) => return Ok(Some(verdict(error, sent.in_flight, now, done))),
    };
    if !begin(ledger, out).await? {
        return Ok(None);
    }
    Ok(Some(match desk.put_article(out, &mark, now).await {
        Ok(told) => ArticleVerdict::There(Box::new(told)),
        Err(error) => verdict(error, true, now, done),
    }))
}

async fn begin<L: Ledger>(ledger: &L, out: &OutgoingArticle) -> Result<bool, StoreError> {
    let out = out.clone();
    ledger.with(move |w| w.begin_article(&out)).await
}

/// What a failure means for a draft, which may have been sent.
fn verdict(error: DeskError, sent: bool, now: Instant, done: &mut Shelved) -> ArticleVerdict {
    let at = error.retry_at.unwrap_or(now + PATIENCE).max(now);
    let verdict = match error.kind {
        ErrorKind::Refused => {
            return ArticleVerdict::Refused(Untrusted::new(error.to_string()));
        }
        ErrorKind::Unreachable | ErrorKind::Odd if sent => ArticleVerdict::Unclear(at),
        // Whoever was faster is met when it is looked at again.
        ErrorKind::Conflict => ArticleVerdict::Again(now),
        _ if sent => ArticleVerdict::Unclear(at),
        _ => ArticleVerdict::Again(at),
    };
    if error.kind != ErrorKind::Conflict {
        done.trouble = Some(error);
    }
    verdict
}
