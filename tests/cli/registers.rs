//! Registers by subcommand: by hand, as CSV, forecast, duties.

use super::{Machine, said};

fn refused(m: &Machine, args: &[&str], code: i32, says: &str) {
    let out = m.run(args);
    assert_eq!(out.status.code(), Some(code), "{args:?}: {}", said(&out));
    assert!(said(&out).contains(says), "{args:?}: {}", said(&out));
}

fn scope(m: &Machine, tenant: &str) {
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("config.toml"),
        format!("scope = [\"{tenant}\"]\n"),
    )
    .unwrap();
}

#[test]
fn a_row_is_made_changed_shown_renamed_and_taken_away() {
    let m = Machine::new();
    assert_eq!(m.json(&["register", "list"])["tenants"], 0);
    refused(
        &m,
        &["register", "set", "tenants", "umc"],
        2,
        "name: is empty",
    );
    refused(
        &m,
        &["register", "set", "tenant", "umc"],
        2,
        "did you mean tenants?",
    );
    refused(
        &m,
        &["register", "set", "tenants", "umc", "nam=x"],
        2,
        "did you mean name?",
    );
    assert!(
        m.ok(&["register", "set", "tenants", "umc", "name=UMC", "--dry-run"])
            .contains("would make")
    );
    m.ok(&[
        "register",
        "set",
        "tenants",
        "UMC",
        "name=UMC Utrecht",
        "note=two\nlines",
    ]);
    m.ok(&["register", "set", "tenants", "umc", "note="]);
    let shown = m.json(&["register", "show", "tenants", "umc"]);
    assert_eq!(
        (&shown["name"], &shown["note"]),
        (&"UMC Utrecht".into(), &serde_json::Value::Null)
    );
    m.ok(&["register", "set", "tenants", "umc", "code=umcu"]);
    refused(
        &m,
        &["register", "show", "tenants", "umc"],
        3,
        "tenants have no \"umc\"",
    );
    assert!(
        m.ok(&["register", "list", "tenants", "--find", "utrecht"])
            .contains("umcu")
    );
    m.ok(&["register", "drop", "tenants", "umcu"]);
    assert!(m.ok(&["register", "list", "tenants"]).contains("are empty"));
    assert!(m.ok(&["register", "undo"]).contains("umcu is as it was"));
    assert_eq!(m.json(&["register", "list"])["tenants"], 1);
    assert_eq!(m.json(&["register", "undo"])["done"], true);
    m.ok(&["register", "show", "tenants", "umc"]);
    let columns = m.json(&["register", "show", "subscriptions"]);
    assert_eq!(columns[1]["refers_to"], "tenants");
}

#[test]
fn csv_goes_out_and_comes_back_byte_for_byte() {
    let m = Machine::new();
    m.ok(&[
        "register",
        "set",
        "people",
        "a@b.nl",
        "name==cmd()|x",
        "note=a, \"b\"\nc",
        "rights=allowlist,create-user",
    ]);
    m.ok(&[
        "register",
        "set",
        "people",
        "b@b.nl",
        "name='+31 6",
        "tenant=umc",
    ]);
    let out = m.ok(&["register", "export", "people"]);
    assert!(
        out.contains("'=cmd()|x") && out.contains("''+31 6"),
        "{out}"
    );
    let other = Machine::new();
    let file = other.home.path().join("people.csv");
    let path = file.to_str().unwrap();
    m.ok(&["register", "export", "people", "-o", path]);
    let dry = other.json(&["register", "import", "people", path, "--dry-run"]);
    assert_eq!((&dry["added"], &dry["dry_run"]), (&2.into(), &true.into()));
    assert_eq!(
        other.json(&["register", "import", "people", path])["added"],
        2
    );
    assert_eq!(
        other.json(&["register", "import", "people", path])["unchanged"],
        2
    );
    assert_eq!(other.ok(&["register", "export", "people"]), out);
    assert_eq!(
        other.json(&["register", "list", "people"]),
        m.json(&["register", "list", "people"])
    );
}

#[test]
fn bad_lines_are_named_and_the_good_ones_are_in() {
    let m = Machine::new();
    let csv = "name,tenant,capacity\ns1,umc,50\ns2,umc,many\ns1,umc,60\ns3,,5\n";
    let out = m.feed(
        &["register", "import", "subscriptions", "-"],
        csv.as_bytes(),
    );
    assert_eq!(out.status.code(), Some(65));
    for line in [
        "-:3: capacity",
        "-:4: \"s1\" stands on line 2 already",
        "-:5: tenant: is empty",
    ] {
        assert!(said(&out).contains(line), "{line}: {}", said(&out));
    }
    assert_eq!(m.json(&["register", "list"])["subscriptions"], 1);
    let out = m.feed(
        &["register", "import", "subscriptions", "-", "--replace"],
        csv.as_bytes(),
    );
    assert_eq!(out.status.code(), Some(4));
    let out = m.feed(
        &["register", "import", "subscriptions", "-"],
        b"nam,tenant\n",
    );
    assert!(said(&out).contains("-:1: ") && said(&out).contains("nothing was changed"));
    // Columns that a file does not have stay as they are; rows go only where that is asked for.
    m.feed(
        &["register", "import", "subscriptions", "-"],
        b"name,lead-days\ns1,21\n",
    );
    let kept = m.json(&["register", "show", "subscriptions", "s1"]);
    assert_eq!(
        (&kept["capacity"], &kept["lead-days"]),
        (&"50".into(), &"21".into())
    );
    let out = m.feed(
        &["register", "import", "subscriptions", "-", "--replace"],
        b"name,tenant,capacity\ns9,umc,1\n",
    );
    assert!(out.status.success(), "{}", said(&out));
    assert_eq!(
        m.json(&["register", "list", "subscriptions"])[0]["row"],
        "s9"
    );
    refused(
        &m,
        &["register", "import", "subscriptions", "/nope"],
        3,
        "cannot be read",
    );
}

#[test]
fn a_team_sees_and_writes_only_its_own_rows() {
    let m = Machine::new();
    for (code, n) in [("umc", "1"), ("vu", "2")] {
        m.ok(&["register", "set", "tenants", code, "name=x"]);
        let tenant = format!("tenant={code}");
        m.ok(&["register", "set", "subscriptions", n, &tenant, "capacity=5"]);
    }
    scope(&m, "vu");
    assert_eq!(m.json(&["register", "list"])["subscriptions"], 1);
    assert_eq!(
        m.json(&["register", "forecast"]).as_array().unwrap().len(),
        1
    );
    refused(
        &m,
        &["register", "show", "subscriptions", "1"],
        3,
        "have no",
    );
    refused(
        &m,
        &["register", "set", "subscriptions", "1", "capacity=9"],
        4,
        "outside your scope",
    );
    refused(
        &m,
        &["register", "set", "subscriptions", "2", "tenant=umc"],
        4,
        "outside your scope",
    );
    refused(
        &m,
        &["register", "drop", "subscriptions", "1"],
        4,
        "outside your scope",
    );
    // What is not the team's is not taken away by its file.
    m.feed(
        &["register", "import", "subscriptions", "-", "--replace"],
        b"name,tenant,capacity\n",
    );
    scope(&m, "umc");
    assert_eq!(m.json(&["register", "list"])["subscriptions"], 1);
}

#[test]
fn a_forecast_says_until_when_to_ask() {
    let m = Machine::new();
    m.ok(&[
        "register",
        "set",
        "subscriptions",
        "sub-1",
        "tenant=umc",
        "capacity=50",
    ]);
    assert!(
        m.ok(&["register", "forecast"])
            .contains("not known how full it is")
    );
    for (on, used) in [
        ("2026-11-03", "36"),
        ("2026-11-10", "38"),
        ("2026-11-24", "40"),
    ] {
        let row = format!("sub-1/{on}");
        m.ok(&[
            "register",
            "set",
            "readings",
            &row,
            "tenant=umc",
            &format!("used={used}"),
        ]);
    }
    let text = m.ok(&["register", "forecast"]);
    assert!(
        text.contains("full in about 8 weeks, adding one takes a session with the tenant's owner; ask by 2027-01-"),
        "{text}"
    );
    m.ok(&["register", "set", "subscriptions", "sub-1", "lead-days=90"]);
    let f = &m.json(&["register", "forecast"])[0];
    assert_eq!(
        (&f["state"], &f["pressing"], &f["used"]),
        (&"fills".into(), &true.into(), &40.into())
    );
    assert!(m.ok(&["register", "forecast"]).starts_with('!'));
}

#[test]
fn duties_make_their_tickets_once_and_pass_over_who_is_away() {
    let m = Machine::new();
    assert!(m.ok(&["register", "duties"]).contains("nothing recurs"));
    m.ok(&["register", "set", "tenants", "umc", "name=UMC"]);
    m.ok(&[
        "register",
        "set",
        "license-servers",
        "flex",
        "tenant=umc",
        "host=27000@lic.umc.nl",
        "workspaces=all",
    ]);
    m.ok(&[
        "register",
        "set",
        "workspaces",
        "dws-1-a",
        "tenant=umc",
        "accountable=eva@umc.nl",
    ]);
    let told = m.json(&["register", "told", "license-servers", "flex"]);
    assert_eq!(told[0]["accountable"], "eva@umc.nl");
    let folder = m.home.path().join(".config/deskhand");
    std::fs::create_dir_all(&folder).unwrap();
    let own = "[[duty]]\nname = \"licenses\"\ntitle = \"Licenses\"\nevery = \"month\"\neach = \"tenant\"\nkind = \"license-server\"\nlooks-at = \"license-servers\"\nolder-than-days = 30\nowners = [\"ana\", \"bo\"]\n";
    std::fs::write(folder.join("duties.toml"), own).unwrap();
    assert!(
        m.ok(&["register", "duties", "run", "--dry-run"])
            .contains("would make")
    );
    let made = m.json(&["register", "duties", "run", "--away", "ana"]);
    assert_eq!(
        (&made["made"][0]["assignee"], &made["made"][0]["period"]),
        (&"bo".into(), &"2026-11/umc".into())
    );
    let id = made["made"][0]["ticket"].as_str().unwrap().to_owned();
    let shown = m.json(&["show", &id]);
    assert_eq!(
        (&shown["assignee"], &shown["tenant"]),
        (&"bo".into(), &"umc".into())
    );
    assert!(
        m.ok(&["register", "duties", "run"])
            .contains("nothing is due")
    );
    assert_eq!(m.json(&["register", "duties"])[0]["ticket"], id);
    let later = m
        .command_at("2026-12-01T09:00:00Z", &["register", "duties", "run"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&later.stdout).contains("made "));
    let out = m.run(&["register", "check"]);
    assert_eq!(out.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&out.stdout).contains("eva@umc.nl"));
    std::fs::write(folder.join("duties.toml"), own.repeat(2)).unwrap();
    refused(
        &m,
        &["register", "duties"],
        6,
        "two duties are called \"licenses\"",
    );
}
