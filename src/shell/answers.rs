//! A wish to read, and the event that answers it.

use crate::app::books::{BookNews, BookWish};
use crate::app::cover::CoverNews;
use crate::app::event::{Answer, Fault, Foreseen, NextUp};
use crate::app::reports::{ReportNews, ReportWish};
use crate::app::state::AuditRow;
use crate::app::{Effect, Event};
use crate::domain::list::{Asker, ListRequest};
use crate::domain::text;
use crate::domain::ticket::TicketId;
use crate::domain::trail;
use crate::store::{self, Reader, StoreError};

use super::lanes::is_stopped;
use super::{books, cover, reports};

/// Requests of one slot replace each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A window of the list.
    List,
    /// Tickets to mark.
    Marks,
    /// The ticket that is shown.
    Thread,
    /// What the next key may want.
    Ahead,
    /// The next most urgent.
    Next,
    /// A number that was typed.
    Find,
    /// Counts of the views.
    Counts,
    /// What falls due.
    Outlook,
    /// What may warn.
    Approaching,
    /// The outbox pane.
    Outbox,
    /// The audit pane.
    Audit,
    /// Words for completion.
    Vocabulary,
    /// The form of a report.
    Reports,
    /// What is known for reports.
    Known,
    /// How far the report of the ticket is that is shown.
    Look,
    /// Who has answered.
    Answered,
    /// How absences stand, and the map.
    Cover,
    /// A preview, a note or a return.
    Plan,
    /// Knowledge, requests and registers.
    Books,
    /// Articles that hold words.
    Hits,
    /// One request.
    Request,
    /// The forms of tickets that are to be done.
    Gate,
}

impl Slot {
    /// The slot of an effect that reads; none for all others.
    pub const fn of(effect: &Effect) -> Option<Self> {
        Some(match effect {
            Effect::List { .. } => Self::List,
            Effect::Marks { .. } => Self::Marks,
            Effect::Thread { .. } => Self::Thread,
            Effect::Ahead { .. } => Self::Ahead,
            Effect::NextUrgent { .. } => Self::Next,
            Effect::FindTicket { .. } => Self::Find,
            Effect::Counts { .. } => Self::Counts,
            Effect::Outlook { .. } => Self::Outlook,
            Effect::Approaching { .. } => Self::Approaching,
            Effect::Outbox { .. } => Self::Outbox,
            Effect::Audit { .. } => Self::Audit,
            Effect::Vocabulary(_) => Self::Vocabulary,
            Effect::Reports(_, ReportWish::Known) => Self::Known,
            Effect::Reports(_, ReportWish::Load { .. }) => Self::Look,
            Effect::Reports(_, ReportWish::Answered) => Self::Answered,
            Effect::Reports(..) => Self::Reports,
            Effect::Cover(_, wish) if wish.is_standing() => Self::Cover,
            Effect::Cover(..) => Self::Plan,
            Effect::Books(_, BookWish::Find(_)) => Self::Hits,
            Effect::Books(_, BookWish::Request(_)) => Self::Request,
            Effect::Books(_, BookWish::Gate(_)) => Self::Gate,
            Effect::Books(..) => Self::Books,
            _ => return None,
        })
    }

    /// The person waits for it.
    pub const fn is_near(self) -> bool {
        matches!(
            self,
            Self::List
                | Self::Marks
                | Self::Thread
                | Self::Next
                | Self::Find
                | Self::Reports
                | Self::Plan
                | Self::Books
                | Self::Hits
                | Self::Request
                | Self::Gate
        )
    }
}

/// The store's sentence: what happened, and after the semicolon what to do.
pub fn fault(error: &StoreError) -> Fault {
    sentence(&error.to_string())
}

/// A sentence of ours: what happened, and after the semicolon what to do.
pub fn sentence(whole: &str) -> Fault {
    match whole.split_once("; ") {
        Some((what, hint)) => Fault {
            what: text::line(what),
            hint: Some(text::line(hint)),
        },
        None => Fault {
            what: text::line(whole),
            hint: None,
        },
    }
}

fn told<T>(result: Result<T, StoreError>) -> Result<Answer<T>, StoreError> {
    match result {
        Err(error) if is_stopped(&error) => Err(error),
        Err(error) => Ok(Err(fault(&error))),
        Ok(value) => Ok(Ok(value)),
    }
}

/// Reads; none if the reading was interrupted for a newer request, or the effect reads nothing.
pub fn answer(reader: &Reader, effect: Effect) -> Option<Event> {
    read(reader, effect).ok().flatten()
}

fn read(reader: &Reader, effect: Effect) -> Result<Option<Event>, StoreError> {
    Ok(Some(match effect {
        Effect::List {
            generation,
            asker,
            request,
        } => Event::Listed {
            generation,
            answer: told(reader.list(&request, &asker))?,
        },
        Effect::Marks {
            generation,
            asker,
            request,
        } => Event::Marked {
            generation,
            answer: told(reader.list(&request, &asker))?,
        },
        Effect::Counts {
            generation,
            asker,
            queries,
        } => Event::Counted {
            generation,
            answer: told(reader.counts(&queries, &asker))?,
        },
        Effect::Thread { generation, ticket } => Event::Threaded {
            generation,
            answer: told(reader.thread(ticket).map(|t| t.map(Box::new)))?,
        },
        Effect::NextUrgent {
            generation,
            asker,
            skip,
        } => Event::NextUrgent {
            generation,
            answer: told(next_urgent(reader, &asker, &skip))?,
        },
        Effect::Ahead {
            generation,
            asker,
            ends,
            ticket,
            urgent,
        } => {
            // Nobody waits for it: what cannot be read now is said when it is asked for.
            let page = |request: &ListRequest| told(reader.list(request, &asker));
            let ends = match ends {
                Some(ends) => match (page(&ends[0])?, page(&ends[1])?) {
                    (Ok(first), Ok(last)) => Some(Box::new([first, last])),
                    _ => None,
                },
                None => None,
            };
            let thread = match ticket {
                Some(id) => told(reader.thread(id))?.unwrap_or_default().map(Box::new),
                None => None,
            };
            let urgent = match urgent {
                Some(skip) => told(next_urgent(reader, &asker, &skip))?.unwrap_or_default(),
                None => None,
            };
            let here = Foreseen {
                ends,
                thread,
                urgent,
            };
            Event::Ahead { generation, here }
        }
        Effect::Outlook {
            generation,
            asker,
            until,
            limit,
        } => Event::Outlooked {
            generation,
            answer: told(reader.outlook(until, limit, &asker))?,
        },
        Effect::Approaching {
            generation,
            asker,
            lists,
        } => Event::Approached {
            generation,
            answer: told(reader.approaching(&lists, &asker))?,
        },
        Effect::Outbox { generation, limit } => Event::Outboxed {
            generation,
            answer: told(reader.outbox().map(|mut rows| {
                rows.truncate(limit);
                rows
            }))?,
        },
        Effect::Audit {
            generation,
            ticket,
            limit,
            zone,
        } => Event::Audited {
            generation,
            answer: told(reader.audit(limit, ticket).and_then(|rows| {
                rows.into_iter()
                    .map(|r| audit_row(reader, r, zone))
                    .collect()
            }))?,
        },
        Effect::Vocabulary(now) => Event::Vocabulary(told(reader.vocabulary(now).map(Box::new))?),
        Effect::Reports(generation, wish) => Event::Reports(
            generation,
            told(reports::read(reader, wish))?.unwrap_or_else(ReportNews::Failed),
        ),
        Effect::Cover(generation, wish) => Event::Cover(
            generation,
            told(cover::read(reader, wish))?.unwrap_or_else(CoverNews::Failed),
        ),
        Effect::Books(generation, wish) => Event::Books(
            generation,
            told(books::read(reader, wish))?.unwrap_or_else(BookNews::Failed),
        ),
        Effect::FindTicket { generation, key } => {
            let found = |id: Option<TicketId>| match id {
                Some(id) => reader.ticket(id),
                None => Ok(None),
            };
            let answer = told(reader.find(&key).and_then(found))?.map(|t| t.map(Box::new));
            Event::Found {
                generation,
                key,
                answer,
            }
        }
        _ => return Ok(None),
    }))
}

/// The most urgent with all that belongs to it: who asks for it reads it.
fn next_urgent(
    reader: &Reader,
    asker: &Asker,
    skip: &[TicketId],
) -> Result<Option<NextUp>, StoreError> {
    let Some(urgent) = reader.next_urgent(asker, skip)? else {
        return Ok(None);
    };
    let thread = reader.thread(urgent.ticket.id)?;
    Ok(thread.map(|thread| Box::new((urgent, thread))))
}

fn audit_row(
    reader: &Reader,
    row: store::AuditRow,
    zone: chrono_tz::Tz,
) -> Result<AuditRow, StoreError> {
    let ticket = match row.ticket {
        Some(id) => reader.ticket(id)?.map(|t| (id, text::line(t.key.as_str()))),
        None => None,
    };
    Ok(AuditRow {
        at: row.at,
        by: row.by.line(),
        ticket,
        what: trail::words(&row.what, &row.detail, zone),
    })
}

/// The answer to a request when the store cannot be opened.
pub fn refusal(effect: Effect, error: &StoreError) -> Option<Event> {
    let no = fault(error);
    Some(match effect {
        Effect::List { generation, .. } => Event::Listed {
            generation,
            answer: Err(no),
        },
        Effect::Marks { generation, .. } => Event::Marked {
            generation,
            answer: Err(no),
        },
        Effect::Counts { generation, .. } => Event::Counted {
            generation,
            answer: Err(no),
        },
        Effect::Thread { generation, .. } => Event::Threaded {
            generation,
            answer: Err(no),
        },
        Effect::Ahead { generation, .. } => Event::Ahead {
            generation,
            here: Foreseen::default(),
        },
        Effect::NextUrgent { generation, .. } => Event::NextUrgent {
            generation,
            answer: Err(no),
        },
        Effect::Outlook { generation, .. } => Event::Outlooked {
            generation,
            answer: Err(no),
        },
        Effect::Approaching { generation, .. } => Event::Approached {
            generation,
            answer: Err(no),
        },
        Effect::Outbox { generation, .. } => Event::Outboxed {
            generation,
            answer: Err(no),
        },
        Effect::Audit { generation, .. } => Event::Audited {
            generation,
            answer: Err(no),
        },
        Effect::Vocabulary(_) => Event::Vocabulary(Err(no)),
        Effect::Reports(generation, _) => Event::Reports(generation, ReportNews::Failed(no)),
        Effect::Cover(generation, _) => Event::Cover(generation, CoverNews::Failed(no)),
        Effect::Books(generation, _) => Event::Books(generation, BookNews::Failed(no)),
        Effect::FindTicket {
            generation, key, ..
        } => Event::Found {
            generation,
            key,
            answer: Err(no),
        },
        _ => return None,
    })
}
