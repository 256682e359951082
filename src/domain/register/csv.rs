//! Registers as CSV (RFC 4180), as spreadsheets read and write it.
//!
//! A cell that a spreadsheet would take for a formula is written behind an apostrophe and read
//! without it, so that a round trip changes nothing: whatever begins with one of the signs,
//! after any number of apostrophes, gets one more. Files with a byte order mark, with
//! semicolons or tabs between the cells and with any end of line are read too.

use super::{Column, Record, Register};

/// What a spreadsheet takes for the beginning of a formula, full-width forms included.
const SIGNS: &[char] = &[
    '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '|', '%',
];

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The number of the line on which its row begins, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub what: String,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// The rows: the line on which each begins, and its cells by column. Columns that the file
    /// does not have are not among them.
    pub rows: Vec<(usize, Vec<(&'static str, String)>)>,
    /// Lines that cannot be read.
    pub bad: Vec<BadLine>,
}

/// A cell on its way out.
fn guarded(cell: &str) -> String {
    if is_guarded(cell) || cell.starts_with(SIGNS) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// A cell on its way in.
fn unguarded(cell: &str) -> &str {
    if is_guarded(cell) {
        cell.strip_prefix('\'').unwrap_or(cell)
    } else {
        cell
    }
}

/// Begins with apostrophes and then with a sign.
fn is_guarded(cell: &str) -> bool {
    cell.starts_with('\'') && cell.trim_start_matches('\'').starts_with(SIGNS)
}

fn write_row<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.push(',');
        }
        let cell = guarded(cell);
        let plain = !cell.contains(['"', ',', ';', '\t', '\n', '\r']) && cell.trim() == cell;
        if plain {
            out.push_str(&cell);
        } else {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        }
    }
    out.push_str("\r\n");
}

/// The rows with a head, all columns, in the order in which they are given.
pub fn write<'a>(register: Register, records: impl IntoIterator<Item = &'a Record>) -> String {
    let columns = register.columns();
    let mut out = String::new();
    write_row(&mut out, columns.iter().map(|c| c.name));
    for record in records {
        write_row(&mut out, columns.iter().map(|c| record.raw(c.name)));
    }
    out
}

/// Reads a file of a register. The head says which columns it has, in any order.
///
/// # Errors
/// The head cannot be used: nothing of the file can.
pub fn read(register: Register, text: &str) -> Result<Sheet, BadLine> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = split(text);
    let head = match rows.next() {
        None => {
            return Err(BadLine {
                line: 1,
                what: "the file is empty; its first line must name the columns".into(),
            });
        }
        Some(row) => row,
    };
    let columns = heads(register, &head)?;
    let mut sheet = Sheet::default();
    for row in rows {
        if let Some(what) = row.wrong {
            sheet.bad.push(BadLine {
                line: row.line,
                what: what.into(),
            });
            continue;
        }
        if row.cells.iter().all(|c| c.trim().is_empty()) {
            continue;
        }
        if row.cells.len() > columns.len()
            && row.cells.iter().skip(columns.len()).any(|c| !c.is_empty())
        {
            sheet.bad.push(BadLine {
                line: row.line,
                what: format!(
                    "it has {} cells under {} heads; put cells that hold a comma in quotes",
                    row.cells.len(),
                    columns.len()
                ),
            });
            continue;
        }
        let mut cells: Vec<(&'static str, String)> =
            columns.iter().map(|c| (c.name, String::new())).collect();
        for (kept, cell) in cells.iter_mut().zip(&row.cells) {
            kept.1 = unguarded(cell).to_owned();
        }
        sheet.rows.push((row.line, cells));
    }
    Ok(sheet)
}

fn heads(register: Register, head: &Row) -> Result<Vec<&'static Column>, BadLine> {
    let wrong = |what: String| BadLine {
        line: head.line,
        what,
    };
    if let Some(what) = head.wrong {
        return Err(wrong(what.into()));
    }
    let mut columns: Vec<&'static Column> = Vec::new();
    for name in &head.cells {
        let column = register.column(unguarded(name)).map_err(wrong)?;
        if columns.contains(&column) {
            return Err(wrong(format!(
                "two columns are called \"{}\"; take one away",
                column.name
            )));
        }
        columns.push(column);
    }
    let missing = register.keys().find(|c| !columns.contains(c));
    match missing {
        Some(column) => Err(wrong(format!(
            "no column is called \"{}\", which names the rows; add it",
            column.name
        ))),
        None => Ok(columns),
    }
}

/// A row as it stands in the file.
struct Row {
    line: usize,
    cells: Vec<String>,
    wrong: Option<&'static str>,
}

/// Splits a text into rows; what stands between the cells is seen from the first line.
fn split(text: &str) -> impl Iterator<Item = Row> {
    let head = text.lines().next().unwrap_or("");
    let many = |c: char| head.matches(c).count();
    let between = [',', ';', '\t']
        .into_iter()
        .rev()
        .max_by_key(|c| many(*c))
        .unwrap_or(',');
    let mut rest = text;
    let mut line = 1;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (row, read) = next_row(rest, between, line);
        let (taken, after) = rest.split_at_checked(read).unwrap_or((rest, ""));
        line += ends(taken);
        rest = after;
        Some(row)
    })
}

fn ends(text: &str) -> usize {
    text.matches('\n').count() + text.replace("\r\n", "").matches('\r').count()
}

/// The first row of a text, and how many bytes it takes.
fn next_row(text: &str, between: char, line: usize) -> (Row, usize) {
    let mut row = Row {
        line,
        cells: Vec::new(),
        wrong: None,
    };
    let (mut cell, mut quoted, mut was_quoted) = (String::new(), false, false);
    let mut signs = text.char_indices().peekable();
    while let Some((at, c)) = signs.next() {
        let next = signs.peek().map(|(_, c)| *c);
        match c {
            '"' if quoted && next == Some('"') => {
                cell.push('"');
                signs.next();
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() && !was_quoted => (quoted, was_quoted) = (true, true),
            c if quoted => cell.push(c),
            c if c == between => {
                row.cells.push(std::mem::take(&mut cell));
                was_quoted = false;
            }
            '\r' | '\n' => {
                row.cells.push(cell);
                let double = c == '\r' && next == Some('\n');
                return (row, at + 1 + usize::from(double));
            }
            c if was_quoted && !c.is_whitespace() => {
                row.wrong =
                    Some("something stands behind a closing quote; double quotes inside a cell");
            }
            _ if was_quoted => {}
            c => cell.push(c),
        }
    }
    if quoted {
        row.wrong = Some("a quote is not closed; close it, or double it if it is meant");
    }
    row.cells.push(cell);
    (row, text.len())
}
