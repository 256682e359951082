//! Keeping what the console changes in `config.toml`: comments and order stay as they were.

use std::io::Write as _;
use std::path::Path;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::OwnView;
use super::error::ConfigError;

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
    let text = super::read(file)?.unwrap_or_default();
    let mut document: DocumentMut =
        text.parse()
            .map_err(|e: toml_edit::TomlError| ConfigError {
                file: file.to_owned(),
                place: None,
                what: e.message().to_owned(),
                hint: Some("Mend the file, then save the view again.".into()),
            })?;
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
