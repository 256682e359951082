//! Which keys mean what: the table's defaults, a profile over them, the person's own over that.

use std::collections::BTreeMap;

use keybinds::{Key, KeyInput, KeySeq, Match, Mods};

use super::commands::{self, Action, Context, TABLE};

/// The profiles that come with the program.
pub const PROFILES: &[(&str, &str)] = &[
    ("default", include_str!("../../assets/keys/default.toml")),
    ("mail", include_str!("../../assets/keys/mail.toml")),
    ("arrows", include_str!("../../assets/keys/arrows.toml")),
];

/// What keys typed so far mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// This act.
    Act(Action),
    /// The beginning of something.
    Begun,
    /// Nothing.
    Nothing,
}

/// All keys.
#[derive(Debug, Clone)]
pub struct Keymap {
    binds: Vec<(KeySeq, Action)>,
}

impl Default for Keymap {
    fn default() -> Self {
        let binds = TABLE
            .iter()
            .flat_map(|c| c.keys.iter().map(|k| (c.action, *k)))
            .filter_map(|(a, k)| k.parse().ok().map(|seq| (seq, a)))
            .collect();
        Self { binds }
    }
}

impl Keymap {
    /// The table's keys, that profile over them, and the text of `keys.toml` over both:
    /// lines like `assign = ["a", "g t"]`; an empty list takes all keys away.
    ///
    /// # Errors
    /// A sentence that names the key and the acts: unknown act, unreadable key, a key that
    /// terminals cannot tell apart, or one key for two acts.
    pub fn load(profile: &str, own: Option<&str>) -> Result<Self, String> {
        let Some((_, text)) = PROFILES.iter().find(|(n, _)| *n == profile) else {
            let names: Vec<&str> = PROFILES.iter().map(|(n, _)| *n).collect();
            return Err(format!(
                "there is no key profile \"{profile}\"; use one of {}",
                names.join(", ")
            ));
        };
        let mut map = Self::default();
        map.lay_over(text)?;
        if let Some(own) = own {
            map.lay_over(own)?;
        }
        map.check()?;
        Ok(map)
    }

    fn lay_over(&mut self, text: &str) -> Result<(), String> {
        let table: BTreeMap<String, Written> = toml::from_str(text).map_err(|e| {
            let at = e.span().map_or(0, |s| s.start);
            let row = text.get(..at).map_or(1, |t| t.matches('\n').count() + 1);
            format!(
                "line {row} cannot be read: write an act and its keys, as in reply = [\"r\"] ({})",
                e.message().lines().next().unwrap_or_default()
            )
        })?;
        for (name, keys) in table {
            let keys = match keys {
                Written::One(key) => vec![key],
                Written::Many(keys) => keys,
            };
            let Some(c) = commands::by_name(&name) else {
                return Err(format!(
                    "there is no command \"{name}\" to give keys to; `:help` lists them"
                ));
            };
            self.binds.retain(|(_, a)| *a != c.action);
            for key in keys {
                // The sign itself joins modifiers in a key's name; on its own it means the key.
                let written: Vec<String> = key.split_whitespace().map(spelled).collect();
                let seq: KeySeq = written
                    .join(" ")
                    .parse()
                    .map_err(|e| format!("the key \"{key}\" of \"{name}\" cannot be read: {e}"))?;
                if let Some(why) = seq.as_slice().iter().find_map(unusable) {
                    return Err(format!(
                        "the key \"{key}\" of \"{name}\" cannot be used: {why}"
                    ));
                }
                self.binds.push((seq, c.action));
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), String> {
        for (i, (a, x)) in self.binds.iter().enumerate() {
            for (b, y) in &self.binds[i + 1..] {
                let meet = x != y && contexts(*x).iter().any(|c| contexts(*y).contains(c));
                let (a, b) = (a.as_slice(), b.as_slice());
                if meet && (a.starts_with(b) || b.starts_with(a)) {
                    let shorter = if a.len() < b.len() { a } else { b };
                    return Err(format!(
                        "the key \"{}\" stands for both \"{}\" and \"{}\"; give one of them another key",
                        shown(shorter),
                        name(*x),
                        name(*y)
                    ));
                }
            }
        }
        Ok(())
    }

    /// What these keys mean there.
    pub fn meaning(&self, context: Context, keys: &[KeyInput]) -> Meaning {
        let mut begun = false;
        for (seq, action) in &self.binds {
            if !contexts(*action).contains(&context) {
                continue;
            }
            match seq.match_to(keys) {
                Match::Matched => return Meaning::Act(*action),
                Match::Prefix => begun = true,
                Match::Unmatch => {}
            }
        }
        if begun {
            Meaning::Begun
        } else {
            Meaning::Nothing
        }
    }

    /// How each sequence that begins with these keys goes on, for the which-key line.
    pub fn next(&self, context: Context, keys: &[KeyInput]) -> Vec<(String, Action)> {
        self.binds
            .iter()
            .filter(|(_, a)| contexts(*a).contains(&context))
            .filter(|(s, _)| s.match_to(keys) == Match::Prefix)
            .map(|(s, a)| (shown(&s.as_slice()[keys.len()..]), *a))
            .collect()
    }

    /// The keys of an act, the first the preferred one.
    pub fn keys(&self, action: Action) -> Vec<String> {
        self.binds
            .iter()
            .filter(|(_, a)| *a == action)
            .map(|(s, _)| shown(s.as_slice()))
            .collect()
    }
}

/// Keys as the person wrote them.
#[derive(serde::Deserialize)]
#[serde(untagged, expecting = "wanted is a key, or a list of keys, in quotes")]
enum Written {
    One(String),
    Many(Vec<String>),
}

/// A key's name as it is read: `Ctrl-x`, as help shows it, is `Ctrl+x`, and the sign that joins
/// is a key by itself.
fn spelled(key: &str) -> String {
    if key == "+" {
        return "Plus".into();
    }
    match key.split_once('-') {
        Some((mods, rest)) if !mods.is_empty() && !rest.is_empty() => format!("{mods}+{rest}"),
        _ => key.to_owned(),
    }
}

fn contexts(action: Action) -> &'static [Context] {
    commands::command(action).map_or(&[], |c| c.contexts)
}

fn name(action: Action) -> &'static str {
    commands::command(action).map_or("", |c| c.name)
}

/// Keys as people write them: `gg`, `Ctrl-d`, `Enter`.
fn shown(keys: &[KeyInput]) -> String {
    keys.iter()
        .map(|k| k.to_string().replace('+', "-").replace("Plus", "+"))
        .collect::<Vec<_>>()
        .join(" ")
}

fn unusable(key: &KeyInput) -> Option<&'static str> {
    let (k, m) = (key.key(), key.mods());
    match k {
        Key::Char('h') if m.contains(Mods::CTRL) => Some("terminals send Backspace for Ctrl-h"),
        Key::Char('i') if m.contains(Mods::CTRL) => Some("terminals send Tab for Ctrl-i"),
        Key::Char('m') if m.contains(Mods::CTRL) => Some("terminals send Enter for Ctrl-m"),
        Key::Char('[') if m.contains(Mods::CTRL) => Some("terminals send Esc for Ctrl-["),
        Key::Char(_) if m.contains(Mods::ALT) => {
            Some("terminals keep Alt with a letter for themselves or send Esc first")
        }
        _ => None,
    }
}
