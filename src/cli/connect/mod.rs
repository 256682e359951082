//! `connect`: asks for what is missing, tries it, agrees on what the desk's words mean, and
//! keeps the settings and the secret apart.

mod proposal;

use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::args::{ConnectArgs, Global};
use super::ask;
use super::exit::{Code, Fail};
use super::out::{self, Out};
use super::session;
use crate::config::{self, Desk, Paths, SignIn, WORKSPACE_FIELD};
use crate::desk::rt::Rt;
use crate::desk::{DeskError, ErrorKind, Hello, KINDS};
use crate::domain::Instant;
use crate::domain::text;
use crate::shell::{self, Clock, secret};

pub use proposal::Proposal;

/// `connect`
pub fn run(global: &Global, args: &ConnectArgs, out: &mut Out) -> Result<Code, Fail> {
    if args.token.is_some() {
        return Err(Fail::usage(
            "a secret is never taken as an argument: it would stay in the shell's history and every process here could read it; pipe it in with --token-stdin, or let yourself be asked",
        ));
    }
    match args.kind.as_deref() {
        None => kinds(global, out),
        Some("rt") => rt(global, args, out),
        Some("local") => {
            out.row("The local desk needs no connecting: it lies on this machine. `deskhand --desk local` opens it whatever else is connected, and `deskhand import FILE` fills it.")?;
            Ok(Code::Ok)
        }
        Some(other) => {
            let known = KINDS.iter().map(|k| k.kind);
            let hint = match config::nearest(other, known) {
                Some(near) => format!("did you mean {near}?"),
                None => "`deskhand connect` lists the kinds there are".into(),
            };
            let what = format!("there is no kind of helpdesk \"{other}\"; {hint}");
            Err(Fail::not_found(what))
        }
    }
}

fn kinds(global: &Global, out: &mut Out) -> Result<Code, Fail> {
    if global.json {
        let all = KINDS
            .iter()
            .map(|k| json!({"kind": k.kind, "name": k.name, "needs": k.needs}));
        out.json(&Value::Array(all.collect()))?;
        return Ok(Code::Ok);
    }
    out.row("Helpdesks that this version can work with:")?;
    for k in KINDS {
        out.row(&format!("  {:<6} {:<18} needs {}", k.kind, k.name, k.needs))?;
    }
    out.row("Other kinds are offered here as soon as they are built.")?;
    Ok(Code::Ok)
}

fn rt(global: &Global, args: &ConnectArgs, out: &mut Out) -> Result<Code, Fail> {
    let paths = session::paths(global)?;
    let before = config::load(&paths)?.config.desk;
    let before = before.filter(|d| d.kind == "rt");
    let asks = ask::can() && !args.yes;
    let mut desk = described(args, before.as_ref(), asks)?;
    let (secret, is_new) = the_secret(args, &paths, &desk, asks)?;
    let now = global.now.unwrap_or_else(|| Clock::System.now());
    let hello = hello(&desk, secret.clone(), now)?;
    let same = before.filter(|b| b.url == desk.url);
    let mut proposal = Proposal::of(&hello, same.as_ref());
    if !global.json {
        show(&hello, &desk, now, out)?;
        for row in proposal.rows() {
            out.row(&row)?;
        }
        out.flush()?;
    }
    if asks {
        corrected(&mut proposal)?;
    } else if !args.yes {
        return Err(Fail::usage(
            "it works, and nothing was written: add --yes to take what is proposed, or run it at a terminal to correct it",
        ));
    }
    if !hello.queues.is_empty() && proposal.queues.iter().all(|(_, t)| t.is_none()) {
        return Err(Fail::usage(
            "every queue was left out, so there would be no tickets; nothing was written",
        ));
    }
    proposal.fill(&mut desk);
    desk.me = Some(hello.me.clone());
    // The secret first: settings without one would open a desk that cannot be asked.
    let place = if is_new {
        Some(secret::keep(&paths, &desk, &secret).map_err(|e| Fail::new(Code::Failure, e))?)
    } else {
        None
    };
    config::save_desk(&paths.config_file(), &desk)?;
    tell(global, &paths, &desk, &hello, now, place.as_ref(), out)?;
    Ok(Code::Ok)
}

/// What the arguments, the settings and the person say of the desk.
fn described(args: &ConnectArgs, before: Option<&Desk>, asks: bool) -> Result<Desk, Fail> {
    let old = before.map(|b| b.url.as_str()).unwrap_or_default();
    let url = match &args.url {
        Some(url) => config::address(url).map_err(Fail::usage)?,
        None if asks => ask::until("Address of the Request Tracker", old, config::address)?,
        None if !old.is_empty() => old.to_owned(),
        None => {
            return Err(Fail::usage(
                "which Request Tracker? Give its address: deskhand connect rt --url https://rt.example.org",
            ));
        }
    };
    in_the_open(&url, args.yes, asks)?;
    let same = before.filter(|b| b.url == url);
    let sign_in = match (&args.user, same) {
        (Some(user), _) => SignIn::Password { user: user.clone() },
        (None, _) if args.token_stdin => SignIn::Token,
        (None, same) if asks => sign_in(same.map(|b| &b.sign_in))?,
        (None, Some(same)) => same.sign_in.clone(),
        (None, None) => SignIn::Token,
    };
    let ca_file = match &args.ca_file {
        // The settings are read from wherever the program is started.
        Some(file) => Some(std::fs::canonicalize(file).map_err(|e| {
            let shown = file.display();
            Fail::not_found(format!("{shown} cannot be read: {e}; name a PEM file"))
        })?),
        None => same.and_then(|b| b.ca_file.clone()),
    };
    let name = same.map_or_else(|| config::host(&url).to_owned(), |b| b.name.clone());
    Ok(Desk {
        kind: "rt".into(),
        name,
        url,
        sign_in,
        me: None,
        ca_file,
        token_command: same.map(|b| b.token_command.clone()).unwrap_or_default(),
        queues: Default::default(),
        statuses: Default::default(),
        workspace_field: WORKSPACE_FIELD.into(),
        labels_field: None,
        texts: same.map(|b| b.texts).unwrap_or_default(),
    })
}

/// A secret over plain HTTP is one for everybody on the way.
fn in_the_open(url: &str, yes: bool, asks: bool) -> Result<(), Fail> {
    if !config::is_open(url) {
        return Ok(());
    }
    let what = format!(
        "{url} is not encrypted: everybody on the way can read your secret and the tickets"
    );
    if yes {
        out::complain(&what);
        return Ok(());
    }
    let refused = Fail::new(
        Code::Refused,
        format!("{what}; use https://, or add --yes if you mean it"),
    );
    if !asks {
        return Err(refused);
    }
    ask::tell(&what);
    match ask::line("Type yes to go on all the same", "no")?.as_str() {
        "yes" => Ok(()),
        _ => Err(refused),
    }
}

fn sign_in(before: Option<&SignIn>) -> Result<SignIn, Fail> {
    let (way, user) = match before {
        Some(SignIn::Password { user }) => ("password", user.as_str()),
        _ => ("token", ""),
    };
    ask::tell("A token is made in Request Tracker under Logged in as, Settings, Auth Tokens.");
    let by_password = ask::until("Sign in with a token or a password", way, |word| match word
        .to_lowercase()
        .as_str()
    {
        "t" | "token" => Ok(false),
        "p" | "password" => Ok(true),
        _ => Err("type token or password".to_owned()),
    })?;
    if !by_password {
        return Ok(SignIn::Token);
    }
    ask::until("Your account's name there", user, |name| match name {
        "" => Err("the account needs a name".to_owned()),
        name => Ok(SignIn::Password { user: name.into() }),
    })
}

/// The secret, and whether it has to be kept: one that the environment or a command gives has
/// its place already.
fn the_secret(
    args: &ConnectArgs,
    paths: &Paths,
    desk: &Desk,
    asks: bool,
) -> Result<(SecretString, bool), Fail> {
    let what = desk.sign_in.secret();
    if (args.token_stdin || args.user.is_some()) && !ask::can() {
        return Ok((ask::secret_from_stdin(what)?, true));
    }
    // A file that others can read is said to be one, and then replaced.
    match secret::find(paths, desk) {
        Ok(Some(found)) if is_given(&found.source) || !(asks || args.token_stdin) => {
            return Ok((found.secret, false));
        }
        Ok(_) => {}
        Err(why) if asks => ask::tell(&why),
        Err(why) => return Err(Fail::new(Code::Refused, why)),
    }
    if asks || ((args.token_stdin || args.user.is_some()) && ask::can()) {
        let question = match &desk.sign_in {
            SignIn::Token => "Token".to_owned(),
            SignIn::Password { user } => format!("Password of {user}"),
        };
        return Ok((ask::secret(&question)?, true));
    }
    Err(Fail::usage(format!(
        "there is no {what}; give it on standard input (--token-stdin, or --user NAME for a password) or set {}",
        secret::variable(&desk.sign_in)
    )))
}

const fn is_given(source: &secret::Source) -> bool {
    matches!(
        source,
        secret::Source::Environment(_) | secret::Source::Command(_)
    )
}

/// Signs in and looks around.
fn hello(desk: &Desk, secret: SecretString, now: Instant) -> Result<Hello, Fail> {
    let rt = Rt::new(shell::rt_settings(desk, secret.into())).map_err(not_reached)?;
    session::wait(rt.hello(now))?.map_err(not_reached)
}

/// A desk's failure, with the code that goes with it.
pub fn not_reached(e: DeskError) -> Fail {
    let code = match e.kind {
        ErrorKind::SignIn | ErrorKind::Refused => Code::Refused,
        ErrorKind::Conflict => Code::Conflict,
        ErrorKind::Unreachable | ErrorKind::TooMany | ErrorKind::Odd => Code::Failure,
    };
    Fail::new(code, e.to_string())
}

/// How far the desk's clock is from ours, in words.
pub fn clock_words(seconds: i64) -> String {
    match seconds {
        -2..=2 => "as ours".into(),
        s @ 3.. => format!("{s} s ahead of ours"),
        s => format!("{} s behind ours", -s),
    }
}

/// Seconds by which the desk's clock is ahead of ours; none: it does not tell.
pub fn clock_ahead(hello: &Hello, now: Instant) -> Option<i64> {
    hello.clock.map(|c| (c - now).num_seconds())
}

fn show(hello: &Hello, desk: &Desk, now: Instant, out: &mut Out) -> Result<(), Fail> {
    out.row(&format!(
        "{} is Request Tracker {}",
        desk.url,
        hello.version.line()
    ))?;
    out.row(&format!("you are   {} ({})", hello.name.line(), hello.me))?;
    if let Some(ahead) = clock_ahead(hello, now) {
        out.row(&format!("its clock {}", clock_words(ahead)))?;
    }
    out.row(&format!("you may   {}", may(hello)))?;
    if !hello.shelves.is_empty() {
        out.row(&format!("articles  {}", articles(hello)))?;
    }
    out.gap()?;
    out.row("What its queues and statuses mean here:")?;
    Ok(())
}

fn may(hello: &Hello) -> String {
    match hello.rights.is_empty() {
        true => "do nothing that it tells of; ask whoever keeps the desk".into(),
        false => hello.rights.join(", "),
    }
}

/// Where articles are that come with each sync, and whether they can be written from here.
fn articles(hello: &Hello) -> String {
    let names = hello
        .shelves
        .iter()
        .map(|(name, _)| name.line().into_string());
    let names: Vec<String> = names.collect();
    let write = match hello.shelves.iter().any(|(_, may)| *may) {
        true => "yours can be published there",
        false => "none can be written from here",
    };
    format!("{}; {write}", names.join(", "))
}

/// Lets the person correct what is proposed until it is right.
fn corrected(proposal: &mut Proposal) -> Result<(), Fail> {
    ask::tell(
        "Correct a row by its number: 2 umc (or 2 - to leave a queue out). Enter takes it as it stands.",
    );
    loop {
        let typed = ask::line("Correct", "")?;
        if typed.is_empty() {
            return Ok(());
        }
        match proposal.correct(&typed) {
            Ok(()) => proposal.rows().iter().for_each(|row| ask::tell(row)),
            Err(why) => ask::tell(&why),
        }
    }
}

fn tell(
    global: &Global,
    paths: &Paths,
    desk: &Desk,
    hello: &Hello,
    now: Instant,
    place: Option<&secret::Source>,
    out: &mut Out,
) -> Result<(), Fail> {
    let file = paths.config_file();
    let kept = place.map(ToString::to_string);
    if global.json {
        let queues: Map<String, Value> = desk
            .queues
            .iter()
            .map(|(q, t)| (q.clone(), t.as_str().into()))
            .collect();
        let statuses: Map<String, Value> = desk
            .statuses
            .iter()
            .map(|(w, s)| (w.clone(), s.word().into()))
            .collect();
        out.json(&json!({
            "kind": desk.kind, "url": desk.url, "version": hello.version.raw(), "me": hello.me.as_str(),
            "name": hello.name.raw(), "clock_ahead_seconds": clock_ahead(hello, now), "rights": hello.rights,
            "queues": queues, "statuses": statuses, "workspace_field": desk.workspace_field,
            "labels_field": desk.labels_field, "settings": file.display().to_string(), "secret": kept,
        }))?;
        return Ok(());
    }
    out.gap()?;
    out.row(&format!(
        "settings  {}",
        text::line(&file.display().to_string())
    ))?;
    let what = desk.sign_in.secret();
    out.row(&match kept {
        Some(place) => format!("{what:<9} in {place}"),
        None => format!("{what:<9} where it was; it is not kept a second time"),
    })?;
    out.row("Type `deskhand` to open the console; the tickets come while you look.")?;
    Ok(())
}
