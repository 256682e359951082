//! Fetching a calendar of holidays: conditional, small, and never from a weaker place than it was asked of.

use std::path::Path;

use reqwest::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION};
use reqwest::{Method, StatusCode, Url};

use super::http::Http;

/// Calendars of holidays have some kilobytes; one that is larger than this (bytes) is something else.
const MOST: usize = 4 * 1024 * 1024;
/// So often we are sent elsewhere.
const HOPS: usize = 4;

/// What a server says of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// It is the one that we have.
    Same,
    /// Another one.
    New {
        /// The calendar.
        text: String,
        /// The server's mark of it.
        etag: Option<String>,
        /// When it last changed, in the server's words.
        modified: Option<String>,
    },
}

/// Asks for a calendar; the marks are those of the one that is here.
///
/// # Errors
/// A sentence that names the host alone: the rest of such an address may be a secret.
pub async fn fetch(
    url: &str,
    etag: Option<&str>,
    modified: Option<&str>,
    ca_file: Option<&Path>,
) -> Result<Fetched, String> {
    let mut at = Url::parse(url).map_err(|e| format!("the address is none: {e}"))?;
    for _ in 0..HOPS {
        let host = at.host_str().unwrap_or_default().to_owned();
        let http =
            Http::new(&at.origin().ascii_serialization(), ca_file).map_err(|e| e.to_string())?;
        let query = at.query().map(|q| format!("?{q}")).unwrap_or_default();
        let mut request = http.request(Method::GET, &format!("{}{query}", at.path()));
        // RFC 9110, 13.2.2: a server that knows the tag does not look at the date.
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(modified) = modified {
            request = request.header(IF_MODIFIED_SINCE, modified);
        }
        let reply = http
            .send(request)
            .await
            .map_err(|e| e.what.line().into_string())?;
        match reply.status {
            StatusCode::NOT_MODIFIED if etag.or(modified).is_some() => return Ok(Fetched::Same),
            StatusCode::OK => {
                let body = reply.body();
                if body.len() > MOST {
                    return Err(format!(
                        "what {host} sent is larger than {} MB",
                        MOST / 1024 / 1024
                    ));
                }
                let text = std::str::from_utf8(body)
                    .map_err(|_| format!("what {host} sent is no text"))?;
                let mark = |name| reply.header(&name).map(str::to_owned);
                return Ok(Fetched::New {
                    text: text.to_owned(),
                    etag: mark(ETAG),
                    modified: mark(LAST_MODIFIED),
                });
            }
            StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT => {
                let next = reply.header(&LOCATION).and_then(|to| at.join(to).ok());
                let next = next
                    .ok_or_else(|| format!("{host} sends us elsewhere and does not say where"))?;
                if next.scheme() != "https" && next.scheme() != at.scheme() {
                    return Err(format!(
                        "{host} sends us where the calendar could be changed on the way"
                    ));
                }
                at = next;
            }
            status => return Err(format!("{host} answered with HTTP {}", status.as_u16())),
        }
    }
    Err("the calendar's host sends us from one place to the next".into())
}
