//! Opening a desk: which file, who sits here, and what the app is told before it starts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::TimeDelta;

use super::office;
use crate::app::keymap::Keymap;
use crate::app::state::{DeskKind, Setup, Size, Snippet, View};
use crate::app::views::built_in;
use crate::config::{self, Config, MacroAct, MacroFile, Paths, SnippetFile};
use crate::desk::{Desk, Door as _, KINDS};
use crate::domain::Instant;
use crate::domain::list::Count;
use crate::domain::macros::{Macro, MacroStep};
use crate::domain::people::{Agent, AgentId};
use crate::domain::query::Query;
use crate::domain::reach::Abilities;
use crate::domain::text::{self, Printable, Untrusted};
use crate::domain::ticket::Priority;
use crate::store::{Named, Reader, Rules, Shelf, Writer};

/// Which store, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskFile {
    /// The file.
    pub path: PathBuf,
    /// The desk's name on the screen.
    pub name: Printable,
    /// Who sits here, where it is not the person's own setting.
    pub me: Option<AgentId>,
}

impl DeskFile {
    /// The embedded desk.
    pub fn local(paths: &Paths) -> Self {
        Self {
            path: paths.local_store(),
            name: Printable::literal("local desk"),
            me: None,
        }
    }

    /// A desk over a network.
    pub fn remote(paths: &Paths, desk: &config::Desk) -> Self {
        Self {
            path: paths.desk_store(&desk.kind, &desk.url),
            name: text::line(&desk.name),
            me: desk.agent(),
        }
    }

    /// The demo desk, whose person is one of its own.
    pub fn demo(paths: &Paths) -> Self {
        Self {
            path: paths.demo_store(),
            name: Printable::literal("demo desk"),
            me: AgentId::parse("sam").ok(),
        }
    }
}

/// A desk that is open and not yet at work.
#[derive(Debug)]
pub struct OpenDesk {
    /// The one that writes.
    pub writer: Writer,
    /// The desk whose tickets it keeps.
    pub desk: Desk,
    /// The file.
    pub path: PathBuf,
    /// Who sits here.
    pub me: AgentId,
    /// What the app is told.
    pub setup: Setup,
    /// Due instants have to be computed again.
    pub due_stale: bool,
    /// The file was made just now.
    pub fresh: bool,
    /// What to say when the console is up: a damaged file was set aside, a view is left out.
    pub news: Vec<String>,
}

/// Who sits here: the setting, else the account's name, else `me`.
pub fn me(config: &Config) -> AgentId {
    let account = || {
        ["USER", "LOGNAME", "USERNAME"]
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find_map(|name| AgentId::parse(&name).ok())
    };
    match config.me.clone().or_else(account) {
        Some(me) => me,
        // `me` is a handle by its letters; the loop never goes round twice.
        None => loop {
            if let Ok(me) = AgentId::parse("me") {
                break me;
            }
        },
    }
}

/// What the store needs to know of the settings.
pub fn rules(config: &Config, me: AgentId) -> Rules {
    Rules {
        policy: config.policy.clone(),
        calendar: config.calendar.clone(),
        me,
    }
}

/// Opens a desk's store, makes it if it is not there, and gets the app's setup ready. The
/// desk is not asked yet.
///
/// # Errors
/// A sentence: the store cannot be opened, or the keys cannot be read.
pub fn open_desk(
    file: &DeskFile,
    desk: Desk,
    config: &Config,
    paths: &Paths,
    now: Instant,
) -> Result<OpenDesk, String> {
    let me = file.me.clone().unwrap_or_else(|| me(config));
    let mut opened =
        Writer::open(&file.path, rules(config, me.clone()), now).map_err(|e| e.to_string())?;
    if opened.fresh {
        let agent = Agent {
            id: me.clone(),
            name: Untrusted::new(me.as_str()),
            tenants: Vec::new(),
        };
        opened
            .writer
            .put_agents(&[agent])
            .map_err(|e| e.to_string())?;
    }
    let setup = Setup {
        abilities: desk.abilities(),
        ..setup(file, config, paths, me.clone())?
    };
    let news = opened.news();
    Ok(OpenDesk {
        writer: opened.writer,
        desk,
        path: file.path.clone(),
        me,
        setup,
        due_stale: opened.due_stale,
        fresh: opened.fresh,
        news: news.into_iter().chain(views(config).1).collect(),
    })
}

/// What the app is told when there is no desk yet.
///
/// # Errors
/// The keys cannot be read. A view that cannot is left out.
pub fn setup_without_desk(config: &Config, paths: &Paths) -> Result<Setup, String> {
    Ok(Setup {
        size: Size::default(),
        zone: config.zone,
        me: me(config),
        desk: None,
        abilities: Abilities::all(),
        scope: config.scope.clone(),
        calendar: Arc::new(config.calendar.clone()),
        people: config.people.clone().into(),
        followed: office::followed(paths, config).into(),
        at_start: config.hand_over,
        policy: Arc::new(config.policy.clone()),
        as_of: None,
        warn: config.warn.thresholds.clone(),
        warn_views: config.warn.views.clone(),
        agents: Vec::new(),
        ticket_url: config.ticket_url.clone(),
        undo_window: TimeDelta::seconds(i64::from(config.undo_window)),
        views: views(config).0,
        snippets: Vec::new(),
        macros: Vec::new(),
        requests: Arc::new(config::load_requests(paths).map_err(|e| e.to_string())?),
        keymap: Arc::new(keymap(config, paths)?),
        seed: seed(),
        kinds: kinds(),
    })
}

fn setup(file: &DeskFile, config: &Config, paths: &Paths, me: AgentId) -> Result<Setup, String> {
    let Shelves {
        mut snippets,
        macros: shelved,
        agents,
    } = shelves(&file.path);
    snippets.extend(config.snippets.iter().cloned());
    Ok(Setup {
        me,
        desk: Some(file.name.clone()),
        agents,
        snippets: snippets
            .into_iter()
            .map(|s| Snippet {
                name: s.name,
                text: s.body,
            })
            .collect(),
        macros: with_own_macros(shelved, config),
        ..setup_without_desk(config, paths)?
    })
}

#[derive(Default)]
struct Shelves {
    snippets: Vec<SnippetFile>,
    macros: Vec<MacroFile>,
    agents: Vec<Agent>,
}

/// What stands on the store's own shelves; nothing if they cannot be read.
fn shelves(path: &Path) -> Shelves {
    let Ok(reader) = Reader::open(path) else {
        return Shelves::default();
    };
    let named = |shelf| reader.named(shelf).unwrap_or_default();
    let snippets = named(Shelf::Snippet)
        .into_iter()
        .map(|Named { name, body }| SnippetFile { name, body })
        .collect();
    let macros = named(Shelf::Macro)
        .into_iter()
        .filter_map(|m| serde_json::from_str(&m.body).ok())
        .collect();
    Shelves {
        snippets,
        macros,
        agents: reader.agents().unwrap_or_default(),
    }
}

fn with_own_macros(shelved: Vec<MacroFile>, config: &Config) -> Vec<Macro> {
    let own = config.macros.iter().cloned();
    shelved.into_iter().chain(own).map(as_macro).collect()
}

/// The macros of a desk's store and of the settings.
pub fn macros(store: &Path, config: &Config) -> Vec<Macro> {
    with_own_macros(shelves(store).macros, config)
}

fn as_macro(file: MacroFile) -> Macro {
    let steps = file
        .acts
        .into_iter()
        .filter_map(|act| {
            Some(match act {
                MacroAct::Status { value } => MacroStep::Status(value),
                MacroAct::Priority { value } => {
                    MacroStep::Priority(Priority::from_code(i64::from(value))?)
                }
                MacroAct::LabelAdd { value } => MacroStep::AddLabel(value),
                MacroAct::LabelRemove { value } => MacroStep::RemoveLabel(value),
                MacroAct::Assign { value } if value == "me" => MacroStep::AssignMe,
                MacroAct::Assign { value } => MacroStep::Assign(AgentId::parse(&value).ok()?),
                MacroAct::Reply { body } => MacroStep::Reply(body),
                MacroAct::Note { body } => MacroStep::Note(body),
            })
        })
        .collect();
    Macro {
        name: file.name,
        steps,
    }
}

/// The person's own views, read, and a sentence for each that cannot be.
pub fn views(config: &Config) -> (Vec<View>, Vec<String>) {
    let built_in = built_in();
    let (mut views, mut wrong) = (Vec::new(), Vec::new());
    for own in &config.views {
        let name = text::line(&own.name);
        if built_in.iter().any(|v| v.name == name) {
            wrong.push(format!(
                "the view \"{name}\" has the name of a built-in one; give it another in config.toml"
            ));
            continue;
        }
        match Query::parse(&own.filter) {
            Ok(query) => views.push(View {
                name,
                query,
                text: own.filter.clone(),
                sort: own.sort,
                own: true,
                warn: own.warn,
                count: Count::Unknown,
            }),
            Err(e) => wrong.push(format!(
                "the view \"{name}\" has a filter that cannot be read: {e}; mend it in config.toml"
            )),
        }
    }
    (views, wrong)
}

/// The profile's keys with the person's own laid over them.
///
/// # Errors
/// A sentence that names the file, and both acts of a key that would mean two things, or the
/// key that is none.
pub fn keymap(config: &Config, paths: &Paths) -> Result<Keymap, String> {
    Keymap::load(&config.keys, config.own_keys.as_deref())
        .map_err(|why| format!("{}: {why}", paths.keys_file().display()))
}

/// What can be connected, for the welcome.
fn kinds() -> Vec<DeskKind> {
    KINDS
        .iter()
        .map(|k| DeskKind {
            name: Printable::literal(k.name),
            needs: Printable::literal(k.needs),
            command: (k.kind != "local")
                .then(|| text::line(&format!("deskhand connect {}", k.kind))),
        })
        .collect()
}

/// Random enough for ids that only have to differ.
fn seed() -> u64 {
    let bytes = uuid::Uuid::now_v7().into_bytes();
    let mut low = [0; 8];
    low.copy_from_slice(&bytes[8..]);
    u64::from_be_bytes(low)
}
