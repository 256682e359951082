//! Settings: what is written, what it means, and what is said when it is wrong.

mod absences;
mod desk;
#[cfg(unix)]
mod secret;

use std::path::Path;

use deskhand::config::{self, Config, OwnView, Paths, Theme, nearest};
use deskhand::domain::list::Sort;

fn parse(text: &str) -> Result<Config, String> {
    config::parse(text, Path::new("config.toml")).map_err(|e| e.to_string())
}

#[test]
fn the_sample_says_exactly_what_the_defaults_are() {
    assert_eq!(parse(config::SAMPLE).unwrap(), Config::default());
    assert_eq!(parse("").unwrap(), Config::default());
}

/// Every commented setting of the sample is one that the program takes.
#[test]
fn what_the_sample_shows_in_comments_is_understood_too() {
    for lines in [
        "me = \"ana\"",
        "zone = \"Europe/Amsterdam\"",
        "[calendar]\nholidays = [\"2027-01-04\"]\nyearly_holidays = [\"12-24\"]",
        "[calendar]\nspecial_dates = { \"2026-12-31\" = [[\"09:00\", \"12:00\"]] }",
        "[calendar]\nbreaks = { \"2026-12-03\" = [[\"12:00\", \"13:30\"]] }",
        "[calendar]\nnamed_holidays = { \"2027-03-08\" = \"Foundation day\" }",
        "[calendar]\nabsences = [[\"2026-12-28T08:00:00Z\", \"2026-12-31T16:00:00Z\"]]\nalways_open = true",
        "[calendars.night]\nweekly = { mon = [[\"18:00\", \"24:00\"]], tue = [[\"00:00\", \"06:00\"]] }",
        "[sla]\npolicy = \"ours\"\n[[sla.rules]]\ntarget = \"first-response\"\npriorities = [\"1\", \"2\"]\nkinds = []\ntenants = [\"umc\"]\nlabels = []\nwithin = \"4 h\"",
        "[warn]\nbefore = [\"2 h\", \"30 m\"]\nfirst-response = [\"30 m\"]\nquiet = [[\"17:30\", \"08:30\"]]",
        "[[views]]\nname = \"VPN at UMC\"\nfilter = 'tenant:umc label:vpn status:open'\nsort = \"due\"",
        "[[snippets]]\nname = \"thanks\"\nbody = \"Hi {requester.first},\\n\\nThank you for letting us know.\"",
        "[[macros]]\nname = \"Ask for the steps\"\nacts = [{ act = \"reply\", body = \"Which steps, {requester.first}?\" }, { act = \"status\", value = \"pending\" }]",
    ] {
        for line in lines
            .lines()
            .filter(|l| !["[calendar]", "[sla]", "[warn]"].contains(l))
        {
            let shown = config::SAMPLE
                .lines()
                .any(|l| l.starts_with('#') && l.trim_start_matches("# ").starts_with(line));
            assert!(shown, "the sample does not show {line}");
        }
        assert!(parse(lines).is_ok(), "{lines}: {:?}", parse(lines));
    }
}

#[test]
fn a_mistake_is_named_with_its_place_and_a_way_out() {
    for (text, wanted) in [
        (
            "theme = \"dark\"\nthme = \"light\"",
            &["config.toml:2:1", "thme", "Did you mean \"theme\"?"][..],
        ),
        (
            "theme = \"drak\"",
            &["config.toml:1:9", "drak", "Did you mean \"dark\"?"],
        ),
        (
            "[warn]\nviews = [\"Mien\"]",
            &["config.toml:2:10", "Mien", "Did you mean \"Mine\"?"],
        ),
        (
            "[warn]\nbefore = [\"3 days\"]",
            &["config.toml:1:1", "\"3 days\" is no time to warn before"],
        ),
        ("[warn]\nquiet = [[\"25:00\", \"08:00\"]]", &["25:00"]),
        (
            "[warn]\nnotify = \"popup\"",
            &["config.toml:2:10", "popup", "osc777"],
        ),
        ("me = \"ana bo\"", &["config.toml:1:6", "' '"]),
        (
            "zone = \"Europe/Amsterdm\"",
            &["config.toml:1:8", "Europe/Amsterdam"],
        ),
        (
            "keys = \"mial\"",
            &["config.toml:1:8", "Did you mean \"mail\"?"],
        ),
        ("undo_window = 100000", &["config.toml:1:15", "0 to 3600"]),
        ("editor = \"code 'x\"", &["config.toml:1:10", "not closed"]),
        (
            "ticket_url = \"javascript:{key}\"",
            &["config.toml:1:14", "http"],
        ),
        ("me = ana", &["config.toml:1:6"]),
        (
            "[calendar.weekly]\nmon = [[\"9\", \"25:00\"]]",
            &["[calendar]", "mon"],
        ),
        ("[sla]\npolicy = \"ours\"", &["[sla]", "rules"]),
        (
            "[[views]]\nname = \"a\"\nfilter = \"\"\n[[views]]\nname = \"a\"\nfilter = \"\"",
            &["config.toml:4:1", "two views"],
        ),
    ] {
        let said = parse(text).expect_err(text);
        for word in wanted {
            assert!(
                said.contains(word),
                "{text:?} says {said:?}, without {word:?}"
            );
        }
    }
}

#[test]
fn control_characters_in_a_settings_file_do_not_reach_the_terminal() {
    let said = parse("theme = \"\\u001b[31m\"").unwrap_err();
    assert!(!said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn the_nearest_word_is_near_or_none() {
    let known = ["theme", "mouse", "zone"];
    assert_eq!(nearest("thmee", known), Some("theme"));
    assert_eq!(nearest("Zone", known), Some("zone"));
    assert_eq!(nearest("xyzzy", known), None);
    assert_eq!(nearest("", known), None);
}

#[test]
fn a_saved_view_leaves_comments_and_order_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep/config.toml");
    let view = |name: &str, filter: &str| OwnView {
        name: name.into(),
        filter: filter.into(),
        sort: Sort::Age,
        warn: false,
    };
    config::save_view(&file, &view("first", "a")).unwrap();
    let before = "# mine\ntheme = \"light\" # bright office\n\n[[views]] # the old one\nname = \"old\"\nfilter = \"label:vpn\"\n";
    std::fs::write(&file, before).unwrap();
    config::save_view(&file, &view("new", "status:open \"a b\"")).unwrap();
    config::save_view(&file, &view("old", "label:net")).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.starts_with("# mine\ntheme = \"light\" # bright office\n"),
        "{text}"
    );
    assert!(text.contains("# the old one"), "{text}");
    let config = parse(&text).unwrap();
    assert_eq!(config.theme, Theme::Light);
    assert_eq!(
        config.views,
        [view("old", "label:net"), view("new", "status:open \"a b\"")]
    );
    config::delete_view(&file, "old").unwrap();
    config::delete_view(&file, "not there").unwrap();
    let left = parse(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(left.views, [view("new", "status:open \"a b\"")]);
}

#[test]
fn a_view_that_warns_goes_on_warning_when_it_is_saved_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let view = OwnView {
        name: "VPN".into(),
        filter: "label:vpn".into(),
        sort: Sort::Due,
        warn: true,
    };
    config::save_view(&file, &view).unwrap();
    let kept = parse(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(kept.views, [view]);
}

#[test]
fn a_file_that_is_no_toml_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    std::fs::create_dir_all(&paths.config_dir).unwrap();
    std::fs::write(paths.config_file(), "theme = ").unwrap();
    assert!(config::load(&paths).is_err());
    let view = OwnView {
        name: "v".into(),
        filter: String::new(),
        sort: Sort::Due,
        warn: false,
    };
    assert!(config::save_view(&paths.config_file(), &view).is_err());
    assert_eq!(
        std::fs::read_to_string(paths.config_file()).unwrap(),
        "theme = "
    );
}

#[test]
fn every_built_in_key_profile_can_be_set_and_no_other() {
    for (name, _) in deskhand::app::keymap::PROFILES {
        assert_eq!(parse(&format!("keys = \"{name}\"")).unwrap().keys, *name);
    }
    let wrong = parse("keys = \"vim\"").unwrap_err();
    assert!(wrong.contains("mail"), "{wrong}");
}

#[test]
fn what_is_known_is_named_once_and_sorts_of_values_have_names() {
    let said = parse("qqqqqqqq = 1").unwrap_err();
    assert_eq!(said.matches("undo_window").count(), 1, "{said}");
    assert!(said.contains("Known here"), "{said}");
    let said = parse("undo_window = -3").unwrap_err();
    assert!(said.contains("a whole number from 0 up"), "{said}");
    assert!(!said.contains("u32"), "{said}");
}

#[test]
fn a_rule_counts_in_the_calendar_that_it_names() {
    let rule = "[sla]\npolicy = \"ours\"\n[[sla.rules]]\ntarget = \"resolution\"\nwithin = \"8 h\"\ncalendar = \"night\"\n";
    let night = "[calendars.night]\nalways_open = true\n";
    let read = parse(&format!("{rule}{night}")).unwrap();
    assert!(read.policy.calendars["night"].spec().always_open);
    let missing = parse(rule).unwrap_err();
    assert!(missing.contains("\"night\""), "{missing}");
    assert!(missing.contains("[calendars.night]"), "{missing}");
    let wrong = parse(&format!(
        "{rule}[calendars.night]\nzone = \"Europe/Utrecht\"\n"
    ))
    .unwrap_err();
    assert!(
        wrong.contains("[calendars.night]") && wrong.contains("Europe/Utrecht"),
        "{wrong}"
    );
}

#[test]
fn calendar_files_lie_beside_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let days = folder.path().join("university.ics");
    let text = "[calendar]\nholiday_files = [\"university.ics\"]";
    let read = || config::parse(text, &file).map_err(|e| e.to_string());
    let missing = read().unwrap_err();
    assert!(
        missing.contains("university.ics cannot be read"),
        "{missing}"
    );
    std::fs::write(&days, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261124\nSUMMARY:Dies\nEND:VEVENT\nEND:VCALENDAR\n").unwrap();
    let calendar = read().unwrap().calendar;
    assert_eq!(
        calendar.holiday("2026-11-24".parse().unwrap()),
        Some("Dies")
    );
    assert_eq!(
        calendar.holiday("2026-12-25".parse().unwrap()),
        Some("Christmas Day")
    );
    std::fs::write(&days, "hello").unwrap();
    let wrong = read().unwrap_err();
    assert!(
        wrong.contains("university.ics") && wrong.contains("VCALENDAR"),
        "{wrong}"
    );
}
