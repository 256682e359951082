//! Articles: what keys do there.

use crate::app::books::{ArticleAct, Asking, BookWish, Hit};
use crate::app::commands::Action;
use crate::app::effect::Effect;
use crate::app::inner::Editing;
use crate::app::layout::{article_room, list_rows};
use crate::app::state::{ArticleLine, Go, Pane};
use crate::domain::knowledge::{Article, ArticleKey, Form, Look, Stale, lines};
use crate::domain::text::{Printable, Untrusted, line};
use crate::domain::ticket::TicketKey;

use super::Turn;

impl Turn<'_> {
    /// Does one of its acts.
    pub fn run_knowledge(&mut self, action: Action, arg: Option<&str>) {
        match action {
            Action::Stale => self.stale(arg),
            Action::Correct => self.correct(),
            Action::Publish => self.publish(arg),
            _ => self.go(Pane::Knowledge),
        }
    }

    /// The pane gets the keys. It remembers from which ticket the person came.
    pub fn enter_knowledge(&mut self) {
        let shown = self.s.detail.as_ref().and_then(|d| d.row());
        let row = self.s.queue.selected().or(shown);
        let from = row.map(|r| (r.ticket.id, r.ticket.key.clone()));
        self.s.knowledge.from = from;
        self.s.inner.follow_at = None;
        self.read_books();
        self.wrap_article();
    }

    /// Moves the cursor there, or scrolls what is read.
    pub fn move_in_knowledge(&mut self, by: isize) {
        let rows = list_rows(self.s);
        let (_, tall) = article_room(self.s);
        let k = &mut self.s.knowledge;
        if k.reading {
            let last = k.lines.len().saturating_sub(tall);
            k.scroll = k.scroll.saturating_add_signed(by).min(last);
            return;
        }
        let last = k.rows.len().saturating_sub(1);
        k.cursor = k.cursor.saturating_add_signed(by).min(last);
        k.top = k.top.min(k.cursor).max((k.cursor + 1).saturating_sub(rows));
        self.wrap_article();
    }

    /// All articles came.
    pub fn articles_here(&mut self, all: Vec<Article>) {
        let here = self.s.knowledge.selected().map(|a| a.key.clone());
        let k = &mut self.s.knowledge;
        (k.loaded, k.error) = (true, None);
        (k.all, k.lines_of) = (all, None);
        let wanted = self.s.inner.wanted_article.take();
        if let Some(key) = &wanted {
            let k = &mut self.s.knowledge;
            let found = k.found.as_ref();
            // What is new is shown whatever the list was narrowed by.
            if found.is_some_and(|f| !f.contains(key)) {
                (k.words, k.found) = (String::new(), None);
            }
        }
        self.order_articles(wanted.or(here).as_ref());
    }

    fn order_articles(&mut self, at: Option<&ArticleKey>) {
        let k = &mut self.s.knowledge;
        k.rows = match &k.found {
            Some(found) => {
                let at = |key: &ArticleKey| k.all.iter().position(|a| a.key == *key);
                found.iter().filter_map(at).collect()
            }
            None => (0..k.all.len()).collect(),
        };
        let is_it = |i: &usize| k.all.get(*i).is_some_and(|a| Some(&a.key) == at);
        if let Some(place) = k.rows.iter().position(is_it) {
            k.cursor = place;
        }
        self.move_in_list();
    }

    fn move_in_list(&mut self) {
        let reading = std::mem::replace(&mut self.s.knowledge.reading, false);
        self.move_in_knowledge(0);
        self.s.knowledge.reading = reading;
        self.wrap_article();
    }

    /// Shows only articles with these words, the best first.
    pub fn narrow_articles(&mut self, words: &str) {
        let k = &mut self.s.knowledge;
        k.words = words.to_owned();
        k.reading = false;
        if words.trim().is_empty() {
            k.found = None;
            self.s.inner.hits = self.next();
            return self.order_articles(None);
        }
        self.seek(words);
    }

    /// What was looked for was found: for the list, or for the text that is written.
    pub fn hits_here(&mut self, hits: Vec<Hit>) {
        if self.s.composer.is_some() {
            return self.offer_articles(hits);
        }
        let k = &mut self.s.knowledge;
        k.found = Some(hits.into_iter().map(|h| h.article.key).collect());
        k.cursor = 0;
        self.order_articles(None);
    }

    /// Wraps the article under the cursor, once for each width.
    pub fn wrap_article(&mut self) {
        let (columns, _) = article_room(self.s);
        let k = &mut self.s.knowledge;
        let Some(article) = k
            .all
            .get(k.rows.get(k.cursor).copied().unwrap_or(usize::MAX))
        else {
            (k.lines, k.lines_of, k.scroll) = (Vec::new(), None, 0);
            return;
        };
        let of = (article.key.clone(), columns);
        if k.lines_of.as_ref() == Some(&of) {
            return;
        }
        let all = lines(article.body.raw(), usize::from(columns.max(8)));
        // The title stands above already.
        let said = all
            .first()
            .is_some_and(|(look, text)| *look == Look::Heading && *text == article.title.line());
        let blank = |(_, text): &(Look, Printable)| text.is_empty();
        let skip = usize::from(said) + usize::from(said && all.get(1).is_some_and(blank));
        k.lines = all
            .into_iter()
            .skip(skip)
            .map(|(look, text)| ArticleLine { look, text })
            .collect();
        if k.lines_of.as_ref().map(|(key, _)| key) != Some(&of.0) {
            k.scroll = 0;
        }
        k.lines_of = Some(of);
    }

    /// The article is read: keys scroll it.
    pub fn read_article(&mut self) {
        if self.s.knowledge.selected().is_none() {
            return self.refuse("there is no article under the cursor; I writes one");
        }
        self.s.knowledge.reading = true;
        self.wrap_article();
    }

    fn selected_article(&mut self) -> Option<Article> {
        let found = self.s.knowledge.selected().cloned();
        let shown = self.s.pane == Pane::Knowledge && found.is_some();
        if !shown {
            self.refuse("put the cursor on an article first; g k shows them");
        }
        found.filter(|_| shown)
    }

    /// Its text in the person's own editor.
    pub fn edit_article(&mut self) {
        let Some(article) = self.selected_article() else {
            return;
        };
        let Ok(key) = TicketKey::parse(article.key.as_str()) else {
            return self.refuse("its name cannot name a file; export it instead");
        };
        let text = article.body.raw().to_owned();
        self.s.inner.editing = Some(Editing::Article(article.key, article.body));
        self.fx.push(Effect::OpenEditor { key, text });
    }

    /// The editor came back with a text that is no reply.
    pub fn edited_elsewhere(&mut self, editing: Editing, text: Option<String>) {
        let Some(text) = text else {
            return self.refuse("the text is as it was");
        };
        match editing {
            Editing::Article(key, seen) => self.wish(BookWish::Write {
                key,
                seen,
                body: Untrusted::new(format!("{}\n", text.trim_end())),
            }),
            Editing::Field(ticket, field) => {
                let open = self.s.requests.open.as_ref();
                if open.is_none_or(|o| o.ticket.id != ticket) {
                    return self.refuse("the request is not open any more; nothing changed");
                }
                let value = text.trim().to_owned();
                match self.step_form(crate::domain::request::Step::Answer { field, value }) {
                    Ok(()) => self.next_field(),
                    Err(why) => self.refuse(&why),
                }
            }
        }
    }

    /// A new article: from the ticket the person came from, or with a title of its own.
    pub fn new_article(&mut self, arg: Option<&str>) {
        if let Some(title) = arg {
            if let Err(why) = self.title_given(title) {
                self.refuse(&why);
            }
            return;
        }
        let Some((ticket, key)) = self.s.knowledge.from.clone() else {
            return self.ask_about(Asking::Title);
        };
        let lines = vec![
            line(&format!(
                "A draft is made of what was asked and answered in #{key}."
            )),
            line(
                "Names, addresses, numbers, Workspaces and secrets are taken out; read it before you publish it.",
            ),
            line(":add TITLE begins an empty one instead."),
        ];
        let wish = BookWish::Draft {
            ticket,
            corrects: None,
        };
        let verb = format!("draft an article from #{key}");
        self.confirm(&verb, lines, Vec::new(), Go::Book(Box::new(wish)));
    }

    /// The title of a new article was given.
    ///
    /// # Errors
    /// It gives no name.
    pub fn title_given(&mut self, title: &str) -> Result<(), String> {
        let key = ArticleKey::of_title(title)
            .ok_or("the title gives no name; write some letters or digits in it")?;
        let body = Untrusted::new(format!("# {}\n\n", line(title)));
        let mut new = Article::new(key, Untrusted::new(title), body, self.s.now);
        new.is_draft = true;
        self.wish(BookWish::NewArticle(Box::new(new)));
        Ok(())
    }

    fn correct(&mut self) {
        let Some(article) = self.selected_article() else {
            return;
        };
        let Some((ticket, key)) = self.s.knowledge.from.clone() else {
            return self
                .refuse("a correction is drafted from a ticket; put the cursor on one, then g k");
        };
        let lines = vec![
            line(&format!(
                "A draft of \"{}\" with what #{key} says below it.",
                article.title.line()
            )),
            line(
                "Names, addresses, numbers, Workspaces and secrets are taken out. P puts it in the article's place.",
            ),
        ];
        let wish = BookWish::Draft {
            ticket,
            corrects: Some(article.key),
        };
        let verb = format!("draft a correction from #{key}");
        self.confirm(&verb, lines, Vec::new(), Go::Book(Box::new(wish)));
    }

    fn publish(&mut self, arg: Option<&str>) {
        let Some(article) = self.selected_article() else {
            return;
        };
        if !article.is_draft {
            return self.refuse("it is for use already");
        }
        if self.s.abilities.articles && arg.is_none_or(|a| a.trim() != "here") {
            return self.send_article(&article, arg);
        }
        let mut lines = vec![article.title.line()];
        lines.push(line(&match &article.corrects {
            Some(of) => format!("It takes the place of {of}, and is gone as a draft."),
            None => "It is found and offered like any other then. z takes it back.".into(),
        }));
        let wish = BookWish::Change(article.key, ArticleAct::Publish(self.today()));
        let go = Go::Book(Box::new(wish));
        self.confirm("publish this draft", lines, Vec::new(), go);
    }

    /// A draft goes to the desk, after a question that says over what.
    fn send_article(&mut self, article: &Article, class: Option<&str>) {
        if article.going.as_ref().is_some_and(|g| g.is_under_way()) {
            return self.refuse("it is on its way to the desk; z takes it back while it waits");
        }
        let mut laid_out = false;
        let (over, said) = match self.corrected(article) {
            Corrected::Nothing => (None, "It becomes a new article at the desk.".to_owned()),
            Corrected::Gone => (
                None,
                "What it corrects is gone from the desk: it becomes a new article there.".into(),
            ),
            Corrected::Here(of) => {
                return self.refuse(&format!(
                    "{of} is kept on this machine only; :publish here puts this one in its place"
                ));
            }
            Corrected::There(of, version, form) => {
                laid_out = form == Form::Html;
                let since = article.drafted_on.as_ref() != Some(&version);
                let said = if since {
                    format!(
                        "Somebody changed {of} at the desk after this was drafted: read theirs first. Yours takes its place."
                    )
                } else {
                    format!(
                        "It takes the place of {of} at the desk, unless somebody changes that first."
                    )
                };
                (Some(version), said)
            }
        };
        let mut lines = vec![article.title.line(), line(&said)];
        if let Some(why) = article.going.as_ref().and_then(|g| g.why()) {
            lines.push(line(&format!("Last time: {}", why.line())));
        }
        if laid_out {
            lines.push(line(
                "Theirs is HTML: pictures and tables in it that are not in this text are lost.",
            ));
        }
        let wish = BookWish::SendArticle {
            key: article.key.clone(),
            window: self.s.undo_window,
            category: class.map(|c| Untrusted::new(c.trim())),
            over,
        };
        let go = Go::Book(Box::new(wish));
        self.confirm("send this draft to the desk", lines, Vec::new(), go);
    }

    /// What a draft corrects, as it is known here.
    fn corrected(&self, article: &Article) -> Corrected {
        let Some(of) = &article.corrects else {
            return Corrected::Nothing;
        };
        let found = self.s.knowledge.all.iter().find(|a| a.key == *of);
        match found.map(|a| a.desk.as_ref()) {
            Some(None) => Corrected::Here(of.clone()),
            Some(Some(desk)) if !desk.is_gone => {
                Corrected::There(of.clone(), desk.version.clone(), desk.form)
            }
            _ => Corrected::Gone,
        }
    }

    /// The day here and now.
    pub fn today(&self) -> chrono::NaiveDate {
        self.s.now.with_timezone(&self.s.zone).date_naive()
    }

    /// Marks as stale, with a reason; what is stale already is found right.
    fn stale(&mut self, why: Option<&str>) {
        let Some(article) = self.selected_article() else {
            return;
        };
        match (why, article.stale.is_some()) {
            (Some(why), _) => {
                if let Err(why) = self.mark_stale(article.key, why) {
                    self.refuse(&why);
                }
            }
            (None, true) => {
                let act = ArticleAct::Reviewed(self.today());
                self.wish(BookWish::Change(article.key, act));
            }
            (None, false) => self.ask_about(Asking::Stale(article.key)),
        }
    }

    /// Says what is wrong with an article, and in which ticket it showed.
    ///
    /// # Errors
    /// No reason was given.
    pub fn mark_stale(&mut self, key: ArticleKey, why: &str) -> Result<(), String> {
        if why.trim().is_empty() {
            return Err("say what is wrong with it; Esc leaves it as it is".into());
        }
        let stale = Stale {
            at: self.s.now,
            by: self.s.me.clone(),
            ticket: self.s.knowledge.from.as_ref().map(|(_, key)| key.clone()),
            why: Untrusted::new(why.trim()),
        };
        self.wish(BookWish::Change(key, ArticleAct::Stale(stale)));
        Ok(())
    }

    /// Takes the article under the cursor away, after a question.
    pub fn drop_article(&mut self) {
        let Some(article) = self.selected_article() else {
            return;
        };
        let lines = vec![article.title.line(), line("z brings it back.")];
        let verb = format!("take {} away", article.key);
        let go = Go::Book(Box::new(BookWish::DropArticle(article.key)));
        self.confirm(&verb, lines, Vec::new(), go);
    }

    /// What is known of an article beside its text.
    pub fn why_article(&mut self) {
        let Some(article) = self.selected_article() else {
            return;
        };
        let lines = facts(self.s, &article);
        let title = format!("Article {}", article.key);
        self.explain(&title, lines);
    }
}

/// What a draft corrects.
enum Corrected {
    /// It is a new article.
    Nothing,
    /// An article that is not there any more.
    Gone,
    /// An article of this machine.
    Here(ArticleKey),
    /// An article of the desk, of that version, kept there so.
    There(ArticleKey, String, Form),
}

/// How an article stands at the desk, a sentence each.
fn there(a: &Article, time: impl Fn(crate::domain::Instant) -> String) -> Vec<Printable> {
    let mut all = Vec::new();
    if let Some(desk) = &a.desk {
        let at = desk.category.as_ref();
        let at = at.map_or_else(String::new, |c| format!(", in {}", c.line()));
        let when = time(desk.updated);
        all.push(line(&match desk.is_gone {
            true => "It is not to be had at the desk any more; d takes it away here.".to_owned(),
            false => format!("It is the desk's{at}, last changed there {when}."),
        }));
        let summary = desk.summary.as_ref();
        all.extend(summary.map(|s| line(&format!("About: {}", s.line()))));
    }
    if let Some(going) = &a.going {
        all.push(match going.why() {
            Some(why) => line(&format!("It was not sent: {}.", why.line())),
            None => line("It is on its way to the desk; z takes it back while it waits."),
        });
    }
    all
}

/// What is known of an article beside its text, a sentence each.
fn facts(s: &crate::app::state::State, a: &Article) -> Vec<Printable> {
    let time = |at| crate::app::prepare::time(s, at);
    let mut all = vec![line(&format!("{} · {}", a.title.line(), a.state()))];
    if let Some(stale) = &a.stale {
        let by = s.names.whole(&stale.by);
        let of = stale.ticket.as_ref();
        let of = of.map_or_else(String::new, |t| format!(" (#{t})"));
        let at = time(stale.at);
        all.push(line(&format!(
            "Stale: {}{of}, said {by}, {at}.",
            stale.why.line()
        )));
    }
    all.push(line(&match a.reviewed {
        Some(on) => format!("Somebody last found it right on {on}."),
        None => "Nobody has said yet that it is right.".into(),
    }));
    if a.desk.is_none() {
        all.push(line(&format!(
            "Its text was last changed here {}.",
            time(a.updated)
        )));
    }
    all.extend(there(a, |at| time(at).to_string()));
    if let Some(source) = &a.source {
        all.push(line(&format!("It comes from {}.", source.line())));
    }
    if let Some(of) = &a.corrects {
        all.push(line(&format!("It is to take the place of {of}.")));
    }
    if let Some(ticket) = &a.ticket {
        all.push(line(&format!("It was drafted from #{ticket}.")));
    }
    all
}
