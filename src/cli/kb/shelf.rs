//! Sending drafts of articles to a desk that keeps some, and asking it what is new among them.

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::cli::connect::not_reached;
use crate::cli::exit::{Code, Fail};
use crate::cli::out::{self, Out};
use crate::cli::session::{self, Session};
use crate::cli::sync::turn;
use crate::desk::{Desk, Door as _};
use crate::domain::Instant;
use crate::store::{StoreError, Writer};
use crate::sync::{Ledger, Shelved, ask_articles, send_articles};

/// Sends drafts of articles and asks what is new among them. A desk that does not answer about
/// articles is said to be so; its tickets are another matter.
pub async fn exchange(
    ledger: &impl Ledger,
    desk: &Desk,
    at_once: bool,
    now: Instant,
) -> Result<Shelved, StoreError> {
    let sent = send_articles(ledger, desk, now).await?;
    let mut done = match sent.trouble {
        None => ask_articles(ledger, desk, at_once, now).await?,
        Some(_) => Shelved::default(),
    };
    (done.sent, done.refused, done.conflicts) = (sent.sent, sent.refused, sent.conflicts);
    done.trouble = sent.trouble.or(done.trouble);
    for (key, why) in &done.refused {
        out::complain(&format!("{key} was not taken: {}", why.line()));
    }
    for key in &done.conflicts {
        out::complain(&format!(
            "{key} was not sent: somebody changed the article there since; `deskhand kb show` reads theirs"
        ));
    }
    if let Some(error) = &done.trouble {
        out::complain(&format!("articles: {error}"));
    }
    Ok(done)
}

/// `kb sync`
pub fn sync(session: &Session, out: &mut Out) -> Result<Code, Fail> {
    let desk = session.desk()?;
    if !desk.abilities().articles {
        let why = "this desk keeps no articles; those here are kept on this machine only";
        return Err(Fail::new(Code::Refused, why));
    }
    let mut writer = session.writer()?;
    let Ok(_talks) = turn(&desk, writer.path()) else {
        out.row("another Deskhand here talks to the desk; $ there asks for articles")?;
        return Ok(Code::Ok);
    };
    let ledger = Mutex::new(&mut writer);
    let done = session::wait(exchange(&ledger, &desk, true, session.now))??;
    if session.json {
        let trouble = done.trouble.as_ref().map(ToString::to_string);
        out.json(&json!({"articles": counted(&done), "trouble": trouble}))?;
    } else {
        let words = done.words();
        out.row(words.as_deref().unwrap_or("articles: nothing new"))?;
    }
    match done.trouble {
        Some(error) => Err(not_reached(error)),
        None if !done.conflicts.is_empty() => Ok(Code::Conflict),
        None if !done.refused.is_empty() => Ok(Code::Refused),
        None => Ok(Code::Ok),
    }
}

/// Hands the desk the drafts of articles that may go now; what cannot go waits, which is no
/// failure.
pub fn send_drafts(session: &Session, writer: &mut Writer) -> Result<Shelved, Fail> {
    let desk = session.desk()?;
    let Ok(_talks) = turn(&desk, writer.path()) else {
        out::complain("another Deskhand here talks to the desk and sends it");
        return Ok(Shelved::default());
    };
    let ledger = Mutex::new(&mut *writer);
    let done = session::wait(send_articles(&ledger, &*desk, session.now))??;
    if let Some(error) = &done.trouble {
        out::complain(&format!(
            "{error}; an open console or `deskhand sync` sends it"
        ));
    }
    Ok(done)
}

/// What came of articles, for JSON.
pub fn counted(a: &Shelved) -> Value {
    json!({
        "new": a.new, "changed": a.changed, "gone": a.gone, "sent": a.sent, "refused": a.refused.len(),
        "conflicts": a.conflicts.len(),
    })
}
