//! Articles of a desk: what it tells of them, and drafts on their way there.
//!
//! Each step is on disk before the next one, so that a kill only makes it be asked again: what was
//! in flight is looked for before it is sent again.

use chrono::TimeDelta;
use rusqlite::{Connection, OptionalExtension as _};

use super::article::{self, COLS, free_key, note, put, read};
use super::{Result, Writer, rows};
use crate::domain::Instant;
use crate::domain::knowledge::{
    Article, ArticleKey, Going, GoingStage, OutgoingArticle, Over, PulledArticles, ToldArticle,
};
use crate::domain::people::AgentId;
use crate::domain::remote::{Cursor, RemoteId};
use crate::domain::text::Untrusted;

/// What keeping a step of articles changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeptArticles {
    /// Articles that are new here.
    pub new: usize,
    /// Articles that read differently now.
    pub changed: usize,
    /// Articles that are not to be had any more.
    pub gone: usize,
}

/// A draft that is to be sent, and whether it may have been already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The draft.
    pub out: OutgoingArticle,
    /// It was being sent: whether it arrived is to be looked at first.
    pub in_flight: bool,
}

/// What is to be sent now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToSend {
    /// Drafts that may go, those that may be there already first.
    pub ready: Vec<Sent>,
    /// Drafts that cannot be sent as they are, and why.
    pub refused: Vec<(ArticleKey, Untrusted)>,
}

/// What became of a draft that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArticleVerdict {
    /// The desk has it, as it is read there.
    There(Box<ToldArticle>),
    /// It goes again then: it did not arrive.
    Again(Instant),
    /// Nobody knows whether it arrived: it is looked at then.
    Unclear(Instant),
    /// The desk said no.
    Refused(Untrusted),
    /// Somebody else has changed the article there, which reads so now.
    Changed(Box<ToldArticle>),
}

/// The place of the next step, and when the desk was last asked to the end.
const CURSOR: &str = "articles";
const ASKED: &str = "articles-asked";

/// So often articles are asked for, where nobody wants them at once.
const EVERY: TimeDelta = TimeDelta::minutes(5);

fn by_remote(conn: &Connection, id: &RemoteId) -> Result<Option<Article>> {
    let mut stmt =
        conn.prepare_cached(&format!("SELECT {COLS} FROM article t WHERE t.remote = ?1"))?;
    let mut found = stmt.query([id.0.as_str()])?;
    found.next()?.map(read).transpose()
}

fn meta(conn: &Connection, key: &str) -> Result<Option<String>> {
    Ok(conn
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |r| r.get(0))
        .optional()?)
}

fn set_meta(conn: &Connection, key: &str, value: &str) -> Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO meta VALUES(?1, ?2)")?
        .execute([key, value])?;
    Ok(())
}

/// Keeps what is told of one article; writes nothing where it is so already.
fn keep(conn: &Connection, told: &ToldArticle, kept: &mut KeptArticles) -> Result<()> {
    if let Some(known) = by_remote(conn, &told.id)? {
        // What was asked before something was sent may be kept after it.
        if known
            .desk
            .as_ref()
            .is_some_and(|d| d.updated > told.updated)
        {
            return Ok(());
        }
        let mut heard = known.clone();
        heard.hear(told);
        if heard != known {
            put(conn, &heard)?;
            kept.changed += 1;
        }
        return Ok(());
    }
    let wanted = ArticleKey::of_title(told.title.raw())
        .or_else(|| ArticleKey::of_title(&format!("article {}", told.id.0)));
    let Some(wanted) = wanted else {
        return Ok(());
    };
    let key = free_key(conn, &wanted)?;
    let blank = Untrusted::default();
    let mut new = Article::new(key, blank.clone(), blank, told.updated);
    new.hear(told);
    put(conn, &new)?;
    kept.new += 1;
    Ok(())
}

/// An article that is not to be had any more is gone here too, but for what somebody here has
/// written of it: a correction, a word that it is stale.
fn lose(conn: &Connection, id: &RemoteId, kept: &mut KeptArticles) -> Result<()> {
    let Some(mut known) = by_remote(conn, id)?.filter(|a| !a.is_gone()) else {
        return Ok(());
    };
    kept.gone += 1;
    if !is_written_on(conn, &known)? {
        return article::restore(conn, known.key.as_str(), None);
    }
    if let Some(desk) = &mut known.desk {
        desk.is_gone = true;
    }
    put(conn, &known)
}

/// Whether somebody here has written something on a desk's article.
fn is_written_on(conn: &Connection, known: &Article) -> Result<bool> {
    let corrected: bool = conn
        .prepare_cached("SELECT EXISTS(SELECT 1 FROM article WHERE json ->> '$.corrects' = ?1)")?
        .query_row([known.key.as_str()], |r| r.get(0))?;
    Ok(corrected || known.stale.is_some())
}

/// What a draft needs on its way; none: it cannot be sent as it is, and why.
fn outgoing(
    conn: &Connection,
    a: &Article,
    going: &Going,
) -> Result<std::result::Result<OutgoingArticle, &'static str>> {
    let mut over = None;
    if let Some(of) = &a.corrects {
        let desk = article::load(conn, of)?.and_then(|of| of.desk);
        let Some(desk) = desk.filter(|d| !d.is_gone) else {
            return Ok(Err(
                "what it corrects is gone from the desk; P sends it as a new article",
            ));
        };
        let version = going.over.clone().unwrap_or(desk.version);
        over = Some(Over {
            id: desk.id,
            version,
        });
    }
    Ok(Ok(OutgoingArticle {
        key: a.key.clone(),
        title: a.title.clone(),
        body: a.body.clone(),
        category: going.category.clone(),
        over,
    }))
}

fn under_way(conn: &Connection) -> Result<Vec<Article>> {
    let sql = format!("SELECT {COLS} FROM article t WHERE t.going = 1 ORDER BY t.id");
    let mut stmt = conn.prepare_cached(&sql)?;
    let mut found = stmt.query([])?;
    let mut all = Vec::new();
    while let Some(r) = found.next()? {
        all.push(read(r)?);
    }
    Ok(all)
}

impl Writer {
    /// Where asking for articles goes on; none: nothing was asked yet.
    ///
    /// # Errors
    /// As all reads: the file is damaged or gone.
    pub fn article_cursor(&self) -> Result<Option<Cursor>> {
        self.run(|| Ok(meta(&self.conn, CURSOR)?.map(Cursor)))
    }

    /// Whether it is time to ask the desk for its articles: they change seldom.
    ///
    /// # Errors
    /// As [`Self::article_cursor`].
    pub fn articles_are_due(&self, now: Instant) -> Result<bool> {
        self.run(|| {
            let asked = meta(&self.conn, ASKED)?.and_then(|at| at.parse().ok());
            let asked = asked.map(rows::at);
            // A clock that was set back is right from now on.
            Ok(asked.is_none_or(|at| at > now || now - at >= EVERY))
        })
    }

    /// The desk did not tell its articles: it is asked again as if it had.
    ///
    /// # Errors
    /// As [`Self::keep_articles`].
    pub fn articles_asked(&mut self, now: Instant) -> Result<()> {
        self.scene(false, |s| {
            set_meta(s.conn, ASKED, &rows::ms(now).to_string())
        })
    }

    /// Keeps a step, and where the next goes on: as a whole, or not at all.
    ///
    /// # Errors
    /// As all writes: no room, no permission, damage, another writer.
    pub fn keep_articles(&mut self, step: &PulledArticles, now: Instant) -> Result<KeptArticles> {
        self.scene(false, |s| {
            let mut kept = KeptArticles::default();
            for told in &step.told {
                keep(s.conn, told, &mut kept)?;
            }
            for id in &step.gone {
                lose(s.conn, id, &mut kept)?;
            }
            set_meta(s.conn, CURSOR, &step.cursor.0)?;
            if !step.more {
                set_meta(s.conn, ASKED, &rows::ms(now).to_string())?;
            }
            Ok(kept)
        })
    }

    /// What may be sent now. What cannot be is written down as refused.
    ///
    /// # Errors
    /// As [`Self::keep_articles`].
    pub fn articles_to_send(&mut self, now: Instant) -> Result<ToSend> {
        let all = self.run(|| under_way(&self.conn))?;
        if all.is_empty() {
            return Ok(ToSend::default());
        }
        self.scene(false, |s| {
            let mut out = ToSend::default();
            for mut a in all {
                let Some(mut going) = a.going.clone() else {
                    continue;
                };
                if going.not_before.is_some_and(|at| at > now) {
                    continue;
                }
                match outgoing(s.conn, &a, &going)? {
                    Ok(ready) => out.ready.push(Sent {
                        out: ready,
                        in_flight: going.stage == GoingStage::InFlight,
                    }),
                    Err(why) => {
                        let why = Untrusted::new(why);
                        out.refused.push((a.key.clone(), why.clone()));
                        going.stage = GoingStage::Refused(why);
                        a.going = Some(going);
                        put(s.conn, &a)?;
                    }
                }
            }
            out.ready.sort_by_key(|sent| !sent.in_flight);
            Ok(out)
        })
    }

    /// When a draft may be sent next; none: none is to be sent.
    ///
    /// # Errors
    /// As [`Self::article_cursor`].
    pub fn next_article(&self) -> Result<Option<Instant>> {
        let all = self.run(|| under_way(&self.conn))?;
        let at = |a: Article| a.going.map(|g| g.not_before.unwrap_or(Instant::UNIX_EPOCH));
        Ok(all.into_iter().filter_map(at).min())
    }

    /// It is being sent from now on, as it was read to be sent; false if it was taken back or
    /// written on in the meantime. Durable.
    ///
    /// # Errors
    /// As [`Self::keep_articles`].
    pub fn begin_article(&mut self, out: &OutgoingArticle) -> Result<bool> {
        self.scene(true, |s| {
            let Some(mut a) = article::load(s.conn, &out.key)? else {
                return Ok(false);
            };
            let Some(going) = a.going.as_mut().filter(|g| g.is_under_way()) else {
                return Ok(false);
            };
            if (&a.title, &a.body) != (&out.title, &out.body) {
                return Ok(false);
            }
            going.stage = GoingStage::InFlight;
            put(s.conn, &a)?;
            Ok(true)
        })
    }

    /// Writes down what became of a draft. One that arrived is the desk's article from then on, or
    /// is in the one that it corrects, and gone as a draft.
    ///
    /// # Errors
    /// As [`Self::keep_articles`].
    pub fn settle_article(
        &mut self,
        key: &ArticleKey,
        verdict: &ArticleVerdict,
        now: Instant,
    ) -> Result<()> {
        self.scene(true, |s| {
            let by = &s.rules.me;
            let Some(mut a) = article::load(s.conn, key)? else {
                return Ok(());
            };
            let mut set = |stage: GoingStage, at: Option<Instant>| {
                if let Some(going) = &mut a.going {
                    (going.stage, going.not_before) = (stage, at);
                }
                put(s.conn, &a)
            };
            match verdict {
                ArticleVerdict::There(told) => arrived(s.conn, a, told, by, now),
                ArticleVerdict::Again(at) => set(GoingStage::Waiting, Some(*at)),
                ArticleVerdict::Unclear(at) => set(GoingStage::InFlight, Some(*at)),
                ArticleVerdict::Refused(why) => set(GoingStage::Refused(why.clone()), None),
                ArticleVerdict::Changed(told) => {
                    let why = "somebody changed it at the desk since; read theirs, work it in with e, then P sends yours";
                    set(GoingStage::Conflict(Untrusted::new(why)), None)?;
                    keep(s.conn, told, &mut KeptArticles::default())
                }
            }
        })
    }
}

/// The desk has a draft.
fn arrived(
    conn: &Connection,
    draft: Article,
    told: &ToldArticle,
    by: &AgentId,
    now: Instant,
) -> Result<()> {
    let detail = serde_json::json!({"article": draft.key, "act": "sent", "there": told.id});
    note(conn, &detail, by, now)?;
    let today = now.date_naive();
    let mut known = by_remote(conn, &told.id)?;
    if let Some(twin) = &known
        && draft.corrects.is_none()
        && !is_written_on(conn, twin)?
    {
        // It was told before it was known to have arrived: the name that is in use here stays.
        article::restore(conn, twin.key.as_str(), None)?;
        known = None;
    }
    let Some(mut theirs) = known else {
        let mut own = draft;
        own.arrive(told);
        (own.reviewed, own.stale) = (Some(today), None);
        return put(conn, &own);
    };
    theirs.body = draft.body;
    theirs.arrive(told);
    (theirs.reviewed, theirs.stale) = (Some(today), None);
    article::restore(conn, draft.key.as_str(), None)?;
    put(conn, &theirs)
}
