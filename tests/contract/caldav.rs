//! Calendar servers of every sort: with and without a memory of changes, forgetful, broken off, hostile.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use deskhand::desk::caldav::{CalDav, CalDavSettings, News, Wrote};
use deskhand::desk::{ErrorKind, Secret};
use deskhand::domain::absence::{Guard, Known, Person, Post, Told};
use deskhand::domain::calendar::Calendar;
use deskhand::domain::people::{Agent, AgentId};
use deskhand::domain::sla::Policy;
use deskhand::domain::text::Untrusted;
use deskhand::shell::plans::new_absence_id;
use deskhand::store::{Reader, Rules, Writer};
use deskhand::sync::{SharedRound, share};
use rstest::rstest;

use super::fake::{Asked, Fake, Says, says};
use super::now;

/// What a server does beside what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It tells what changed (RFC 6578).
    Remembers,
    /// It only has marks.
    Marks,
    /// It gives no mark for what it has just taken.
    Silent,
    /// It takes a write and the answer never comes, the first time.
    BreaksOff,
    /// Its paths are written otherwise than ours.
    Spells,
}

#[derive(Default)]
pub struct Kept {
    events: BTreeMap<String, (u32, String)>,
    /// What happened to which event, oldest first.
    log: Vec<String>,
    mark: u32,
    broke: bool,
}

const MULTI: &str = "207 Multi-Status";

fn multi(inner: &str) -> Says {
    let body = format!(
        "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\" xmlns:cal=\"urn:ietf:params:xml:ns:caldav\">{inner}</D:multistatus>"
    );
    says(MULTI, &["Content-Type: application/xml"], &body)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('\r', "&#13;")
}

impl Kept {
    /// Somebody else writes.
    pub fn put(&mut self, path: &str, text: &str) {
        self.mark += 1;
        self.events
            .insert(path.to_owned(), (self.mark, text.to_owned()));
        self.log.push(path.to_owned());
    }

    fn response(&self, path: &str, shown: &str, with_text: bool) -> String {
        let Some((mark, text)) = self.events.get(path) else {
            return format!(
                "<D:response><D:href>{shown}</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>"
            );
        };
        let text = match with_text {
            true => format!("<cal:calendar-data>{}</cal:calendar-data>", escaped(text)),
            false => String::new(),
        };
        format!(
            "<D:response><D:href>{shown}</D:href><D:propstat><D:prop><D:getetag>\"{mark}\"</D:getetag>{text}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat><D:propstat><D:prop><D:displayname/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>"
        )
    }

    fn answer(&mut self, asked: &Asked, manner: Manner) -> Says {
        let (verb, path) = asked.line.split_once(' ').unwrap();
        let spell = |path: &str| match manner {
            Manner::Spells => path.replace('@', "%40").replace("team", "te%61m"),
            _ => path.to_owned(),
        };
        let path = path.replace("%40", "@").replace("te%61m", "team");
        match verb {
            "PUT" | "DELETE" => self.write(verb, &path, asked, manner),
            "REPORT" if asked.body.contains("sync-collection") => {
                if matches!(manner, Manner::Marks | Manner::Spells) {
                    return says("403 Forbidden", &[], "");
                }
                let since = asked.body.split("<d:sync-token>").nth(1).unwrap();
                let since: Option<usize> = since
                    .split('<')
                    .next()
                    .unwrap()
                    .strip_prefix("t-")
                    .map(|n| n.parse().unwrap());
                let mut paths: Vec<String> = match since {
                    Some(since) => self.log[since..].to_vec(),
                    None => self.events.keys().cloned().collect(),
                };
                paths.sort();
                paths.dedup();
                let all: String = paths.iter().map(|p| self.response(p, p, false)).collect();
                multi(&format!(
                    "{all}<D:sync-token>t-{}</D:sync-token>",
                    self.log.len()
                ))
            }
            "REPORT" => {
                let hrefs = asked.body.split("<d:href>").skip(1);
                let hrefs = hrefs.map(|h| h.split('<').next().unwrap().to_owned());
                let all: String = hrefs.map(|p| self.response(&p, &spell(&p), true)).collect();
                multi(&all)
            }
            _ => {
                let own = format!(
                    "<D:response><D:href>{}</D:href><D:propstat><D:prop><D:resourcetype><D:collection/><cal:calendar/></D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>",
                    spell("/u@x/team/")
                );
                let all: String = self
                    .events
                    .keys()
                    .map(|p| self.response(p, &spell(p), false))
                    .collect();
                multi(&(own + &all))
            }
        }
    }

    fn write(&mut self, verb: &str, path: &str, asked: &Asked, manner: Manner) -> Says {
        let has = self.events.get(path).map(|(mark, _)| format!("\"{mark}\""));
        let header = |name: &str| {
            asked
                .headers
                .lines()
                .find_map(|l| l.strip_prefix(name).map(str::to_owned))
        };
        let fits = match (header("if-match: "), header("if-none-match: ")) {
            (Some(etag), _) => has == Some(etag),
            (None, Some(_)) => has.is_none(),
            (None, None) => panic!("a write without a condition: {asked:?}"),
        };
        if !fits {
            return says("412 Precondition Failed", &[], "");
        }
        self.mark += 1;
        match verb {
            "PUT" => self
                .events
                .insert(path.to_owned(), (self.mark, asked.body.clone())),
            _ => self.events.remove(path),
        };
        self.log.push(path.to_owned());
        if manner == Manner::BreaksOff && !std::mem::replace(&mut self.broke, true) {
            return Vec::new();
        }
        let etag = format!("ETag: \"{}\"", self.mark);
        match manner {
            Manner::Silent => says("201 Created", &[], ""),
            _ => says("201 Created", &[&etag], ""),
        }
    }
}

pub fn server(manner: Manner) -> (Fake, Arc<Mutex<Kept>>) {
    let kept = Arc::new(Mutex::new(Kept::default()));
    let own = kept.clone();
    let fake = Fake::new(move |_, asked| own.lock().unwrap().answer(asked, manner));
    (fake, kept)
}

fn calendar(url: &str) -> CalDav {
    CalDav::new(CalDavSettings {
        url: format!("{url}/u@x/team/"),
        user: Some("ana".into()),
        secret: Secret::from("pw"),
        ca_file: None,
    })
    .unwrap()
}

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

/// One person's store.
struct Client {
    _folder: tempfile::TempDir,
    writer: Writer,
    url: String,
}

impl Client {
    fn new(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rules = Rules {
            policy: Policy::mydre(),
            calendar: Calendar::standard(),
            me: agent("ana"),
        };
        let opened = Writer::open(&folder.path().join("d.db"), rules, now()).unwrap();
        Self {
            _folder: folder,
            writer: opened.writer,
            url: url.to_owned(),
        }
    }

    async fn share(&mut self) -> SharedRound {
        let people = ["ana", "ben", "cleo"];
        let known = Known {
            agents: people
                .iter()
                .map(|n| Agent {
                    id: agent(n),
                    name: Untrusted::new(*n),
                    tenants: vec![],
                })
                .collect(),
            people: people.iter().map(|n| Person::new(agent(n))).collect(),
            calendar: Calendar::standard(),
            zone: chrono_tz::Europe::Amsterdam,
        };
        let server = calendar(&self.url);
        let ledger = Mutex::new(&mut self.writer);
        share(
            &ledger,
            (&server, &self.url),
            &known,
            (now(), new_absence_id),
        )
        .await
        .unwrap()
    }

    fn add(&mut self, day: &str) {
        use deskhand::domain::absence::{Absence, Cover, Length, Scope, Times};
        let start = format!("{day}T00:00:00").parse().unwrap();
        let mut times = Times::once(start, Length::days(2), chrono_tz::Europe::Amsterdam);
        times.all_day = true;
        let absence = Absence {
            id: new_absence_id(),
            who: agent("ana"),
            times,
            why: Default::default(),
            covers: vec![Cover {
                who: agent("ben"),
                scope: Scope::default(),
            }],
            note: Untrusted::default(),
            uid: None,
        };
        self.writer.put_planned(&[absence], now()).unwrap();
    }

    fn plan(&self) -> Vec<String> {
        let plan = Reader::open(self.writer.path())
            .unwrap()
            .shared_plan()
            .unwrap();
        assert!(
            plan.rows.iter().all(|r| r.sending.is_none()),
            "nothing is left unclear"
        );
        let mut all: Vec<String> = plan
            .absences
            .iter()
            .map(|a| format!("{} {} {}", a.id, a.times.start.date(), a.times.length.days))
            .collect();
        all.sort();
        all
    }

    fn drop_first(&mut self) {
        let id = Reader::open(self.writer.path())
            .unwrap()
            .shared_plan()
            .unwrap()
            .absences[0]
            .id
            .clone();
        self.writer.drop_planned(&id, now()).unwrap();
    }
}

#[rstest]
#[case(Manner::Remembers)]
#[case(Manner::Marks)]
#[case(Manner::Silent)]
#[case(Manner::BreaksOff)]
#[case(Manner::Spells)]
#[tokio::test]
async fn two_share_a_plan_through_any_of_them(#[case] manner: Manner) {
    let (fake, kept) = server(manner);
    let (mut ana, mut ben) = (Client::new(&fake.url), Client::new(&fake.url));
    ana.add("2026-12-01");
    let first = ana.share().await;
    if manner == Manner::BreaksOff {
        assert_eq!(first.trouble.unwrap().kind, ErrorKind::Unreachable);
        assert_eq!(ana.share().await.sent, 0, "it had arrived");
    } else {
        assert_eq!((first.sent, first.trouble), (1, None));
    }
    assert_eq!(kept.lock().unwrap().events.len(), 1);
    assert_eq!(ben.share().await.took.len(), 1);
    ben.add("2026-12-08");
    assert_eq!(ben.share().await.sent, 1);
    assert_eq!(ana.share().await.took.len(), 1);
    assert_eq!(ana.plan(), ben.plan());
    assert_eq!(ana.plan().len(), 2);
    ana.drop_first();
    assert_eq!(ana.share().await.sent, 1);
    assert_eq!(ben.share().await.lost.len(), 1);
    assert_eq!(ana.plan(), ben.plan());
    // Whoever has nothing to say and hears nothing asks once, or twice where the server has only marks.
    let before = fake.asked().len();
    for client in [&mut ana, &mut ben] {
        let quiet = client.share().await;
        assert_eq!(quiet, SharedRound::default());
    }
    let asked = fake.asked().len() - before;
    assert!(asked <= 2 * 3, "{asked}");
    assert!(
        fake.asked()
            .iter()
            .all(|a| a.headers.contains("authorization: basic "))
    );
}

#[tokio::test]
async fn a_server_that_forgot_its_memory_is_asked_for_everything() {
    let fake = Fake::new(|_, asked| {
        if asked.body.contains("<d:sync-token>old") {
            return says(
                "403 Forbidden",
                &[],
                "<D:error xmlns:D=\"DAV:\"><D:valid-sync-token/></D:error>",
            );
        }
        multi(
            "<D:response><D:href>/u@x/team/a.ics</D:href><D:propstat><D:prop><D:getetag>\"1\"</D:getetag></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response><D:sync-token>new</D:sync-token>",
        )
    });
    let news = calendar(&fake.url).news(Some("old"), now()).await.unwrap();
    let wanted = News {
        changed: vec![("/u@x/team/a.ics".into(), "\"1\"".into())],
        gone: vec![],
        token: Some("new".into()),
        whole: true,
    };
    assert_eq!(news, wanted);
}

#[tokio::test]
async fn what_is_told_in_parts_is_asked_for_to_its_end() {
    let event = |name: &str, status: &str| {
        let prop = match status {
            "200" => {
                "<D:propstat><D:prop><D:getetag>\"1\"</D:getetag></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
            }
            _ => "<D:status>HTTP/1.1 404 Not Found</D:status>",
        };
        format!("<D:response><D:href>/u@x/team/{name}.ics</D:href>{prop}</D:response>")
    };
    let more = "<D:response><D:href>/u@x/team/</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status></D:response>";
    let fake = Fake::new(move |n, _| match n {
        0 => multi(&format!(
            "{}{more}<D:sync-token>one</D:sync-token>",
            event("a", "200")
        )),
        _ => multi(&format!(
            "{}{}<D:sync-token>two</D:sync-token>",
            event("b", "200"),
            event("a", "404")
        )),
    });
    let news = calendar(&fake.url).news(Some("zero"), now()).await.unwrap();
    assert_eq!(news.changed.len(), 1);
    assert_eq!(news.gone, ["/u@x/team/a.ics"]);
    assert_eq!(news.token.as_deref(), Some("two"));
    assert!(fake.asked()[1].body.contains("<d:sync-token>one<"));
}

#[rstest]
#[case("401 Unauthorized", "", ErrorKind::SignIn, "sign-in")]
#[case("404 Not Found", "", ErrorKind::Refused, "correct url")]
#[case("301 Moved Permanently", "", ErrorKind::Refused, "somewhere else")]
#[case("503 Service Unavailable", "", ErrorKind::TooMany, "left alone")]
#[case("500 Internal Server Error", "", ErrorKind::Odd, "HTTP 500")]
#[case(MULTI, "<html>", ErrorKind::Odd, "not understood")]
#[case(MULTI, "", ErrorKind::Odd, "not understood")]
#[case("200 OK", "<html/>", ErrorKind::Odd, "HTTP 200")]
#[tokio::test]
async fn every_failure_has_its_kind_and_a_sentence(
    #[case] status: &'static str,
    #[case] body: &'static str,
    #[case] kind: ErrorKind,
    #[case] words: &str,
) {
    let fake = Fake::new(move |_, _| says(status, &[], body));
    let error = calendar(&fake.url).about(now()).await.unwrap_err();
    assert_eq!(error.kind, kind, "{error}");
    assert!(error.to_string().contains(words), "{error}");
    assert!(!error.to_string().contains("pw"));
}

#[tokio::test]
async fn hostile_answers_are_words_and_no_more() {
    let deep = format!("{}{}", "<a>".repeat(500), "</a>".repeat(500));
    let bomb = "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>&b;</D:href></D:response></D:multistatus>";
    for body in [
        deep.clone(),
        "<a".into(),
        bomb.into(),
        "\u{0}\u{1b}[31m".into(),
    ] {
        let fake = Fake::new(move |_, _| says(MULTI, &[], &body));
        let server = calendar(&fake.url);
        if let Ok(news) = server.news(None, now()).await {
            assert!(news.changed.is_empty());
        }
    }
    // What lies at another server is nobody's: our password does not go there.
    let fake = Fake::new(|_, _| {
        multi(
            "<D:response><D:href>https://evil.example/x.ics</D:href><D:propstat><D:prop><D:getetag>\"1\"</D:getetag></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response><D:sync-token>t</D:sync-token>",
        )
    });
    assert!(
        calendar(&fake.url)
            .news(None, now())
            .await
            .unwrap()
            .changed
            .is_empty()
    );
}

#[rstest]
#[case("403 Forbidden", "may not write")]
#[case("409 Conflict", "does not take it")]
#[tokio::test]
async fn what_a_server_does_not_take_is_said_and_stays_here(
    #[case] status: &'static str,
    #[case] words: &str,
) {
    let fake = Fake::new(move |_, asked| match asked.line.starts_with("PUT") {
        true => says(status, &[], ""),
        false => multi("<D:sync-token>t</D:sync-token>"),
    });
    let mut ana = Client::new(&fake.url);
    ana.add("2026-12-01");
    let round = ana.share().await;
    assert_eq!((round.refused.len(), round.trouble), (1, None));
    assert!(
        round.refused[0].contains(words) && round.refused[0].contains("; "),
        "{:?}",
        round.refused
    );
    assert_eq!(ana.plan().len(), 1);
    let puts = fake
        .asked()
        .iter()
        .filter(|a| a.line.starts_with("PUT"))
        .count();
    assert_eq!(puts, 1, "not again and again");
}

/// An entry of two events, or of one turn of a series without the series, is read; it is not written over.
#[rstest]
#[case(
    "BEGIN:VEVENT\r\nUID:a@x\r\nSUMMARY:ben: leave\r\nDTSTART;VALUE=DATE:20261207\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:b@x\r\nSUMMARY:ben: course\r\nDTSTART;VALUE=DATE:20261214\r\nEND:VEVENT\r\n"
)]
#[case(
    "BEGIN:VEVENT\r\nUID:a@x\r\nRECURRENCE-ID;VALUE=DATE:20261207\r\nSUMMARY:ben: leave\r\nDTSTART;VALUE=DATE:20261207\r\nEND:VEVENT\r\n"
)]
#[tokio::test]
async fn what_is_more_than_one_event_is_read_and_said_to_stay_here(#[case] events: &str) {
    let (fake, kept) = server(Manner::Remembers);
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
    kept.lock().unwrap().put("/u@x/team/two.ics", &text);
    let mut ana = Client::new(&fake.url);
    let round = ana.share().await;
    assert_eq!((round.took.len(), round.refused.len()), (1, 0), "{round:?}");
    // Taken away here: neither half an entry nor all of it is taken away there, and it is said each time.
    ana.drop_first();
    for _ in 0..2 {
        let round = ana.share().await;
        assert_eq!((round.sent, round.refused.len()), (0, 1), "{round:?}");
        let why = &round.refused[0];
        assert!(
            why.contains("of ben was taken away here only") && why.contains("; do the same"),
            "{why}"
        );
    }
    let there = kept.lock().unwrap();
    assert!(there.events.values().any(|e| e.1 == text), "as it was");
}

#[tokio::test]
async fn a_write_names_its_condition_and_a_met_one_is_no_failure() {
    let (fake, kept) = server(Manner::Remembers);
    let server = calendar(&fake.url);
    let post = |guard, text: Option<&str>| Post {
        href: "/u@x/team/a.ics".into(),
        guard,
        text: text.map(str::to_owned),
    };
    let done = server
        .write(&post(Guard::New, Some("one")), now())
        .await
        .unwrap();
    assert_eq!(done, Wrote::Done(Some("\"1\"".into())));
    assert_eq!(
        server
            .write(&post(Guard::New, Some("two")), now())
            .await
            .unwrap(),
        Wrote::Met
    );
    let stale = post(Guard::Is("\"9\"".into()), None);
    assert_eq!(server.write(&stale, now()).await.unwrap(), Wrote::Met);
    let told = server
        .fetch(&["/u@x/team/a.ics".into(), "/u@x/team/b.ics".into()], now())
        .await
        .unwrap();
    assert_eq!(
        told[0].1,
        Told::Is {
            etag: "\"1\"".into(),
            text: "one".into()
        }
    );
    assert_eq!(told[1].1, Told::Gone);
    assert_eq!(kept.lock().unwrap().events.len(), 1);
}
