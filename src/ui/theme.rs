//! Looks by role. A theme is data: the built-in ones are files in `assets/themes`, own
//! ones have the same form. Colour is never the only signal, so a theme may leave all of it out.

use std::collections::BTreeMap;
use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

/// What a stretch of the screen is, as far as its look is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Whatever has no other role.
    Text,
    /// Names and headings.
    Strong,
    /// What may be overlooked.
    Dim,
    /// Lines between panes.
    Rule,
    /// The one accent: what has the focus.
    Accent,
    /// Past its deadline.
    Late,
    /// Soon past its deadline.
    Soon,
    /// The clock stands still.
    Paused,
    /// Went well, is complete.
    Good,
    /// Went wrong, is missing.
    Bad,
    /// Not read yet, or changed since.
    News,
    /// The requester reads it.
    Public,
    /// Only agents read it.
    Internal,
    /// Repeated from an earlier message.
    Quoted,
    /// Laid over the row under the cursor.
    Selection,
    /// Laid over what a search found.
    Match,
    /// The sign of a marked row.
    Mark,
    /// Says that what is shown is not now.
    Ahead,
}

impl Role {
    /// All roles with the words that theme files use.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Text, "text"),
        (Self::Strong, "strong"),
        (Self::Dim, "dim"),
        (Self::Rule, "rule"),
        (Self::Accent, "accent"),
        (Self::Late, "late"),
        (Self::Soon, "soon"),
        (Self::Paused, "paused"),
        (Self::Good, "good"),
        (Self::Bad, "bad"),
        (Self::News, "news"),
        (Self::Public, "public"),
        (Self::Internal, "internal"),
        (Self::Quoted, "quoted"),
        (Self::Selection, "selection"),
        (Self::Match, "match"),
        (Self::Mark, "mark"),
        (Self::Ahead, "ahead"),
    ];
}

const ROLES: usize = Role::ALL.len();

/// A look for every role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    name: String,
    looks: [Style; ROLES],
}

/// Why a theme file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// It is no TOML of the right form; the words say where.
    #[error("the theme cannot be read: {0}")]
    Form(String),
    /// A role that nothing has.
    #[error("the theme gives a look to \"{0}\", which is no role; roles are {1}")]
    Role(String, String),
    /// A colour that is none.
    #[error(
        "role \"{role}\": \"{colour}\" is no colour; use a number from 0 to 255, a name such as \"red\", or \"#rrggbb\""
    )]
    Colour {
        /// Where it stands.
        role: String,
        /// What was written.
        colour: String,
    },
    /// A base that is no built-in theme.
    #[error(
        "the theme is based on \"{0}\", which is not built in; built in are dark, light, 16 and none"
    )]
    Base(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    #[serde(default)]
    base: Option<String>,
    #[serde(default)]
    roles: BTreeMap<String, Look>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Look {
    fg: Option<String>,
    bg: Option<String>,
    #[serde(default)]
    bold: bool,
    #[serde(default)]
    dim: bool,
    #[serde(default)]
    italic: bool,
    #[serde(default)]
    underline: bool,
    #[serde(default)]
    reverse: bool,
}

impl Look {
    fn style(&self, role: &str) -> Result<Style, ThemeError> {
        let colour = |word: &String| {
            Color::from_str(word).map_err(|_| ThemeError::Colour {
                role: role.to_owned(),
                colour: word.clone(),
            })
        };
        let mut style = Style::new();
        style.fg = self.fg.as_ref().map(colour).transpose()?;
        style.bg = self.bg.as_ref().map(colour).transpose()?;
        for (on, modifier) in [
            (self.bold, Modifier::BOLD),
            (self.dim, Modifier::DIM),
            (self.italic, Modifier::ITALIC),
            (self.underline, Modifier::UNDERLINED),
            (self.reverse, Modifier::REVERSED),
        ] {
            if on {
                style = style.add_modifier(modifier);
            }
        }
        Ok(style)
    }
}

impl Theme {
    /// The names of the built-in themes.
    pub const BUILT_IN: &[&str] = &["dark", "light", "16", "none"];

    /// A theme that comes with the program.
    pub fn built_in(name: &str) -> Option<Self> {
        let file = match name {
            "dark" => include_str!("../../assets/themes/dark.toml"),
            "light" => include_str!("../../assets/themes/light.toml"),
            "16" => include_str!("../../assets/themes/16.toml"),
            "none" => include_str!("../../assets/themes/none.toml"),
            _ => return None,
        };
        Self::parse(file).ok()
    }

    /// No looks at all: what is left when nothing else can be had.
    pub fn plain() -> Self {
        Self {
            name: "plain".to_owned(),
            looks: [Style::new(); ROLES],
        }
    }

    /// Reads a theme file. A role that it leaves out looks as in its `base`, else as plain text.
    ///
    /// # Errors
    /// Says which role or colour is none, or where the file has no TOML of the right form.
    pub fn parse(text: &str) -> Result<Self, ThemeError> {
        let file: File = toml::from_str(text).map_err(|e| ThemeError::Form(e.to_string()))?;
        let mut theme = match &file.base {
            None => Self::plain(),
            Some(base) => Self::built_in(base).ok_or_else(|| ThemeError::Base(base.clone()))?,
        };
        theme.name = file.name;
        for (word, look) in &file.roles {
            let Some((role, _)) = Role::ALL.iter().find(|(_, w)| w == word) else {
                let all: Vec<&str> = Role::ALL.iter().map(|(_, w)| *w).collect();
                return Err(ThemeError::Role(word.clone(), all.join(", ")));
            };
            theme.looks[*role as usize] = look.style(word)?;
        }
        Ok(theme)
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How a role looks.
    pub const fn look(&self, role: Role) -> Style {
        self.looks[role as usize]
    }
}
