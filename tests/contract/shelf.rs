//! Request Tracker: articles, against a real server.

use std::collections::{BTreeMap, BTreeSet};

use deskhand::desk::{Door, ErrorKind, Rt};
use deskhand::domain::knowledge::{
    ArticleKey, Form, Met, OutgoingArticle, Over, PulledArticles, ToldArticle,
};
use deskhand::domain::remote::{Cursor, RemoteId};
use deskhand::domain::text::Untrusted;
use serde_json::json;

use super::live::{self, Person};
use super::now;

/// All that asking tells until it has nothing more.
pub async fn ask(desk: &impl Door, from: Option<Cursor>) -> PulledArticles {
    let mut heard = PulledArticles {
        told: Vec::new(),
        gone: Vec::new(),
        cursor: from.clone().unwrap_or(Cursor(String::new())),
        more: false,
    };
    let mut from = from;
    for _ in 0..200 {
        let step = desk.articles(from.as_ref(), now()).await.unwrap();
        heard.told.extend(step.told);
        heard.gone.extend(step.gone);
        from = Some(step.cursor.clone());
        heard.cursor = step.cursor;
        if !step.more {
            return heard;
        }
    }
    panic!("asking does not come to an end");
}

pub fn draft(title: &str, body: &str, over: Option<&ToldArticle>) -> OutgoingArticle {
    OutgoingArticle {
        key: ArticleKey::parse("a-draft").unwrap(),
        title: Untrusted::new(title),
        body: Untrusted::new(body),
        category: None,
        over: over.map(|told| Over {
            id: told.id.clone(),
            version: told.version.clone(),
        }),
    }
}

fn by_title(heard: &PulledArticles) -> BTreeMap<&str, &ToldArticle> {
    heard.told.iter().map(|t| (t.title.raw(), t)).collect()
}

/// A title that no other run has used.
fn own(title: &str) -> String {
    format!("{title} {}", std::process::id())
}

fn id(number: u64) -> RemoteId {
    RemoteId(number.to_string())
}

/// Sends it as sync does.
async fn send(desk: &Rt, out: &OutgoingArticle) -> ToldArticle {
    match desk.meet_article(out, now()).await.unwrap() {
        Met::Free(mark) => desk.put_article(out, &mark, now()).await.unwrap(),
        met => panic!("nothing stands in its way: {met:?}"),
    }
}

#[tokio::test]
async fn all_that_may_be_seen_is_told_once_over_pages() {
    let Some(desk) = live::desk("ines") else {
        return;
    };
    let heard = ask(&desk, None).await;
    let all = by_title(&heard);
    let numbered = all.keys().filter(|t| t.starts_with("Article ")).count();
    assert_eq!(numbered, 104);
    let ids: BTreeSet<&RemoteId> = heard.told.iter().map(|t| &t.id).collect();
    assert_eq!(ids.len(), heard.told.len(), "none is told twice");
    assert!(!all.contains_key("Hidden article") && !all.contains_key("Deleted before"));

    let share = all["The share is not there"];
    assert_eq!(share.form, Form::Html);
    assert_eq!(share.category.as_ref().unwrap().raw(), "Help");
    assert_eq!(
        share.summary.as_ref().unwrap().raw(),
        "What to do without a share"
    );
    let address = share.address.as_ref().unwrap().raw();
    assert!(address.ends_with(&format!("/Articles/Article/Display.html?id={}", share.id.0)));
    let read = share.form.read(share.text.raw());
    assert!(
        read.contains("# The share") && read.contains("* one"),
        "{read}"
    );
    assert!(read.contains("https://help.example.org/share"), "{read}");
    let plain = all["Plain words"];
    assert_eq!(plain.form, Form::Plain);
    assert!(plain.text.raw().contains("two & <three>"));

    let vera = ask(&live::desk("vera").unwrap(), None).await;
    assert!(by_title(&vera).contains_key("Plain words"));
}

#[tokio::test]
async fn only_what_is_new_is_told_and_what_is_deleted_is_gone() {
    let (Some(desk), Some(ines)) = (live::desk("ines"), Person::new("ines")) else {
        return;
    };
    let mine = ines
        .write_article(&own("Told again"), "<p>First.</p>")
        .await;
    let other = ines
        .write_article(&own("Deleted soon"), "Never mind.")
        .await;
    let first = ask(&desk, None).await;
    let (requests, _) = desk.traffic();
    ines.change_article(mine, json!({"CustomFields": {"Content": "<p>Second.</p>"}}))
        .await;
    ines.delete_article(other).await;
    let heard = ask(&desk, Some(first.cursor)).await;
    let told = heard.told.iter().find(|t| t.id == id(mine)).unwrap();
    assert_eq!(told.text.raw(), "<p>Second.</p>");
    assert!(heard.gone.contains(&id(other)));
    assert!(
        heard.told.len() < 104,
        "what nobody has touched is not told again: {}",
        heard.told.len()
    );
    let (more, _) = desk.traffic();
    assert!(more - requests <= 3, "a look costs a request a class");
}

#[tokio::test]
async fn a_new_article_is_made_once_and_found_afterwards() {
    let Some(desk) = live::desk("ines") else {
        return;
    };
    let body = "# Ünïcode 共有\n\nSee [the page](https://x.example.org/a?b=1&c=2),\nthen:\n\n```\n a  < b\n```\n\n* one\n* two\n";
    let out = draft(&own("  A new   article 共有 "), body, None);
    let told = send(&desk, &out).await;
    assert_eq!(told.title.raw(), own("A new article 共有"));
    let text = told.text.raw();
    assert!(text.starts_with("<h1>") && !text.contains(">\n<"), "{text}");
    // Whoever does not know whether it arrived finds it, and makes no second one.
    assert_eq!(
        desk.meet_article(&out, now()).await.unwrap(),
        Met::There(Box::new(told.clone()))
    );
    let twice = desk.put_article(&out, &Default::default(), now()).await;
    assert_eq!(twice.unwrap_err().kind, ErrorKind::Refused);
    let same_title = draft(&own("A new article 共有"), "Something else.", None);
    let refused = desk.meet_article(&same_title, now()).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Refused);
    assert!(refused.to_string().contains("correction"), "{refused}");
    let heard = ask(&desk, None).await;
    assert_eq!(heard.told.iter().filter(|t| t.id == told.id).count(), 1);
    let told_again = by_title(&heard)[own("A new article 共有").as_str()];
    assert_eq!(
        told_again.version, told.version,
        "lists and single ones agree"
    );
}

#[tokio::test]
async fn a_correction_is_written_unless_somebody_was_faster() {
    let (Some(desk), Some(ines)) = (live::desk("ines"), Person::new("ines")) else {
        return;
    };
    let number = ines
        .write_article(&own("To be corrected"), "<p>Wrong.</p>")
        .await;
    let heard = ask(&desk, None).await;
    let told = by_title(&heard)[own("To be corrected").as_str()].clone();
    assert_eq!(told.id, id(number));
    let out = draft(&own("Corrected"), "Right.\n", Some(&told));
    let now_there = send(&desk, &out).await;
    assert_eq!(now_there.title.raw(), own("Corrected"));
    assert_eq!(now_there.text.raw(), "<p>Right.</p>");
    assert!(matches!(
        desk.meet_article(&out, now()).await.unwrap(),
        Met::There(_)
    ));

    // Another correction on what is not there any more.
    let late = draft(&own("Corrected"), "Righter.\n", Some(&told));
    let Met::Changed(theirs) = desk.meet_article(&late, now()).await.unwrap() else {
        panic!("somebody changed it");
    };
    assert_eq!(theirs.text.raw(), "<p>Right.</p>");
    // And one that is overtaken between the look and the write.
    let fresh = draft(&own("Corrected"), "Rightest.\n", Some(&theirs));
    let Met::Free(mark) = desk.meet_article(&fresh, now()).await.unwrap() else {
        panic!("nothing stands in its way");
    };
    ines.change_article(
        number,
        json!({"CustomFields": {"Content": "<p>Faster.</p>"}}),
    )
    .await;
    let met = desk.put_article(&fresh, &mark, now()).await.unwrap_err();
    assert_eq!(met.kind, ErrorKind::Conflict, "{met}");
    let heard = ask(&desk, None).await;
    assert_eq!(
        by_title(&heard)[own("Corrected").as_str()].text.raw(),
        "<p>Faster.</p>"
    );
}

#[tokio::test]
async fn without_the_rights_nothing_is_written_and_it_is_said() {
    let (Some(vera), Some(ines)) = (live::desk("vera"), Person::new("ines")) else {
        return;
    };
    let number = ines.write_article(&own("Not hers"), "<p>Stays.</p>").await;
    let new = draft("From vera", "Text.\n", None);
    let refused = vera.meet_article(&new, now()).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Refused);
    assert!(refused.to_string().contains("CreateArticle"), "{refused}");
    let heard = ask(&vera, None).await;
    let told = by_title(&heard)[own("Not hers").as_str()].clone();
    let out = draft(&own("Not hers"), "Other.\n", Some(&told));
    let Met::Free(mark) = vera.meet_article(&out, now()).await.unwrap() else {
        panic!("she may see it");
    };
    let refused = vera.put_article(&out, &mark, now()).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Refused);
    assert!(refused.to_string().contains("request"), "{refused}");
    ines.delete_article(number).await;
    let gone = vera.meet_article(&out, now()).await.unwrap_err();
    assert_eq!(gone.kind, ErrorKind::Refused);

    let hello = vera.hello(now()).await.unwrap();
    assert_eq!(hello.shelves, [(Untrusted::new("Help"), false)]);
}
