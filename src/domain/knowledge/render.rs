//! Markdown as plain text: what is read in a terminal.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::domain::text::{Printable, width, wrap};

/// The text of an article without marks: headings underlined, lists indented, addresses behind
/// their words. What it says is still from outside and goes through the gate to be shown.
pub fn plain(markdown: &str) -> String {
    rendered(markdown).0
}

/// How a line of an article looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Plain words.
    Text,
    /// A heading.
    Heading,
    /// What a machine reads or says.
    Code,
    /// Somebody else's words.
    Quote,
    /// The line between parts.
    Rule,
    /// The line under a heading, where there are no looks.
    Under,
}

/// The lines of an article with their looks, at most so many columns wide; what goes on in the
/// next line is moved in as far as where it began. Everything has passed the gate.
pub fn lines(markdown: &str, columns: usize) -> Vec<(Look, Printable)> {
    let (text, looks) = rendered(markdown);
    let mut out = Vec::new();
    for (row, look) in text.lines().zip(looks) {
        // A heading has a look of its own.
        if look == Look::Under {
            continue;
        }
        let row = crate::domain::text::block(row);
        let inset = inset(row.as_str()).min(columns / 2);
        for (i, part) in wrap(&row, columns.saturating_sub(inset))
            .into_iter()
            .enumerate()
        {
            let mut words = Printable::empty();
            if i > 0 {
                words = crate::domain::text::block(&" ".repeat(inset));
            }
            words.push(&part);
            out.push((look, words));
        }
    }
    out
}

/// How far what a line says stands in: behind margins and the sign of a list's item.
fn inset(row: &str) -> usize {
    let begun = row.trim_start_matches([' ', '>']);
    let begun = begun.strip_prefix("- ").unwrap_or(begun);
    let behind = begun.trim_start_matches(|c: char| c.is_ascii_digit());
    let item = behind
        .strip_prefix(". ")
        .filter(|_| behind.len() < begun.len());
    row.len() - item.unwrap_or(begun).len()
}

fn rendered(markdown: &str) -> (String, Vec<Look>) {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut page = Page::default();
    for event in Parser::new_ext(markdown, options) {
        page.take(event);
    }
    page.finish()
}

/// What stands in front of each line of a block.
struct Margin {
    /// Of its first line, until it was written.
    first: Option<String>,
    /// Of all others.
    rest: String,
}

#[derive(Default)]
struct Page {
    out: String,
    /// How each of its lines looks.
    looks: Vec<Look>,
    /// How the line being written looks, where that is not by its block.
    look: Option<Look>,
    quotes: usize,
    /// The line being written, without its margins.
    line: String,
    margins: Vec<Margin>,
    /// The number of the next item of each open list; none: it has dots.
    lists: Vec<Option<u64>>,
    /// The address of the open link or picture, and where its words begin.
    links: Vec<(String, usize)>,
    /// The next block stands apart from what is above.
    gap: bool,
    in_code: bool,
}

impl Page {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text) if self.in_code => {
                for line in text.lines() {
                    self.line.push_str(line);
                    self.end_code_line();
                }
            }
            Event::Text(text) | Event::Code(text) => self.line.push_str(&text),
            Event::InlineHtml(tag) if is_break(&tag) => self.end_line(),
            Event::InlineHtml(text) | Event::Html(text) => self.line.push_str(text.trim_end()),
            Event::SoftBreak => self.line.push(' '),
            Event::HardBreak => self.end_line(),
            Event::Rule => {
                self.apart();
                self.line.push_str("----------");
                self.look = Some(Look::Rule);
                self.end_line();
                self.gap = true;
            }
            Event::TaskListMarker(done) => self.line.push_str(if done { "[x] " } else { "[ ] " }),
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.line.push_str(&text);
            }
        }
    }

    fn open(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::Table(_) | Tag::HtmlBlock => self.apart(),
            Tag::BlockQuote(_) => {
                self.apart();
                self.quotes += 1;
                self.indent("> ", "> ");
            }
            Tag::CodeBlock(kind) => {
                self.apart();
                self.indent("    ", "    ");
                self.in_code = true;
                // Which language it is in says nothing in plain text.
                let (CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) = kind;
            }
            Tag::List(first) => {
                self.end_line();
                if self.lists.is_empty() {
                    self.apart();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_line();
                let sign = match self.lists.last_mut() {
                    Some(Some(n)) => {
                        let sign = format!("{n}. ");
                        *n = n.saturating_add(1);
                        sign
                    }
                    _ => "- ".to_owned(),
                };
                self.gap = false;
                self.indent(&sign, &" ".repeat(sign.len()));
            }
            Tag::Link { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.line.len()))
            }
            Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.line.len()));
                self.line.push_str("[picture] ");
            }
            Tag::TableCell if !self.line.is_empty() => self.line.push_str(" | "),
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Table | TagEnd::HtmlBlock => {
                self.end_line();
                self.gap = true;
            }
            TagEnd::Heading(level) => {
                let sign = if level == HeadingLevel::H1 { "=" } else { "-" };
                let columns = width(&crate::domain::text::line(&self.line));
                self.look = Some(Look::Heading);
                self.end_line();
                self.line.push_str(&sign.repeat(columns.min(72)));
                self.look = Some(Look::Under);
                self.end_line();
                self.look = None;
                self.gap = true;
            }
            TagEnd::BlockQuote(_) | TagEnd::CodeBlock => {
                self.end_line();
                if matches!(tag, TagEnd::BlockQuote(_)) {
                    self.quotes = self.quotes.saturating_sub(1);
                }
                self.in_code = false;
                self.margins.pop();
                self.gap = true;
            }
            TagEnd::Item => {
                // An empty item shows its sign all the same.
                if self.margins.last().is_some_and(|m| m.first.is_some()) {
                    self.end_code_line();
                }
                self.end_line();
                self.margins.pop();
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.gap = self.lists.is_empty();
            }
            TagEnd::Link | TagEnd::Image => self.close_link(),
            TagEnd::TableHead | TagEnd::TableRow => self.end_line(),
            _ => {}
        }
    }

    fn close_link(&mut self) {
        let Some((address, at)) = self.links.pop() else {
            return;
        };
        let words = self.line.get(at..).unwrap_or("");
        let said = words == address || format!("mailto:{words}") == address;
        if !said && !address.is_empty() {
            self.line.push_str(&format!(" ({address})"));
        }
    }

    fn indent(&mut self, first: &str, rest: &str) {
        self.margins.push(Margin {
            first: Some(first.to_owned()),
            rest: rest.to_owned(),
        });
    }

    /// An empty line above the next block, unless it is the first of the page or of its item.
    fn apart(&mut self) {
        self.end_line();
        if self.gap && !self.out.is_empty() {
            let margins: String = self
                .margins
                .iter()
                .map(|m| {
                    if m.first.is_some() {
                        ""
                    } else {
                        m.rest.as_str()
                    }
                })
                .collect();
            self.out.push_str(margins.trim_end());
            self.out.push('\n');
            self.looks.push(Look::Text);
        }
        self.gap = false;
    }

    fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.end_code_line();
        }
    }

    /// Ends a line that may be empty.
    fn end_code_line(&mut self) {
        let mut row = String::new();
        for margin in &mut self.margins {
            match margin.first.take() {
                Some(first) => row.push_str(&first),
                None => row.push_str(&margin.rest),
            }
        }
        row.push_str(&self.line);
        self.out.push_str(row.trim_end());
        self.out.push('\n');
        let block = match (self.in_code, self.quotes) {
            (true, _) => Look::Code,
            (false, 0) => Look::Text,
            (false, _) => Look::Quote,
        };
        self.looks.push(self.look.take().unwrap_or(block));
        self.line.clear();
    }

    fn finish(mut self) -> (String, Vec<Look>) {
        self.end_line();
        self.out.truncate(self.out.trim_end().len());
        (self.out, self.looks)
    }
}

fn is_break(tag: &str) -> bool {
    let name = tag.trim_matches(['<', '>', '/', ' ']);
    name.eq_ignore_ascii_case("br")
}
