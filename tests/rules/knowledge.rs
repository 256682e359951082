//! Knowledge: articles as files, as plain text, and as what is left of a ticket.

use chrono::{DateTime, Utc};
use deskhand::domain::knowledge::{
    Article, ArticleKey, Stale, correction, draft, from_file, lines, plain, to_file,
    without_personal_data,
};
use deskhand::domain::people::AgentId;
use deskhand::domain::sla::Side;
use deskhand::domain::text::Untrusted;
use deskhand::domain::thread::{Author, Message, MessageId, Thread, Visibility};
use deskhand::domain::ticket::{Status, TicketId, TicketKey};
use proptest::prelude::*;
use rstest::rstest;

use super::gate::ticket;

fn now() -> DateTime<Utc> {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

fn article(title: &str, body: &str) -> Article {
    let key = ArticleKey::parse("mount").unwrap();
    Article::new(key, Untrusted::new(title), Untrusted::new(body), now())
}

/// What somebody said: who, whether of the team, whether the requester reads it.
fn said(who: &str, ours: bool, public: bool, body: &str) -> Message {
    Message {
        id: MessageId(0),
        ticket: TicketId(1),
        at: now(),
        author: match ours {
            true => Author::Agent {
                id: AgentId::parse(who).unwrap(),
            },
            false => Author::Requester {
                name: Untrusted::new(who),
            },
        },
        visibility: match public {
            true => Visibility::Public,
            false => Visibility::Internal,
        },
        body: Untrusted::new(body),
        cut_from: None,
        attachments: Vec::new(),
        waiting: false,
        missing: false,
    }
}

fn thread_of(subject: &str, mut messages: Vec<Message>) -> Thread {
    for (n, m) in messages.iter_mut().enumerate() {
        m.id = MessageId(i64::try_from(n).unwrap());
    }
    let mut ticket = ticket(1);
    ticket.subject = Untrusted::new(subject);
    Thread {
        ticket,
        messages,
        timeline: Vec::new(),
        links: Vec::new(),
        drafts: Vec::new(),
        into: None,
        opened_by: Side::Requester,
        first_status: Status::New,
        clock_events: Vec::new(),
        merged: Vec::new(),
        further: Vec::new(),
        whole: true,
        vendor: None,
    }
}

#[rstest]
#[case(
    "# One\n\nSome *plain* **text** and `code`.",
    "One\n===\n\nSome plain text and code."
)]
#[case("Two  \nlines\nhere", "Two\nlines here")]
#[case("- a\n- b\n  - c\n\n1. x\n2. y", "- a\n- b\n  - c\n\n1. x\n2. y")]
#[case(
    "[here](https://x.nl) and <https://y.nl>",
    "here (https://x.nl) and https://y.nl"
)]
#[case("![the menu](a.png)", "[picture] the menu (a.png)")]
#[case("> a\n>\n> b", "> a\n>\n> b")]
#[case("```sh\nls\n\nrm\n```\nafter", "    ls\n\n    rm\n\nafter")]
#[case("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2")]
#[case("a<br>b", "a\nb")]
#[case("- [x] done\n- [ ] open", "- [x] done\n- [ ] open")]
#[case("1. a\n\n   b\n2. c", "1. a\n\n   b\n2. c")]
#[case("", "")]
fn markdown_is_read_as_plain_text(#[case] markdown: &str, #[case] text: &str) {
    assert_eq!(plain(markdown), text);
}

#[rstest]
#[case(
    "12. Open the portal and look",
    "12. Open\n    the portal\n    and look"
)]
#[case("- Open the portal and look", "- Open the\n  portal and\n  look")]
#[case("2026 was a year of many", "2026 was a year\nof many")]
fn what_goes_on_in_the_next_line_stands_under_where_it_began(
    #[case] markdown: &str,
    #[case] text: &str,
) {
    let all = lines(markdown, 15);
    let all: Vec<&str> = all.iter().map(|(_, line)| line.as_str()).collect();
    assert_eq!(all.join("\n"), text);
}

#[rstest]
#[case("How do I mount: the share?", Some("how-do-i-mount-the-share"))]
#[case("  --  ", None)]
#[case("数据", None)]
fn a_title_gives_a_name(#[case] title: &str, #[case] name: Option<&str>) {
    let found = ArticleKey::of_title(title);
    assert_eq!(found.as_ref().map(ArticleKey::as_str), name);
}

#[test]
fn a_file_without_a_head_is_an_article_too() {
    let a = from_file("share-mount.md", "# Mount the share #\n\ntext", now()).unwrap();
    assert_eq!(a.key.as_str(), "share-mount");
    assert_eq!(a.title.raw(), "Mount the share");
    let a = from_file("Mount it!.md", "text", now()).unwrap();
    assert_eq!((a.key.as_str(), a.title.raw()), ("mount-it", "Mount it!"));
    let site = "---\nlayout: page\ntitle: 'It''s so'\ntags:\n  - a\n---\nbody";
    let a = from_file("x.md", site, now()).unwrap();
    assert_eq!((a.title.raw(), a.body.raw()), ("It's so", "body"));
    assert_eq!(a.further.len(), 3, "{:?}", a.further);
}

#[rstest]
#[case("---\ntitle: x", "not closed")]
#[case("---\nkey: no way\n---\n", "line 2")]
#[case("---\ntitle: x\nreviewed: soon\n---\n", "line 3")]
#[case("---\nstale: x\n---\n", "stale-by")]
fn a_head_that_cannot_be_used_says_which_line(#[case] file: &str, #[case] says: &str) {
    let why = from_file("x.md", file, now()).unwrap_err();
    assert!(why.contains(says), "{why}");
}

proptest! {
    #[test]
    fn an_article_survives_its_file(
        title in "\\PC{1,40}|[ -~]{1,40}", body in "[ -~\n\r\t#-]{0,200}", why in "\\PC{1,30}",
        is_draft: bool, stale: bool, source in proptest::option::of("[ -~]{1,40}"),
    ) {
        let mut a = article(&title, &body);
        a.is_draft = is_draft;
        a.source = source.map(Untrusted::new);
        a.reviewed = is_draft.then(|| "2026-11-01".parse().unwrap());
        a.corrects = stale.then(|| ArticleKey::parse("other").unwrap());
        a.further = vec![Untrusted::new("layout: page"), Untrusted::new("  - tag")];
        a.stale = stale.then(|| Stale {
            at: now(),
            by: AgentId::parse("sam").unwrap(),
            ticket: TicketKey::parse("T-1").ok(),
            why: Untrusted::new(why),
        });
        let file = to_file(&a);
        prop_assert_eq!(from_file("other.md", &file, "2020-01-01T00:00:00Z".parse().unwrap()).unwrap(), a, "{}", file);
    }

    #[test]
    fn any_markdown_is_read(text in "[ -~\n\t>*_#|`\\[\\]()<-]{0,200}") {
        let _ = plain(&text);
    }

    #[test]
    fn nobody_is_left_and_nothing_else_is_gone(before in "[a-z ]{0,30}", after in "[a-z ]{0,30}") {
        let text = format!("{before} Jan de Boer <j.de.boer@umc.nl>, +31 (0)6 1234 5678 {after}");
        let out = without_personal_data(&text, &["Jan de Boer"]);
        prop_assert_eq!(out, format!("{before} [name] <[e-mail address]>, [phone number] {after}"));
    }
}

#[rstest]
#[case(
    "Call 0031 6 12345678 or 020-5551234.",
    "Call [phone number] or [phone number]."
)]
#[case(
    "Ask Jan, or JAN; not in jan 2026.",
    "Ask [name], or [name]; not in jan 2026."
)]
#[case("Janssen is another one", "Janssen is another one")]
#[case("de boer and a boer", "de boer and a boer")]
#[case("jan de boer wrote", "[name] wrote")]
#[case("in dws-3049-AUBioLab, since", "in [Workspace], since")]
#[case(
    "10.0.0.1 and 2026-11-24 09:00 and 0x80070005",
    "10.0.0.1 and 2026-11-24 09:00 and 0x80070005"
)]
#[case("error 00000000-0000-0000", "error 00000000-0000-0000")]
#[case("ticket 10482, 250000 rows, 0.5 s", "ticket 10482, 250000 rows, 0.5 s")]
#[case("mail a.b@c.example.", "mail [e-mail address].")]
fn what_is_personal_goes_and_the_rest_stays(#[case] text: &str, #[case] out: &str) {
    assert_eq!(without_personal_data(text, &["Jan de Boer"]), out);
}

#[test]
fn a_ticket_becomes_a_question_and_an_answer() {
    let thread = thread_of(
        "Jan cannot mount dws-1-lab",
        vec![
            said(
                "Jan de Boer",
                false,
                true,
                "How do I mount it?\n\n-- \nJan de Boer\n020-5551234",
            ),
            said("ana", true, false, "Jan is always like this."),
            said(
                "ana",
                true,
                true,
                "Hello Jan,\nuse mount.\n\n> How do I mount it?",
            ),
            said("Jan de Boer", false, true, "Thanks!"),
        ],
    );
    let redact = |text: &str| without_personal_data(text, &["Jan de Boer"]);
    let d = draft(&thread, &redact);
    assert_eq!(d.title.raw(), "[name] cannot mount [Workspace]");
    assert_eq!(
        d.body.raw(),
        "# [name] cannot mount [Workspace]\n\n## Question\n\nHow do I mount it?\n\n## Answer\n\nHello [name],\nuse mount.\n"
    );
    let of = article("Mount", "old text\n");
    let c = correction(&of, &thread, &redact);
    assert_eq!(c.title.raw(), "Mount");
    assert!(
        c.body
            .raw()
            .starts_with("old text\n\n## To correct\n\nHow do I"),
        "{:?}",
        c.body
    );
    // Whatever takes personal data out is the caller's to say.
    let d = draft(&thread, &|_| "gone".into());
    assert_eq!(
        d.body.raw(),
        "# gone\n\n## Question\n\ngone\n\n## Answer\n\ngone\n"
    );
}
