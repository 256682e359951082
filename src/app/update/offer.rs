//! What is offered while writing: snippets and people as they are typed, and files to go along.

use keybinds::{Key, KeyInput};

use crate::app::books::Hit;
use crate::app::effect::Effect;
use crate::app::event::Answer;
use crate::app::state::{Popup, PopupItem};
use crate::domain::change::NewAttachment;
use crate::domain::fill::fill;
use crate::domain::text::line;
use crate::domain::ticket::TicketId;

use super::Turn;

impl Turn<'_> {
    /// A file was looked at and can go with the text, or cannot.
    pub fn attached(&mut self, ticket: TicketId, answer: Answer<NewAttachment>) {
        match answer {
            Err(fault) => self.fault(fault),
            Ok(file) => {
                let Some(c) = self.s.composer.as_mut().filter(|c| c.ticket == ticket) else {
                    return;
                };
                c.files.retain(|f| f.path != file.path);
                c.files.push(file);
                self.touched();
            }
        }
    }

    /// Attaches a file by its path; `-name` takes one off.
    ///
    /// # Errors
    /// Nothing is being written, or no such file is attached.
    pub fn attach(&mut self, text: &str) -> Result<(), String> {
        let Some(c) = &mut self.s.composer else {
            return Err("start a reply (r) or a note (c) first: a file goes with a text".into());
        };
        let Some(name) = text.strip_prefix('-') else {
            if text.is_empty() {
                return Err("give the path of a file; Tab completes it".into());
            }
            let (ticket, path) = (c.ticket, text.to_owned());
            self.fx.push(Effect::Attach { ticket, path });
            return Ok(());
        };
        let before = c.files.len();
        c.files.retain(|f| f.name.line() != *name);
        if c.files.len() == before {
            return Err(format!("no file \"{name}\" is attached"));
        }
        self.touched();
        Ok(())
    }

    /// A key for what is offered; false if it means nothing there.
    pub fn popup_key(&mut self, key: KeyInput) -> bool {
        let Some(popup) = self.s.composer.as_mut().and_then(|c| c.popup.as_mut()) else {
            return false;
        };
        let last = popup.items.len().saturating_sub(1);
        match key.key() {
            Key::Down => popup.cursor = (popup.cursor + 1).min(last),
            Key::Up => popup.cursor = popup.cursor.saturating_sub(1),
            Key::Enter | Key::Tab => {
                let Some(item) = popup.items.get(popup.cursor) else {
                    return false;
                };
                let words = item.words.as_ref().filter(|_| key.key() == Key::Tab);
                let text = words.unwrap_or(&item.insert).clone();
                let n = popup.sign.len() + popup.typed.chars().count();
                if let Some(c) = &mut self.s.composer {
                    for _ in 0..n {
                        c.area.delete_char();
                    }
                    c.area.insert_str(text);
                    c.popup = None;
                }
                self.touched();
            }
            _ => return false,
        }
        true
    }

    /// Offers what fits the word before the cursor.
    pub fn popup(&mut self) {
        let Some(c) = &self.s.composer else {
            return;
        };
        let cursor = c.area.cursor();
        let before: String = c
            .area
            .lines()
            .get(cursor.0)
            .map_or_else(String::new, |l| l.chars().take(cursor.1).collect());
        if let Some(typed) = article_words(&before) {
            return self.popup_articles(typed.to_owned());
        }
        let name = self.s.names.whole(&self.s.me);
        let found = ["::", "@@"].into_iter().find_map(|sign| {
            let typed = &before[before.rfind(sign)? + 2..];
            (!typed.contains(char::is_whitespace)).then(|| (sign, typed.to_owned()))
        });
        let popup = found.map(|(sign, typed)| {
            let low = typed.to_lowercase();
            let items = if sign == "::" {
                let t = self
                    .s
                    .subject()
                    .filter(|r| r.ticket.id == c.ticket)
                    .map(|r| r.ticket.clone());
                self.s
                    .snippets
                    .iter()
                    .filter(|x| x.name.to_lowercase().contains(&low))
                    .map(|x| PopupItem {
                        label: line(&x.name),
                        detail: line(x.text.lines().next().unwrap_or_default()),
                        insert: t
                            .as_ref()
                            .map_or_else(|| x.text.clone(), |t| fill(&x.text, t, &name)),
                        words: None,
                    })
                    .collect()
            } else {
                self.s
                    .vocabulary
                    .agents
                    .iter()
                    .filter(|a| {
                        a.id.as_str().to_lowercase().contains(&low)
                            || a.name.raw().to_lowercase().contains(&low)
                    })
                    .take(20)
                    .map(|a| PopupItem {
                        label: line(a.id.as_str()),
                        detail: a.name.line(),
                        insert: format!("@{} ", a.id),
                        words: None,
                    })
                    .collect()
            };
            Popup {
                sign,
                typed,
                items,
                cursor: 0,
            }
        });
        if let Some(c) = &mut self.s.composer {
            c.popup = popup;
        }
    }

    /// Looks for articles with the words that were typed; what was found before stays meanwhile.
    fn popup_articles(&mut self, typed: String) {
        let Some(c) = &mut self.s.composer else {
            return;
        };
        let items = match c.popup.take() {
            Some(p) if p.sign == ARTICLES => p.items,
            _ => Vec::new(),
        };
        let words = typed.clone();
        c.popup = Some(Popup {
            sign: ARTICLES,
            typed,
            items,
            cursor: 0,
        });
        self.seek(&words);
    }

    /// Articles were found: they are offered with a way to them, and with their own words.
    pub fn offer_articles(&mut self, hits: Vec<Hit>) {
        let Some(c) = &mut self.s.composer else {
            return;
        };
        let Some(popup) = c.popup.as_mut().filter(|p| p.sign == ARTICLES) else {
            return;
        };
        let nothing = hits.is_empty() && popup.typed.contains(' ');
        let usable = hits.into_iter().filter(|h| h.article.is_for_use());
        popup.items = usable
            .map(|h| {
                let stale = h.article.stale.is_some();
                let mark = if stale { "stale! " } else { "" };
                let title = h.article.title.line();
                let around = h.extract.line();
                // What an article begins with is often its title once more.
                let around = around.trim_start_matches(['#', ' ']);
                let around = around.strip_prefix(title.as_str()).unwrap_or(around);
                PopupItem {
                    label: line(&format!("{mark}{title}")),
                    detail: line(around.trim_start()),
                    insert: h.article.link(),
                    words: Some(h.article.extract(EXTRACT)),
                }
            })
            .take(20)
            .collect();
        popup.cursor = popup.cursor.min(popup.items.len().saturating_sub(1));
        // Two question marks in a sentence are no search.
        if nothing {
            c.popup = None;
        }
    }
}

/// What articles are looked for with while writing.
const ARTICLES: &str = "??";
/// The longest extract, in characters.
const EXTRACT: usize = 1_500;

/// The words behind the sign for articles, if the cursor is behind one that begins a word.
fn article_words(before: &str) -> Option<&str> {
    let at = before.rfind(ARTICLES)?;
    let (lead, rest) = before.split_at(at);
    let begins = lead.is_empty() || lead.ends_with(char::is_whitespace);
    let typed = rest.get(ARTICLES.len()..)?;
    (begins && !typed.starts_with(' ')).then_some(typed)
}
