//! An absence is entered, changed, ended at another time, or dropped.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta};
use keybinds::{Key, KeyInput, Mods};
use uuid::Uuid;

use crate::app::cover::CoverWish;
use crate::app::inner::PlanAct;
use crate::app::state::{AbsenceForm, Go, Input, Overlay, Part, Purpose, Suggestion};
use crate::domain::absence::typed::{self, Known};
use crate::domain::absence::{
    Absence, AbsenceId, Cover, KNOWN_DAYS, Length, Right, Rule, Times, Why, next_turn,
};
use crate::domain::calendar::resolve_wall;
use crate::domain::text::{Printable, Untrusted, line};
use crate::domain::when::parse_when;

use super::super::Turn;
use crate::app::cover_words::{called, span, until, who_is};

/// Days that others are away are shown for so many days ahead.
const OTHERS_DAYS: i64 = 400;

/// A short identity: people type it.
pub(super) fn short_id(id: Uuid) -> AbsenceId {
    let hex = id.simple().to_string();
    // The end is chance; the beginning is the time and alike for all of one day.
    AbsenceId(hex.get(24..).unwrap_or(&hex).to_owned())
}

impl Turn<'_> {
    /// Opens the form for a new absence; what was typed behind the command says who.
    pub fn enter_absence(&mut self, arg: Option<&str>) {
        let c = &self.s.coverage;
        let on_map = c.map.as_ref().and_then(|m| m.columns.get(c.column));
        let in_pane = self.s.pane == crate::app::state::Pane::Coverage;
        let today = self.today();
        let day = on_map.filter(|_| in_pane).map_or(today, |col| {
            col.from.with_timezone(&self.s.zone).date_naive()
        });
        let who = arg.unwrap_or(self.s.me.as_str()).to_owned();
        let form = AbsenceForm {
            was: None,
            part: Part::Days,
            day: day.max(today),
            today,
            from: None,
            to: None,
            hours: Input::default(),
            who: Input::of(&who),
            why: Why::default(),
            cover: Input::default(),
            every: Input::default(),
            every_was: String::new(),
            suggestions: Vec::new(),
            words: Printable::empty(),
            error: None,
            doubts: Vec::new(),
            others: BTreeMap::new(),
            wanted: None,
        };
        self.open_form(form);
    }

    /// Opens it for the absence that is meant.
    pub fn edit_absence(&mut self, arg: Option<&str>) {
        let Some(absence) = self.ours_meant(arg) else {
            return;
        };
        let t = &absence.times;
        let end = t.start + TimeDelta::days(t.length.days) + TimeDelta::seconds(t.length.seconds);
        let whole = t.all_day;
        let last = match end.time() == NaiveTime::MIN {
            true => end.date().pred_opt().unwrap_or(end.date()),
            false => end.date(),
        };
        let hours = format!("{}-{}", t.start.format("%H:%M"), end.format("%H:%M"));
        let every = t.rules.first().map(Rule::text).unwrap_or_default();
        let covers: Vec<String> = absence.covers.iter().map(Cover::to_string).collect();
        let form = AbsenceForm {
            part: Part::Days,
            day: t.start.date(),
            today: self.today(),
            from: Some(t.start.date()),
            to: Some(last),
            hours: Input::of(if whole { "" } else { &hours }),
            who: Input::of(absence.who.as_str()),
            why: absence.why,
            cover: Input::of(&covers.join(" ")),
            every: Input::of(&every),
            every_was: every,
            suggestions: Vec::new(),
            words: Printable::empty(),
            error: None,
            doubts: Vec::new(),
            others: BTreeMap::new(),
            wanted: None,
            was: Some(Box::new(absence)),
        };
        self.open_form(form);
    }

    fn open_form(&mut self, mut form: AbsenceForm) {
        // Whoever plans sees the team's plan as it is now.
        self.ask_standing();
        form.others = self.others(&form);
        self.s.overlays.push(Overlay::Absence(Box::new(form)));
        self.form_changed();
    }

    fn others(&self, form: &AbsenceForm) -> BTreeMap<NaiveDate, usize> {
        let zone = self.s.zone;
        let mut days = BTreeMap::new();
        let to = self.s.now + TimeDelta::days(OTHERS_DAYS);
        let own = form.was.as_ref().map(|a| &a.id);
        let others = self.s.coverage.office.absences.iter();
        for absence in others.filter(|a| Some(&a.id) != own) {
            for o in absence.away(self.s.now, to) {
                let last = (o.to - TimeDelta::seconds(1)).with_timezone(&zone);
                let mut day = o.from.with_timezone(&zone).date_naive();
                while day <= last.date_naive() {
                    *days.entry(day).or_default() += 1;
                    let Some(next) = day.succ_opt() else { break };
                    day = next;
                }
            }
        }
        days
    }

    /// The absence that is meant, if it is planned here and not at the desk.
    fn ours_meant(&mut self, arg: Option<&str>) -> Option<Absence> {
        let turn = self.turn_meant(arg)?;
        let absence = self.s.coverage.office.absence(&turn.absence).cloned();
        match absence {
            Some(a) if self.s.coverage.office.elsewhere(&a).is_some() => {
                let elsewhere = self.s.coverage.office.elsewhere(&a).unwrap_or_default();
                self.refuse(&format!(
                    "this absence {elsewhere}; change it there, or N plans another"
                ));
                None
            }
            None => {
                self.refuse("this absence is not planned any more; R looks again");
                None
            }
            some => some,
        }
    }

    /// A key for the form.
    pub fn absence_key(&mut self, key: KeyInput) {
        let Some(Overlay::Absence(form)) = self.s.overlays.last_mut() else {
            return;
        };
        let back = key.mods().contains(Mods::SHIFT);
        match key.key() {
            Key::Enter => return self.keep_form(),
            Key::Tab if !back && form.complete() => {}
            Key::Tab => form.go(!back),
            Key::Down if form.part != Part::Days => form.go(true),
            Key::Up if form.part != Part::Days => form.go(false),
            _ => match form.part {
                Part::Days => form.day_key(key),
                Part::Why => form.why_key(key),
                _ => {
                    form.input().and_then(|i| i.key(key));
                }
            },
        }
        self.form_changed();
    }

    /// Text was pasted into it.
    pub fn form_paste(&mut self, text: &str) {
        if let Some(Overlay::Absence(form)) = self.s.overlays.last_mut()
            && let Some(input) = form.input()
        {
            input.insert(text);
        }
        self.form_changed();
    }

    /// What was entered so far is looked at anew.
    pub fn form_changed(&mut self) {
        let Some(Overlay::Absence(mut form)) = self.s.overlays.pop() else {
            return;
        };
        form.suggestions = self.form_suggestions(&form);
        match self.absence_of(&form) {
            Ok(absence) => {
                form.words = self.absence_words(&absence);
                let office = &self.s.coverage.office;
                form.doubts = office
                    .doubts(&absence, self.s.now)
                    .iter()
                    .map(|d| line(d))
                    .collect();
                let check = office.check(&absence, &self.s.calendar, self.s.now);
                form.error = check.err().map(|why| line(&why));
                form.wanted = Some(Box::new(absence));
            }
            Err(why) => {
                form.error = Some(line(&why));
                form.doubts.clear();
                form.wanted = None;
            }
        }
        self.s.overlays.push(Overlay::Absence(form));
    }

    fn who_is_known(&self) -> Known<'_> {
        Known {
            agents: &self.s.vocabulary.agents,
            people: &self.s.coverage.office.people,
            me: &self.s.me,
        }
    }

    fn absence_of(&self, form: &AbsenceForm) -> Result<Absence, String> {
        let who = typed::agent(&form.who.text, self.who_is_known())?;
        let times = self.times_of(form)?;
        let covers = typed::covers(&form.cover.text, self.who_is_known())?;
        let was = form.was.as_deref();
        Ok(Absence {
            id: was.map_or_else(|| AbsenceId("new".into()), |a| a.id.clone()),
            who,
            times,
            why: form.why,
            covers,
            note: was.map_or_else(Untrusted::default, |a| a.note.clone()),
            uid: was.and_then(|a| a.uid.clone()),
        })
    }

    fn times_of(&self, form: &AbsenceForm) -> Result<Times, String> {
        let zone = self.s.zone;
        let (first, last) = form.span();
        let hours = typed::hours(&form.hours.text)?;
        let start = first.and_time(hours.map_or(NaiveTime::MIN, |(from, _)| from));
        let length = match hours {
            None => Length::days((last - first).num_days() + 1),
            Some((_, to)) => {
                let end = resolve_wall(zone, last.and_time(to));
                let seconds = (end - resolve_wall(zone, start)).num_seconds();
                Length { days: 0, seconds }
            }
        };
        if !length.is_sane() {
            return Err(
                "it would end before it begins, or last over ten years; mark a later end".into(),
            );
        }
        let mut times = Times::once(start, length, zone);
        times.all_day = hours.is_none();
        let was = form.was.as_deref().map(|a| &a.times);
        match was.filter(|_| form.every.text.trim() == form.every_was) {
            Some(was) => {
                times.rules.clone_from(&was.rules);
                times.also.clone_from(&was.also);
                times.except.clone_from(&was.except);
                times.moved.clone_from(&was.moved);
            }
            None => times.rules.extend(typed::every(&form.every.text, start)?),
        }
        Ok(times)
    }

    /// What it is and how long, in one line.
    fn absence_words(&self, absence: &Absence) -> Printable {
        let s = &*self.s;
        let from = resolve_wall(absence.times.zone, absence.times.start);
        let turn = absence.away(from, from + TimeDelta::seconds(1));
        let turn = turn.first().copied().or_else(|| next_turn(absence, s.now));
        let Some(o) = turn else {
            return line("it never takes place");
        };
        let person = s
            .coverage
            .office
            .people
            .iter()
            .find(|p| p.id == absence.who);
        let hours = person.and_then(|p| p.hours.as_ref()).unwrap_or(&s.calendar);
        let worked = hours.elapsed(o.from, o.to);
        let first = o.from.with_timezone(&s.zone).date_naive();
        let days = (o.to - TimeDelta::seconds(1))
            .with_timezone(&s.zone)
            .date_naive()
            - first;
        let days = days.num_days() + 1;
        let when = span(s, o.from, o.to);
        let many = if days == 1 { "day" } else { "days" };
        let again = if absence.times.rules.is_empty() {
            ""
        } else {
            ", again and again"
        };
        line(&format!(
            "{} away {when}: {days} {many}, {}.{} h of working time{again}",
            who_is(s, &absence.who),
            worked / 3600,
            worked % 3600 / 360
        ))
    }

    /// What goes on from the word before the cursor.
    fn form_suggestions(&self, form: &AbsenceForm) -> Vec<Suggestion> {
        let input = match form.part {
            Part::Who => &form.who,
            Part::Cover => &form.cover,
            _ => return Vec::new(),
        };
        let before = input.text.get(..input.cursor).unwrap_or_default();
        let begun = before
            .rfind([' ', ':', ',', '=', '+'])
            .map_or(0, |at| at + 1);
        let word = before.get(begun..).unwrap_or_default().to_lowercase();
        if word.is_empty() {
            return Vec::new();
        }
        let of_people = || {
            let people = self.s.coverage.office.people.iter();
            people
                .map(|p| {
                    let name = self.s.names.whole(&p.id).into_string();
                    (p.id.to_string(), name)
                })
                .collect::<Vec<_>>()
        };
        let plain = |w: &str| (w.to_owned(), String::new());
        let part = before.rsplit(' ').next().unwrap_or_default();
        let field = part.rsplit([':', ',']).next().unwrap_or_default();
        let words = match (part.contains(':'), field.split_once('=')) {
            (false, _) => of_people(),
            (true, None) => ["tenant=", "queue=", "label=", "right="]
                .map(plain)
                .to_vec(),
            (true, Some(("tenant", _))) => {
                let tenants = self.s.vocabulary.tenants.iter();
                tenants
                    .map(|t| (t.id.to_string(), t.name.line().into_string()))
                    .collect()
            }
            (true, Some(("right", _))) => Right::all().map(|r| plain(&r.0)).collect(),
            (true, Some(("queue", _))) => crate::domain::ticket::Kind::ALL
                .iter()
                .map(|k| plain(k.word()))
                .collect(),
            (true, Some(("label", _))) => {
                let labels = self.s.vocabulary.labels.iter();
                labels.map(|l| plain(l)).collect()
            }
            _ => Vec::new(),
        };
        let fits = |(w, name): &(String, String)| {
            (w.starts_with(&word) || name.to_lowercase().contains(&word)) && *w != word
        };
        words
            .into_iter()
            .filter(fits)
            .take(5)
            .map(|(w, name)| Suggestion {
                label: line(&w),
                detail: line(&name),
                replace: begun..input.cursor,
                insert: w,
            })
            .collect()
    }

    /// Keeps what was entered.
    fn keep_form(&mut self) {
        let Some(Overlay::Absence(form)) = self.s.overlays.last() else {
            return;
        };
        let (Some(wanted), None) = (form.wanted.clone(), form.error.as_ref()) else {
            return;
        };
        self.s.overlays.pop();
        let mut absence = *wanted;
        if absence.id.0 == "new" {
            absence.id = short_id(self.s.inner.id(self.s.now));
        }
        let mut said = self.absence_words(&absence);
        said.push(&line("; z in this pane takes it back"));
        self.keep_absence(absence, said);
    }

    fn keep_absence(&mut self, absence: Absence, said: Printable) {
        let before = self.s.coverage.office.absence(&absence.id).cloned();
        self.did(PlanAct::Absence(absence.id.clone(), before.map(Box::new)));
        self.cover_wish(CoverWish::Keep(vec![absence], said));
    }

    /// Asks until when the absence that is meant lasts.
    pub fn ask_until(&mut self, arg: Option<&str>) {
        if self.ours_meant(None).is_none() {
            return;
        }
        match arg {
            None => self.ask(Purpose::Until),
            Some(text) => {
                if let Err(why) = self.answer_until(text) {
                    self.refuse(&why);
                }
            }
        }
    }

    /// Ends it then. Ended by now, what was handed over comes back: that is shown first.
    ///
    /// # Errors
    /// A sentence that says what is wrong with what was typed.
    pub fn answer_until(&mut self, text: &str) -> Result<(), String> {
        let turn = self
            .turn_meant(None)
            .ok_or("no absence is under the cursor")?;
        let office = self.s.coverage.office.clone();
        let Some(mut absence) = office.absence(&turn.absence).cloned() else {
            return Err("this absence is not planned any more; R looks again".into());
        };
        let end = match text.trim() {
            "now" | "" => self.s.now,
            text => match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
                // A day is the last one away.
                Ok(day) => {
                    let next = day.succ_opt().unwrap_or(day);
                    resolve_wall(self.s.zone, next.and_time(NaiveTime::MIN))
                }
                Err(_) => parse_when(text, self.s.now, &self.s.calendar)?,
            },
        };
        absence.times.end_at(turn.from, end)?;
        office.check(&absence, &self.s.calendar, self.s.now)?;
        let open = office.open(&turn.absence, turn.from);
        match open.filter(|_| end <= self.s.now) {
            Some(_) => self.cover_wish(CoverWish::Back {
                turn,
                ended: Some(Box::new(absence)),
                now: self.s.now,
            }),
            None => {
                let said = line(&format!(
                    "{} away until {}; z in this pane takes it back",
                    who_is(self.s, &absence.who),
                    until(self.s, end)
                ));
                self.keep_absence(absence, said);
            }
        }
        Ok(())
    }

    /// Asks before an absence is dropped.
    pub fn ask_drop(&mut self, arg: Option<&str>) {
        let Some(absence) = self.ours_meant(arg) else {
            return;
        };
        let office = &self.s.coverage.office;
        let with_others: usize = office
            .handed
            .iter()
            .filter(|h| h.absence == absence.id && h.back.is_none())
            .map(|h| h.tickets.len())
            .sum();
        if with_others > 0 {
            return self.refuse(&format!(
                "{with_others} tickets are handed over for it; end it with t now, which gives them back first"
            ));
        }
        let who = called(self.s, &absence.who);
        let lines = vec![
            self.absence_words(&absence),
            line("Nothing is handed over for it. z in this pane brings it back."),
        ];
        let said = line(&format!("the absence of {who} is taken away"));
        self.confirm(
            &format!("take away the absence of {who}"),
            lines,
            Vec::new(),
            Go::Cover(Box::new(CoverWish::Drop(absence.id, said))),
        );
    }
}

impl AbsenceForm {
    /// To the next part, or the one before.
    fn go(&mut self, forward: bool) {
        let all = Part::ALL.map(|(p, _)| p);
        let at = all.iter().position(|p| *p == self.part).unwrap_or(0);
        let to = (at + if forward { 1 } else { all.len() - 1 }) % all.len();
        self.part = all.get(to).copied().unwrap_or(Part::Days);
        if let Some(input) = self.input() {
            input.cursor = input.text.len();
        }
    }

    /// Puts in the first of what goes on; false where nothing does.
    fn complete(&mut self) -> bool {
        let Some(s) = self.suggestions.first().cloned() else {
            return false;
        };
        let Some(input) = self.input() else {
            return false;
        };
        if input.text.get(s.replace.clone()).is_none() {
            return false;
        }
        input.text.replace_range(s.replace.clone(), &s.insert);
        input.cursor = s.replace.start + s.insert.len();
        true
    }

    fn why_key(&mut self, key: KeyInput) {
        let all = Why::ALL;
        let at = all.iter().position(|(w, _)| *w == self.why).unwrap_or(0);
        let by = match key.key() {
            Key::Char('l' | ' ') | Key::Right => 1,
            Key::Char('h') | Key::Left => all.len() - 1,
            _ => return,
        };
        self.why = all.get((at + by) % all.len()).map_or(self.why, |w| w.0);
    }

    fn day_key(&mut self, key: KeyInput) {
        let by = |n: i64| {
            let to = self.day.checked_add_signed(TimeDelta::days(n));
            to.unwrap_or(self.day)
        };
        let months = |n: u32, on: bool| {
            let to = match on {
                true => self.day.checked_add_months(Months::new(n)),
                false => self.day.checked_sub_months(Months::new(n)),
            };
            to.unwrap_or(self.day)
        };
        self.day = match key.key() {
            Key::Char('h') | Key::Left => by(-1),
            Key::Char('l') | Key::Right => by(1),
            Key::Char('k') | Key::Up => by(-7),
            Key::Char('j') | Key::Down => by(7),
            Key::Char('[') | Key::PageUp => months(1, false),
            Key::Char(']') | Key::PageDown => months(1, true),
            Key::Char('0') | Key::Home => self.today,
            Key::Char(' ') => return self.mark_day(),
            _ => return,
        };
        // Nobody plans farther back or ahead than what is known.
        let far = Days::new(KNOWN_DAYS.unsigned_abs());
        let low = self.today.checked_sub_days(far).unwrap_or(self.today);
        let high = self
            .today
            .checked_add_days(Days::new(far_ahead()))
            .unwrap_or(self.today);
        self.day = self.day.clamp(low, high);
    }

    /// First the first day, then the last, then anew.
    fn mark_day(&mut self) {
        match (self.from, self.to) {
            (Some(_), None) => self.to = Some(self.day),
            _ => (self.from, self.to) = (Some(self.day), None),
        }
    }

    /// The first month that is shown, so that the day under the cursor is in one of so many.
    pub fn first_month(&self, shown: u32) -> NaiveDate {
        let month = |d: NaiveDate| d.year() * 12 + d.month0().cast_signed();
        let base = self.from.unwrap_or(self.today).min(self.day);
        let off = (month(self.day) - month(base)).max(0).unsigned_abs();
        let first = base.with_day(1).unwrap_or(base);
        let skip = off.saturating_sub(shown.saturating_sub(1));
        first.checked_add_months(Months::new(skip)).unwrap_or(first)
    }
}

/// Days ahead that can be planned.
const fn far_ahead() -> u64 {
    3 * 366
}
