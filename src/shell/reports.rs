//! What the form of a report wishes, carried out.

use std::collections::HashSet;

use super::answers::fault;
use super::escalation::register;
use crate::app::reports::{Here, ReportNews, ReportWish};
use crate::config::{self, Paths};
use crate::domain::Instant;
use crate::domain::people::AgentId;
use crate::domain::report::{Draft, Field, Kept, Told, told};
use crate::domain::text::Untrusted;
use crate::domain::ticket::TicketId;
use crate::store::{Reader, StoreError, Writer};

/// So many reports are looked at for what was answered before.
const PAST: usize = 200;

/// Carries out what only reads.
///
/// # Errors
/// As the store's reads.
pub fn read(reader: &Reader, wish: ReportWish) -> Result<ReportNews, StoreError> {
    Ok(match wish {
        ReportWish::Known => ReportNews::Known(Box::new(here(reader)?)),
        ReportWish::Load {
            ticket,
            known,
            templates,
            zone,
        } => {
            let kept = reader.report(ticket)?;
            let told = match reader.thread(ticket)? {
                Some(thread) => told(&thread, kept.as_ref(), &*known, &templates, zone),
                None => Told::default(),
            };
            ReportNews::Loaded {
                ticket,
                kept: kept.map(Box::new),
                told: Box::new(told),
            }
        }
        ReportWish::Answered => {
            ReportNews::Answered(reader.answered_reports()?.into_iter().collect())
        }
        // What writes is not asked of a reader.
        _ => ReportNews::Begun(reader.begun_reports()?),
    })
}

/// The Workspaces of the tickets and of the registers, the people of the registers, and what was
/// answered in earlier reports.
fn here(reader: &Reader) -> Result<Here, StoreError> {
    let register = register(reader)?;
    Ok(Here {
        register,
        past: past(&reader.latest_reports(PAST)?),
    })
}

/// What was answered before, each answer once.
fn past(reports: &[Kept]) -> Vec<(Field, String)> {
    let mut seen = HashSet::new();
    let all = reports.iter().flat_map(|r| answers(&r.draft));
    all.filter(|a| !a.1.is_empty() && seen.insert(a.clone()))
        .collect()
}

fn answers(draft: &Draft) -> Vec<(Field, String)> {
    let text = |text: &Untrusted| text.line().into_string();
    let mut all = vec![
        (Field::Workspace, text(&draft.workspace.name)),
        (Field::User, draft.user.line()),
        (Field::Expected, text(&draft.expected)),
        (Field::Tried, text(&draft.tried)),
        (Field::Environment, text(&draft.environment)),
    ];
    all.extend(draft.steps.iter().map(|s| (Field::Steps, text(s))));
    all
}

/// With which texts requesters are asked.
pub fn templates(paths: &Paths) -> ReportNews {
    match config::load_questions(paths) {
        Ok(all) => ReportNews::Templates(all),
        Err(e) => ReportNews::Failed(super::answers::sentence(&e.to_string().replace('\n', "; "))),
    }
}

/// Carries out what writes: what to tell of it, and the tickets it touched.
pub fn write(
    w: &mut Writer,
    wish: ReportWish,
    me: &AgentId,
    now: Instant,
) -> (Option<ReportNews>, Vec<TicketId>) {
    match wish {
        ReportWish::Save { report, base } => {
            let saved = w.keep_report(&report, &base);
            let news = ReportNews::Saved {
                id: report.id,
                at: report.at,
                answer: saved.map(|k| k.map(Box::new)).map_err(|e| fault(&e)),
            };
            (Some(news), Vec::new())
        }
        ReportWish::Asked { empty, asked } => {
            let done = w.note_asked(&empty, asked.as_ref());
            let news = done.err().map(|e| ReportNews::Failed(fault(&e)));
            (news, empty.ticket.into_iter().collect())
        }
        ReportWish::Create { report, base, new } => {
            let made = w.create_reported(&new, (&report, &base), me, now);
            let ticket = made.as_ref().ok().map(|t| t.id);
            let news = ReportNews::Created {
                id: report.id,
                answer: made.map(Box::new).map_err(|e| fault(&e)),
            };
            (Some(news), ticket.into_iter().collect())
        }
        ReportWish::Drop(id) => {
            let done = w.drop_report(id);
            (
                done.err().map(|e| ReportNews::Failed(fault(&e))),
                Vec::new(),
            )
        }
        // What reads is asked of a reader.
        _ => (None, Vec::new()),
    }
}
