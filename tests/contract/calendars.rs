//! Calendars of holidays at an address: fetched when due, kept whole, never given up for something worse.

use chrono::TimeDelta;
use deskhand::config::{self, Config, Paths, Subscribed};
use deskhand::domain::Instant;
use deskhand::shell::calendars::{next, refresh};

use super::fake::{Asked, Fake, says};
use super::now;

/// A calendar as RFC 5545 has them, with one whole day.
fn ics(day: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:1@test\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:{day}\r\nSUMMARY:Founders\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

struct Machine {
    _root: tempfile::TempDir,
    paths: Paths,
}

impl Machine {
    fn new(url: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let paths = Paths::below(root.path());
        std::fs::create_dir_all(&paths.config_dir).unwrap();
        let text = format!("[calendar]\nholiday_files = [\"{url}\"]\n");
        std::fs::write(paths.config_file(), text).unwrap();
        Self { _root: root, paths }
    }

    fn config(&self) -> Config {
        config::load(&self.paths).unwrap().config
    }

    /// Whether Wednesday 25 November 2026 is a holiday, as the settings are read now.
    fn is_free(&self) -> bool {
        let day = "2026-11-25".parse().unwrap();
        self.config().calendar.holiday(day) == Some("Founders")
    }

    fn refresh(&self, at: Instant) -> bool {
        refresh(&self.paths, &self.config(), at)
    }

    fn kept(&self) -> Subscribed {
        Subscribed::read(&self.paths.subscribed(&self.config().subscriptions[0]))
    }
}

fn day(n: i64) -> Instant {
    now() + TimeDelta::hours(25 * n)
}

fn has(asked: &Asked, header: &str) -> bool {
    asked.headers.lines().any(|l| l == header)
}

#[test]
fn a_calendar_is_fetched_once_a_day_and_used_from_what_is_kept() {
    let marks = &[
        "ETag: \"v1\"",
        "Last-Modified: Mon, 23 Nov 2026 10:00:00 GMT",
    ];
    let fake = Fake::new(|n, _| match n {
        0 => says("200 OK", marks, &ics("20261125")),
        _ => says("304 Not Modified", &[], ""),
    });
    let m = Machine::new(&format!("{}/feed.ics?key=secret", fake.url));
    assert!(
        !m.is_free(),
        "nothing has come yet, and the settings are read all the same"
    );
    assert!(m.refresh(now()));
    assert!(m.is_free());
    assert!(!m.refresh(now() + TimeDelta::hours(23)), "that is not due");
    assert_eq!(fake.asked().len(), 1);
    assert_eq!(
        next(&m.paths, &m.config(), now()),
        Some(now() + TimeDelta::hours(24))
    );
    assert!(!m.refresh(day(1)), "it is the same");
    assert_eq!(m.kept().fetched, Some(day(1)));
    let asked = fake.asked();
    assert_eq!(asked[1].line, "GET /feed.ics?key=secret");
    assert!(has(&asked[1], "if-none-match: \"v1\""), "{asked:?}");
    assert!(
        has(
            &asked[1],
            "if-modified-since: mon, 23 nov 2026 10:00:00 gmt"
        ),
        "{asked:?}"
    );
    assert!(m.is_free());
    let name = m.paths.subscribed(&m.config().subscriptions[0]);
    assert!(!name.display().to_string().contains("secret"));
}

#[test]
fn what_is_broken_never_takes_the_place_of_what_was_good() {
    let half = ics("20261126").replace("END:VCALENDAR\r\n", "");
    let none = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned();
    let wrong = ics("2026-11-26");
    let page = "<html>Sign in</html>".to_owned();
    let answers = [
        ("200 OK", half, "no whole calendar"),
        ("200 OK", none, "no whole days"),
        ("200 OK", wrong, "not taken"),
        ("200 OK", page, "no whole calendar"),
        ("200 OK", String::new(), "no whole calendar"),
        ("200 OK", "x".repeat(5 * 1024 * 1024), "larger than 4 MB"),
        ("500 Internal Server Error", String::new(), "HTTP 500"),
        ("404 Not Found", String::new(), "HTTP 404"),
        ("304 Not Modified", String::new(), "HTTP 304"),
    ];
    for (status, body, words) in answers {
        let fake = Fake::new(move |n, _| match n {
            0 => says("200 OK", &[], &ics("20261125")),
            _ => says(status, &[], &body),
        });
        let m = Machine::new(&fake.url);
        assert!(m.refresh(now()));
        assert!(!m.refresh(day(1)), "{words}");
        assert!(m.is_free(), "{words}");
        let kept = m.kept();
        assert_eq!(kept.fetched, Some(now()));
        let trouble = kept.trouble.unwrap();
        assert!(trouble.contains(words), "{trouble}");
        // It is asked for again in an hour, not in a day.
        assert_eq!(
            next(&m.paths, &m.config(), day(1)),
            Some(day(1) + TimeDelta::hours(1))
        );
    }
}

#[test]
fn nobody_there_is_no_reason_to_forget_and_what_mends_itself_is_mended() {
    let fake = Fake::new(|n, _| match n {
        0 => says("200 OK", &["ETag: \"a\""], &ics("20261125")),
        1 | 2 => Vec::new(),
        _ => says("200 OK", &["ETag: \"b\""], &ics("20261127")),
    });
    let m = Machine::new(&fake.url);
    m.refresh(now());
    assert!(!m.refresh(day(1)));
    assert!(m.kept().trouble.is_some() && m.is_free());
    assert!(m.refresh(day(2)));
    let kept = m.kept();
    assert_eq!((kept.trouble, kept.etag.as_deref()), (None, Some("\"b\"")));
    assert!(!m.is_free());
    // A file that somebody has damaged is fetched anew, whole and without its marks.
    std::fs::write(m.paths.subscribed(&fake.url), "{").unwrap();
    assert!(m.refresh(day(2)));
    assert!(
        !fake
            .asked()
            .last()
            .unwrap()
            .headers
            .contains("if-none-match")
    );
}

#[test]
fn we_follow_to_another_place_but_not_in_circles() {
    let fake = Fake::new(|_, asked| match asked.line.as_str() {
        "GET /old" => says("301 Moved Permanently", &["Location: /new?a=b"], ""),
        "GET /new?a=b" => says("200 OK", &[], &ics("20261125")),
        _ => says("302 Found", &["Location: /round"], ""),
    });
    let m = Machine::new(&format!("{}/old", fake.url));
    assert!(m.refresh(now()));
    let m = Machine::new(&format!("{}/round", fake.url));
    assert!(!m.refresh(now()));
    assert!(m.kept().trouble.unwrap().contains("one place to the next"));
    let elsewhere = Fake::new(|_, _| says("302 Found", &["Location: ftp://127.0.0.1/x"], ""));
    let m = Machine::new(&elsewhere.url);
    assert!(!m.refresh(now()));
    assert!(m.kept().trouble.unwrap().contains("changed on the way"));
}

#[test]
fn an_address_is_one_that_can_be_trusted() {
    let read = |written: &str| {
        let text = format!("[calendar]\nholiday_files = [\"{written}\"]\n");
        let config = config::parse(&text, std::path::Path::new("config.toml"));
        config.map(|c| c.subscriptions).map_err(|e| e.to_string())
    };
    assert_eq!(
        read("https://cal.example.org/a.ics").unwrap(),
        ["https://cal.example.org/a.ics"]
    );
    assert_eq!(
        read("webcal://cal.example.org/a.ics").unwrap(),
        ["https://cal.example.org/a.ics"]
    );
    for (written, words) in [
        ("http://cal.example.org/a.ics", "write https://"),
        ("ftp://cal.example.org/a.ics", "https:// or webcal://"),
        ("https://me:pw@cal.example.org/a.ics", "name or password"),
        ("https:///a.ics", "name or password"),
    ] {
        let why = read(written).unwrap_err();
        assert!(why.contains(words), "{written}: {why}");
    }
}
