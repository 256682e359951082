//! Articles as files.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Done, article};
use crate::cli::exit::{Code, Fail};
use crate::cli::out::{self, Out};
use crate::cli::session::Session;
use crate::domain::Instant;
use crate::domain::knowledge::{Article, ArticleKey, from_file, to_file};
use crate::domain::markup::html;
use crate::domain::text;

/// No article is larger than this many bytes.
const MOST: u64 = 4 << 20;

fn shown(path: &Path) -> String {
    text::line(&path.display().to_string()).into_string()
}

/// Brings articles in; each takes the place of the one of its name. Files that cannot be read
/// are named, and the others are in.
pub fn import(session: &Session, paths: &[PathBuf], dry: bool, out: &mut Out) -> Done {
    let mut files = Vec::new();
    for path in paths {
        gather(path, &mut files)?;
    }
    let (mut articles, mut bad): (Vec<Article>, Vec<String>) = (Vec::new(), Vec::new());
    for file in &files {
        match read(file, session.now) {
            Err(why) => bad.push(format!("{}: {why}", shown(file))),
            Ok(a) if articles.iter().any(|b| b.key == a.key) => {
                bad.push(format!(
                    "{}: another file is {} too; rename one",
                    shown(file),
                    a.key
                ));
            }
            Ok(a) => articles.push(a),
        }
    }
    for why in &bad {
        out::complain(why);
    }
    let mut drafts = Vec::new();
    if !dry && !articles.is_empty() {
        drafts = session
            .writer()?
            .put_articles(&articles, &session.me, session.now)?;
    }
    if session.json {
        let keys: Vec<&str> = articles.iter().map(|a| a.key.as_str()).collect();
        out.json(&json!({"dry_run": dry, "articles": keys, "corrections": drafts, "bad": bad}))?;
    } else {
        let what = if dry { "would be in" } else { "in" };
        out.row(&match articles.len() {
            1 => format!("1 article {what}, {} bad", bad.len()),
            n => format!("{n} articles {what}, {} bad", bad.len()),
        })?;
        for draft in &drafts {
            out.row(&format!(
                "{draft}: a correction of the desk's article; `deskhand kb edit {draft} --publish` sends it"
            ))?;
        }
    }
    Ok(if bad.is_empty() {
        Code::Ok
    } else {
        Code::BadLines
    })
}

/// The files of a folder, in the order of their names; not those of folders inside.
fn gather(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Fail> {
    let cannot = |e: std::io::Error| {
        let code = if e.kind() == std::io::ErrorKind::NotFound {
            Code::NotFound
        } else {
            Code::Failure
        };
        Fail::new(
            code,
            format!("{} cannot be read: {e}; give another path", shown(path)),
        )
    };
    if !fs::metadata(path).map_err(cannot)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut inside: Vec<PathBuf> = fs::read_dir(path)
        .map_err(cannot)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|p| p.is_file() && (is(p, "md") || is(p, "markdown") || is_html(p)))
        .collect();
    inside.sort();
    files.extend(inside);
    Ok(())
}

fn is(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|e| e.eq_ignore_ascii_case(ending))
}

fn is_html(path: &Path) -> bool {
    is(path, "html") || is(path, "htm")
}

fn read(file: &Path, now: Instant) -> Result<Article, String> {
    let size = fs::metadata(file).map_err(|e| e.to_string())?.len();
    if size > MOST {
        return Err(format!("it has more than {MOST} bytes; split it"));
    }
    let bytes = fs::read(file).map_err(|e| e.to_string())?;
    let content = String::from_utf8(bytes).map_err(|_| "it is not UTF-8; convert it first")?;
    let content = if is_html(file) {
        html(&content)
    } else {
        content
    };
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned());
    from_file(&name.unwrap_or_default(), &content, now)
}

/// Writes articles into a folder, each into a file of its name.
pub fn export(session: &Session, names: &[String], folder: &Path, out: &mut Out) -> Done {
    let reader = session.reader()?;
    let articles = if names.is_empty() {
        reader.articles()?
    } else {
        names
            .iter()
            .map(|n| article(&reader, n))
            .collect::<Result<_, _>>()?
    };
    fs::create_dir_all(folder).map_err(|e| {
        let what = format!("{} cannot be made: {e}; name another folder", shown(folder));
        Fail::new(Code::Failure, what)
    })?;
    for a in &articles {
        write_file(&folder.join(file_name(&a.key)), to_file(a).as_bytes())?;
    }
    if session.json {
        out.json(&json!({"articles": articles.len(), "folder": folder.display().to_string()}))?;
    } else {
        out.row(&format!("{} written to {}", articles.len(), shown(folder)))?;
    }
    Ok(Code::Ok)
}

/// A name holds only letters, digits and dashes.
fn file_name(key: &ArticleKey) -> String {
    format!("{key}.md")
}

/// Writes a file that appears when it is complete.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Fail> {
    crate::shell::write_new(path, bytes).map_err(|what| Fail::new(Code::Failure, what))
}
