//! Articles: asking what is new, and writing them.
//!
//! They lie in classes, and who may see one article of a class may see all of it: so a class is
//! walked by number until a page is not full, which a hidden row cannot make it. Deleted ones are
//! disabled and still found, those we may not see any more are not: they are missed when all are
//! walked again, every few hours. A text lies in the custom field `Content`, as HTML or as it is.

use chrono::TimeDelta;
use reqwest::Method;
use reqwest::StatusCode;
use reqwest::header::{ETAG, IF_MATCH};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::cursor::Ids;
use super::push::reason;
use super::search::PAGE;
use super::wire::{Article, Class, CustomField, Page};
use super::{Rt, verify};
use crate::desk::http::{error, odd, refused};
use crate::desk::{Answer, ErrorKind};
use crate::domain::Instant;
use crate::domain::knowledge::{Form, Met, OutgoingArticle, PulledArticles, ToldArticle};
use crate::domain::remote::{Cursor, Mark, RemoteId};
use crate::domain::text::{Untrusted, line};

/// The custom field that holds the text, as a fresh installation names it.
const CONTENT: &str = "Content";
/// Processes of the server may write out of order: what is younger is told again.
const SETTLED: TimeDelta = TimeDelta::seconds(60);
/// How often it is looked which classes there are.
const LISTED: TimeDelta = TimeDelta::hours(1);
/// How often all articles are told, to find those that we may not see any more.
const WHOLE: TimeDelta = TimeDelta::hours(6);
const FIELDS: &str = "Name,Summary,Class,LastUpdated,Disabled,CustomFields";
const VERSION: u8 = 1;

/// Where asking for articles has come to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Place {
    v: u8,
    /// Classes that we may see, and when that was asked.
    classes: Vec<u64>,
    listed: Option<Instant>,
    /// What was changed before then was told.
    since: Option<Instant>,
    /// When all were last told.
    whole: Option<Instant>,
    /// Articles that were told.
    known: Ids,
    /// The walk that is under way.
    walk: Option<Walk>,
}

/// A walk through the classes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Walk {
    /// Classes that are still to be walked; the first is being walked.
    classes: Vec<u64>,
    /// The last article of the first one that was told.
    after: u64,
    /// The server's clock when it began.
    clock: Option<Instant>,
    /// All are told, and these were met.
    whole: bool,
    met: Ids,
}

impl Place {
    fn read(cursor: &Cursor) -> Option<Self> {
        let place: Self = serde_json::from_str(&cursor.0).ok()?;
        (place.v == VERSION).then_some(place)
    }

    fn write(&self) -> Cursor {
        // Nothing in it can fail to be written; an empty one would begin anew.
        Cursor(serde_json::to_string(self).unwrap_or_default())
    }

    fn is_due(at: Option<Instant>, every: TimeDelta, now: Instant) -> bool {
        // A clock that was set back is right from now on.
        at.is_none_or(|at| at > now || now - at >= every)
    }

    /// The walk is over: what it has not met is not to be had any more.
    fn arrive(&mut self, walk: Walk, now: Instant) -> Vec<u64> {
        self.since = walk.clock.map(|at| at - SETTLED).or(self.since);
        if !walk.whole {
            return Vec::new();
        }
        self.whole = Some(now);
        let before = std::mem::replace(&mut self.known, walk.met);
        let all = before.between(0, u64::MAX);
        all.filter(|id| !self.known.contains(*id)).collect()
    }
}

impl Rt {
    /// The next step of asking for articles.
    pub(super) async fn some_articles(
        &self,
        from: Option<&Cursor>,
        now: Instant,
    ) -> Answer<PulledArticles> {
        let mut place = from.and_then(Place::read).unwrap_or_else(|| Place {
            v: VERSION,
            ..Place::default()
        });
        let walk = match place.walk.take() {
            Some(walk) => walk,
            None => self.set_out(&mut place, now).await?,
        };
        let mut pulled = PulledArticles {
            told: Vec::new(),
            gone: Vec::new(),
            cursor: place.write(),
            more: false,
        };
        let mut gone = Vec::new();
        place.walk = self
            .walk(&mut place, walk, &mut pulled.told, &mut gone, now)
            .await?;
        pulled.gone = gone.into_iter().map(remote).collect();
        pulled.more = place.walk.is_some();
        pulled.cursor = place.write();
        Ok(pulled)
    }

    /// Begins a walk; which classes there are is asked now and then.
    async fn set_out(&self, place: &mut Place, now: Instant) -> Answer<Walk> {
        let mut whole = Place::is_due(place.whole, WHOLE, now);
        if Place::is_due(place.listed, LISTED, now) {
            let classes: Vec<u64> = self.classes(now).await?.into_iter().map(|c| c.id).collect();
            whole |= classes != place.classes;
            (place.classes, place.listed) = (classes, Some(now));
        }
        Ok(Walk {
            classes: place.classes.clone(),
            whole,
            ..Walk::default()
        })
    }

    /// Goes on by one page; none: the walk is over.
    async fn walk(
        &self,
        place: &mut Place,
        mut walk: Walk,
        told: &mut Vec<ToldArticle>,
        gone: &mut Vec<u64>,
        now: Instant,
    ) -> Answer<Option<Walk>> {
        let Some(class) = walk.classes.first().copied() else {
            gone.extend(place.arrive(walk, now));
            return Ok(None);
        };
        let mut query = vec![
            json!({"field": "Class", "value": class}),
            json!({"field": "id", "operator": ">", "value": walk.after}),
        ];
        if let Some(since) = place.since.filter(|_| !walk.whole) {
            let since = since.format("%Y-%m-%d %H:%M:%S").to_string();
            query.push(json!({"field": "LastUpdated", "operator": ">=", "value": since}));
        }
        let (found, clock) = self.find_articles(&query, now).await?;
        walk.clock = walk.clock.or(Some(clock));
        for article in &found {
            walk.after = walk.after.max(article.id);
            if article.disabled == Some(1) {
                place.known.remove(article.id);
                gone.push(article.id);
                continue;
            }
            place.known.insert(article.id);
            walk.met.insert(article.id);
            told.extend(self.told_article(article));
        }
        if found.len() < PAGE {
            walk.classes.remove(0);
            walk.after = 0;
        }
        if walk.classes.is_empty() {
            gone.extend(place.arrive(walk, now));
            return Ok(None);
        }
        Ok(Some(walk))
    }

    /// Articles that a search finds, by number, and the server's clock.
    async fn find_articles(
        &self,
        query: &[Value],
        now: Instant,
    ) -> Answer<(Vec<Article>, Instant)> {
        let reply = self
            .ask(Method::POST, "/articles", |r| {
                let page = [
                    ("fields", FIELDS),
                    ("fields[Class]", "Name"),
                    ("orderby", "id"),
                    ("per_page", "100"),
                    ("find_disabled_rows", "1"),
                ];
                r.query(&page).json(query)
            })
            .await?;
        let found: Page<Article> = reply.json(now)?;
        Ok((found.items, reply.date.unwrap_or(now)))
    }

    /// The classes that we may see.
    pub(super) async fn classes(&self, now: Instant) -> Answer<Vec<Class>> {
        let mut all: Vec<Class> = Vec::new();
        // Classes that we may not see make pages short, never empty ones in a row.
        for page in 1..=10 {
            let page = page.to_string();
            let query = [
                ("fields", "Name,Disabled,_hyperlinks"),
                ("per_page", "100"),
                ("page", page.as_str()),
            ];
            let found: Page<Class> = self.read("/classes/all", &query, now).await?;
            let new = |c: &Class| all.iter().all(|known| known.id != c.id);
            let fresh: Vec<Class> = found.items.into_iter().filter(new).collect();
            if fresh.is_empty() {
                break;
            }
            all.extend(fresh);
        }
        all.retain(|c| c.disabled != Some(1));
        all.sort_by_key(|c| c.id);
        Ok(all)
    }

    /// An article in our words.
    fn told_article(&self, article: &Article) -> Option<ToldArticle> {
        let text = content(&article.custom_fields);
        let text = text
            .and_then(|f| f.values.first())
            .map_or("", String::as_str);
        let some = |text: &str| Some(Untrusted::new(text)).filter(|t| !t.raw().trim().is_empty());
        let address = self
            .http
            .at(&format!("/Articles/Article/Display.html?id={}", article.id));
        Some(ToldArticle {
            id: remote(article.id),
            title: Untrusted::new(article.name.as_str()),
            text: Untrusted::new(text),
            form: Form::of(text),
            category: some(&article.class.name),
            summary: some(&article.summary),
            address: some(&address),
            is_published: true,
            updated: article.last_updated?,
            version: version(&article.name, text),
        })
    }

    /// An article as it is now, with the server's mark of that version.
    async fn one_article(&self, id: &RemoteId, now: Instant) -> Answer<(Article, String)> {
        let number: u64 = id.0.parse().map_err(|_| lost())?;
        let path = format!("/article/{number}");
        let reply = self.get(&path, &[("fields[Class]", "Name")]).await?;
        if matches!(reply.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN) {
            return Err(lost());
        }
        let mark = reply.header(&ETAG).unwrap_or_default();
        let mark = mark.trim_start_matches("W/").trim_matches('"').to_owned();
        let article: Article = reply.json(now)?;
        if article.disabled == Some(1) {
            return Err(lost());
        }
        Ok((article, mark))
    }

    /// How an article meets what is there.
    pub(super) async fn face(&self, out: &OutgoingArticle, now: Instant) -> Answer<Met> {
        let out = fitted(out);
        let Some(over) = &out.over else {
            return self.face_new(&out, now).await;
        };
        let (article, mark) = self.one_article(&over.id, now).await?;
        let told = self.told_article(&article).ok_or_else(unclear)?;
        // A title that did not get there with its text still has to.
        let is_ours = told.form.write(out.body.raw()) == told.text.raw();
        Ok(if out.is_so(&told) {
            Met::There(Box::new(told))
        } else if told.version == over.version || is_ours {
            Met::Free(Mark(mark))
        } else {
            Met::Changed(Box::new(told))
        })
    }

    /// A title is used once in a class, which keeps a new article from being made twice.
    async fn face_new(&self, out: &OutgoingArticle, now: Instant) -> Answer<Met> {
        let class = self.class_for(out, now).await?;
        let query = [
            json!({"field": "Class", "value": class.id}),
            json!({"field": "Name", "value": out.title.raw()}),
        ];
        let (found, _) = self.find_articles(&query, now).await?;
        let Some(article) = found.first() else {
            return Ok(Met::Free(Mark::default()));
        };
        if article.disabled == Some(1) {
            return Err(refused(
                "a deleted article there has this title; give this one another title",
            ));
        }
        match self.told_article(article).filter(|told| out.is_so(told)) {
            Some(told) => Ok(Met::There(Box::new(told))),
            None => Err(refused(
                "the desk has an article of this title; draft a correction of that one, or give this one another title",
            )),
        }
    }

    /// Where a new article goes.
    async fn class_for(&self, out: &OutgoingArticle, now: Instant) -> Answer<Class> {
        let mut all = self.classes(now).await?;
        all.retain(Class::takes_articles);
        if let Some(wanted) = &out.category {
            let wanted = wanted.raw().trim().to_lowercase();
            all.retain(|c| c.name.to_lowercase() == wanted);
        }
        let names: Vec<&str> = all.iter().map(|c| c.name.as_str()).collect();
        match (all.len(), &out.category) {
            (0, Some(wanted)) => Err(refused(format!(
                "you may write no articles in \"{}\" there; name another class, or ask whoever keeps the desk for CreateArticle",
                wanted.line()
            ))),
            (0, None) => Err(refused(
                "you may write no articles there; ask whoever keeps the desk for CreateArticle, or make a request of kind knowledge of its ticket (n)",
            )),
            (1, _) => all.pop().ok_or_else(unclear),
            _ => Err(refused(format!(
                "it can go into {}; say which with :publish CLASS",
                line(&names.join(", "))
            ))),
        }
    }

    /// Sends an article, once.
    pub(super) async fn shelve(
        &self,
        out: &OutgoingArticle,
        mark: &Mark,
        now: Instant,
    ) -> Answer<ToldArticle> {
        let out = fitted(out);
        let Some(over) = &out.over else {
            return self.shelve_new(&out, now).await;
        };
        let (article, _) = self.one_article(&over.id, now).await?;
        let Some(field) = content(&article.custom_fields).and_then(|f| f.id) else {
            return Err(no_content(&article.class.name));
        };
        let told = self.told_article(&article).ok_or_else(unclear)?;
        let text = told.form.write(out.body.raw());
        let mut mark = mark.clone();
        let mut said = Vec::new();
        if text != told.text.raw() {
            let change = json!({"CustomFields": {field.to_string(): text}});
            said = self.change_article(&over.id, &change, &mark, now).await?;
            mark = Mark(self.one_article(&over.id, now).await?.1);
        }
        if out.title.raw() != article.name {
            let change = json!({"Name": out.title.raw()});
            said.extend(self.change_article(&over.id, &change, &mark, now).await?);
        }
        self.read_back(&out, &over.id, &said, now).await
    }

    async fn shelve_new(&self, out: &OutgoingArticle, now: Instant) -> Answer<ToldArticle> {
        let class = self.class_for(out, now).await?;
        let whole: Class = self.read(&format!("/class/{}", class.id), &[], now).await?;
        let Some(field) = content(&whole.article_fields).and_then(|f| f.id) else {
            return Err(no_content(&class.name));
        };
        let new = json!({
            "Class": class.id.to_string(),
            "Name": out.title.raw(),
            "CustomFields": {field.to_string(): Form::Html.write(out.body.raw())},
        });
        let reply = self.ask(Method::POST, "/article", |r| r.json(&new)).await?;
        if !reply.is_fine() {
            return Err(reply.failure(now));
        }
        let made: Made = reply.json(now)?;
        let number = made.id.to_string();
        let id = RemoteId(number.trim_matches('"').to_owned());
        self.read_back(out, &id, &[], now).await
    }

    /// Changes an article if nobody else has changed it since the mark.
    async fn change_article(
        &self,
        id: &RemoteId,
        change: &Value,
        mark: &Mark,
        now: Instant,
    ) -> Answer<Vec<String>> {
        let path = format!("/article/{}", id.0);
        let reply = self
            .ask(Method::PUT, &path, |r| {
                let r = r.json(change);
                match mark.0.is_empty() {
                    true => r,
                    false => r.header(IF_MATCH, format!("\"{}\"", mark.0)),
                }
            })
            .await?;
        if reply.status == StatusCode::PRECONDITION_FAILED {
            let what = "somebody changed the article in the meantime";
            return Err(error(ErrorKind::Conflict, what, None));
        }
        reply.json(now)
    }

    /// The truth; the server's words are the reason where it is not as wanted.
    async fn read_back(
        &self,
        out: &OutgoingArticle,
        id: &RemoteId,
        said: &[String],
        now: Instant,
    ) -> Answer<ToldArticle> {
        let (article, _) = self.one_article(id, now).await?;
        let told = self.told_article(&article).ok_or_else(unclear)?;
        if out.is_so(&told) {
            return Ok(told);
        }
        Err(refused(format!(
            "{}; where you may not change it, make a request of kind knowledge of its ticket (n)",
            reason(said)
        )))
    }
}

/// What the server says of an article that it has made.
#[derive(Deserialize)]
struct Made {
    id: Value,
}

/// With a title that the server takes whole.
fn fitted(out: &OutgoingArticle) -> OutgoingArticle {
    let title = verify::subject(out.title.raw()).trim().to_owned();
    OutgoingArticle {
        title: Untrusted::new(title),
        ..out.clone()
    }
}

/// The field with the text: of several of that name the one that is filled in.
fn content(fields: &[CustomField]) -> Option<&CustomField> {
    let named = |f: &&CustomField| f.name.eq_ignore_ascii_case(CONTENT);
    let filled = fields.iter().filter(named).find(|f| !f.values.is_empty());
    filled.or_else(|| fields.iter().filter(named).min_by_key(|f| f.id))
}

fn version(title: &str, text: &str) -> String {
    let digest = Sha256::digest(format!("{title}\0{text}"));
    digest.iter().take(12).map(|b| format!("{b:02x}")).collect()
}

fn remote(id: u64) -> RemoteId {
    RemoteId(id.to_string())
}

fn unclear() -> crate::desk::DeskError {
    odd("the desk does not tell how the article stands")
}

fn lost() -> crate::desk::DeskError {
    refused(
        "the article is not to be had at the desk any more; take `corrects` out and send it as a new one",
    )
}

fn no_content(class: &str) -> crate::desk::DeskError {
    refused(format!(
        "the class \"{}\" has no field Content; write it in Request Tracker itself",
        line(class)
    ))
}
