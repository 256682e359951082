//! A calendar of a CalDAV server (RFC 4791): what is in it, what changed (RFC 6578 where the server has it,
//! else by comparing marks), and writing on condition that nobody else wrote meanwhile.
//!
//! It knows addresses, marks and texts; what they mean for the plan is the domain's.

mod xml;

use std::path::{Path, PathBuf};

use reqwest::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use secrecy::ExposeSecret as _;

use self::xml::{CALDAV, DAV, Element};
use super::http::{Http, Reply, error, odd, refused};
use super::secret::Secret;
use super::{Answer, DeskError, ErrorKind};
use crate::domain::Instant;
use crate::domain::absence::{Guard, Post, Told};
use crate::domain::text::Untrusted;

/// So often the server may say in one go that there is more.
const MOST_PARTS: usize = 1_000;

/// What is needed to talk to a calendar.
#[derive(Debug, Clone)]
pub struct CalDavSettings {
    /// The calendar's address.
    pub url: String,
    /// The account; none: it is open to whoever can reach it.
    pub user: Option<String>,
    /// Its password.
    pub secret: Secret,
    /// Further certificate authorities (PEM).
    pub ca_file: Option<PathBuf>,
}

/// A calendar of a server.
#[derive(Debug)]
pub struct CalDav {
    http: Http,
    url: Url,
    folder: String,
    user: Option<String>,
    secret: Secret,
}

/// What a calendar says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// What it is called.
    pub name: String,
    /// We may write into it, as far as it says.
    pub writable: bool,
    /// It tells what changed since a mark.
    pub tells_changes: bool,
}

/// What is new in a calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// Events that are new or changed, with their marks.
    pub changed: Vec<(String, String)>,
    /// Events that are gone.
    pub gone: Vec<String>,
    /// From where on to ask next; none: it is asked for everything.
    pub token: Option<String>,
    /// These are all events there are: what is not among them is gone.
    pub whole: bool,
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrote {
    /// It is done; the new mark, if the server gave one.
    Done(Option<String>),
    /// Somebody else wrote, or removed it, meanwhile.
    Met,
    /// The server does not take it, for this reason.
    Refused(String),
}

impl CalDav {
    /// A calendar at that address.
    ///
    /// # Errors
    /// The address is none, or the file with certificate authorities cannot be read.
    pub fn new(settings: CalDavSettings) -> Answer<Self> {
        let wrong = |why: String| {
            error(
                ErrorKind::Refused,
                format!("the calendar's address is none: {why}"),
                Some("correct url below [absences.caldav] in config.toml"),
            )
        };
        let address = format!("{}/", settings.url.trim_end_matches('/'));
        let url = Url::parse(&address).map_err(|e| wrong(e.to_string()))?;
        let ca_file: Option<&Path> = settings.ca_file.as_deref();
        Ok(Self {
            http: Http::new(&url.origin().ascii_serialization(), ca_file)?,
            folder: canonical(url.path()),
            url,
            user: settings.user,
            secret: settings.secret,
        })
    }

    /// The path of the calendar, with a slash at its end.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    async fn ask(&self, method: Method, path: &str) -> Answer<RequestBuilder> {
        let request = self.http.request(method, path);
        let Some(user) = &self.user else {
            return Ok(request);
        };
        let secret = self.secret.get().await?;
        Ok(request.basic_auth(user, Some(secret.expose_secret())))
    }

    async fn question(&self, verb: &str, depth: &str, body: String) -> Answer<Reply> {
        let verb = Method::from_bytes(verb.as_bytes()).map_err(|e| odd(e.to_string()))?;
        let request = self.ask(verb, self.folder()).await?;
        let request = request
            .header("Depth", depth)
            .header(CONTENT_TYPE, "application/xml; charset=utf-8")
            .body(body);
        self.send(request).await
    }

    /// What is said of a desk holds for a calendar server under its own name.
    async fn send(&self, request: RequestBuilder) -> Answer<Reply> {
        self.http.send(request).await.map_err(|e| DeskError {
            hint: e.hint.map(|hint| {
                hint.replace("[desk]", "[absences.caldav]")
                    .replace("the desk", "the calendar server")
            }),
            ..e
        })
    }

    /// The answers of a multistatus, each with its path; and the mark from which to ask next.
    fn answers(&self, reply: &Reply, now: Instant) -> Answer<(Vec<Response>, Option<String>)> {
        if reply.status != StatusCode::MULTI_STATUS {
            return Err(failure(reply, now));
        }
        let text = String::from_utf8_lossy(reply.body());
        let root = xml::parse(&text).map_err(|why| {
            odd(format!(
                "the calendar server's answer is not understood: {why}"
            ))
        })?;
        let token = root
            .one(DAV, "sync-token")
            .map(|t| t.text.trim().to_owned());
        let all = root.all(DAV, "response").filter_map(|r| self.response(r));
        Ok((all.collect(), token))
    }

    /// Only what lies at the same server counts: a path elsewhere is nobody's.
    fn response(&self, r: &Element) -> Option<Response> {
        let href = self.url.join(r.one(DAV, "href")?.text.trim()).ok()?;
        if href.origin() != self.url.origin() {
            return None;
        }
        let fine = |p: &&Element| status(p).is_none_or(|s| (200..300).contains(&s));
        let props: Vec<&Element> = r
            .all(DAV, "propstat")
            .filter(fine)
            .filter_map(|p| p.one(DAV, "prop"))
            .collect();
        Some(Response {
            path: canonical(href.path()),
            status: status(r),
            props: props.into_iter().flat_map(|p| p.inner.clone()).collect(),
        })
    }

    /// What the calendar says of itself.
    ///
    /// # Errors
    /// It cannot be reached, does not let us in, or is no calendar.
    pub async fn about(&self, now: Instant) -> Answer<About> {
        let reply = self.question("PROPFIND", "0", xml::about()).await?;
        let (all, _) = self.answers(&reply, now)?;
        let own = all
            .iter()
            .find(|r| r.path.trim_end_matches('/') == self.folder().trim_end_matches('/'));
        let own = own.ok_or_else(|| odd("the server does not say what is at this address"))?;
        let kind = own.prop(DAV, "resourcetype");
        if !kind.is_some_and(|k| k.holds(CALDAV, "calendar")) {
            return Err(refused(
                "there is no calendar at this address; give the address of one calendar, as its program shows it under CalDAV",
            ));
        }
        let rights = own.prop(DAV, "current-user-privilege-set");
        let may = |r: &Element| {
            ["write", "write-content", "all", "bind"]
                .iter()
                .any(|w| r.holds(DAV, w))
        };
        let reports = own.prop(DAV, "supported-report-set");
        Ok(About {
            name: own
                .prop(DAV, "displayname")
                .map_or(String::new(), |n| n.text.trim().to_owned()),
            writable: rights.is_none_or(may),
            tells_changes: reports.is_some_and(|r| r.holds(DAV, "sync-collection")),
        })
    }

    /// What is new since a mark; without one, or where the server forgot it or knows no such thing, all that
    /// there is.
    ///
    /// # Errors
    /// It cannot be reached, or does not let us in.
    pub async fn news(&self, token: Option<&str>, now: Instant) -> Answer<News> {
        if let Some(news) = self.since(token.unwrap_or_default(), now).await? {
            return Ok(News {
                whole: token.is_none(),
                ..news
            });
        }
        if token.is_some()
            && let Some(news) = self.since("", now).await?
        {
            return Ok(News {
                whole: true,
                ..news
            });
        }
        let reply = self.question("PROPFIND", "1", xml::marks()).await?;
        let (all, _) = self.answers(&reply, now)?;
        let own = self.folder().trim_end_matches('/');
        let changed = all
            .iter()
            .filter(|r| r.path.trim_end_matches('/') != own)
            .filter_map(Response::marked);
        Ok(News {
            changed: changed.collect(),
            gone: Vec::new(),
            token: None,
            whole: true,
        })
    }

    /// What changed since a mark; none: the server does not know it, or no such question.
    async fn since(&self, token: &str, now: Instant) -> Answer<Option<News>> {
        let mut news = News::default();
        let mut token = token.to_owned();
        for _ in 0..MOST_PARTS {
            let reply = self.question("REPORT", "0", xml::since(&token)).await?;
            if matches!(
                reply.status.as_u16(),
                400 | 403 | 405 | 409 | 410 | 412 | 415 | 501 | 507
            ) {
                return Ok(None);
            }
            let (all, next) = self.answers(&reply, now)?;
            let own = self.folder().trim_end_matches('/');
            let mut more = false;
            for r in &all {
                if r.path.trim_end_matches('/') == own {
                    // RFC 6578, 3.6: there is more than it tells at once.
                    more |= r.status == Some(507);
                } else if r.status == Some(404) || r.status == Some(410) {
                    news.gone.push(r.path.clone());
                } else {
                    news.changed.extend(r.marked());
                }
            }
            let Some(next) = next else { return Ok(None) };
            news.token = Some(next.clone());
            if !more || next == token {
                break;
            }
            token = next;
        }
        // Told in several parts, one may be changed and then gone.
        news.changed.retain(|(path, _)| !news.gone.contains(path));
        Ok(Some(news))
    }

    /// Those events as they are now; one that the server says nothing of is left out.
    ///
    /// # Errors
    /// As [`Self::news`].
    pub async fn fetch(&self, hrefs: &[String], now: Instant) -> Answer<Vec<(String, Told)>> {
        let reply = self.question("REPORT", "1", xml::these(hrefs)).await?;
        let (all, _) = self.answers(&reply, now)?;
        let told = |href: &String| {
            let found = all.iter().find(|r| r.path == *href)?;
            if matches!(found.status, Some(404 | 410)) {
                return Some((href.clone(), Told::Gone));
            }
            let (_, etag) = found.marked()?;
            let text = found.prop(CALDAV, "calendar-data")?.text.clone();
            Some((href.clone(), Told::Is { etag, text }))
        };
        Ok(hrefs.iter().filter_map(told).collect())
    }

    /// Writes or removes, on its condition.
    ///
    /// # Errors
    /// As [`Self::news`]. Whether it arrived is not known then.
    pub async fn write(&self, post: &Post, now: Instant) -> Answer<Wrote> {
        let verb = match post.text {
            Some(_) => Method::PUT,
            None => Method::DELETE,
        };
        let mut request = self.ask(verb, &post.href).await?;
        request = match &post.guard {
            Guard::New => request.header(IF_NONE_MATCH, "*"),
            Guard::Is(etag) => request.header(IF_MATCH, etag),
        };
        if let Some(text) = &post.text {
            request = request
                .header(CONTENT_TYPE, "text/calendar; charset=utf-8")
                .body(text.clone());
        }
        let reply = self.send(request).await?;
        Ok(match reply.status.as_u16() {
            200..=299 => Wrote::Done(
                reply
                    .header(&ETAG)
                    .filter(|e| !e.starts_with("W/"))
                    .map(str::to_owned),
            ),
            412 => Wrote::Met,
            404 | 410 if matches!(post.guard, Guard::Is(_)) => Wrote::Met,
            403 | 405 => Wrote::Refused(
                "we may not write into this calendar; ask whoever keeps it, or leave the plan here"
                    .into(),
            ),
            400 | 409 | 413 | 415 | 422 => Wrote::Refused(format!(
                "the calendar server does not take it (HTTP {}); `deskhand doctor` looks closer",
                reply.status.as_u16()
            )),
            _ => return Err(failure(&reply, now)),
        })
    }
}

/// One answer of several.
struct Response {
    path: String,
    status: Option<u16>,
    props: Vec<Element>,
}

impl Response {
    fn prop(&self, space: &str, name: &str) -> Option<&Element> {
        self.props
            .iter()
            .find(|p| p.space == space && p.name == name)
    }

    /// Its path and mark; none for folders.
    fn marked(&self) -> Option<(String, String)> {
        let folder = self
            .prop(DAV, "resourcetype")
            .is_some_and(|k| k.holds(DAV, "collection"));
        let etag = self.prop(DAV, "getetag")?.text.trim().to_owned();
        (!folder && !etag.is_empty()).then(|| (self.path.clone(), etag))
    }
}

/// A path in one spelling: servers and people differ in what they write as `%40`.
fn canonical(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~@:!$&'()*+,;=".contains(&b);
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let code = after
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        rest = match code {
            Some(b) if plain(b) => {
                out.push(char::from(b));
                after.get(2..).unwrap_or_default()
            }
            Some(b) => {
                out.push_str(&format!("%{b:02X}"));
                after.get(2..).unwrap_or_default()
            }
            None => {
                out.push('%');
                after
            }
        };
    }
    out.push_str(rest);
    out
}

/// `HTTP/1.1 404 Not Found`.
fn status(e: &Element) -> Option<u16> {
    let line = &e.one(DAV, "status")?.text;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn failure(reply: &Reply, now: Instant) -> DeskError {
    let code = reply.status.as_u16();
    match code {
        401 => error(
            ErrorKind::SignIn,
            "the calendar server does not accept our sign-in",
            Some(
                "check user below [absences.caldav] and the password; `deskhand absence sync --ask` asks for it anew",
            ),
        ),
        300..=399 => refused(
            "the calendar is somewhere else; correct url below [absences.caldav] in config.toml",
        ),
        403 => {
            refused("the calendar server does not let us see this calendar; ask whoever keeps it")
        }
        404 => refused(
            "there is nothing at the calendar's address; correct url below [absences.caldav] in config.toml",
        ),
        429 | 503 => DeskError {
            what: Untrusted::new("the calendar server wants to be left alone for a while"),
            ..reply.failure(now)
        },
        _ => odd(format!("the calendar server answered with HTTP {code}")),
    }
}
