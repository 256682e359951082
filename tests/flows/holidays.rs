//! Holidays at an address reach a console that is open, and what is due moves with them.

use deskhand::config::{self, Paths};
use deskhand::domain::ticket::Due;

use super::harness::{Scene, morning};
use crate::contract::fake::{Fake, says};

fn feed(days: &[&str]) -> String {
    let event = |day: &&str| {
        format!(
            "BEGIN:VEVENT\r\nUID:{day}@test\r\nDTSTART;VALUE=DATE:{day}\r\nSUMMARY:Closed\r\nEND:VEVENT\r\n"
        )
    };
    let events: String = days.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

#[test]
fn days_that_come_while_the_console_is_open_move_what_is_due() {
    // The first answer is none; two weeks that are closed come with the second.
    let days: Vec<String> = (0..14)
        .map(|n| {
            (morning().date_naive() + chrono::Days::new(n))
                .format("%Y%m%d")
                .to_string()
        })
        .collect();
    let fake = Fake::new(move |n, _| match n {
        0 => says("503 Service Unavailable", &[], ""),
        _ => says(
            "200 OK",
            &[],
            &feed(&days.iter().map(String::as_str).collect::<Vec<_>>()),
        ),
    });
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    std::fs::create_dir_all(&paths.config_dir).unwrap();
    let text = format!("[calendar]\nholiday_files = [\"{}/a.ics\"]\n", fake.url);
    std::fs::write(paths.config_file(), text).unwrap();
    let config = config::load(&paths).unwrap().config;
    let scene = Scene {
        config,
        ..Scene::default()
    };
    let mut person = scene.demo(folder.path());
    assert_eq!(fake.asked().len(), 1);
    let ahead = |person: &super::harness::Person| {
        let rows = person.state().queue.rows.iter();
        rows.filter(|r| matches!(r.ticket.due, Due::Running { at, .. } if at > morning() && (at - morning()).num_days() < 7))
            .count()
    };
    assert!(ahead(&person) > 0);
    // Nothing stops for want of it, and it is asked for again in an hour.
    person.keys("j");
    person.wait(1800);
    assert_eq!(fake.asked().len(), 1);
    person.wait(1801);
    assert_eq!(fake.asked().len(), 2);
    assert!(
        person
            .state()
            .calendar
            .holiday(morning().date_naive())
            .is_some()
    );
    assert_eq!(ahead(&person), 0, "nothing falls due while nobody works");
}
