//! What goes wrong between us and a desk, and what is said of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use deskhand::desk::rt::Auth;
use deskhand::desk::{DeskError, Door, ErrorKind, Rt};
use deskhand::domain::remote::RemoteId;
use rstest::rstest;

use super::fake::{AUTHORITY, Fake, says};
use super::{live, now};

fn desk(url: &str) -> Rt {
    let auth = Auth::Token("1-39-0123456789abcdef".into());
    Rt::new(live::settings(url, auth)).unwrap()
}

async fn failure(desk: &Rt) -> DeskError {
    desk.file(&RemoteId("7".into()), now()).await.unwrap_err()
}

const HTML: &[&str] = &["Content-Type: text/html; charset=utf-8"];
const JSON: &[&str] = &["Content-Type: application/json"];

#[rstest]
#[case(
    "401 Unauthorized",
    JSON,
    r#"{"message":"Unauthorized"}"#,
    ErrorKind::SignIn,
    "sign-in"
)]
#[case("302 Found", &["Location: /NoAuth/Login.html"], "", ErrorKind::SignIn, "sign-in")]
#[case(
    "403 Forbidden",
    JSON,
    r#"{"message":"Forbidden"}"#,
    ErrorKind::Refused,
    "Forbidden"
)]
#[case(
    "404 Not Found",
    JSON,
    r#"{"message":"No such"}"#,
    ErrorKind::Refused,
    "No such"
)]
#[case(
    "400 Bad Request",
    JSON,
    r#"{"message":"bad \u001b[31mfield"}"#,
    ErrorKind::Refused,
    "bad"
)]
#[case("429 Too Many Requests", JSON, "{}", ErrorKind::TooMany, "left alone")]
#[case(
    "503 Service Unavailable",
    HTML,
    "<h1>Busy</h1>",
    ErrorKind::TooMany,
    "left alone"
)]
#[case("500 Internal Server Error", JSON, "", ErrorKind::Odd, "HTTP 500")]
#[case("502 Bad Gateway", HTML, "<h1>Bad</h1>", ErrorKind::Odd, "HTTP 502")]
#[case("200 OK", HTML, "<html>Welcome</html>", ErrorKind::Odd, "web page")]
#[case("200 OK", JSON, "{\"Content\":", ErrorKind::Odd, "not understood")]
#[tokio::test]
async fn every_failure_has_its_kind_and_a_sentence(
    #[case] status: &'static str,
    #[case] headers: &'static [&str],
    #[case] body: &'static str,
    #[case] kind: ErrorKind,
    #[case] words: &str,
) {
    let fake = Fake::new(move |_, _| says(status, headers, body));
    let error = failure(&desk(&fake.url)).await;
    assert_eq!(error.kind, kind, "{error}");
    let text = error.to_string();
    assert!(text.contains(words), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains("0123456789abcdef"));
    assert_eq!(
        fake.asked().len(),
        1,
        "no redirect was followed, nothing was tried again"
    );
}

#[rstest]
#[case("Retry-After: 120", 120)]
#[case("Retry-After: Tue, 24 Nov 2026 10:01:30 GMT", 90)]
#[case("Retry-After: Tue, 24 Nov 2026 09:00:00 GMT", 0)]
#[tokio::test]
async fn a_desk_that_wants_to_be_left_alone_says_until_when(
    #[case] header: &'static str,
    #[case] seconds: i64,
) {
    // The desk's clock need not be ours.
    let date = "Date: Tue, 24 Nov 2026 10:00:00 GMT";
    let fake = Fake::new(move |_, _| says("429 Too Many Requests", &[date, header], "{}"));
    let error = failure(&desk(&fake.url)).await;
    let wait = error.retry_at.unwrap() - now();
    assert_eq!(wait.num_seconds(), seconds);
}

#[tokio::test]
async fn a_question_is_asked_once_more_when_its_connection_was_closed() {
    let answer = |n: usize| match n {
        0 => Vec::new(),
        _ => says("200 OK", JSON, r#"{"id":7,"Content":"aGVs\nbG8=\n"}"#),
    };
    let fake = Fake::new(move |n, _| answer(n));
    let desk = desk(&fake.url);
    let bytes = desk.file(&RemoteId("7".into()), now()).await.unwrap();
    assert_eq!(bytes, b"hello");
    assert_eq!(fake.asked().len(), 2);
    assert_eq!(desk.traffic().0, 2);
    let closed = Fake::new(|_, _| Vec::new());
    let error = failure(&super::http::desk(&closed.url)).await;
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert_eq!(closed.asked().len(), 2, "and not again and again");
}

#[tokio::test]
async fn an_answer_that_ends_too_early_is_odd() {
    let whole = says("200 OK", JSON, r#"{"id":7,"Content":"aGVsbG8="}"#);
    let fake = Fake::new(move |_, _| whole[..whole.len() - 5].to_vec());
    let error = failure(&desk(&fake.url)).await;
    assert_eq!(error.kind, ErrorKind::Odd);
    assert!(
        error.to_string().contains("before it was complete"),
        "{error}"
    );
}

/// Whatever is left of an answer, it is never taken for a whole one.
#[tokio::test]
async fn an_answer_cut_at_any_byte_is_no_answer() {
    let whole = says("200 OK", JSON, r#"{"id":7,"Content":"aGVsbG8="}"#);
    let cut = Arc::new(AtomicUsize::new(0));
    let (at, all) = (cut.clone(), whole.clone());
    let fake = Fake::new(move |_, _| all[..at.load(Ordering::SeqCst)].to_vec());
    let desk = desk(&fake.url);
    for at in 0..whole.len() {
        cut.store(at, Ordering::SeqCst);
        let error = failure(&desk).await;
        let kinds = [ErrorKind::Unreachable, ErrorKind::Odd];
        assert!(kinds.contains(&error.kind), "cut at {at}: {error}");
    }
    cut.store(whole.len(), Ordering::SeqCst);
    let bytes = desk.file(&RemoteId("7".into()), now()).await.unwrap();
    assert_eq!(bytes, b"hello");
}

/// Text that is JSON and not what was asked for, or hardly JSON at all.
#[rstest]
#[case("null")]
#[case("{}\n{}")]
#[case(r#"{"id":7,"Content":7}"#)]
#[case(r#"{"id":7,"Content":"\ud800"}"#)]
#[case(r#"{"id":7,"Content":"not base64 \u0000"}"#)]
#[case(&format!("{{\"Content\":{}", "[".repeat(100_000)))]
#[case(&format!("{{\"Content\":1e{}}}", "9".repeat(400)))]
#[tokio::test]
async fn hostile_json_is_odd(#[case] body: &str) {
    let body = body.to_owned();
    let fake = Fake::new(move |_, _| says("200 OK", JSON, &body));
    let error = failure(&desk(&fake.url)).await;
    assert_eq!(error.kind, ErrorKind::Odd, "{error}");
    assert!(error.to_string().len() < 1000, "{error}");
}

fn trusting(url: &str, ca_file: Option<&str>) -> Rt {
    let settings = deskhand::desk::rt::Settings {
        ca_file: ca_file.map(Into::into),
        ..live::settings(url, Auth::Token("1-39-0123456789abcdef".into()))
    };
    Rt::new(settings).unwrap()
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_said_so_and_what_to_do() {
    let fake = Fake::secret(|_, _| says("200 OK", JSON, r#"{"id":7,"Content":"aGVsbG8="}"#));
    let error = failure(&trusting(&fake.url, None)).await;
    assert_eq!(error.kind, ErrorKind::Unreachable);
    let text = error.to_string();
    for words in [
        "the TLS certificate of 127.0.0.1:",
        "is not trusted; ",
        "ca-file below [desk] in config.toml",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(fake.asked().is_empty(), "the secret was not sent");
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_if_the_settings_name_it() {
    let fake = Fake::secret(|_, _| says("200 OK", JSON, r#"{"id":7,"Content":"aGVsbG8="}"#));
    let desk = trusting(&fake.url, Some(AUTHORITY));
    let bytes = desk.file(&RemoteId("7".into()), now()).await.unwrap();
    assert_eq!(bytes, b"hello");
    // For that name only.
    let port = fake.url.rsplit(':').next().unwrap();
    let other = trusting(
        &format!("https://[::ffff:127.0.0.1]:{port}"),
        Some(AUTHORITY),
    );
    let error = failure(&other).await;
    assert_eq!(error.kind, ErrorKind::Unreachable, "{error}");
}

#[tokio::test]
async fn who_is_not_there_is_unreachable_and_why() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", port.local_addr().unwrap());
    drop(port);
    let error = failure(&desk(&url)).await;
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(
        error.to_string().contains("refused the connection"),
        "{error}"
    );
    // A name that by agreement nobody has.
    let error = failure(&desk("http://desk.invalid")).await;
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.to_string().contains("desk.invalid"), "{error}");
}

#[tokio::test]
async fn it_says_who_it_is_and_is_no_browser() {
    let fake = Fake::new(|_, _| says("200 OK", JSON, r#"{"id":7,"Content":""}"#));
    let desk = desk(&format!("{}/rt/REST/2.0/", fake.url));
    desk.file(&RemoteId("7".into()), now()).await.unwrap();
    let asked = fake.asked().remove(0);
    assert_eq!(asked.line, "GET /rt/REST/2.0/attachment/7");
    assert!(asked.headers.contains("user-agent: deskhand/"));
    assert!(asked.headers.contains("authorization: token 1-39-"));
    assert!(!asked.headers.contains("mozilla") && !asked.headers.contains("cookie"));
}

#[rstest]
#[case("desk.example.org", "no address")]
#[case("ftp://desk.example.org", "https://")]
#[case("https://me:secret@desk.example.org", "do not belong")]
fn an_address_that_is_none_is_said_so(#[case] url: &str, #[case] words: &str) {
    let auth = Auth::Token("t".into());
    let error = Rt::new(live::settings(url, auth)).unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn certificate_authorities_that_cannot_be_read_are_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    for content in [None, Some("no certificate")] {
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let settings = deskhand::desk::rt::Settings {
            ca_file: Some(path.clone()),
            ..live::settings("https://desk.example.org", Auth::Token("t".into()))
        };
        let error = Rt::new(settings).unwrap_err().to_string();
        assert!(error.contains("ca.pem"), "{error}");
    }
}

#[tokio::test]
async fn a_lost_session_is_renewed_once() {
    let fake = Fake::new(|n, asked| match n {
        _ if asked.line.starts_with("POST /NoAuth") => {
            let cookie = format!("Set-Cookie: RT_SID_desk.80=secret{n}; path=/; HttpOnly");
            says(
                "200 OK",
                &["Content-Type: text/html", cookie.as_str()],
                "<html>",
            )
        }
        3.. => says("200 OK", JSON, r#"{"id":7,"Content":""}"#),
        _ => says("302 Found", &["Location: /NoAuth/Login.html"], ""),
    });
    let auth = Auth::Password {
        user: "ines".into(),
        password: "pw".to_owned().into(),
    };
    let desk = Rt::new(live::settings(&fake.url, auth)).unwrap();
    desk.file(&RemoteId("7".into()), now()).await.unwrap();
    desk.file(&RemoteId("8".into()), now()).await.unwrap();
    let asked = fake.asked();
    let sign_ins = asked.iter().filter(|a| a.line.starts_with("POST"));
    assert_eq!(sign_ins.count(), 2);
    assert_eq!(asked.len(), 5);
    assert!(asked[4].headers.contains("cookie: rt_sid_desk.80=secret2"));
}
