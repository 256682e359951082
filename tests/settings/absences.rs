//! The table `[absences]`.

use std::path::Path;

use deskhand::config::{self, Absences};
use rstest::rstest;

fn read(text: &str) -> Result<Absences, String> {
    let config = config::parse(text, Path::new("config.toml"));
    config.map(|c| c.absences).map_err(|e| e.to_string())
}

#[test]
fn it_says_where_absences_come_from() {
    let all = read(
        "[[absences.calendars]]\nurl = \"webcal://hr.example.org/a.ics\"\nwho = \"ana\"\ncover = [\"ben:tenant=umc,label=vpn\", \"cleo\"]\n\
         [absences.caldav]\nurl = \"https://cal.example.org/team/\"\nuser = \"ana\"\nca-file = \"own.pem\"\ntoken-command = \"pass show 'my calendar'\"\n",
    )
    .unwrap();
    let first = &all.calendars[0];
    assert_eq!(first.url, "https://hr.example.org/a.ics");
    assert_eq!(first.covers.len(), 2);
    assert_eq!(first.covers[0].text(), "ben:tenant=umc,label=vpn");
    let caldav = all.caldav.unwrap();
    assert_eq!(caldav.url, "https://cal.example.org/team");
    assert_eq!(caldav.sign_in.unwrap().user(), Some("ana"));
    assert_eq!(caldav.token_command, ["pass", "show", "my calendar"]);
    assert_eq!(read("").unwrap(), Absences::default());
}

#[test]
fn what_the_sample_shows_is_understood() {
    let shown: String = config::SAMPLE
        .lines()
        .skip_while(|l| *l != "# [[absences.calendars]]")
        .filter(|l| !l.starts_with("# A calendar") && !l.starts_with("# `deskhand"))
        .take_while(|l| l.starts_with('#') || l.is_empty())
        .take_while(|l| *l != "# Views of your own; the console adds to them with :view save NAME.")
        .map(|l| format!("{}\n", l.trim_start_matches("# ")))
        .collect();
    let all = read(&shown).unwrap();
    assert_eq!((all.calendars.len(), all.calendars[0].covers.len()), (1, 2));
    assert_eq!(
        all.caldav.unwrap().token_command,
        ["pass", "show", "calendar"]
    );
}

#[rstest]
#[case("[[absences.calendars]]\nurl = \"leave.ics\"\n", "absence import")]
#[case(
    "[[absences.calendars]]\nurl = \"http://hr.example.org/a.ics\"\n",
    "write https://"
)]
#[case(
    "[[absences.calendars]]\nurl = \"https://h/a\"\ncover = [\"ben:colour=red\"]\n",
    "use tenant, queue, label or right"
)]
#[case(
    "[[absences.calendars]]\nurl = \"https://h/a\"\n[[absences.calendars]]\nurl = \"webcal://h/a\"\n",
    "twice"
)]
#[case("[absences.caldav]\nurl = \"cal.example.org\"\n", "https://")]
#[case(
    "[absences.caldav]\nurl = \"http://cal.example.org/\"\n",
    "without TLS"
)]
#[case(
    "[absences.caldav]\nurl = \"https://ana:pw@cal.example.org/\"\n",
    "name or password"
)]
#[case(
    "[absences.caldav]\nurl = \"https://h/\"\npassword = \"x\"\n",
    "password"
)]
#[case(
    "[absences.caldav]\nurl = \"https://h/\"\ntoken-command = \"'\"\n",
    "not closed"
)]
fn what_is_wrong_is_said_with_its_line(#[case] text: &str, #[case] words: &str) {
    let why = read(text).unwrap_err();
    assert!(why.contains(words), "{why}");
    assert!(why.contains("config.toml"), "{why}");
    assert!(!why.contains("pw"), "{why}");
}
