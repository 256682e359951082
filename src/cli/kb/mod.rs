//! `kb`: the knowledge base. Files in and out are in `files`, drafts in `draft`; corrections of a
//! desk's articles are in `there`, the way to it in `shelf`.

pub mod args;
mod draft;
mod files;
pub mod shelf;
mod there;

use serde_json::{Value, json};

pub use self::files::write_file;

use self::args::{EditArgs, KbWhat};
use super::exit::{Code, Fail};
use super::out::Out;
use super::say;
use super::session::Session;
use super::shape;
use crate::domain::knowledge::{Article, ArticleKey, Stale, plain};
use crate::domain::text::{self, Untrusted};
use crate::store::{Reader, Remembered};

type Done = Result<Code, Fail>;

/// Carries it out.
pub fn run(session: &Session, what: &KbWhat, out: &mut Out) -> Done {
    match what {
        KbWhat::List { drafts } => list(session, |a| !drafts || a.is_draft, out),
        KbWhat::Find { words, limit } => find(session, &words.join(" "), *limit, out),
        KbWhat::Show { article, markdown } => show(session, article, *markdown, out),
        KbWhat::Sync => shelf::sync(session, out),
        KbWhat::New(args) => draft::new(session, args, out),
        KbWhat::Edit(args) => edit(session, args, out),
        KbWhat::Undo => super::register::take_back(session, Remembered::Articles, out),
        KbWhat::Import { files, dry_run } => files::import(session, files, *dry_run, out),
        KbWhat::Export { articles, output } => files::export(session, articles, output, out),
        KbWhat::Stale {
            article: None,
            older_than,
            ..
        } => {
            let today = session.today();
            let old = |a: &Article| {
                older_than.is_some_and(|days| {
                    a.reviewed
                        .is_none_or(|on| (today - on).num_days() >= i64::from(days))
                })
            };
            list(session, |a| a.stale.is_some() || old(a), out)
        }
        KbWhat::Stale {
            article: Some(article),
            why,
            ticket,
            dry_run,
            ..
        } => {
            let stale = stale(session, why.as_deref(), ticket.as_deref())?;
            change(session, article, "marked as stale", *dry_run, out, |a| {
                a.stale = Some(stale);
            })
        }
        KbWhat::Reviewed { article, dry_run } => {
            let today = session.today();
            change(session, article, "reviewed", *dry_run, out, |a| {
                a.stale = None;
                a.reviewed = Some(today);
            })
        }
        KbWhat::Drop { article, dry_run } => drop_article(session, article, *dry_run, out),
    }
}

fn key(name: &str) -> Result<ArticleKey, Fail> {
    ArticleKey::parse(name).map_err(Fail::usage)
}

fn missing(key: &ArticleKey) -> Fail {
    Fail::not_found(format!(
        "there is no article {key} here; `deskhand kb list` shows those there are"
    ))
}

/// An article by its name.
fn article(reader: &Reader, name: &str) -> Result<Article, Fail> {
    let key = key(name)?;
    reader.article(&key)?.ok_or_else(|| missing(&key))
}

/// An article as JSON; its text only where it was asked for.
fn value(a: &Article, with_text: bool) -> Value {
    let mut value = json!(a);
    if let Some(map) = value.as_object_mut() {
        map.insert("state".into(), a.state().into());
        if !with_text {
            map.shift_remove("body");
        }
    }
    value
}

/// `with_place`: some are a desk's.
fn row(a: &Article, with_place: bool) -> String {
    let reviewed = a.reviewed.map_or_else(|| "-".to_owned(), |d| d.to_string());
    let why = a.stale.as_ref().map_or_else(String::new, |s| {
        let ticket = s
            .ticket
            .as_ref()
            .map_or_else(String::new, |t| format!(" ({t})"));
        format!("  stale: {}{ticket}", s.why.line())
    });
    let name = text::pad(&text::line(a.key.as_str()), 32);
    let going = a.going.as_ref().and_then(|g| g.why());
    let why = going.map_or(why, |w| format!("  not sent: {}", w.line()));
    let place = match (with_place, a.desk.is_some()) {
        (false, _) => "",
        (true, true) => "desk  ",
        (true, false) => "here  ",
    };
    format!(
        "{:<8} {name}  {place}{reviewed:<10}  {}{why}",
        a.state(),
        a.title.line()
    )
}

fn list(session: &Session, wanted: impl Fn(&Article) -> bool, out: &mut Out) -> Done {
    let mut all = session.reader()?.articles()?;
    let any = !all.is_empty();
    all.retain(wanted);
    if session.json {
        out.json(&Value::from(
            all.iter().map(|a| value(a, false)).collect::<Vec<_>>(),
        ))?;
        return Ok(Code::Ok);
    }
    if all.is_empty() {
        out.row(if any {
            "no article is so"
        } else {
            "there are no articles yet; `deskhand kb import FOLDER` brings them in, `deskhand kb new` drafts one"
        })?;
    }
    let with_place = all.iter().any(|a| a.desk.is_some());
    for a in &all {
        out.row(&row(a, with_place))?;
    }
    Ok(Code::Ok)
}

fn find(session: &Session, words: &str, limit: usize, out: &mut Out) -> Done {
    let found = session.reader()?.find_articles(words, limit)?;
    if session.json {
        let one = |f: &crate::store::FoundArticle| {
            let mut value = value(&f.article, false);
            if let Some(map) = value.as_object_mut() {
                map.insert("extract".into(), f.extract.raw().into());
            }
            value
        };
        out.json(&Value::from(found.iter().map(one).collect::<Vec<_>>()))?;
        return Ok(Code::Ok);
    }
    if found.is_empty() {
        out.row("no article holds all these words; try fewer")?;
    }
    let with_place = found.iter().any(|f| f.article.desk.is_some());
    for f in &found {
        out.row(&row(&f.article, with_place))?;
        out.row(&format!("         {}", f.extract.line()))?;
    }
    Ok(Code::Ok)
}

fn show(session: &Session, name: &str, markdown: bool, out: &mut Out) -> Done {
    let a = article(&session.reader()?, name)?;
    if session.json {
        let mut value = value(&a, true);
        if let Some(map) = value.as_object_mut() {
            map.insert("plain".into(), plain(a.body.raw()).into());
        }
        out.json(&value)?;
        return Ok(Code::Ok);
    }
    if markdown {
        out.row(a.body.raw())?;
        return Ok(Code::Ok);
    }
    out.row(&format!("{}  {}", a.title.line(), facts(session, &a)))?;
    out.gap()?;
    let body = Untrusted::new(plain(a.body.raw())).block();
    let columns = shape::columns().unwrap_or(100).clamp(24, 100);
    let lines: Vec<String> = text::wrap(&body, columns)
        .into_iter()
        .map(crate::domain::text::Printable::into_string)
        .collect();
    out.row(&lines.join("\n"))?;
    Ok(Code::Ok)
}

/// What is known of an article beside its text, on one line.
fn facts(session: &Session, a: &Article) -> String {
    let mut facts = vec![format!("[{}]", a.state())];
    if let Some(on) = a.reviewed {
        facts.push(format!("found right on {on}"));
    }
    if let Some(stale) = &a.stale {
        let at = shape::local(stale.at, session);
        facts.push(format!(
            "stale since {at} ({}): {}",
            stale.by,
            stale.why.line()
        ));
    }
    if let Some(of) = &a.corrects {
        facts.push(format!("corrects {of}"));
    }
    if let Some(desk) = &a.desk {
        facts.push(there::words(desk, &shape::local(desk.updated, session)));
    }
    if let Some(why) = a.going.as_ref().and_then(|g| g.why()) {
        facts.push(format!("not sent: {}", why.line()));
    }
    if let Some(source) = &a.source {
        facts.push(source.line().into_string());
    }
    facts.join("  ")
}

/// Changes an article and says so.
fn change(
    session: &Session,
    name: &str,
    act: &'static str,
    dry: bool,
    out: &mut Out,
    with: impl FnOnce(&mut Article),
) -> Done {
    let key = key(name)?;
    // A store is not made for an article that cannot be in it.
    let mut kept = article(&session.reader()?, name)?;
    if dry {
        with(&mut kept);
        return would(session, &kept, act, out);
    }
    let changed = session
        .writer()?
        .change_article(&key, &session.me, session.now, act, with)?
        .ok_or_else(|| missing(&key))?;
    said(session, &changed, act, out)
}

/// What a dry run says: the article as it would be.
fn would(session: &Session, a: &Article, act: &str, out: &mut Out) -> Done {
    if session.json {
        out.json(&json!({"dry_run": true, "article": value(a, true)}))?;
    } else {
        out.row(&format!("{}: would be {act}", a.key))?;
    }
    Ok(Code::Ok)
}

fn said(session: &Session, a: &Article, act: &str, out: &mut Out) -> Done {
    if session.json {
        out.json(&value(a, false))?;
    } else {
        out.row(&format!("{}: {act}", a.key))?;
    }
    Ok(Code::Ok)
}

fn stale(session: &Session, why: Option<&str>, ticket: Option<&str>) -> Result<Stale, Fail> {
    let why = why
        .map(str::trim)
        .filter(|w| !w.is_empty())
        .ok_or_else(|| Fail::usage("say what is wrong with the article; add --why TEXT"))?;
    let reader = session.reader()?;
    let ticket = ticket.map(|t| session.ticket(&reader, t)).transpose()?;
    Ok(Stale {
        at: session.now,
        by: session.me.clone(),
        ticket: ticket.map(|t| t.key),
        why: Untrusted::new(why),
    })
}

fn edit(session: &Session, args: &EditArgs, out: &mut Out) -> Done {
    let kept = article(&session.reader()?, &args.article)?;
    if kept.desk.is_some() {
        return there::correct(session, &kept, args, out);
    }
    let only_facts = args.title.is_some() || args.publish;
    let body = match &args.text {
        None if only_facts => None,
        given => Some(say::text(session, given.as_deref(), "article")?),
    };
    if args.publish && !args.here && session.abilities().is_some_and(|a| a.articles) {
        return there::publish(session, kept, body, args, out);
    }
    if let (true, Some(of)) = (args.publish, &kept.corrects) {
        if args.dry_run {
            return would(session, &kept, "put in the place of what it corrects", out);
        }
        return draft::publish_correction(session, &kept, of, body, args.title.as_deref(), out);
    }
    let act = if args.publish { "published" } else { "changed" };
    change(session, &args.article, act, args.dry_run, out, |a| {
        if let Some(body) = body {
            a.body = Untrusted::new(format!("{body}\n"));
        }
        if let Some(title) = &args.title {
            a.title = Untrusted::new(title.as_str());
        }
        if args.publish {
            (a.is_draft, a.going) = (false, None);
        }
        a.updated = session.now;
    })
}

fn drop_article(session: &Session, name: &str, dry: bool, out: &mut Out) -> Done {
    let a = article(&session.reader()?, name)?;
    if !dry {
        session
            .writer()?
            .drop_article(&a.key, &session.me, session.now)?;
    }
    if session.json {
        out.json(&json!({"dry_run": dry, "dropped": a.key}))?;
    } else {
        let what = if dry { "would take away" } else { "took away" };
        out.row(&format!("{what} {}", a.key))?;
    }
    Ok(Code::Ok)
}
