//! Keeping what the console changes in `config.toml`: comments and order stay as they were.

use std::io::Write as _;
use std::path::Path;

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use super::error::ConfigError;
use super::{Desk, OwnView, SignIn, WORKSPACE_FIELD};
use crate::domain::people::AgentId;
use crate::domain::remote::Ahead;

/// Keeps a view; one of the same name is replaced where it stands.
///
/// # Errors
/// The file cannot be read, is no TOML, or cannot be written; it is then left as it was.
pub fn save_view(file: &Path, view: &OwnView) -> Result<(), ConfigError> {
    edit(file, |tables| {
        let place = find(tables, &view.name);
        let table = match place.and_then(|i| tables.get_mut(i)) {
            Some(table) => table,
            None => {
                tables.push(Table::new());
                let last = tables.len().saturating_sub(1);
                let Some(table) = tables.get_mut(last) else {
                    return;
                };
                table
            }
        };
        table["name"] = value(view.name.as_str());
        table["filter"] = value(view.filter.as_str());
        table["sort"] = value(view.sort.word());
        set(table, "warn", view.warn.then(|| value(true)));
    })
}

/// Forgets a view; one that is not there is no error.
///
/// # Errors
/// The file cannot be read, is no TOML, or cannot be written; it is then left as it was.
pub fn delete_view(file: &Path, name: &str) -> Result<(), ConfigError> {
    edit(file, |tables| {
        if let Some(i) = find(tables, name) {
            tables.remove(i);
        }
    })
}

fn find(tables: &ArrayOfTables, name: &str) -> Option<usize> {
    tables
        .iter()
        .position(|t| t.get("name").and_then(Item::as_str) == Some(name))
}

fn edit(file: &Path, change: impl FnOnce(&mut ArrayOfTables)) -> Result<(), ConfigError> {
    let mut document = document(file, "save the view again")?;
    let views = document
        .entry("views")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    // `views = []` is what the sample says; it becomes a list of tables.
    if views.as_array().is_some_and(toml_edit::Array::is_empty) {
        *views = Item::ArrayOfTables(ArrayOfTables::new());
    }
    let Some(tables) = views.as_array_of_tables_mut() else {
        return Err(ConfigError {
            file: file.to_owned(),
            place: None,
            what: "views is written inline and is not changed from the console".into(),
            hint: Some("Write each view as a [[views]] table.".into()),
        });
    };
    change(tables);
    write_atomically(file, &document.to_string())
}

/// Keeps which desk is worked with: what stands in the `[desk]` table besides stays.
///
/// # Errors
/// The file cannot be read, is no TOML, or cannot be written; it is then left as it was.
pub fn save_desk(file: &Path, desk: &Desk) -> Result<(), ConfigError> {
    let mut document = document(file, "connect again")?;
    let item = document
        .entry("desk")
        .or_insert_with(|| Item::Table(Table::new()));
    let Some(table) = item.as_table_mut() else {
        return Err(ConfigError {
            file: file.to_owned(),
            place: None,
            what: "desk is written inline and is not changed by connect".into(),
            hint: Some("Write it as a [desk] table.".into()),
        });
    };
    let text = |given: Option<&str>| given.map(value);
    let (sign_in, user) = match &desk.sign_in {
        SignIn::Token => ("token", None),
        SignIn::Password { user } => ("password", Some(user.as_str())),
    };
    set(table, "kind", Some(value(desk.kind.as_str())));
    set(table, "name", Some(value(desk.name.as_str())));
    set(table, "url", Some(value(desk.url.as_str())));
    set(table, "sign-in", Some(value(sign_in)));
    set(table, "user", text(user));
    set(table, "me", text(desk.me.as_ref().map(AgentId::as_str)));
    let ca_file = desk.ca_file.as_ref().map(|f| f.display().to_string());
    set(table, "ca-file", text(ca_file.as_deref()));
    let command: Array = desk.token_command.iter().collect();
    set(
        table,
        "token-command",
        (!command.is_empty()).then(|| value(command)),
    );
    let own_field = (desk.workspace_field != WORKSPACE_FIELD).then_some(&*desk.workspace_field);
    set(table, "workspace-field", text(own_field));
    set(table, "labels-field", text(desk.labels_field.as_deref()));
    let texts = Some(desk.texts).filter(|t| *t != Ahead::default());
    set(table, "texts", text(texts.map(Ahead::word)));
    let queues = desk.queues.iter().map(|(k, v)| (k.as_str(), v.as_str()));
    fill(table, "queues", queues);
    let statuses = desk.statuses.iter().map(|(k, v)| (k.as_str(), v.word()));
    fill(table, "statuses", statuses);
    write_atomically(file, &document.to_string())
}

/// Gives a key its value, or takes it away; the comment beside a value stays.
fn set(table: &mut Table, key: &str, new: Option<Item>) {
    let Some(mut new) = new else {
        table.remove(key);
        return;
    };
    if let (Some(old), Some(new)) = (table.get(key).and_then(Item::as_value), new.as_value_mut()) {
        *new.decor_mut() = old.decor().clone();
    }
    table.insert(key, new);
}

/// Makes a table below hold exactly these.
fn fill<'a>(table: &mut Table, name: &str, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
    let pairs: Vec<_> = pairs.collect();
    if pairs.is_empty() {
        table.remove(name);
        return;
    }
    let below = table
        .entry(name)
        .or_insert_with(|| Item::Table(Table::new()));
    if !below.is_table() {
        *below = Item::Table(Table::new());
    }
    let Some(below) = below.as_table_mut() else {
        return;
    };
    below.retain(|key, _| pairs.iter().any(|(k, _)| *k == key));
    for (key, word) in pairs {
        set(below, key, Some(value(word)));
    }
}

fn document(file: &Path, then: &str) -> Result<DocumentMut, ConfigError> {
    let text = super::read(file)?.unwrap_or_default();
    text.parse().map_err(|e: toml_edit::TomlError| ConfigError {
        file: file.to_owned(),
        place: None,
        what: e.message().to_owned(),
        hint: Some(format!("Mend the file, then {then}.")),
    })
}

/// Either the old file or the new one, never half of one.
fn write_atomically(file: &Path, text: &str) -> Result<(), ConfigError> {
    let failed = |e: &std::io::Error| ConfigError::io(file, "cannot be written", e);
    // A link to a file in somebody's dotfiles stays a link: what it points at is replaced.
    let target = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let folder = target.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder).map_err(|e| failed(&e))?;
    let mut new = tempfile::NamedTempFile::new_in(folder).map_err(|e| failed(&e))?;
    new.write_all(text.as_bytes()).map_err(|e| failed(&e))?;
    if let Ok(old) = std::fs::metadata(&target) {
        new.as_file()
            .set_permissions(old.permissions())
            .map_err(|e| failed(&e))?;
    }
    new.as_file().sync_all().map_err(|e| failed(&e))?;
    new.persist(&target).map_err(|e| failed(&e.error))?;
    Ok(())
}
