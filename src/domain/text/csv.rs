//! Cells of tables that other programs read.

use super::gate;

/// A text as a cell of a CSV table (RFC 4180): one printable line, in quotes where it has to be. A spreadsheet
/// takes a cell that begins like a formula for one and runs it; an apostrophe before it makes it a text.
pub fn csv_cell(text: &str) -> String {
    let mut cell = gate::line(text).into_string();
    if cell
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
    {
        cell.insert(0, '\'');
    }
    if cell.contains([',', '"', ';', '\'']) || cell.trim() != cell {
        cell = format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell
}
