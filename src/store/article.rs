//! Knowledge: articles and the index of their words.

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sha2::{Digest as _, Sha256};

use super::lay;
use super::{Reader, Result, StoreError, Writer, audit, was};
use crate::domain::Instant;
use crate::domain::knowledge::{Article, ArticleKey, GoingStage};
use crate::domain::people::AgentId;
use crate::domain::query::tokens;
use crate::domain::text::Untrusted;

/// An article that was found, with the words around what was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The article.
    pub article: Article,
    /// Where it says so.
    pub extract: Untrusted,
}

pub(super) const COLS: &str = "t.title, t.body, t.json";

pub(super) fn read(r: &Row<'_>) -> Result<Article> {
    let (title, body, json): (String, String, String) = (r.get(0)?, r.get(1)?, r.get(2)?);
    let mut article: Article = lay::parse("an article", &json)?;
    (article.title, article.body) = (Untrusted::new(title), Untrusted::new(body));
    Ok(article)
}

pub(super) fn load(conn: &Connection, key: &ArticleKey) -> Result<Option<Article>> {
    let mut stmt =
        conn.prepare_cached(&format!("SELECT {COLS} FROM article t WHERE t.key = ?1"))?;
    let mut found = stmt.query([key.as_str()])?;
    found.next()?.map(read).transpose()
}

/// The search for articles that hold all these words, the last one perhaps only begun.
fn expression(words: &str) -> Option<String> {
    let mut terms: Vec<String> = tokens(words).iter().map(|t| format!("\"{t}\"")).collect();
    let begun = !words.ends_with(char::is_whitespace);
    if let Some(last) = terms.last_mut().filter(|_| begun) {
        last.push('*');
    }
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

impl Reader {
    /// All articles, by name.
    ///
    /// # Errors
    /// As all reads: the file is damaged or gone, or the reading was interrupted.
    pub fn articles(&self) -> Result<Vec<Article>> {
        self.run(|| {
            let mut stmt = self
                .conn
                .prepare_cached(&format!("SELECT {COLS} FROM article t ORDER BY t.key"))?;
            let mut found = stmt.query([])?;
            let mut all = Vec::new();
            while let Some(r) = found.next()? {
                all.push(read(r)?);
            }
            Ok(all)
        })
    }

    /// An article by its name.
    ///
    /// # Errors
    /// As [`Self::articles`].
    pub fn article(&self, key: &ArticleKey) -> Result<Option<Article>> {
        self.run(|| load(&self.conn, key))
    }

    /// The articles that hold all these words, the best first: a word in the title weighs as
    /// much as ten in the text.
    ///
    /// # Errors
    /// As [`Self::articles`].
    pub fn find_articles(&self, words: &str, limit: usize) -> Result<Vec<Found>> {
        let Some(expression) = expression(words) else {
            return Ok(Vec::new());
        };
        self.run(|| {
            let mut stmt = self.conn.prepare_cached(&format!(
                "SELECT {COLS}, snippet(words_article, 1, '', '', '…', 20)
                   FROM words_article JOIN article t ON t.id = words_article.rowid
                  WHERE words_article MATCH ?1 ORDER BY bm25(words_article, 10.0, 1.0), t.key LIMIT ?2"
            ))?;
            let most = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut found = stmt.query(params![expression, most])?;
            let mut all = Vec::new();
            while let Some(r) = found.next()? {
                all.push(Found {
                    article: read(r)?,
                    extract: Untrusted::new(r.get::<_, String>(3)?),
                });
            }
            Ok(all)
        })
    }
}

/// Why somebody here may not change an article so.
fn against(before: &Article, after: &Article) -> Option<&'static str> {
    let same = (&before.title, &before.body) == (&after.title, &after.body);
    if is_in_flight(before) {
        return Some("it is being sent to the desk; try again in a moment");
    }
    let theirs = before.desk.is_some() && !same;
    theirs.then_some("it is the desk's article; draft a correction of it, which P sends there")
}

/// Why somebody here may not take an article away.
fn against_drop(article: &Article) -> Option<&'static str> {
    if is_in_flight(article) {
        return Some("it is being sent to the desk; try again in a moment");
    }
    let theirs = article.desk.is_some() && !article.is_gone();
    theirs.then_some("it is the desk's article; delete it there, and it is gone here too")
}

fn is_in_flight(article: &Article) -> bool {
    let going = article.going.as_ref();
    going.is_some_and(|g| g.stage == GoingStage::InFlight)
}

/// The name, or that name with a number where it is taken.
pub(super) fn free_key(conn: &Connection, wanted: &ArticleKey) -> Result<ArticleKey> {
    let mut key = wanted.clone();
    let mut n = 1;
    while load(conn, &key)?.is_some() {
        n += 1;
        key = wanted.numbered(n);
    }
    Ok(key)
}

/// What a text is called, to know it again: whatever the clock says.
fn version(article: &Article) -> String {
    let mut hash = Sha256::new();
    hash.update(article.title.raw());
    hash.update([0]);
    hash.update(article.body.raw());
    audit::hex(&hash.finalize())
}

/// Writes down which text of an article of ours a correction was begun on; a desk's has its own mark.
fn begun_on(conn: &Connection, draft: &mut Article) -> Result<()> {
    if let (Some(of), None) = (&draft.corrects, &draft.drafted_on) {
        draft.drafted_on = load(conn, of)?.map(|of| version(&of));
    }
    Ok(())
}

/// A line of the trail about an article.
pub(super) fn note(
    conn: &Connection,
    detail: &serde_json::Value,
    by: &AgentId,
    now: Instant,
) -> Result<()> {
    audit::add(
        conn,
        now,
        by.as_str(),
        None,
        "knowledge",
        &detail.to_string(),
    )
}

impl Writer {
    /// Keeps articles, each in the place of the one of its name, durably and all or none. One that
    /// is a desk's is not changed here: a correction of it is drafted beside it. Gives the names of
    /// such drafts.
    ///
    /// # Errors
    /// As all writes: no room, no permission, damage, another writer.
    pub fn put_articles(
        &mut self,
        articles: &[Article],
        by: &AgentId,
        now: Instant,
    ) -> Result<Vec<ArticleKey>> {
        self.scene(true, |s| {
            let batch = was::next_batch(s.conn)?;
            let mut drafts = Vec::new();
            for article in articles {
                let mut article = article.clone();
                if let Some(theirs) = load(s.conn, &article.key)?.filter(|a| a.desk.is_some()) {
                    if (&theirs.title, &theirs.body) == (&article.title, &article.body) {
                        continue;
                    }
                    let mut draft = theirs.correction(article.body, now);
                    (draft.title, draft.language) = (article.title, article.language);
                    draft.key = free_key(s.conn, &theirs.key)?;
                    drafts.push(draft.key.clone());
                    article = draft;
                }
                put_noted(s.conn, &article, batch, by)?;
                let detail = serde_json::json!({"article": article.key, "act": "put"});
                note(s.conn, &detail, by, now)?;
            }
            Ok(drafts)
        })
    }

    /// Keeps a new article under its name, or under that name with a number where it is taken;
    /// gives the one that was kept.
    ///
    /// # Errors
    /// As [`Self::put_articles`].
    pub fn add_article(
        &mut self,
        article: &Article,
        by: &AgentId,
        now: Instant,
    ) -> Result<Article> {
        self.scene(true, |s| {
            let mut new = article.clone();
            new.key = free_key(s.conn, &article.key)?;
            begun_on(s.conn, &mut new)?;
            put_noted(s.conn, &new, was::next_batch(s.conn)?, by)?;
            let detail = serde_json::json!({"article": new.key, "act": "add"});
            note(s.conn, &detail, by, now)?;
            Ok(new)
        })
    }

    /// Changes an article as it is kept at this moment; `act` goes into the trail. None: there
    /// is none of that name.
    ///
    /// # Errors
    /// As [`Self::put_articles`].
    pub fn change_article(
        &mut self,
        key: &ArticleKey,
        by: &AgentId,
        now: Instant,
        act: &'static str,
        change: impl FnOnce(&mut Article),
    ) -> Result<Option<Article>> {
        self.scene(true, |s| {
            let Some(mut article) = load(s.conn, key)? else {
                return Ok(None);
            };
            let before = article.clone();
            change(&mut article);
            if let Some(why) = against(&before, &article) {
                return Err(StoreError::Refused(why.into()));
            }
            if article.key != *key {
                return Err(StoreError::Refused(
                    "an article keeps its name; make another one".into(),
                ));
            }
            put_noted(s.conn, &article, was::next_batch(s.conn)?, by)?;
            let detail = serde_json::json!({"article": key, "act": act});
            note(s.conn, &detail, by, now)?;
            Ok(Some(article))
        })
    }

    /// Puts a finished correction in the place of what it corrects, and takes the draft away: one
    /// act. What somebody else has written there since the draft was begun stays as a draft beside
    /// it, whose name comes too. None: what it corrects is gone.
    ///
    /// # Errors
    /// As [`Self::put_articles`].
    pub fn publish_correction(
        &mut self,
        draft: &Article,
        today: NaiveDate,
        by: &AgentId,
        now: Instant,
    ) -> Result<Option<(Article, Option<ArticleKey>)>> {
        self.scene(true, |s| {
            let of = draft.corrects.as_ref();
            let Some(theirs) = of.map(|of| load(s.conn, of)).transpose()?.flatten() else {
                return Ok(None);
            };
            let batch = was::next_batch(s.conn)?;
            let since = draft.drafted_on.as_ref();
            let mut corrected = theirs.clone();
            (corrected.title, corrected.body) = (draft.title.clone(), draft.body.clone());
            (corrected.updated, corrected.reviewed, corrected.stale) = (now, Some(today), None);
            if let Some(why) = against(&theirs, &corrected) {
                return Err(StoreError::Refused(why.into()));
            }
            put_noted(s.conn, &corrected, batch, by)?;
            let beside = match since.is_some_and(|seen| *seen != version(&theirs)) {
                true => {
                    let mut beside = theirs.correction(theirs.body.clone(), now);
                    beside.key = free_key(s.conn, &theirs.key)?;
                    begun_on(s.conn, &mut beside)?;
                    put_noted(s.conn, &beside, batch, by)?;
                    Some(beside.key)
                }
                false => None,
            };
            drop_noted(s.conn, &draft.key, batch, by)?;
            let detail = serde_json::json!({"article": corrected.key, "act": "corrected"});
            note(s.conn, &detail, by, now)?;
            Ok(Some((corrected, beside)))
        })
    }

    /// Takes an article away; false: there is none of that name.
    ///
    /// # Errors
    /// As [`Self::put_articles`].
    pub fn drop_article(&mut self, key: &ArticleKey, by: &AgentId, now: Instant) -> Result<bool> {
        self.scene(true, |s| {
            let held = load(s.conn, key)?.as_ref().and_then(against_drop);
            if let Some(why) = held {
                return Err(StoreError::Refused(why.into()));
            }
            let batch = was::next_batch(s.conn)?;
            let dropped = drop_noted(s.conn, key, batch, by)?;
            if dropped {
                let detail = serde_json::json!({"article": key, "act": "drop"});
                note(s.conn, &detail, by, now)?;
            }
            Ok(dropped)
        })
    }
}

/// The word for articles among what can be taken back.
pub(super) const WHAT: &str = "article";

/// An article as it is kept, whole.
pub(super) fn kept(conn: &Connection, key: &str) -> Result<Option<String>> {
    let Ok(key) = ArticleKey::parse(key) else {
        return Ok(None);
    };
    let article = load(conn, &key)?;
    article.map(|a| lay::to_json("an article", &a)).transpose()
}

/// Makes an article what it was.
pub(super) fn restore(conn: &Connection, key: &str, was: Option<&str>) -> Result<()> {
    match was {
        Some(json) => {
            let mut article: Article = lay::parse("an article", json)?;
            let there = article.desk.as_ref().map(|d| d.id.0.clone());
            let told_again: bool = conn
                .prepare_cached(
                    "SELECT EXISTS(SELECT 1 FROM article WHERE remote = ?1 AND key <> ?2)",
                )?
                .query_row(params![there, key], |r| r.get(0))?;
            if told_again {
                // The desk has told it under another name meanwhile.
                article.desk = None;
            }
            put(conn, &article)
        }
        None => {
            conn.prepare_cached("DELETE FROM article WHERE key = ?1")?
                .execute([key])?;
            Ok(())
        }
    }
}

fn put_noted(conn: &Connection, article: &Article, batch: i64, by: &AgentId) -> Result<()> {
    let key = article.key.as_str();
    let before = kept(conn, key)?;
    put(conn, article)?;
    let lives = (before.as_deref(), kept(conn, key)?);
    was::remember(conn, batch, (WHAT, key), (lives.0, lives.1.as_deref()), by)
}

fn drop_noted(conn: &Connection, key: &ArticleKey, batch: i64, by: &AgentId) -> Result<bool> {
    let Some(before) = kept(conn, key.as_str())? else {
        return Ok(false);
    };
    restore(conn, key.as_str(), None)?;
    was::remember(conn, batch, (WHAT, key.as_str()), (Some(&before), None), by)?;
    Ok(true)
}

pub(super) fn put(conn: &Connection, article: &Article) -> Result<()> {
    // Title and text have columns of their own, which the index of words reads.
    let bare = Article {
        title: Untrusted::default(),
        body: Untrusted::default(),
        ..article.clone()
    };
    let json = lay::to_json("an article", &bare)?;
    let id: Option<i64> = conn
        .prepare_cached("SELECT id FROM article WHERE key = ?1")?
        .query_row([article.key.as_str()], |r| r.get(0))
        .optional()?;
    let sql = match id {
        // An update, not a replacement: its trigger takes the old words out of the index.
        Some(_) => {
            "UPDATE article SET key = ?2, title = ?3, body = ?4, json = ?5, remote = ?6, going = ?7 WHERE id = ?1"
        }
        None => {
            "INSERT INTO article(id, key, title, body, json, remote, going) VALUES(?1,?2,?3,?4,?5,?6,?7)"
        }
    };
    conn.prepare_cached(sql)?.execute(params![
        id,
        article.key.as_str(),
        article.title.raw(),
        article.body.raw(),
        json,
        article.desk.as_ref().map(|d| d.id.0.as_str()),
        article.going.as_ref().is_some_and(|g| g.is_under_way()),
    ])?;
    Ok(())
}
