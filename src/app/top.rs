//! The top line: which views and which facts stand where. Drawing and the mouse share it.

use chrono::TimeDelta;

use super::layout::Area;
use super::state::State;
use crate::domain::Instant;
use crate::domain::list::Count;
use crate::domain::text::{Printable, columns, fit, line};

/// From this width on the program says its name, and the clock its day.
const NAMED: u16 = 100;
const DATED: u16 = 120;
/// A fact that is cut has at least so many columns.
const FACT_LEAST: u16 = 16;

/// How loud a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Worth a glance.
    Quiet,
    /// Worth knowing.
    Watch,
    /// It needs an eye.
    Alarm,
    /// All that is shown is not now.
    Ahead,
}

/// A view's name and how many tickets it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Which view, by its place among all.
    pub view: usize,
    /// First column.
    pub x: u16,
    /// Columns it may take.
    pub width: u16,
    /// Its name.
    pub name: Printable,
    /// How many.
    pub count: Printable,
    /// The one that is shown.
    pub active: bool,
    /// More than none is a reason to look.
    pub alarm: bool,
}

/// A short fact at the right end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// First column.
    pub x: u16,
    /// The words.
    pub words: Printable,
    /// How loud.
    pub weight: Weight,
}

/// The top line, shared out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Top {
    /// The views that fit; the shown one always does.
    pub tabs: Vec<Tab>,
    /// The facts that fit.
    pub facts: Vec<Fact>,
    /// Where a sign says that views are left out before the first.
    pub before: Option<u16>,
    /// Where a sign says that views are left out after the last.
    pub after: Option<u16>,
    /// There is room for the program's name.
    pub named: bool,
}

impl Top {
    /// The view whose name stands in that column.
    pub fn view_at(&self, col: u16) -> Option<usize> {
        let tab = self
            .tabs
            .iter()
            .find(|t| (t.x..t.x.saturating_add(t.width)).contains(&col));
        tab.map(|t| t.view)
    }
}

/// How long ago, in one unit: `now`, `5 m`, `3 h`, `12 d`, `2 y`.
pub fn ago(from: Instant, now: Instant) -> Printable {
    let minutes = (now - from).num_minutes().max(0);
    let (n, unit) = match minutes {
        0 => return Printable::literal("now"),
        1..60 => (minutes, " m"),
        60..1440 => (minutes / 60, " h"),
        1440..525_600 => (minutes / 1440, " d"),
        _ => (minutes / 525_600, " y"),
    };
    Printable::number(n).with(unit)
}

/// A count in words: a number, `1000+`, or `…` while it is not known.
pub fn count(count: Count) -> Printable {
    match count {
        Count::Exact(n) => Printable::grouped(n),
        // None so far says nothing: that is not known yet, not none.
        Count::AtLeast(0) => Printable::literal("…"),
        Count::AtLeast(n) => Printable::grouped(n).with("+"),
        Count::Unknown => Printable::literal("…"),
    }
}

/// Shares the line out. Facts stand at the right, the most important last; views that do not
/// fit are left out at the end the shown one is farther from.
pub fn top(state: &State, area: Area) -> Top {
    let mut top = Top {
        named: area.width >= NAMED,
        ..Top::default()
    };
    let left = area.x + if top.named { 10 } else { 1 };
    let names: Vec<(Printable, Printable)> = state
        .views
        .iter()
        .map(|v| (v.name.clone(), count(v.count)))
        .collect();
    let wide = |n: &(Printable, Printable)| columns(&n.0) + 1 + columns(&n.1);
    let least = names.get(state.active).map_or(0, |n| wide(n) + 4);
    let mut right = (area.x + area.width).saturating_sub(1);
    for (mut words, weight) in facts(state, area.width).into_iter().rev() {
        let room = right.saturating_sub(left + least + 3);
        // What is wrong is said as far as there is room; its beginning says most.
        if weight == Weight::Watch && columns(&words) > room && room >= FACT_LEAST {
            words = fit(&words, usize::from(room));
        }
        if weight == Weight::Ahead && columns(&words) > room {
            words = fit(&words, usize::from(room.max(FACT_LEAST)));
        }
        let w = columns(&words);
        // Never left out: without it, what is to come would be taken for what is.
        if w > room && weight != Weight::Ahead {
            break;
        }
        let x = right - w;
        top.facts.push(Fact { x, words, weight });
        right = x.saturating_sub(3);
    }
    share_tabs(
        state,
        &mut top,
        names,
        (left, right),
        usize::from(right.saturating_sub(left)).saturating_sub(2),
    );
    top
}

fn share_tabs(
    state: &State,
    top: &mut Top,
    names: Vec<(Printable, Printable)>,
    (left, right): (u16, u16),
    room: usize,
) {
    let wide = |n: &(Printable, Printable)| columns(&n.0) + 1 + columns(&n.1);
    let all = |range: std::ops::Range<usize>| -> usize {
        names[range].iter().map(|n| usize::from(wide(n)) + 3).sum()
    };
    let shown = state.active.min(names.len().saturating_sub(1));
    let mut first = 0;
    while first < shown && all(first..shown + 1) > room {
        first += 1;
    }
    let mut x = left;
    if first > 0 {
        top.before = Some(x);
        x += 1;
    }
    for (view, n) in names.iter().enumerate().skip(first) {
        let free = right.saturating_sub(x);
        if wide(n) + 2 > free && view != shown {
            top.after = Some(right.saturating_sub(1).max(x));
            return;
        }
        let tab = Tab {
            view,
            x: x + 1,
            width: wide(n).min(free.saturating_sub(1)),
            name: n.0.clone(),
            count: n.1.clone(),
            active: view == state.active,
            alarm: n.0.as_str() == "Breaching"
                && !matches!(state.views[view].count, Count::Exact(0) | Count::Unknown),
        };
        x = tab.x + tab.width + 2;
        top.tabs.push(tab);
    }
}

/// How far a first sync has come.
fn progress(done: Option<(u64, u64)>) -> Printable {
    let (done, all) = done.unwrap_or_default();
    let mut words = Printable::literal("↻ syncing ");
    words.push(&Printable::grouped(done));
    words.push(&Printable::literal(" of "));
    words.push(&Printable::grouped(all));
    words
}

/// What keeps us from the desk. A narrow screen says in a word that it is away and since when,
/// a wide one the sentence up to what to do about it; the outbox has room for all of it.
fn trouble(state: &State, width: u16) -> Printable {
    let f = &state.freshness;
    let clock = |at: Instant| {
        let local = at.with_timezone(&state.zone);
        let today = local.date_naive() == state.now.with_timezone(&state.zone).date_naive();
        let form = if today { "%H:%M" } else { "%a %H:%M" };
        line(&local.format(form).to_string())
    };
    let mut words = Printable::literal("! ");
    match &f.trouble {
        Some(why) if !f.offline || width >= DATED => {
            let what = why.as_str().split("; ").next().unwrap_or_default();
            words.push(&fit(&line(what), usize::from(width / 3)));
        }
        _ => {
            words.push(&Printable::literal("offline"));
            if let Some(at) = f.synced {
                words.push(&Printable::literal(" since "));
                words.push(&clock(at));
            }
        }
    }
    if let Some(at) = f.next.filter(|_| width >= DATED) {
        words.push(&Printable::literal(", again "));
        words.push(&clock(at));
    }
    words
}

/// That another moment than now is shown, and which: ` as of Fri 17:00`, or with its date from a week ahead on.
pub fn as_of(state: &State, at: Instant) -> Printable {
    let (there, now) = (
        at.with_timezone(&state.zone),
        state.now.with_timezone(&state.zone),
    );
    let days = (there.date_naive() - now.date_naive()).num_days();
    let form = if days < 7 {
        "%a %H:%M"
    } else {
        "%a %-d %b %H:%M"
    };
    let mut words = Printable::literal(" as of ");
    words.push(&line(&there.format(form).to_string()));
    words
}

fn facts(state: &State, width: u16) -> Vec<(Printable, Weight)> {
    let f = &state.freshness;
    let contact = match f.synced {
        _ if f.offline || f.trouble.is_some() => (trouble(state, width), Weight::Watch),
        _ if f.progress.is_some() => (progress(f.progress), Weight::Quiet),
        _ if f.running => (Printable::literal("↻ syncing"), Weight::Quiet),
        None => (Printable::literal("not synced yet"), Weight::Quiet),
        Some(at) => {
            let mut words = Printable::literal("↻ ");
            words.push(&ago(at, state.now));
            let late = state.now - at >= TimeDelta::minutes(1);
            (words.with(if late { " ago" } else { "" }), Weight::Quiet)
        }
    };
    let mut all = vec![contact];
    let outbox = |sign, n, end, weight| {
        let mut words = Printable::literal(sign);
        words.push(&Printable::grouped(n));
        (words.with(end), weight)
    };
    // A refused change is no longer on its way, and waits for the person all the same.
    let known = u64::try_from(state.outbox.stuck.len()).unwrap_or(0);
    let stuck = f.stuck.max(known);
    match (stuck, f.outbox) {
        (1.., _) => all.push(outbox("! outbox ", stuck, " stuck", Weight::Alarm)),
        (0, 1..) => all.push(outbox("outbox ", f.outbox, "", Weight::Watch)),
        (0, 0) => {}
    }
    if let Some(at) = state.as_of {
        let mut words = as_of(state, at);
        words.push(&Printable::literal(", if nothing is done "));
        all.push((words, Weight::Ahead));
        return all;
    }
    let form = if width >= DATED {
        "%a %e %b %H:%M"
    } else {
        "%H:%M"
    };
    let local = state.now.with_timezone(&state.zone);
    all.push((line(&local.format(form).to_string()), Weight::Quiet));
    all
}
