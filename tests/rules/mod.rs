//! Rules of the domain, as tables and laws.

mod absence;
mod calendar;
mod escalation;
mod first_steps;
mod forecast;
mod gate;
mod holidays;
mod incidents;
mod keymap;
mod knowledge;
mod next_up;
mod outbox;
mod outcomes;
mod promises;
mod query;
mod register;
mod report;
mod request;
mod sla;
mod speed;
mod text;
mod trail;
mod update;
mod vectors;
mod walker;
mod warn;
mod when;

#[test]
fn statuses_survive_their_words_and_codes() {
    use deskhand::domain::ticket::Status;
    for s in Status::ALL {
        assert_eq!(s.word().parse::<Status>().unwrap(), *s);
        assert_eq!(Status::from_code(s.code()), Some(*s));
    }
    assert!(
        "opne"
            .parse::<Status>()
            .unwrap_err()
            .to_string()
            .contains("open")
    );
}
