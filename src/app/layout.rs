//! Which part of the screen lies where: one answer for drawing, page sizes and the mouse.

use super::state::{Pane, State};

/// From this width on the ticket lies beside the list.
pub const BESIDE: u16 = 120;
/// Beside a ticket the list has at least so many columns.
const LIST_LEAST: u16 = 60;
/// The widest that a ticket beside the list gets: 90 columns of text with border and margins.
const DETAIL_MOST: u16 = 94;
/// From this height of the list on there is room for the strip of what falls due.
const STRIP_FROM: u16 = 26;
/// From this height on there is room for the banner.
const BANNER_FROM: u16 = 16;
/// Heading, hours, marks, people.
const STRIP_ROWS: u16 = 4;
/// Rows above the lines of a ticket: heading, subject, two rows of fields, a blank.
pub const DETAIL_HEAD: u16 = 5;

/// A part of the screen in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// First column.
    pub x: u16,
    /// First row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// The first row below.
    pub const fn bottom(self) -> u16 {
        self.y.saturating_add(self.height)
    }

    /// Holds the cell.
    pub const fn holds(self, col: u16, row: u16) -> bool {
        col >= self.x
            && col < self.x.saturating_add(self.width)
            && row >= self.y
            && row < self.bottom()
    }
}

/// The parts; an empty one is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    /// Views and facts.
    pub top: Area,
    /// Whom one stands in for, or what an absence asks for.
    pub banner: Area,
    /// All between top, banner and footer.
    pub body: Area,
    /// The list, or what stands in its place, its heading included.
    pub main: Area,
    /// What falls due, in short.
    pub strip: Area,
    /// The ticket, its heading included.
    pub detail: Area,
    /// The text being written.
    pub composer: Area,
    /// Keys, or what is being typed.
    pub footer: Area,
}

/// Shares out the screen: the strip gives way first, then the ticket, never the list.
pub fn layout(state: &State) -> Layout {
    layout_in(state, state.size.width, state.size.height)
}

/// The same for another size than the terminal's.
pub fn layout_in(state: &State, width: u16, height: u16) -> Layout {
    let mut g = Layout::default();
    let area = Area {
        x: 0,
        y: 0,
        width,
        height,
    };
    if area.height < 3 {
        return g;
    }
    g.top = Area { height: 1, ..area };
    g.footer = Area {
        y: area.height - 1,
        height: 1,
        ..area
    };
    let banner = u16::from(state.coverage.banner.is_some() && area.height >= BANNER_FROM);
    g.banner = Area {
        y: 1,
        height: banner,
        ..area
    };
    g.body = Area {
        y: 1 + banner,
        height: area.height - 2 - banner,
        ..area
    };
    let reading = state.pane == Pane::Detail || state.composer.is_some();
    let body = g.body;
    // A map and a table want all the room; what decides about tickets shows them.
    let map = state.pane == Pane::Coverage && !state.coverage.wants_ticket();
    let table = state.pane == Pane::Requests && state.requests.register().is_some();
    let wide = map || (table && state.composer.is_none());
    if state.zoomed || area.width < BESIDE || wide {
        if reading && state.detail.is_some() {
            g.detail = body;
        } else {
            g.main = body;
        }
    } else {
        let left = share(body.width);
        g.main = Area {
            width: left,
            ..body
        };
        g.detail = Area {
            x: left + 1,
            width: body.width - left - 1,
            ..body
        };
    }
    let strip = !matches!(state.pane, Pane::Sla | Pane::Coverage);
    if !state.zoomed && strip && g.main.height >= STRIP_FROM && g.main.width >= 60 {
        g.main.height -= STRIP_ROWS;
        g.strip = Area {
            y: g.main.bottom(),
            height: STRIP_ROWS,
            ..g.main
        };
    }
    if state.composer.is_some() {
        let host = if g.detail.width > 0 {
            &mut g.detail
        } else {
            &mut g.main
        };
        let tall = (host.height / 2).max(8).min(host.height);
        host.height -= tall;
        g.composer = Area {
            y: host.bottom(),
            height: tall,
            ..*host
        };
    }
    g
}

/// The list's share of a width that has room for a ticket beside it. Text reads best in 72 to 90
/// columns: the ticket gets them where it can, and all that is left over goes to the list.
fn share(width: u16) -> u16 {
    let half = u16::try_from(u32::from(width) * 52 / 100).unwrap_or(LIST_LEAST);
    half.max(LIST_LEAST)
        .max(width.saturating_sub(DETAIL_MOST + 1))
}

/// How many rows the list shows.
pub fn list_rows(state: &State) -> usize {
    let main = layout(state).main;
    // A hidden list pages as if it had the body, so that it is ready when it comes back.
    let height = if main.height == 0 {
        state.size.height.saturating_sub(2)
    } else {
        main.height
    };
    let foot = match state.pane {
        Pane::Outbox => outbox_foot(state),
        Pane::Requests => requests_head(state) + requests_foot(state),
        _ => 0,
    };
    usize::from(height.saturating_sub(1 + foot)).max(1)
}

/// Rows of the pane of requests between its heading and its list: what is known of the request
/// that is open, or the heads of a register's columns.
pub fn requests_head(state: &State) -> u16 {
    let r = &state.requests;
    match &r.open {
        Some(open) => u16::try_from(open.facts.len() + 1).unwrap_or(0),
        None => u16::from(r.register().is_some()),
    }
}

/// Rows below its list that are about what is under the cursor: a line and what to know.
pub fn requests_foot(state: &State) -> u16 {
    let r = &state.requests;
    let says = r.open.is_some() || r.register().is_some();
    match layout(state).main.height {
        height if says && height >= FOOT_FROM => 4,
        _ => 0,
    }
}

/// How wide the lines of an article may be, and how many are in sight: beside the list where
/// there is room for it, else in its place.
pub fn article_room(state: &State) -> (u16, usize) {
    let l = layout(state);
    let area = if l.detail.width > 0 { l.detail } else { l.main };
    let rows = area.height.saturating_sub(ARTICLE_HEAD);
    (
        area.width.saturating_sub(4).min(ARTICLE_MOST),
        usize::from(rows).max(1),
    )
}

/// Rows above the lines of an article: heading, what is known of it, a blank.
pub const ARTICLE_HEAD: u16 = 3;
/// Text reads badly in lines that are wider.
const ARTICLE_MOST: u16 = 90;

/// From this height on the outbox says all of the change under the cursor below its list.
const FOOT_FROM: u16 = 12;

/// Rows below the outbox's list that are about the change under the cursor.
pub fn outbox_foot(state: &State) -> u16 {
    match layout(state).main.height {
        height if height >= FOOT_FROM && !state.outbox.rows.is_empty() => (height / 3).min(9),
        _ => 0,
    }
}

/// Rows that the pane of what falls due keeps for its list, however many days there are.
const SLA_LIST: u16 = 6;

/// Rows of the pane of what falls due that tell of days: what is late, and each day as far as there is room.
pub fn sla_days(state: &State) -> u16 {
    let all = u16::try_from(state.sla.forecast.days.len() + 1).unwrap_or(u16::MAX);
    let height = layout(state).main.height;
    all.min(height.saturating_sub(STRIP_ROWS + 1 + SLA_LIST))
}

/// Rows of the pane of what falls due above its list: the strip, the days and a blank.
pub fn sla_head(state: &State) -> u16 {
    STRIP_ROWS + sla_days(state) + 1
}

/// The first mark that the pane of what falls due shows, so that the one under the cursor is seen.
pub fn sla_first(state: &State) -> usize {
    let rows = usize::from(layout(state).main.height.saturating_sub(sla_head(state))).max(1);
    let (first, cursor) = (state.sla.scroll, state.sla.cursor);
    first.min(cursor).max((cursor + 1).saturating_sub(rows))
}

/// Columns before what stands in a field of a form: its sign and its name.
pub const FORM_LABEL: u16 = 16;
/// Rows of the form's pane that are no lines: its heading, a blank, and below what follows.
const FORM_FRAME: u16 = 3;

/// The columns of what stands in a field.
pub fn form_width(state: &State) -> u16 {
    let main = layout(state).main;
    let width = if main.width == 0 {
        state.size.width
    } else {
        main.width
    };
    width.saturating_sub(FORM_LABEL + 2).max(8)
}

/// How many lines of the form are in sight.
pub fn form_rows(state: &State) -> usize {
    let main = layout(state).main;
    let height = if main.height == 0 {
        state.size.height.saturating_sub(2)
    } else {
        main.height
    };
    usize::from(height.saturating_sub(FORM_FRAME)).max(1)
}

/// Rows above the lines of a ticket: those of every ticket, and below them how far its report is.
pub fn detail_head(state: &State) -> u16 {
    let shown = state.detail.as_ref().map(|d| d.ticket);
    let look = state.report.look.as_ref().map(|l| l.ticket);
    if shown.is_some() && shown == look && layout(state).detail.height >= HEAD_FROM {
        DETAIL_HEAD + 2
    } else {
        DETAIL_HEAD
    }
}

/// From this height on a ticket says how far its report is.
const HEAD_FROM: u16 = 16;

/// The columns of the map's names, with the sign of the cursor before them.
pub const fn map_names(width: u16) -> u16 {
    if width < BESIDE { 13 } else { 22 }
}

/// The columns that the map's cells may take.
pub fn map_room(state: &State) -> u16 {
    let width = layout(state).main.width;
    width.saturating_sub(map_names(width) + 1)
}

/// How many lines of a ticket are in sight, and how wide they may be.
pub fn detail_lines(state: &State) -> (usize, u16) {
    let area = layout(state).detail;
    let (width, height) = if area.width == 0 {
        (state.size.width, state.size.height.saturating_sub(2))
    } else {
        (area.width, area.height)
    };
    (
        usize::from(height.saturating_sub(detail_head(state))).max(1),
        width.saturating_sub(4).max(8),
    )
}
