//! Suggestions: taken one key each, never silently, and taken back by one.

use crate::app::state::{Form, Taken};
use crate::domain::report::{Draft, Field, Offer, Refused, Value};

use super::super::Turn;

impl Turn<'_> {
    /// Puts what fits, or the best suggestion for this field, in its place, and goes on to the
    /// next field that has one or is missing.
    pub fn take_offer(&mut self) {
        let Some(f) = self.s.report.form.as_ref() else {
            return;
        };
        let offer = f.offers_for(f.at).find(|o| f.is_news(o)).cloned();
        if f.fits.on.is_some() || offer.is_none() {
            if !self.take_fit() {
                return self.refuse("nothing is suggested for this field");
            }
            return self.lay_form();
        }
        if let Some(offer) = offer {
            let at = self.s.report.form.as_ref().map(|f| f.at);
            self.take(&[offer]);
            // A field that holds several keeps the keys while there is more for it.
            let f = self.s.report.form.as_ref();
            let more = f.is_some_and(|f| {
                f.at == Field::Evidence && f.offers_for(f.at).any(|o| f.is_news(o))
            });
            let wrong = f.is_some_and(|f| f.verdict.missing().iter().any(|m| Some(m.field) == at));
            if !more
                && !wrong
                && let Some(at) = at
            {
                self.next_worthwhile(at);
            }
        }
        self.lay_form();
    }

    /// Puts in all that is certain where nothing stands yet.
    pub fn take_offers(&mut self) {
        let Some(f) = self.s.report.form.as_ref() else {
            return;
        };
        let free = |field: &Field| !f.kept.draft.has(*field);
        let certain = |field: Field| f.offers_for(field).find(|o| o.is_certain()).cloned();
        let all: Vec<Offer> = Field::ALL
            .iter()
            .copied()
            .filter(free)
            .filter_map(certain)
            .collect();
        if all.is_empty() {
            return self.refuse("no suggestion is certain; Ctrl-y takes that of this field");
        }
        let many = all.len();
        self.take(&all);
        let at = self.s.report.form.as_ref().map(|f| f.at);
        if let Some(at) = at {
            self.next_worthwhile(at);
        }
        let s = if many == 1 { "" } else { "s" };
        self.refuse(&format!(
            "took {many} suggestion{s}; Ctrl-z takes them back"
        ));
        self.lay_form();
    }

    fn take(&mut self, offers: &[Offer]) {
        let zone = self.s.zone;
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        let before = f.kept.draft.clone();
        for offer in offers {
            f.accept(offer);
            f.show(offer.field(), zone);
            f.left.insert(offer.field());
        }
        f.taken.push(Taken {
            fields: offers.iter().map(Offer::field).collect(),
            before,
        });
        f.fits = Default::default();
        self.form_touched();
    }

    /// The next field for which something is suggested, or that is missing.
    fn next_worthwhile(&mut self, at: Field) {
        let Some(f) = self.s.report.form.as_ref() else {
            return;
        };
        let missing = |field: &Field| f.verdict.missing().iter().any(|m| m.field == *field);
        let waits = |field: &&Field| {
            let free = !f.kept.draft.has(**field);
            missing(field) || free && f.offers_for(**field).any(|o| f.is_news(o))
        };
        let after = Field::ALL.iter().filter(|f| **f > at).find(waits);
        let next = after.or_else(|| Field::ALL.iter().find(waits)).copied();
        if let Some(next) = next {
            self.focus_field(next);
        }
    }

    /// Not this suggestion, now or later.
    pub fn refuse_offer(&mut self) {
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        let offer = f.offers_for(f.at).find(|o| f.is_news(o)).cloned();
        let Some(offer) = offer else {
            return self.refuse("nothing is suggested for this field");
        };
        let refused = Refused::of(&offer.suggestion.value);
        f.offers.retain(|o| *o != offer);
        if !f.kept.refused.contains(&refused) {
            f.kept.refused.push(refused);
        }
        self.form_touched();
        self.lay_form();
    }

    /// Takes back what the latest key put in.
    pub fn taken_back(&mut self) {
        let zone = self.s.zone;
        let Some(f) = self.s.report.form.as_mut() else {
            return;
        };
        let Some(taken) = f.taken.pop() else {
            return self.refuse("no suggestion was taken; Ctrl-u takes back what was typed");
        };
        for field in &taken.fields {
            f.kept.draft.take(*field, &taken.before);
            f.show(*field, zone);
        }
        if let Some(field) = taken.fields.first() {
            self.focus_field(*field);
        }
        self.form_touched();
        self.lay_form();
    }
}

impl Form {
    /// It would change something.
    pub(super) fn is_news(&self, offer: &Offer) -> bool {
        let mut with = Draft::default();
        with.take(offer.field(), &self.kept.draft);
        let before = with.clone();
        offer.suggestion.accept(&mut with);
        with != before
    }

    fn accept(&mut self, offer: &Offer) {
        offer.suggestion.accept(&mut self.kept.draft);
        let Value::Evidence(name) = &offer.suggestion.value else {
            return;
        };
        // A file of the ticket has a size; words that speak of one have none.
        let size = self.files.iter().find(|(n, _)| n.raw() == name);
        let size = size.map(|(_, size)| *size);
        let all = &mut self.kept.draft.evidence;
        if let Some(e) = all.iter_mut().find(|e| e.name.raw() == name) {
            e.size = e.size.or(size);
        }
    }
}
