//! The `[desk]` table: what it means, what is wrong with it, and how `connect` writes it.

use std::path::Path;

use deskhand::config::{self, Desk, Paths, SignIn};
use deskhand::domain::people::TenantId;
use deskhand::domain::sla::Trust;
use deskhand::domain::ticket::Status;

fn parse(text: &str) -> Result<Option<Desk>, String> {
    config::parse(text, Path::new("config.toml"))
        .map(|c| c.desk)
        .map_err(|e| e.to_string())
}

fn full() -> Desk {
    Desk {
        kind: "rt".into(),
        name: "UMC \"desk\"".into(),
        url: "https://rt.example.org/rt".into(),
        sign_in: SignIn::Password { user: "ana".into() },
        me: None,
        ca_file: Some("/etc/own.pem".into()),
        token_command: vec!["pass".into(), "show rt".into()],
        queues: [("Cardio intake".into(), TenantId::parse("umc").unwrap())].into(),
        statuses: [("stalled".into(), Status::Pending)].into(),
        workspace_field: "Where".into(),
        labels_field: Some("Labels".into()),
        texts: Default::default(),
    }
}

#[test]
fn little_is_needed_and_the_rest_follows() {
    let desk = parse("[desk]\nkind = \"rt\"\nurl = \"https://rt.example.org/REST/2.0/\"\n")
        .unwrap()
        .unwrap();
    assert_eq!(desk.url, "https://rt.example.org");
    assert_eq!(desk.name, "rt.example.org");
    assert_eq!(desk.sign_in, SignIn::Token);
    assert_eq!(desk.workspace_field, "Workspace");
    assert!(desk.labels_field.is_none() && desk.token_command.is_empty());
    assert_eq!(parse("").unwrap(), None);
}

#[test]
fn what_the_sample_shows_of_a_desk_is_understood() {
    let shown: String = config::SAMPLE
        .lines()
        .skip_while(|l| *l != "# [desk]")
        .take_while(|l| l.starts_with('#'))
        .map(|l| format!("{}\n", l.trim_start_matches("# ")))
        .collect();
    let desk = parse(&shown).unwrap().unwrap();
    assert_eq!(desk.token_command, ["pass", "show", "rt"]);
    assert_eq!(desk.queues.len() + desk.statuses.len(), 2);
}

#[test]
fn a_desk_says_whose_due_instants_count_before_the_promises_do() {
    let rt = "[desk]\nkind = \"rt\"\nurl = \"https://rt.example.org\"\n";
    let sla = "[sla]\ntrust = \"theirs\"\n";
    for (text, trust) in [
        (rt.to_owned(), Trust::Ours),
        (format!("{rt}{sla}"), Trust::Theirs),
        (format!("{rt}due = \"both\"\n{sla}"), Trust::Both),
        (format!("{rt}due = \"ours\"\n{sla}"), Trust::Ours),
    ] {
        let config = config::parse(&text, Path::new("config.toml")).unwrap();
        assert_eq!(config.policy.trust, trust, "{text}");
    }
}

#[test]
fn a_mistake_in_the_desk_is_named_with_its_place_and_a_way_out() {
    let rt = "[desk]\nkind = \"rt\"\nurl = \"https://rt.example.org\"\n";
    for (text, wanted) in [
        (
            "[desk]\nkind = \"tr\"\nurl = \"https://a\"".to_owned(),
            &["config.toml:2:8", "kind of desk", "rt"][..],
        ),
        (
            "[desk]\nkind = \"rt\"\nurl = \"rt.example.org\"".to_owned(),
            &["config.toml:3:7", "https://"],
        ),
        (
            "[desk]\nkind = \"rt\"\nurl = \"https://ana:pw@rt\"".to_owned(),
            &["config.toml:3:7", "password"],
        ),
        (format!("{rt}token = \"x\""), &["config.toml:4:1", "token"]),
        (
            format!("{rt}user = \"ana\""),
            &["config.toml:4:8", "password"],
        ),
        (
            format!("{rt}sign-in = \"password\""),
            &["config.toml", "user = "],
        ),
        (
            format!("{rt}sign-in = \"tocken\""),
            &["Did you mean \"token\"?"],
        ),
        (
            format!("{rt}token-command = \"pass 'x\""),
            &["config.toml:4:17", "not closed"],
        ),
        (
            format!("{rt}[desk.statuses]\nstalled = \"pendign\""),
            &["config.toml:5:11"],
        ),
        (
            format!("{rt}[desk.queues]\nA = \"u m\""),
            &["config.toml:5:5"],
        ),
    ] {
        let said = parse(&text).expect_err(&text);
        for word in wanted {
            assert!(
                said.contains(word),
                "{text:?} says {said:?}, without {word:?}"
            );
        }
    }
}

#[test]
fn a_written_desk_is_read_as_it_was_and_leaves_the_rest_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep/config.toml");
    config::save_desk(&file, &full()).unwrap();
    let read = |file: &Path| std::fs::read_to_string(file).unwrap();
    assert_eq!(parse(&read(&file)).unwrap(), Some(full()));

    let before = "# mine\ntheme = \"light\" # bright\n\n[desk] # ours\nkind = \"rt\"\nurl = \"https://old\" # moved in May\nlabels-field = \"L\"\n\n[desk.queues]\n# the first\nA = \"a\"\n\n[[views]]\nname = \"v\"\nfilter = \"\"\n";
    std::fs::write(&file, before).unwrap();
    let mut desk = full();
    desk.labels_field = None;
    config::save_desk(&file, &desk).unwrap();
    let text = read(&file);
    for kept in [
        "# mine\ntheme = \"light\" # bright\n",
        "# ours",
        "# moved in May",
        "[[views]]",
    ] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    assert_eq!(parse(&text).unwrap(), Some(desk));
}

#[test]
fn a_file_that_is_no_toml_is_left_as_it_is_by_connect_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    for text in [
        "theme = ",
        "desk = { kind = \"rt\", url = \"https://a\" }\n",
    ] {
        std::fs::write(&file, text).unwrap();
        assert!(config::save_desk(&file, &full()).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }
}

#[test]
fn every_desk_has_a_store_of_its_own_with_a_harmless_name() {
    let paths = Paths::below(Path::new("/x"));
    let name = |url: &str| {
        let path = paths.desk_store("rt", url);
        assert_eq!(path.parent(), Some(Path::new("/x/data")));
        path.file_name().unwrap().to_str().unwrap().to_owned()
    };
    assert!(name("https://rt.example.org").starts_with("rt-rt.example.org-"));
    assert_eq!(
        name("https://rt.example.org/"),
        name("https://RT.example.org")
    );
    assert_ne!(name("https://a/b"), name("https://a-b"));
    assert_ne!(name("https://a:81"), name("http://a:81"));
    let odd = name(&format!("https://{}/../\u{202e}\u{7}", "x".repeat(300)));
    assert!(
        odd.len() < 80 && odd.bytes().all(|b| b.is_ascii_graphic() && b != b'/'),
        "{odd}"
    );
}
