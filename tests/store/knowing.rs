//! Registers, requests and articles in the store.

use deskhand::domain::absence::Team;
use deskhand::domain::calendar::Calendar;
use deskhand::domain::import::NewTicket;
use deskhand::domain::knowledge::{Article, ArticleKey};
use deskhand::domain::register::duty::{Duties, Known, occasions};
use deskhand::domain::register::{Record, Register};
use deskhand::domain::request::Form;
use deskhand::domain::text::Untrusted;
use deskhand::domain::ticket::Kind;
use deskhand::store::{AuditVerdict, Put, Remembered, StoreError};

use super::scene::*;

fn row(register: Register, cells: &[(&str, &str)]) -> Record {
    Record::new(register, cells.iter().copied()).unwrap()
}

fn tenant(code: &str, name: &str) -> Record {
    row(Register::Tenants, &[("code", code), ("name", name)])
}

fn put(added: usize, changed: usize, same: usize, dropped: usize) -> Put {
    Put {
        added,
        changed,
        same,
        dropped,
    }
}

fn new_ticket(kind: Kind) -> NewTicket {
    NewTicket {
        subject: Untrusted::new("a new user"),
        body: Untrusted::new("text"),
        requester: Some(Untrusted::new("Jan")),
        tenant: None,
        workspace: None,
        kind,
        priority: None,
        assignee: None,
        labels: Vec::new(),
    }
}

fn article(key: &str, title: &str, body: &str) -> Article {
    let key = ArticleKey::parse(key).unwrap();
    Article::new(key, Untrusted::new(title), Untrusted::new(body), now())
}

#[test]
fn rows_are_put_in_place_of_those_of_their_names_and_taken_away() {
    let mut s = Scene::new();
    let me = agent("ana");
    let mut put_all = |rows: &[Record], drop: &[&str]| {
        let drop: Vec<String> = drop.iter().map(|d| (*d).to_owned()).collect();
        s.writer
            .put_records(Register::Tenants, rows, &drop, &me, now())
            .unwrap()
    };
    assert_eq!(
        put_all(&[tenant("umc", "UMC"), tenant("vu", "VU")], &[]),
        put(2, 0, 0, 0)
    );
    assert_eq!(
        put_all(&[tenant("umc", "UMC"), tenant("vu", "V.U.")], &[]),
        put(0, 1, 1, 0)
    );
    assert_eq!(put_all(&[], &["VU", "nobody"]), put(0, 0, 0, 1));
    let book = s.reader.book().unwrap();
    assert_eq!(book.of(Register::Tenants).count(), 1);
    assert_eq!(
        book.find(Register::Tenants, "umc"),
        Some(&tenant("umc", "UMC"))
    );
    // The trail says how many, not what they hold.
    let trail = s.reader.audit(10, None).unwrap();
    assert_eq!(trail.len(), 3);
    assert!(trail.iter().all(|r| !r.detail.contains("UMC")));
    assert!(matches!(
        s.reader.verify_audit().unwrap(),
        AuditVerdict::Whole(3)
    ));
}

#[test]
fn what_is_in_the_registers_is_known_to_completion() {
    let mut s = Scene::new();
    let me = agent("ana");
    s.writer
        .put_records(Register::Tenants, &[tenant("umc", "UMC")], &[], &me, now())
        .unwrap();
    let workspace = row(
        Register::Workspaces,
        &[("name", "dws-9-new"), ("tenant", "umc")],
    );
    s.writer
        .put_records(Register::Workspaces, &[workspace], &[], &me, now())
        .unwrap();
    let v = s.reader.vocabulary(now()).unwrap();
    assert_eq!(v.tenants.len(), 1);
    assert_eq!(v.tenants[0].name.raw(), "UMC");
    assert!(v.workspaces.contains(&Untrusted::new("dws-9-new")));
}

#[test]
fn a_request_is_a_ticket_and_its_form_and_goes_when_the_ticket_goes() {
    let mut s = Scene::new();
    let me = agent("ana");
    let mut form = Form::new(Kind::NewUser);
    form.answers
        .insert("first-name".into(), Untrusted::new("Jan"));
    let t = s
        .writer
        .create_request(&new_ticket(Kind::NewUser), &form, &me, now())
        .unwrap();
    assert_eq!(s.reader.request(t.id).unwrap(), Some(form.clone()));
    let kept = s
        .writer
        .keep_request(t.id, &me, now(), r#"{"act":"set"}"#, |kept| {
            let mut form = kept.unwrap();
            form.vendor = Some(Untrusted::new("#1"));
            Ok(form)
        })
        .unwrap();
    assert_eq!(s.reader.request(t.id).unwrap(), Some(kept.clone()));
    // What is said against it leaves everything as it was.
    let no = s
        .writer
        .keep_request(t.id, &me, now(), "{}", |_| Err("not so".into()));
    assert!(matches!(no, Err(StoreError::Refused(why)) if why == "not so"));
    assert_eq!(s.reader.request(t.id).unwrap(), Some(kept));
    assert_eq!(s.reader.requests(false, 10).unwrap().len(), 1);
    // The trail holds nobody's answers.
    let trail = s.reader.audit(10, Some(t.id)).unwrap();
    assert!(trail.iter().all(|r| !r.detail.contains("Jan")), "{trail:?}");
    assert_eq!(trail.len(), 3);
    let nobody = deskhand::domain::ticket::TicketId(1);
    assert!(
        s.writer
            .keep_request(nobody, &me, now(), "{}", |_| Ok(form))
            .is_err()
    );
}

#[test]
fn a_duty_makes_its_ticket_once_a_period() {
    let mut s = Scene::new();
    let me = agent("ana");
    let share = row(Register::Share, &[("name", "R"), ("tenant", "umc")]);
    s.writer
        .put_records(Register::Tenants, &[tenant("umc", "UMC")], &[], &me, now())
        .unwrap();
    s.writer
        .put_records(Register::Share, &[share], &[], &me, now())
        .unwrap();
    let book = s.reader.book().unwrap();
    let calendar = Calendar::standard();
    let span = (now(), now() + chrono::TimeDelta::days(1));
    let team = Team::new(&[], &calendar, &[], span);
    let known = Known {
        book: &book,
        articles: &[],
        scope: &[],
        away: &[],
        team: &team,
        now: now(),
    };
    let at = |on: &str| occasions(&Duties::shipped(), known, on.parse().unwrap()).remove(0);
    let o = at("2026-11-24");
    assert_eq!(s.reader.duty_done(&o.duty, &o.period).unwrap(), None);
    let made = s.writer.do_duty(&o, &me, now()).unwrap().unwrap();
    assert_eq!(made.kind, Kind::SoftwareShare);
    assert_eq!(
        s.reader.duty_done(&o.duty, &o.period).unwrap(),
        Some(made.id)
    );
    assert_eq!(
        s.writer.do_duty(&at("2026-12-31"), &me, now()).unwrap(),
        None
    );
    assert!(
        s.writer
            .do_duty(&at("2027-01-01"), &me, now())
            .unwrap()
            .is_some()
    );
}

#[test]
fn words_of_an_article_are_found_as_it_is_now() {
    let mut s = Scene::new();
    let me = agent("ana");
    let all = [
        article("mount", "Mount the share", "Use the café menu."),
        article(
            "license",
            "License servers",
            "A server that the share mounts not at all.",
        ),
    ];
    s.writer.put_articles(&all, &me, now()).unwrap();
    let found = |s: &Scene, words: &str| -> Vec<String> {
        let found = s.reader.find_articles(words, 10).unwrap();
        found.iter().map(|f| f.article.key.to_string()).collect()
    };
    // The title weighs more than the text.
    assert_eq!(found(&s, "mount"), ["mount", "license"]);
    assert_eq!(found(&s, "cafe"), ["mount"]);
    assert_eq!(
        found(&s, "serv shar"),
        ["license"].repeat(0),
        "only the last word may be begun"
    );
    assert_eq!(found(&s, "server shar"), ["license"]);
    for odd in ["", "\"", "* OR", "a\" OR \"b", "title:mount"] {
        let _ = found(&s, odd);
    }
    let key = ArticleKey::parse("mount").unwrap();
    s.writer
        .change_article(&key, &me, now(), "changed", |a| {
            a.body = Untrusted::new("Nothing.")
        })
        .unwrap()
        .unwrap();
    assert!(found(&s, "cafe").is_empty());
    assert!(s.writer.drop_article(&key, &me, now()).unwrap());
    assert_eq!(found(&s, "mounts"), ["license"]);
    assert!(!s.writer.drop_article(&key, &me, now()).unwrap());
    let again = s.writer.add_article(&all[1], &me, now()).unwrap();
    assert_eq!(again.key.as_str(), "license-2");
    assert_eq!(s.reader.article(&again.key).unwrap(), Some(again));
}

#[test]
fn acts_on_registers_and_articles_are_taken_back_but_not_over_somebody_elses() {
    let mut s = Scene::new();
    let (me, bo) = (agent("ana"), agent("bo"));
    let put = |s: &mut Scene, by, rows: &[Record], drop: &[&str]| {
        let drop: Vec<String> = drop.iter().map(|d| (*d).to_owned()).collect();
        s.writer
            .put_records(Register::Tenants, rows, &drop, by, now())
            .unwrap();
    };
    let names = |s: &Scene| -> Vec<String> {
        let book = s.reader.book().unwrap();
        let rows = book.of(Register::Tenants);
        rows.map(|r| r.raw("name").to_owned()).collect()
    };
    put(&mut s, &me, &[tenant("a", "A"), tenant("b", "B")], &[]);
    put(&mut s, &me, &[tenant("a", "A2"), tenant("c", "C")], &["b"]);
    put(&mut s, &bo, &[tenant("c", "C2")], &[]);
    assert_eq!(names(&s), ["A2", "C2"]);
    let back = |s: &mut Scene, by| s.writer.put_back(Remembered::Registers, by, now()).unwrap();
    let done = back(&mut s, &me).unwrap();
    assert_eq!(
        (done.back, done.stays),
        (vec!["a".into(), "b".into()], vec!["c".to_owned()])
    );
    assert_eq!(names(&s), ["A", "B", "C2"]);
    back(&mut s, &me).unwrap();
    assert_eq!(names(&s), ["C2"]);
    assert_eq!(back(&mut s, &me), None);
    // A row that one act touches twice is what it was before the first time.
    let twice = [tenant("c", "C3"), tenant("c", "C4")];
    put(&mut s, &me, &twice, &[]);
    back(&mut s, &me).unwrap();
    assert_eq!(names(&s), ["C2"]);
    for n in 0..25 {
        put(&mut s, &me, &[tenant("d", &n.to_string())], &[]);
    }
    let many = std::iter::from_fn(|| back(&mut s, &me)).count();
    assert_eq!(many, 20, "what was taken away does not lie there for long");

    let mut a = article("mount", "Mount", "one");
    s.writer
        .put_articles(std::slice::from_ref(&a), &me, now())
        .unwrap();
    a.body = Untrusted::new("two");
    s.writer
        .put_articles(std::slice::from_ref(&a), &me, now())
        .unwrap();
    s.writer.drop_article(&a.key, &me, now()).unwrap();
    let mut left = Vec::new();
    for _ in 0..3 {
        s.writer
            .put_back(Remembered::Articles, &me, now())
            .unwrap()
            .unwrap();
        left.push(
            s.reader
                .article(&a.key)
                .unwrap()
                .map(|a| a.body.raw().to_owned()),
        );
    }
    assert_eq!(left, [Some("two".into()), Some("one".into()), None]);
    assert!(s.reader.find_articles("one", 5).unwrap().is_empty());
}
