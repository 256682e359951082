//! Swaps: who asks for what, asking, and answering.

use crate::app::cover::CoverWish;
use crate::app::cover_words::{called, span};
use crate::app::state::{Go, Overlay, Why};
use crate::domain::absence::{AbsenceId, Answered, Duty, Swap, SwapId, Swapped, typed};
use crate::domain::text::{Printable, Untrusted, line};

use super::super::Turn;

const HOW: &str = "write :swap ask and whom, and an absence's number, a day or 2026-12-04T13:00..2026-12-04T17:00; for and another one in return";

impl Turn<'_> {
    /// `ask`, `yes`, `no`; alone it lists what is open.
    pub fn swap(&mut self, arg: Option<&str>) {
        if !self.s.coverage.loaded {
            self.ask_standing();
            return self.refuse("the plan is being looked up; ask again in a moment");
        }
        let words: Vec<&str> = arg.unwrap_or_default().split_whitespace().collect();
        let done = match words.as_slice() {
            [] | ["list"] => {
                self.list_swaps();
                Ok(())
            }
            ["ask", whom, give] => self.ask_swap(whom, give, None),
            ["ask", whom, give, "for", take] => self.ask_swap(whom, give, Some(take)),
            ["yes", id] => self.answer_swap(id, true),
            ["no", id] => self.answer_swap(id, false),
            _ => Err(HOW.into()),
        };
        if let Err(why) = done {
            self.refuse(&why);
        }
    }

    /// What may follow the command: how it begins, and what is open.
    pub fn swap_words(&self) -> Vec<(String, String)> {
        let mut all = vec![
            ("ask ".to_owned(), "somebody to stand in".to_owned()),
            ("list".to_owned(), "what is asked for".to_owned()),
        ];
        let me = &self.s.me;
        for s in self.open_swaps() {
            for (word, yes) in [("yes", true), ("no", false)] {
                if s.may_answer(me, yes).is_ok() {
                    all.push((format!("{word} {}", s.id), self.swap_line(s).into_string()));
                }
            }
        }
        all
    }

    fn open_swaps(&self) -> impl Iterator<Item = &Swap> {
        let all = self.s.coverage.office.swaps.iter();
        all.filter(|s| s.answered.is_none())
    }

    fn duty_words(&self, duty: &Duty) -> String {
        let office = &self.s.coverage.office;
        let when = match duty.span(&office.absences) {
            Ok((from, to)) => span(self.s, from, to),
            Err(_) => "not planned any more".into(),
        };
        let absence = match duty {
            Duty::Cover { absence, .. } => office.absence(absence),
            Duty::Stretch { .. } => None,
        };
        match absence {
            Some(a) => format!("standing in for {} {when}", called(self.s, &a.who)),
            None => when,
        }
    }

    /// A swap in one line.
    fn swap_line(&self, s: &Swap) -> Printable {
        let back = match &s.takes {
            Some(takes) => format!("for {}", self.duty_words(takes)),
            None => "as a favour".into(),
        };
        let note = match s.note.line().to_string() {
            note if note.is_empty() => note,
            note => format!("; {note}"),
        };
        line(&format!(
            "{} → {}: {}, {back}{note}",
            called(self.s, &s.by),
            called(self.s, &s.with),
            self.duty_words(&s.gives)
        ))
    }

    fn list_swaps(&mut self) {
        let mut lines: Vec<Printable> = Vec::new();
        for s in self.open_swaps() {
            lines.push(self.swap_line(s));
            let may = |yes| s.may_answer(&self.s.me, yes).is_ok();
            lines.push(line(&match (may(true), may(false)) {
                (true, _) => format!("  :swap yes {0}, or :swap no {0}", s.id),
                (false, true) => format!("  :swap no {} takes it back", s.id),
                _ => format!("  {} waits for {}", s.id, called(self.s, &s.with)),
            }));
        }
        if lines.is_empty() {
            lines.push(line("Nobody asks for a swap."));
            lines.push(line(
                ":swap ask bo 2026-12-04 asks bo to stand in for a day.",
            ));
        }
        self.s.overlays.push(Overlay::Why(Why {
            title: line("Swaps"),
            lines,
            scroll: 0,
        }));
    }

    fn new_absence_id(&mut self) -> AbsenceId {
        AbsenceId::new(self.s.inner.id(self.s.now))
    }

    /// What it would do to the plan as it is now.
    fn fits(&mut self, swap: &Swap) -> Result<Swapped, String> {
        let (office, calendar) = (self.s.coverage.office.clone(), self.s.calendar.clone());
        let now = self.s.now;
        let new = &mut || self.new_absence_id();
        swap.fits(&office, &calendar, (now, new))
    }

    fn ask_swap(&mut self, whom: &str, give: &str, take: Option<&str>) -> Result<(), String> {
        let office = self.s.coverage.office.clone();
        let known = typed::Known {
            agents: &self.s.vocabulary.agents,
            people: &office.people,
            me: &self.s.me,
        };
        let with = typed::agent(whom, known)?;
        let (zone, now) = (self.s.zone, self.s.now);
        let duty = |typed: &str| typed::duty(typed, &office, (zone, now));
        let swap = Swap {
            id: SwapId(self.new_absence_id().0),
            by: self.s.me.clone(),
            with,
            gives: duty(give)?,
            takes: take.map(duty).transpose()?,
            at: now,
            note: Untrusted::default(),
            answered: None,
        };
        self.fits(&swap)?;
        let lines = vec![
            self.swap_line(&swap),
            line("Nothing changes until they say yes."),
        ];
        let said = line(&format!(
            "asked {}; :swap lists it",
            called(self.s, &swap.with)
        ));
        let wish = CoverWish::AskSwap(Box::new(swap), said);
        self.confirm(
            "ask for a swap",
            lines,
            Vec::new(),
            Go::Cover(Box::new(wish)),
        );
        Ok(())
    }

    fn answer_swap(&mut self, id: &str, yes: bool) -> Result<(), String> {
        let fits = self.open_swaps().filter(|s| s.id.0.starts_with(id));
        let mut fits: Vec<Swap> = fits.cloned().collect();
        let (Some(mut swap), true) = (fits.pop(), fits.is_empty()) else {
            return Err(format!("no open swap is called \"{id}\"; :swap lists them"));
        };
        swap.may_answer(&self.s.me, yes)?;
        let swapped = match yes {
            true => self.fits(&swap)?,
            false => Swapped::default(),
        };
        let mut lines = vec![self.swap_line(&swap)];
        if yes {
            lines.push(line("What is handed over for it goes along."));
        }
        let at = self.s.now;
        swap.answered = Some(Answered { yes, at });
        let (verb, said) = match yes {
            true => ("take the swap", "the swap is taken; the plan is changed"),
            false => ("refuse the swap", "the swap is not taken"),
        };
        let wish = CoverWish::AnswerSwap(Box::new((swap, swapped)), line(said));
        self.confirm(verb, lines, Vec::new(), Go::Cover(Box::new(wish)));
        Ok(())
    }
}
