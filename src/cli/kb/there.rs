//! Articles of a desk that keeps some: corrections of them, and drafts on their way there.

use super::args::EditArgs;
use super::{Done, missing, said, would};
use crate::cli::exit::{Code, Fail};
use crate::cli::out::Out;
use crate::cli::say;
use crate::cli::session::Session;
use crate::domain::knowledge::{Article, AtDesk, Going};
use crate::domain::text::Untrusted;

/// Where an article stands at its desk, on a line.
pub fn words(desk: &AtDesk, changed: &str) -> String {
    let at = desk.category.as_ref();
    let at = at.map_or_else(String::new, |c| format!(" in {}", c.line()));
    match (desk.is_gone, desk.is_published) {
        (true, _) => "gone from the desk".to_owned(),
        (false, true) => format!("at the desk{at}, changed {changed}"),
        (false, false) => format!("a draft at the desk{at}, changed {changed}"),
    }
}

/// A desk's article is not changed here: a correction of it is drafted.
pub fn correct(session: &Session, of: &Article, args: &EditArgs, out: &mut Out) -> Done {
    if args.publish {
        return Err(Fail::new(
            Code::Refused,
            "it is the desk's article and for use already; draft a correction and publish that",
        ));
    }
    let body = match &args.text {
        None if args.title.is_some() => of.body.clone(),
        given => {
            let text = say::text(session, given.as_deref(), "article")?;
            Untrusted::new(format!("{text}\n"))
        }
    };
    let mut new = of.correction(body, session.now);
    if let Some(title) = &args.title {
        new.title = Untrusted::new(title.as_str());
    }
    if args.dry_run {
        return would(session, &new, "a correction, drafted", out);
    }
    let kept = session
        .writer()?
        .add_article(&new, &session.me, session.now)?;
    said(
        session,
        &kept,
        "a correction of the desk's article, drafted; --publish sends it",
        out,
    )
}

/// A draft goes to the desk; what does not arrive at once waits here.
pub fn publish(
    session: &Session,
    draft: Article,
    body: Option<String>,
    args: &EditArgs,
    out: &mut Out,
) -> Done {
    if !draft.is_draft {
        return Err(Fail::new(Code::Refused, "it is for use already"));
    }
    let reader = session.reader()?;
    let of = draft.corrects.as_ref().map(|of| reader.article(of));
    let of = of.transpose()?.flatten();
    let local = of.as_ref().filter(|of| of.desk.is_none());
    if let Some(of) = local {
        return Err(Fail::new(
            Code::Refused,
            format!("{} is kept on this machine only; use --desk local", of.key),
        ));
    }
    let there = of.as_ref().and_then(|of| of.desk.as_ref());
    let there = there.filter(|d| !d.is_gone).map(|d| d.version.clone());
    if there.is_some() && there != draft.drafted_on && !args.over {
        return Err(Fail::new(
            Code::Conflict,
            format!(
                "somebody changed {} at the desk after this was drafted; read theirs, work it in, and add --over",
                of.map(|of| of.key.to_string()).unwrap_or_default()
            ),
        ));
    }
    let mut going = Going::begins(None, args.class.as_deref().map(Untrusted::new));
    going.over.clone_from(&there);
    let act = |a: &mut Article| {
        if let Some(body) = body {
            a.body = Untrusted::new(format!("{body}\n"));
        }
        if let Some(title) = &args.title {
            a.title = Untrusted::new(title.as_str());
        }
        if there.is_none() {
            (a.corrects, a.drafted_on) = (None, None);
        }
        a.going = Some(going);
    };
    if args.dry_run {
        let mut would_be = draft;
        act(&mut would_be);
        return would(session, &would_be, "sent to the desk", out);
    }
    let mut writer = session.writer()?;
    writer
        .change_article(&draft.key, &session.me, session.now, "to send", act)?
        .ok_or_else(|| missing(&draft.key))?;
    let done = super::shelf::send_drafts(session, &mut writer)?;
    let mine = |(key, _): &&(_, _)| *key == draft.key;
    if let Some((_, why)) = done.refused.iter().find(mine) {
        let why = format!("the desk did not take it: {}; it stays a draft", why.line());
        return Err(Fail::new(Code::Refused, why));
    }
    if done.conflicts.contains(&draft.key) {
        let why = "somebody changed it at the desk since; read theirs, work it in, and add --over";
        return Err(Fail::new(Code::Conflict, why));
    }
    let key = draft.corrects.as_ref().unwrap_or(&draft.key);
    let now = session
        .reader()?
        .article(&draft.key)?
        .filter(|a| a.going.is_some());
    match now {
        Some(waits) => said(session, &waits, "waits to be sent to the desk", out),
        None => {
            let sent = session
                .reader()?
                .article(key)?
                .ok_or_else(|| missing(key))?;
            said(session, &sent, "at the desk", out)
        }
    }
}
