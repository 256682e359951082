//! Changing rows by hand and by file, checked against all that is kept.

use std::collections::BTreeMap;

use super::csv::BadLine;
use super::{Book, Record, Register};
use crate::domain::text;

/// What putting a row comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The row as it is to be.
    pub record: Record,
    /// The name it had before, where it is called otherwise now.
    pub drop: Vec<String>,
    /// There was none.
    pub is_new: bool,
}

impl Book {
    /// Sets cells of a row, or makes it where there is none of that name. A row that is called
    /// otherwise then takes the place of the one it was.
    ///
    /// # Errors
    /// All that is wrong with it, or that another row has the new name already.
    pub fn edit(
        &self,
        register: Register,
        key: &str,
        cells: &[(&str, &str)],
    ) -> Result<Edit, Vec<String>> {
        let before = self.find(register, key);
        let begun = Record::cells_of_key(register, key);
        let begun = begun.iter().map(|(c, v)| (*c, v.as_str()));
        let record = match before {
            Some(kept) => kept.with(cells.iter().copied())?,
            None => Record::new(register, begun.chain(cells.iter().copied()))?,
        };
        let was = before
            .map(Record::key)
            .filter(|k| k.to_lowercase() != record.key().to_lowercase());
        if was.is_some() && self.find(register, &record.key()).is_some() {
            return Err(vec![format!(
                "{} have a \"{}\" already; change that one, or drop it",
                register.word(),
                text::line(&record.key())
            )]);
        }
        Ok(Edit {
            record,
            drop: was.into_iter().collect(),
            is_new: before.is_none(),
        })
    }

    /// The rows of a file laid over those that are kept. What is wrong with a line is added to
    /// `bad`; `allow` says whose rows may be changed, before and after.
    pub fn lay(
        &self,
        register: Register,
        lines: Vec<(usize, Vec<(&'static str, String)>)>,
        allow: impl Fn(&Record) -> Result<(), String>,
        bad: &mut Vec<BadLine>,
    ) -> Vec<Record> {
        let mut rows: Vec<Record> = Vec::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (line, cells) in lines {
            let mut wrong = |what: String| bad.push(BadLine { line, what });
            let of_key = |name: &str| {
                let cell = cells.iter().find(|(c, _)| *c == name);
                cell.map_or("", |(_, v)| v.as_str())
            };
            let named: Vec<&str> = register.keys().map(|c| of_key(c.name)).collect();
            let key = Record::key_from(register, &named.join("/"));
            let given = cells.iter().map(|(c, v)| (*c, v.as_str()));
            let before = self.find(register, &key);
            let made = match before {
                Some(kept) => kept.with(given),
                None => Record::new(register, given),
            };
            let record = match made {
                Ok(record) => record,
                Err(why) => {
                    wrong(why.join("; "));
                    continue;
                }
            };
            if let Err(why) = before.into_iter().chain([&record]).try_for_each(&allow) {
                wrong(why);
                continue;
            }
            if let Some(first) = seen.insert(record.key().to_lowercase(), line) {
                wrong(format!(
                    "\"{}\" stands on line {first} already; take one of them out",
                    text::line(&record.key())
                ));
                continue;
            }
            rows.push(record);
        }
        rows
    }

    /// How many rows putting these would add, change and leave as they are.
    pub fn would(&self, register: Register, rows: &[Record]) -> (usize, usize, usize) {
        let mut counts = (0, 0, 0);
        for row in rows {
            match self.find(register, &row.key()) {
                None => counts.0 += 1,
                Some(same) if same == row => counts.2 += 1,
                Some(_) => counts.1 += 1,
            }
        }
        counts
    }
}
