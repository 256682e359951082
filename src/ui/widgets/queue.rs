//! The rows of a list of tickets. Columns give way as the room narrows, in a fixed order; what
//! says how urgent a ticket is and what it is about never does.

use ratatui::layout::Rect;

use crate::domain::change::Stage;
use crate::domain::sla::{Countdown, Target, Urgency};
use crate::domain::text::Printable;
use crate::domain::ticket::Priority;
use crate::ui::pen::{Pen, Short, Shown};
use crate::ui::theme::Role;

/// What is new about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Nothing.
    Nothing,
    /// I have not opened it since it came.
    Unread,
    /// Somebody changed it since I looked.
    Changed,
}

/// A row's values.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// Marked for an act on many.
    pub marked: bool,
    /// The cursor is on it.
    pub cursor: bool,
    /// When it falls due, in words.
    pub countdown: &'a Countdown,
    /// The desk and we differ about that.
    pub differs: bool,
    /// What is said in its place where nothing is promised.
    pub no_promise: &'static str,
    /// Which promise that is.
    pub target: Option<Target>,
    /// Its number.
    pub key: &'a Printable,
    /// What is new.
    pub news: News,
    /// A change of ours is on its way.
    pub waiting: bool,
    /// A change of ours waits for the person: refused, or in conflict.
    pub stuck: Option<Stage>,
    /// A text for it was begun and not sent.
    pub draft: bool,
    /// What it is about.
    pub subject: &'a Printable,
    /// What it waits for, or sleeps until.
    pub note: Short,
    /// That is said, also where little of the subject is left.
    pub firm: bool,
    /// Who handles it; `You` for the person at the keyboard, `-` for nobody.
    pub assignee: &'a Printable,
    /// The same where there is little room.
    pub short: &'a Printable,
    /// Its status.
    pub status: &'a Printable,
    /// Who asked, and from where.
    pub requester: &'a Printable,
    /// The Workspace.
    pub workspace: &'a Printable,
    /// How urgent the desk says it is.
    pub priority: Option<Priority>,
    /// When it was last touched, or how old it is, by the order of the list.
    pub age: Short,
    /// Words on it.
    pub labels: &'a Printable,
}

/// Where each column starts and how wide it is; 0 is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Columns {
    target: u16,
    key: u16,
    subject: u16,
    status: u16,
    requester: u16,
    workspace: u16,
    priority: u16,
    labels: u16,
    age: u16,
    assignee: u16,
}

/// Mark, cursor, sign and countdown with the blanks between them.
const LEAD: u16 = 1 + 1 + 2 + 1 + COUNTDOWN + 1;
const COUNTDOWN: u16 = 11;
/// Signs of news and of waiting before the subject.
const SIGNS: u16 = 3;
/// Blanks behind the subject, which often fills its column.
const GAP: u16 = 2;
/// Blanks between the other columns, whose words seldom do.
const NARROW: u16 = 1;
/// Room for a whole name.
const WHOLE_NAME: u16 = 16;

impl Columns {
    /// Shares out a width. `key` is the width of the widest number in sight, `name` that of the
    /// longest short name.
    pub fn of(width: u16, key: u16, name: u16) -> Self {
        let mut c = Self {
            key: key.clamp(5, 12),
            ..Self::default()
        };
        let fixed = LEAD + c.key + 1 + SIGNS + GAP - NARROW;
        c.subject = width.saturating_sub(fixed);
        // In order of worth: the least room that the subject keeps, and the column's own width.
        for (column, keep, wide) in [
            (&mut c.target, 22, 6),
            (&mut c.assignee, 20, name.clamp(4, 8)),
            (&mut c.status, 34, 8),
            (&mut c.requester, 44, 20),
            (&mut c.priority, 44, 2),
            (&mut c.age, 44, 5),
            (&mut c.workspace, 48, 20),
            (&mut c.labels, 52, 16),
        ] {
            if c.subject >= keep + wide + NARROW {
                *column = wide;
                c.subject -= wide + NARROW;
            }
        }
        if c.labels > 0 && c.subject >= 60 {
            c.subject -= WHOLE_NAME - c.assignee;
            c.assignee = WHOLE_NAME;
        }
        c
    }
}

impl Columns {
    /// The status has a column of its own.
    pub const fn shows_status(&self) -> bool {
        self.status > 0
    }
}

/// Draws a row.
pub fn row(pen: &mut Pen<'_>, area: Rect, columns: &Columns, row: &Row<'_>, needles: &[String]) {
    let (y, right) = (area.y, area.right());
    let urgency = urgency_role(row.countdown.urgency);
    let mut x = area.x;
    if row.marked {
        pen.put(x, y, 1, "✓", Role::Mark);
    }
    if row.cursor {
        pen.put(x + 1, y, right.saturating_sub(x + 1), "▌", Role::Accent);
    }
    pen.put_right(x + 4, y, 2, row.countdown.sign(), urgency);
    let room = COUNTDOWN.min(right.saturating_sub(x + 5));
    if row.countdown.text.is_empty() {
        pen.put(x + 5, y, room, row.no_promise, urgency);
    } else {
        pen.put(x + 5, y, room, row.countdown, urgency);
    }
    if row.differs {
        pen.put(x + LEAD - 1, y, 1, "±", Role::Soon);
    }
    x += LEAD;
    if columns.target > 0 {
        if let Some(target) = row.target {
            pen.put(x, y, columns.target, target.word(), Role::Dim);
        }
        x += columns.target + NARROW;
    }
    let left = right.saturating_sub(x);
    pen.put(
        x,
        y,
        columns.key.min(left),
        row.key,
        if row.cursor { Role::Strong } else { Role::Dim },
    );
    x += columns.key + 1;
    let sign = match row.news {
        News::Nothing => "",
        News::Unread => "•",
        News::Changed => "~",
    };
    pen.put(x, y, right.saturating_sub(x).min(1), sign, Role::News);
    let (sign, role) = match (row.stuck, row.waiting, row.draft) {
        (Some(Stage::Conflict), ..) => ("≠", Role::Bad),
        (Some(_), ..) => ("✗", Role::Bad),
        (None, true, _) => ("↑", Role::Soon),
        (None, false, true) => ("✎", Role::Internal),
        (None, false, false) => ("", Role::Text),
    };
    pen.put(x + 1, y, right.saturating_sub(x + 1).min(1), sign, role);
    x += SIGNS;
    if x < right {
        subject(pen, x, y, columns.subject.min(right - x), row, needles);
    }
    trailing(pen, x + columns.subject, y, columns, row);
}

/// The look of an urgency, the same everywhere.
pub const fn urgency_role(urgency: Urgency) -> Role {
    match urgency {
        Urgency::Late => Role::Late,
        Urgency::Soon => Role::Soon,
        Urgency::Today => Role::Text,
        Urgency::Later => Role::Dim,
        Urgency::Paused | Urgency::None => Role::Paused,
    }
}

fn subject(pen: &mut Pen<'_>, x: u16, y: u16, max: u16, row: &Row<'_>, needles: &[String]) {
    let role = match (row.news, row.countdown.urgency) {
        (News::Unread, _) => Role::Strong,
        (_, Urgency::Paused) => Role::Dim,
        _ => Role::Text,
    };
    let mut style = pen.look(role);
    if row.cursor {
        style = style.patch(pen.look(Role::Selection));
    }
    let note = row.note.columns();
    let keep = if row.firm { 10 } else { 24 };
    let room = if note > 0 && max >= note + keep {
        max - note - 1
    } else {
        max
    };
    let end = if row.subject.is_empty() {
        pen.put(x, y, room, "(no subject)", Role::Dim)
    } else {
        pen.put_found(x, y, room, row.subject, style, needles)
    };
    if room < max {
        pen.put(
            end + 1,
            y,
            max.saturating_sub(end + 1 - x),
            &row.note,
            Role::Dim,
        );
    }
}

fn trailing(pen: &mut Pen<'_>, x: u16, y: u16, c: &Columns, row: &Row<'_>) {
    let mut x = x + GAP - NARROW;
    let mut next = |wide: u16| {
        let at = x + NARROW;
        if wide > 0 {
            x = at + wide;
        }
        at
    };
    let at = next(c.labels);
    pen.put(at, y, c.labels, row.labels, Role::Dim);
    let at = next(c.workspace);
    pen.put(at, y, c.workspace, row.workspace, Role::Dim);
    let at = next(c.requester);
    pen.put(at, y, c.requester, row.requester, Role::Text);
    let at = next(c.status);
    pen.put(at, y, c.status, row.status, Role::Dim);
    let at = next(c.priority);
    if let Some(priority) = row.priority
        && c.priority > 0
    {
        let (word, role) = priority_word(priority);
        pen.put(at, y, c.priority, word, role);
    }
    let at = next(c.age);
    if c.age > 0 {
        pen.put_right(at + c.age, y, c.age, &row.age, Role::Dim);
    }
    let at = next(c.assignee);
    let whole = row.assignee.columns() <= c.assignee;
    let name = if whole { row.assignee } else { row.short };
    pen.put(at, y, c.assignee, name, Role::Text);
}

/// A priority's short word: only the first is loud, since nearly all others are alike.
pub const fn priority_word(priority: Priority) -> (&'static str, Role) {
    match priority {
        Priority::P1 => ("p1", Role::Late),
        Priority::P2 => ("p2", Role::Text),
        Priority::P3 => ("p3", Role::Dim),
        Priority::P4 => ("p4", Role::Dim),
    }
}
