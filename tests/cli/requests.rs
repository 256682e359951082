//! Requests by subcommand, from the form to the end.

use rstest::rstest;

use super::{Machine, said};

fn refused(m: &Machine, args: &[&str], code: i32, says: &str) {
    let out = m.run(args);
    assert_eq!(out.status.code(), Some(code), "{args:?}: {}", said(&out));
    let all = format!("{}{}", said(&out), String::from_utf8_lossy(&out.stdout));
    assert!(all.contains(says), "{args:?}: {all}");
}

fn new(m: &Machine, args: &[&str]) -> String {
    let made = m.json(&[&["request", "new"], args].concat());
    made["ticket"].as_str().unwrap().to_owned()
}

#[test]
fn the_kinds_are_listed_with_their_targets_before_there_is_a_desk() {
    let m = Machine::new();
    let kinds = m.json(&["request", "kinds"]);
    assert_eq!(kinds.as_array().unwrap().len(), 10);
    let text = m.ok(&["request", "kinds", "allowlisting"]);
    assert!(text.contains("privileged, accountable"), "{text}");
    assert!(text.contains("kb/mydreroles"), "{text}");
    let incident = m.json(&["request", "kinds", "security-incident"]);
    assert_eq!(incident["target"], "2 h");
    assert_eq!(incident["doer"]["who"], "vendor");
    refused(&m, &["request", "kinds", "problem"], 2, "new-workspace");
}

#[test]
fn a_new_user_is_asked_for_made_and_closed_through_the_gate() {
    let m = Machine::new();
    m.ok(&[
        "register",
        "set",
        "people",
        "ana@umc.nl",
        "name=Ana",
        "rights=create-user",
    ]);
    let id = new(
        &m,
        &[
            "new-user",
            "first-name=Jan",
            "last-name=de Boer",
            "--requester",
            "eva",
        ],
    );
    let shown = m.json(&["show", &id]);
    assert_eq!(shown["kind"], "new-user");
    assert_eq!(
        shown["messages"][0]["body"],
        "First name: Jan\nLast name: de Boer"
    );
    refused(&m, &["request", "check", &id], 4, "E-mail is missing");
    refused(
        &m,
        &["request", "set", &id, "email=jan"],
        2,
        "is no e-mail address",
    );
    refused(
        &m,
        &["request", "set", &id, "mail=jan"],
        2,
        "did you mean email?",
    );
    m.ok(&[
        "request",
        "set",
        &id,
        "email=jan@umc.nl",
        "outsider=no",
        "--dry-run",
    ]);
    assert!(m.json(&["request", "show", &id])["form"]["answers"]["email"].is_null());
    m.ok(&["request", "set", &id, "email=jan@umc.nl", "outsider=no"]);
    m.ok(&["reply", &id, "You will hear from us."]);
    m.ok(&["take", &id]);
    // Neither this way nor that is it done before its time.
    refused(&m, &["resolve", &id], 4, "deskhand request close");
    refused(&m, &["request", "close", &id], 4, "tick made");
    m.ok(&["request", "tick", &id, "not-there-yet", "made", "told"]);
    assert!(m.ok(&["request", "check", &id]).contains("may be closed"));
    assert!(
        m.ok(&["request", "close", &id, "--dry-run"])
            .contains("would close")
    );
    assert_eq!(m.json(&["show", &id])["status"], "new");
    m.ok(&[
        "request",
        "close",
        &id,
        "--resolution",
        "jan.deboer is there",
    ]);
    assert_eq!(m.json(&["show", &id])["status"], "resolved");
    let kept = m.json(&["request", "show", &id]);
    assert_eq!(kept["form"]["outcome"]["ending"], "done");
    assert_eq!(kept["form"]["outcome"]["by"], "sam");
    assert_eq!(kept["doer"]["people"][0], "Ana");
    refused(
        &m,
        &["request", "tick", &id, "made", "--off"],
        4,
        "reopen the ticket first",
    );
    assert!(m.ok(&["request", "list"]).contains("no request waits"));
    assert_eq!(m.json(&["request", "list", "--all"])[0]["ticket"], id);
    // Opened again, it goes on.
    m.ok(&["reopen", &id]);
    m.ok(&["request", "tick", &id, "told", "--off"]);
    refused(&m, &["request", "check", &id], 4, "tick told");
    let trail = m.ok(&["audit", &id]);
    assert!(
        trail.contains("request: close") && !trail.contains("{\""),
        "{trail}"
    );
    assert!(!trail.contains("jan@umc.nl"), "{trail}");
}

#[test]
fn an_approval_keeps_who_when_and_where() {
    let m = Machine::new();
    let id = new(&m, &["new-workspace", "short-name=Lab"]);
    let approve =
        |rest: &[&str]| m.run(&[&["request", "approve", &id, "accountable"], rest].concat());
    let by = ["--by", "Prof. A", "--where", "mail of 23 November"];
    let out = approve(&[&by[..], &["--role", "standard"]].concat());
    assert_eq!(out.status.code(), Some(2));
    assert!(
        said(&out).contains("it counts from accountable"),
        "{}",
        said(&out)
    );
    let out = approve(
        &[
            &by[..],
            &["--role", "accountable", "--at", "2026-12-01 09:00"],
        ]
        .concat(),
    );
    assert!(said(&out).contains("later than now"), "{}", said(&out));
    let out = approve(
        &[
            &by[..],
            &["--role", "accountable", "--at", "2026-11-23 14:00"],
        ]
        .concat(),
    );
    assert!(out.status.success(), "{}", said(&out));
    let kept = &m.json(&["request", "show", &id])["form"]["approvals"][0];
    assert_eq!(kept["by"], "Prof. A");
    assert_eq!(kept["at"], "2026-11-23T13:00:00Z");
    assert_eq!(kept["place"], "mail of 23 November");
    assert_eq!(
        (&kept["kept_by"], &kept["kept_at"]),
        (&"sam".into(), &"2026-11-24T09:00:00Z".into())
    );
    let text = m.ok(&["request", "show", &id]);
    assert!(text.contains("yes accountable"), "{text}");
    assert!(
        text.contains("Mon 2026-11-23 14:00, mail of 23 November (noted by sam)"),
        "{text}"
    );
    refused(
        &m,
        &[
            "request",
            "instruct",
            &id,
            "x",
            "--by",
            "a",
            "--role",
            "accountable",
            "--where",
            "b",
        ],
        2,
        "no instruction",
    );
}

#[rstest]
#[case(&["--ending", "withdrawn"], 4, "it does not say what was done")]
#[case(&["--anyway"], 2, "needs a reason")]
#[case(&["--ending", "withdrawn", "--resolution", "false alarm"], 0, "")]
#[case(&["--anyway", "--reason", "moved to the portal", "--resolution", "there"], 0, "")]
fn an_incident_ends_only_with_words(#[case] how: &[&str], #[case] code: i32, #[case] says: &str) {
    let m = Machine::new();
    let id = new(&m, &["security-incident"]);
    assert_eq!(m.json(&["show", &id])["priority"], 1);
    m.ok(&["take", &id]);
    m.ok(&["reply", &id, "We look at it at once."]);
    refused(&m, &[&["request", "close", &id], how].concat(), code, says);
    let status = m.json(&["show", &id])["status"].clone();
    assert_eq!(status == "resolved", code == 0);
}

/// A ticket of a request's kind that came without a form, on which everything else is done.
fn without_a_form(m: &Machine) -> String {
    let made = m.json(&["new", "A new colleague", "Please.", "--kind", "new-user"]);
    let id = made["id"].as_str().or(made["key"].as_str()).unwrap();
    m.ok(&["take", id]);
    m.ok(&["reply", id, "We will see."]);
    id.to_owned()
}

#[rstest]
#[case(&["resolve"], &[])]
#[case(&["status"], &["closed"])]
#[case(&["macro"], &["done"])]
#[case(&["merge"], &["T-2"])]
fn no_way_of_ending_passes_by_the_gate_of_a_request(#[case] verb: &[&str], #[case] rest: &[&str]) {
    let m = Machine::filled();
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("config.toml"),
        "[[macros]]\nname = \"done\"\nacts = [{ act = \"status\", value = \"resolved\" }]\n",
    )
    .unwrap();
    let id = without_a_form(&m);
    let way = [verb, &[&id], rest].concat();
    refused(&m, &way, 4, "is a request: First name is missing");
    refused(&m, &way, 4, "deskhand request close");
    let anyway = [&way[..], &["--anyway"]].concat();
    refused(&m, &anyway, 2, "needs a reason");
    let live = m.json(&["show", &id])["status"].clone();
    assert!(
        live == "new" || live == "open" || live == "pending",
        "{live}"
    );
    m.ok(&[&anyway[..], &["--reason", "made by phone"]].concat());
    let shown = m.json(&["show", &id]);
    assert_ne!(shown["status"], live, "{shown}");
    let trail = m.ok(&["audit", &id]);
    assert!(trail.contains("note"), "{trail}");
    if verb != ["merge"] {
        let outcome = &m.json(&["request", "show", &id])["form"]["outcome"];
        assert_eq!(outcome["ending"], "done");
        assert_eq!(outcome["past"], "made by phone");
        assert!(trail.contains("request: close"), "{trail}");
    }
}

#[test]
fn a_request_that_may_be_closed_ends_in_any_way() {
    let m = Machine::new();
    let id = new(
        &m,
        &["feedback", "tag=referral", "says=I told my colleagues"],
    );
    m.ok(&["take", &id]);
    m.ok(&["reply", &id, "Thank you."]);
    refused(&m, &["resolve", &id], 4, "tick passed-on");
    m.ok(&["request", "tick", &id, "passed-on", "thanked"]);
    m.ok(&["resolve", &id]);
    let outcome = &m.json(&["request", "show", &id])["form"]["outcome"];
    assert_eq!(
        (&outcome["ending"], outcome["past"].is_null()),
        (&"done".into(), true)
    );
}

/// Where a request goes on in another of its kind, its gate waits there.
#[test]
fn a_request_is_merged_into_one_of_its_kind_without_a_reason() {
    let m = Machine::new();
    let (one, other) = (new(&m, &["new-user"]), new(&m, &["new-user"]));
    m.ok(&["merge", &one, &other]);
    refused(&m, &["resolve", &other], 4, "First name is missing");
}

#[test]
fn a_ticket_becomes_a_request_once() {
    let m = Machine::filled();
    let made = m.json(&[
        "request",
        "new",
        "feedback",
        "tag=referral",
        "--ticket",
        "T-1",
    ]);
    assert_eq!(
        (&made["ticket"], &made["form"]["kind"]),
        (&"T-1".into(), &"feedback".into())
    );
    assert_eq!(m.json(&["show", "T-1"])["kind"], "feedback");
    refused(
        &m,
        &["request", "new", "feedback", "--ticket", "T-1"],
        4,
        "is a request already",
    );
    refused(&m, &["request", "show", "T-2"], 4, "is no request");
    refused(
        &m,
        &["request", "new", "feedback", "tag=x", "--ticket", "T-2"],
        2,
        "referral",
    );
}

#[test]
fn a_team_sees_only_its_own_requests_and_may_write_its_own_kinds() {
    let m = Machine::new();
    let id = new(&m, &["feedback", "--tenant", "umc"]);
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "scope = [\"vu\"]\n").unwrap();
    refused(&m, &["request", "show", &id], 4, "outside your scope");
    assert!(m.json(&["request", "list"]).as_array().unwrap().is_empty());
    let own = "[[kind]]\nkind = \"feedback\"\ntitle = \"Voices\"\ndoes = \"team\"\nfields = []\n";
    std::fs::write(folder.join("requests.toml"), own).unwrap();
    assert!(m.ok(&["request", "kinds"]).contains("Voices"));
    std::fs::write(folder.join("requests.toml"), "[[kind]]\nkindd = 1\n").unwrap();
    refused(&m, &["request", "kinds"], 6, "requests.toml");
    refused(&m, &["config", "check"], 6, "requests.toml");
}
