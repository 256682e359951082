//! What must not leave does not, and what is innocent stays.

use std::time::{Duration, Instant as Stopwatch};

use deskhand::domain::report::{Draft, Evidence, Form, RemovedKind, bundle, check, diff, redact};
use deskhand::domain::text::Untrusted;
use proptest::prelude::*;
use rstest::rstest;

use super::{amsterdam, cases, known, now, say, whole};

/// Letters as drawn by lot, always the same: tokens are made here, so that none stands in a file.
fn drawn(n: usize, from: &str, seed: u64) -> String {
    let letters: Vec<char> = from.chars().collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..n)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            letters[(state >> 33) as usize % letters.len()]
        })
        .collect()
}

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &str = "0123456789abcdef";

/// Sentences with `@` where a secret stands, and the secret.
fn planted() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let mut put = |sentence: &str, secret: String| all.push((sentence.to_owned(), secret));
    let tokens = [
        ("ghp_", 36, ALNUM),
        ("gho_", 36, ALNUM),
        ("github_pat_", 60, ALNUM),
        ("glpat-", 20, ALNUM),
        ("xoxb-", 40, "0123456789-abcdef"),
        ("sk-", 48, ALNUM),
        ("sk-proj-", 48, ALNUM),
        ("sk_live_", 24, ALNUM),
        ("AKIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
        ("AIza", 35, ALNUM),
        ("ya29.", 60, ALNUM),
        ("npm_", 36, ALNUM),
        ("pypi-", 50, ALNUM),
        ("hf_", 34, ALNUM),
        ("dop_v1_", 64, HEX),
        ("hvs.", 90, ALNUM),
        ("dapi", 32, HEX),
        ("1000.", 32, HEX),
    ];
    for (i, (prefix, n, from)) in tokens.into_iter().enumerate() {
        let mut secret = format!("{prefix}{}", drawn(n, from, i as u64 + 1));
        if prefix == "1000." {
            secret = format!("{secret}.{}", drawn(32, HEX, 99));
        }
        put("the call with @ fails", secret.clone());
        put("log line: auth=@; status 401", secret);
    }
    let jwt = |s| {
        format!(
            "eyJ{}.eyJ{}.{}",
            drawn(30, ALNUM, s),
            drawn(60, ALNUM, s + 1),
            drawn(43, ALNUM, s + 2)
        )
    };
    put("Authorization: Bearer @", jwt(7));
    put("I pasted @ into the field", jwt(17));
    put(
        "curl -H 'Authorization: Basic @' https://x.example.org",
        format!("{}==", drawn(30, ALNUM, 5)),
    );
    put("curl -H 'X-Api-Key: @'", drawn(32, ALNUM, 6));
    for (i, n) in [24, 32, 40, 64].into_iter().enumerate() {
        put(
            "the value @ is not accepted",
            drawn(n, ALNUM, 40 + i as u64),
        );
    }
    for (i, n) in [32, 40, 64].into_iter().enumerate() {
        put("the key @ is not accepted", drawn(n, HEX, 50 + i as u64));
    }
    put("https://jan:@@git.example.org/x.git", "s3cretword".into());
    put(
        "open https://x.example.org/files?sig=@&sv=2020",
        drawn(43, ALNUM, 61),
    );
    put(
        "https://x.example.org/?access_token=@",
        drawn(20, ALNUM, 62),
    );
    put(
        "AccountName=lab;AccountKey=@;EndpointSuffix=core",
        format!("{}==", drawn(86, ALNUM, 63)),
    );
    put(
        "export AWS_SECRET_ACCESS_KEY=@",
        format!("{}/{}", drawn(20, ALNUM, 64), drawn(19, ALNUM, 65)),
    );
    put(
        "client_secret = \"@\"",
        format!(
            "{}~{}.{}",
            drawn(5, ALNUM, 66),
            drawn(14, ALNUM, 67),
            drawn(18, ALNUM, 68)
        ),
    );
    put(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n@\n-----END OPENSSH PRIVATE KEY-----",
        format!("{}\n{}", drawn(70, ALNUM, 70), drawn(70, ALNUM, 71)),
    );
    put("-----BEGIN RSA PRIVATE KEY-----\n@", drawn(64, ALNUM, 72));
    let prose = [
        ("my password is @", "Welkom01!"),
        ("my password is @.", "sunshine"),
        ("Password: @", "hunter2"),
        ("password=@", "letmein"),
        ("the password (@) is refused", "Zomer2026!"),
        ("PW is @ by the way, pwd: @", "Geheim123"),
        ("mijn wachtwoord is @, maar het werkt niet", "Konijn-77"),
        ("Wachtwoord: @", "voorjaar"),
        ("ww: @", "Fiets2020"),
        ("wachtwoord @ werkt niet", "Fiets!2020"),
        ("the password \"@\" does not work", "correct horse battery"),
        ("I log in with jan.devries and @", "Tr0ub4dor&3"),
        ("username jan / password @", "qwerty12"),
        ("user: jan, pass: @", "p4ssw0rd"),
        ("temporary password is now @", "Xk29-Lm33"),
        ("PIN: @", "4711"),
        ("pincode is @", "8264"),
        ("passphrase = '@'", "open sesame"),
        ("de toegangscode: @", "AB12CD"),
        ("set password to @? no: password was @", "Maart2026"),
        ("\"password\": \"@\"", "abc!DEF-9"),
        ("DB_PASSWORD=@", "s0mething"),
        ("--password=@ --user=jan", "s0mething"),
        (
            "inloggen met jan@x.example en wachtwoord @ lukt niet",
            "Lente#26",
        ),
        ("secret: @", "abcdefgh"),
        ("api key: @", "k-12345-xyz"),
        ("token @ is rejected", "f81d4fae7dec"),
        ("I use @ to sign in", "P@ssw0rd123"),
        ("login: jdevries / @", "Zomer2025"),
        ("the admin password is \"@\"", "tiger lily 9"),
        ("the password was changed from @ to Xy", "Oud123!"),
        ("the password was changed from Oud123! to @", "Nieuw456!"),
        ("use the license key @", "abcd-1234-efgh-5678"),
        ("OTP @ does not work", "482913"),
        ("mysql -u root -p@ db", "S3cret99"),
        ("x-functions-key: @", "abc123DEF456ghi7"),
        ("wifi key: @", "zonnebloem"),
        ("Bearer @", "abcdefghijklmnopqr"),
        ("passport @", "NX1234567"),
        ("mail me: @", "jan dot devries at umc dot nl"),
        ("proxy 198.51.100.7:7788:jan:@", "malu2204"),
        ("Password - @", "Welkom123"),
        ("Password – @", "Welkom123"),
        ("ons ww -> @", "Fiets2020"),
        ("het wachtwoord — @ — werkt niet", "Lente#26"),
        ("log in as jdoe with @", "Welkom01!"),
        ("I signed in as jdoe using @", "Zomer2026"),
        (
            "ik probeer in te loggen: inloggen als jdoe met @",
            "Herfst2025",
        ),
        ("pincode @", "4821"),
        ("the pin number @ is refused", "4821"),
        ("pin-code @ werkt niet", "8264"),
        ("I typed @ as my password", "appelflap"),
        ("We used \"@\" as the new password, but no", "zonnebloem"),
        ("ik heb @ als wachtwoord ingevuld", "appelflap"),
        ("ik gebruik @ als wachtwoord.", "stroopwafel"),
        ("@ is my password", "appelflap"),
        ("@ is mijn nieuwe wachtwoord, en nu?", "stroopwafel"),
        ("het wachtwoord dat ik gebruik is @", "appelflap"),
        ("the password that we were given is @", "tulip"),
        ("het wachtwoord dat ik heb gekregen is @", "tulp"),
        ("the password I use for the VM is @", "marmalade"),
        ("het wachtwoord van de VM is @", "stroopwafel"),
        ("my password used to be @", "appelflap"),
        ("my password has always been @", "appelflap"),
        ("mijn wachtwoord was vroeger @", "appelflap"),
        ("my pass is @", "Welkom123"),
        ("creds: jdoe/@", "Welkom123"),
        ("the password is: @", "appelflap"),
        ("mijn wachtwoord is : @", "appelflap"),
        ("paswoord: @", "appelflap"),
        ("mijn paswoord is @", "stroopwafel"),
        ("passw: @", "appelflap"),
        ("psw = @", "appelflap"),
        ("we changed the password into @", "Welkom123"),
        ("the password has been changed to @", "appelflap"),
        ("I reset my password yesterday to @", "Welkom123"),
        ("het wachtwoord staat op @", "Welkom123"),
        ("curl -u jdoe:@ https://x.example.org", "appelflap"),
        ("licentiecode @", "abcd-1234-efgh-5678"),
        ("try @ as password", "Welkom123"),
        ("write to @", "jan.deboer(at)umc.nl"),
        ("write to @", "jan.deboer [at] umc [dot] nl"),
        ("schrijf naar @", "jan punt deboer apenstaartje umc punt nl"),
        ("call @", "06 - 1234 5678"),
        ("call @", "+31 (0)6 1234 5678"),
        ("reach me: @", "jan.deboer at umc.nl"),
        ("stuur het naar @.", "j_deboer at erasmusmc.nl"),
        ("mail @ please", "jan.de.boer apenstaartje umc.nl"),
    ];
    for (sentence, secret) in prose {
        put(sentence, secret.into());
    }
    for secret in [
        "eva.smit@umc.example",
        "e.smit+lab@sub.mydre.org",
        "Eva_Smit@example.co.uk",
        "eva@lab.example",
        "eva.smit (at) umc (dot) example",
        "+31 6 12345678",
        "+31612345678",
        "06-12345678",
        "0612345678",
        "(020) 123 45 67",
        "020-1234567",
        "+44 20 7946 0958",
        "0031 20 123 4567",
        "+1 (555) 010-9999",
        "555-010-9999",
        "+32 470 12 34 56",
        "06 12 34 56 78",
        "123456782",
        "111222333",
        "1234.56.782",
        "123 456 782",
        "123-45-6789",
        "NL91 ABNA 0417 1643 00",
        "NL91ABNA0417164300",
        "DE89370400440532013000",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "5500005555555559",
    ] {
        put("please use @ for it", secret.into());
        put("dossier (@), zie boven", secret.into());
        put("see @.txt", secret.into());
    }
    put("BSN 12345678@", "0".into());
    all.retain(|(s, _)| !s.starts_with("BSN"));
    all.push(("BSN: @".into(), "12345678".into()));
    all.push(("burgerservicenummer is @".into(), "1234 56 789".into()));
    all.push(("patientnummer @".into(), "4471234".into()));
    all.push(("bel mij op @".into(), "12345".into()));
    all.push((
        r"the file C:\Users\@\Desktop\a.txt is gone".into(),
        "eva.smit".into(),
    ));
    all.push(("open /home/@/data/a.txt".into(), "evasmit".into()));
    all
}

/// In a sentence whose own `@` is part of an address the placeholder is the one that stands free.
fn with_secret(sentence: &str, secret: &str) -> String {
    if sentence.contains("jan:@@git") {
        return sentence.replacen("jan:@", &format!("jan:{secret}"), 1);
    }
    if sentence.contains("jan@x") {
        return sentence.replace(" @ ", &format!(" {secret} "));
    }
    sentence.replace('@', secret)
}

fn has(text: &str, secret: &str) -> bool {
    secret.lines().any(|line| text.contains(line))
}

#[test]
fn none_of_the_planted_secrets_leaves_in_a_bundle() {
    let all = planted();
    assert!(all.len() >= 233, "{}", all.len());
    let mut left = Vec::new();
    for (sentence, secret) in &all {
        let text = with_secret(sentence, secret);
        assert!(has(&text, secret), "{text}");
        let u = || Untrusted::new(format!("I see this. {text}"));
        let draft = Draft {
            steps: vec![u(), Untrusted::new(&text)],
            expected: u(),
            actual: Untrusted::new(format!("{text}\nand more")),
            tried: Untrusted::new(format!("* {text}")),
            environment: u(),
            evidence: vec![Evidence {
                name: u(),
                size: Some(1),
            }],
            ..whole()
        };
        let verdict = check(&draft, &known(), now());
        for form in [Form::Markdown, Form::Json, Form::Text] {
            let bundle = bundle(&draft, &verdict, None, form, amsterdam());
            let plain = bundle.text.replace('\\', "");
            let names: String = bundle.beside.iter().map(|b| b.1.clone()).collect();
            if has(&plain, secret) || has(&bundle.text, secret) || has(&names, secret) {
                left.push(format!("{form:?}: {text}"));
            }
        }
    }
    assert!(
        left.is_empty(),
        "{} of {}:\n{}",
        left.len(),
        all.len() * 3,
        left.join("\n")
    );
}

#[test]
fn a_secret_broken_by_signs_that_nobody_sees_does_not_leave_either() {
    let secret = format!("ghp_{}", drawn(36, ALNUM, 3));
    let broken: String = secret.chars().flat_map(|c| [c, '\u{200b}']).collect();
    let draft = Draft {
        actual: Untrusted::new(format!("it says {broken} and stops")),
        ..whole()
    };
    let verdict = check(&draft, &known(), now());
    for form in [Form::Markdown, Form::Json, Form::Text] {
        let text = bundle(&draft, &verdict, None, form, amsterdam()).text;
        let seen: String = text
            .replace("\\u200b", "")
            .chars()
            .filter(|c| *c != '\\')
            .collect();
        assert!(!seen.contains(&secret), "{text}");
    }
}

/// What looks like a secret to a hasty reader, and is none.
#[rstest]
#[case("My password is not accepted and the password field is empty.")]
#[case("The password is being asked again and again.")]
#[case("Mijn wachtwoord is verlopen, het wachtwoord wordt niet geaccepteerd.")]
#[case("I changed my password yesterday. The token expired.")]
#[case("Wachtwoord vergeten werkt niet; de pincode is juist.")]
#[case("Windows 11 23H2 build 22631.4460, Firefox 132.0.2 (64-bit), R 4.4.1")]
#[case("Error 0x80070079 and ERR_CONNECTION_TIMED_OUT, code 0x204")]
#[case("Request f81d4fae-7dec-11d0-a765-00a0c91e6bf6 failed at 2026-11-20T08:15:00Z")]
#[case("/usr/lib/x86_64-linux-gnu/libstdc++.so.6 was not found by LD_LIBRARY_PATH")]
#[case("Z:\\registratie\\2026\\tabel3_definitief_versie2.csv on dws-3049-AUBioLab")]
#[case(
    "java.lang.NullPointerException at org.apache.hadoop.fs.azurebfs.AzureBlobFileSystemStore.openFileForRead(Store.java:812)"
)]
#[case("See https://support.mydre.org/portal/en/kb/articles/how-do-i-invite-other-users for more")]
#[case("from 192.168.178.24 to 10.0.0.254 port 8443, between 2026-11-20 and 24-11-2026")]
#[case("getElementsByTagName and backgroundColorPickerController2 are undefined")]
#[case("The chart shows 1 234 567 rows and 12,345.67 EUR of 100.000 cells")]
#[case("at com.sun.proxy.$Proxy9.getFileInfo and Firefox%20Setup%20105.0.3.exe")]
#[case("I use Edge as my password manager; what is my password?")]
#[case("The password for the VM. This is broken - again, and the password - as ever - expired.")]
#[case("The password that I was given is not accepted, and the token we use is invalid.")]
#[case("Here is my password problem: the question is my password.")]
#[case("I reset my password yesterday to be sure; the reset link went to dws-3049-AUBioLab.")]
#[case("I was asked for a password when I went to dws-3049-AUBioLab; curl -u jdoe https://x.org")]
#[case("All tests pass is what it says, pass dws-3049-AUBioLab on to the next.")]
#[case("Waar is mijn wachtwoord? Wat is mijn wachtwoord?")]
#[case("I logged in as a guest with no trouble and looked at umc.nl and index.html at umc.nl")]
#[case("app.error_log at com.example.net.Handler, rows 0101234567.5 and 123456789.example.org")]
#[case("Ticket 10482 and INC0010482 of 23-11-2026 14:00")]
fn the_innocent_stays(#[case] text: &str) {
    let (clean, removed) = redact(text, &[]);
    assert_eq!(clean, text, "{removed:?}");
}

#[test]
fn fewer_than_one_in_a_hundred_innocent_words_of_real_tickets_goes() {
    let (mut words, mut gone) = (0, Vec::new());
    for case in cases("labelled.ndjson")
        .iter()
        .chain(&cases("good.ndjson"))
        .chain(&cases("vague.ndjson"))
    {
        words += case.text.split_whitespace().count();
        let (_, removed) = redact(&case.text, &[]);
        // Addresses are not innocent; everything else in these texts is.
        let other = removed.into_iter().filter(|r| r.kind != RemovedKind::Email);
        gone.extend(other.flat_map(|r| {
            let words: Vec<String> = r.text.split_whitespace().map(str::to_owned).collect();
            words
        }));
    }
    say(&format!(
        "{} of {words} innocent words removed: {gone:?}",
        gone.len()
    ));
    assert!(
        gone.len() * 200 < words,
        "{} of {words}: {gone:?}",
        gone.len()
    );
}

#[test]
fn what_the_reader_needs_is_kept_and_a_secret_is_not_even_then() {
    let text = "Log in as Jan.de.Vries@mydre.org with password Zomer2026! or ask eva@umc.example";
    let (clean, removed) = redact(text, &["jan.de.vries@mydre.org", "Zomer2026!"]);
    assert_eq!(
        clean,
        "Log in as Jan.de.Vries@mydre.org with password [password] or ask [e-mail address]"
    );
    assert_eq!(removed.len(), 2);
    assert_eq!(&text[removed[0].span.clone()], removed[0].text);
    let shown = diff("step 1", text, &removed);
    assert!(
        shown[0].starts_with("- step 1: ") && shown[0].contains("Zomer2026!"),
        "{shown:?}"
    );
    assert!(
        shown[0].lines().nth(1).unwrap().starts_with("+ step 1: "),
        "{shown:?}"
    );
    assert!(shown[0].ends_with("[password]"), "{shown:?}");
}

#[test]
fn a_bundle_tells_what_was_taken_out_and_where() {
    let draft = Draft {
        tried: Untrusted::new("password: hunter2"),
        ..whole()
    };
    let verdict = check(&draft, &known(), now());
    let bundle = bundle(&draft, &verdict, None, Form::Json, amsterdam());
    assert_eq!(bundle.removed.len(), 1);
    assert_eq!(
        (bundle.removed[0].0.as_str(), bundle.removed[0].1.kind),
        ("tried", RemovedKind::Password)
    );
    assert!(bundle.diff[0].contains("hunter2"));
    assert!(!bundle.text.contains("hunter2") && bundle.text.contains("\"kind\": \"password\""));
    assert!(
        bundle.text.contains("jan.de.vries@mydre.org"),
        "the user is who it is about"
    );
}

#[rstest]
#[case("a")]
#[case("a@")]
#[case("password ")]
#[case("password: ")]
#[case("0 1 ")]
#[case("-----BEGIN RSA PRIVATE KEY-----\n")]
#[case("aB3")]
#[case("eyJaaaaaaaaaa.")]
#[case("https://a:")]
fn a_megabyte_is_redacted_in_bounded_time(#[case] part: &str) {
    let text = part.repeat((1 << 20) / part.len());
    let start = Stopwatch::now();
    let _ = redact(&text, &[]);
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "{:?}",
        start.elapsed()
    );
}

proptest! {
    #[test]
    fn redacting_is_of_any_text_and_loses_nothing_else(text in "(?s).{0,200}") {
        let (clean, removed) = redact(&text, &[]);
        let mut rebuilt = clean;
        for r in removed.iter().rev() {
            let at = r.span.start + removed.iter().take_while(|o| o.span.start < r.span.start).map(|o| o.kind.mark().len()).sum::<usize>()
                - removed.iter().take_while(|o| o.span.start < r.span.start).map(|o| o.span.len()).sum::<usize>();
            rebuilt.replace_range(at..at + r.kind.mark().len(), &r.text);
        }
        prop_assert_eq!(rebuilt, text);
    }
}
