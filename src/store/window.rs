//! Windows of lists: the rows around a place, with what is known of what lies beyond.

use rusqlite::Connection;

use super::Result;
use super::list::{Ask, BUDGET, Walk};
use crate::domain::list::{Anchor, Asker, Count, ListRequest, Page};

/// A window of a list.
pub fn window(conn: &Connection, req: &ListRequest, asker: &Asker) -> Result<Page> {
    let ask = Ask::new(conn, &req.query, req.sort, asker)?;
    let anchor = match req.anchor {
        Anchor::Ticket(id) => ask.place(id)?.map_or(Anchor::First, Anchor::Around),
        other => other,
    };
    if ask.is_gathered() {
        return gathered(&ask, req, anchor);
    }
    let (mut before, mut after) = (Walk::default(), Walk::default());
    let size = req.before + req.after;
    match anchor {
        Anchor::First | Anchor::Ticket(_) => {
            after = ask.walk((i64::MIN, i64::MIN), true, size + 1)?
        }
        Anchor::Last => before = ask.walk((i64::MAX, i64::MAX), false, size + 1)?,
        Anchor::Around(p) => {
            let by_words = ask.is_search();
            let from = if by_words { p.id.0 + 1 } else { p.id.0 - 1 };
            // Where nothing is wished for nothing is looked at, and so nothing known.
            if req.before > 0 {
                before = ask.walk((p.major, p.id.0), false, req.before + 1)?;
            }
            if req.after > 0 {
                after = ask.walk((p.major, from), true, req.after + 1)?;
            }
        }
    }
    let (keep_before, keep_after) = match anchor {
        Anchor::Around(_) => (req.before, req.after),
        Anchor::Last => (size, 0),
        _ => (0, size),
    };
    let around = matches!(anchor, Anchor::Around(_));
    let at_start = !cut(&mut before, keep_before) && (!around || req.before > 0);
    let at_end = !cut(&mut after, keep_after) && (!around || req.after > 0);
    let partial = before.stopped.is_some() || after.stopped.is_some();
    let mut rows = before.rows;
    rows.reverse();
    let at = rows.len();
    rows.extend(after.rows);
    let total = if at_start && at_end {
        Count::Exact(rows.len() as u64)
    } else if let (Some(n), true) = (ask.plan.exact, !ask.is_search()) {
        Count::Exact(n)
    } else if partial || ask.is_search() || around {
        Count::AtLeast(rows.len() as u64)
    } else {
        ask.count_for(BUDGET / 4)?
    };
    Ok(Page {
        anchor: at,
        rows,
        at_start,
        at_end,
        total,
        partial,
        above: before.stopped,
        below: after.stopped,
    })
}

/// Leaves so many rows; whether there are more of them, or may be.
fn cut(walk: &mut Walk, keep: usize) -> bool {
    if walk.rows.len() > keep {
        walk.rows.truncate(keep);
        walk.stopped = None;
        return true;
    }
    walk.stopped.is_some()
}

/// Few candidates in another order than the wished one: all of them, sorted.
fn gathered(ask: &Ask<'_>, req: &ListRequest, anchor: Anchor) -> Result<Page> {
    let mut all = ask.gather()?;
    let mut rows = Vec::new();
    if !ask.sieve.exact {
        // Only the tickets themselves can tell: those that are not meant go before anything
        // is counted.
        let mut meant = Vec::new();
        for (key, id) in all {
            if let Some(t) = ask.load_by_itself(id)? {
                meant.push((key, id));
                rows.push(ask.row(t));
            }
        }
        all = meant;
    }
    let n = all.len();
    let at = match anchor {
        Anchor::Last => n,
        Anchor::Around(p) => all.partition_point(|r| *r < (p.major, p.id.0)),
        _ => 0,
    };
    let (from, to) = match anchor {
        Anchor::Around(_) => (at.saturating_sub(req.before), (at + req.after).min(n)),
        Anchor::Last => (n.saturating_sub(req.before + req.after), n),
        _ => (0, (req.before + req.after).min(n)),
    };
    let rows = if ask.sieve.exact {
        let mut rows = Vec::with_capacity(to - from);
        for (_, id) in all.drain(from..to) {
            rows.extend(ask.load(id)?.map(|t| ask.row(t)));
        }
        rows
    } else {
        rows.drain(from..to).collect()
    };
    Ok(Page {
        anchor: (at - from).min(rows.len()),
        rows,
        at_start: from == 0,
        at_end: to == n,
        total: Count::Exact(n as u64),
        partial: false,
        above: None,
        below: None,
    })
}
