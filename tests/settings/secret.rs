//! Where a desk's secret is found. The environment and the keyring of whoever runs the tests
//! are left alone: the address is nobody's.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use deskhand::config::{Desk, Paths, SignIn};
use deskhand::shell::secret::{self, Source};
use secrecy::ExposeSecret as _;

fn desk(command: &[&str]) -> Desk {
    Desk {
        kind: "rt".into(),
        name: "rt".into(),
        url: "https://nobody.invalid".into(),
        sign_in: SignIn::Token,
        me: None,
        ca_file: None,
        token_command: command.iter().map(|w| (*w).to_owned()).collect(),
        queues: Default::default(),
        statuses: Default::default(),
        workspace_field: "Workspace".into(),
        labels_field: None,
        texts: Default::default(),
    }
}

fn lay(path: &Path, text: &str, mode: u32) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_file_is_read_if_only_its_owner_may_and_refused_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    let desk = desk(&[]);
    assert!(secret::find(&paths, &desk).unwrap().is_none());
    let file = paths.desk_secret("rt", &desk.url);
    lay(&file, "1-23-abc\n", 0o600);
    let found = secret::find(&paths, &desk).unwrap().unwrap();
    assert_eq!(found.secret.expose_secret(), "1-23-abc");
    assert_eq!(found.source, Source::File(file.clone()));
    assert!(!format!("{found:?}").contains("1-23-abc"));
    for mode in [0o640, 0o604, 0o666] {
        lay(&file, "1-23-abc\n", mode);
        let said = secret::find(&paths, &desk).unwrap_err();
        for word in ["read by others", "chmod 600", &format!("{mode:o}")] {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert!(!said.contains("1-23-abc"), "{said}");
    }
}

#[test]
fn a_command_goes_before_the_file_and_its_failure_is_not_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    lay(
        &paths.desk_secret("rt", "https://nobody.invalid"),
        "old",
        0o600,
    );
    let found = secret::find(&paths, &desk(&["printf", "  new \\nsecond line"]));
    let found = found.unwrap().unwrap();
    assert_eq!(found.secret.expose_secret(), "new");
    assert_eq!(found.source, Source::Command("printf".into()));
    for (command, says) in [
        (&["false"][..], "failed"),
        (&["true"], "printed nothing"),
        (&["/no/such/program"], "cannot be started"),
    ] {
        let said = secret::find(&paths, &desk(command)).unwrap_err();
        assert!(said.contains(says) && said.contains("; "), "{said}");
    }
}

#[test]
fn who_has_no_secret_is_told_where_to_put_one() {
    let mut desk = desk(&[]);
    assert!(secret::missing(&desk).contains("deskhand connect rt"));
    desk.sign_in = SignIn::Password { user: "ana".into() };
    let said = secret::missing(&desk);
    assert!(
        said.contains("password") && said.contains("DESKHAND_PASSWORD"),
        "{said}"
    );
}
