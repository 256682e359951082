//! What this desk has heard of: Workspaces and people.

use std::collections::HashMap;

use super::person::Person;

/// Where Workspaces and people are looked up. A register on disk can stand behind it; here it
/// is only asked.
pub trait Known {
    /// The full name of a Workspace by its full name, by `dws-<number>`, by its number behind
    /// `dws`, or by its short name alone; case does not matter. None if it is not known, or if
    /// several fit.
    fn workspace(&self, named: &str) -> Option<&str>;

    /// A person by address or full name; case does not matter.
    fn person(&self, named: &str) -> Option<&Person>;
}

/// A plain register, held in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    workspaces: Vec<String>,
    people: Vec<Person>,
    /// Every way to say a Workspace; none where two share it.
    by_name: HashMap<String, Option<usize>>,
    by_person: HashMap<String, Option<usize>>,
}

impl Register {
    /// A register of these Workspaces and people.
    pub fn new(
        workspaces: impl IntoIterator<Item = String>,
        people: impl IntoIterator<Item = Person>,
    ) -> Self {
        let mut register = Self::default();
        for name in workspaces {
            register.add_workspace(name);
        }
        for person in people {
            register.add_person(person);
        }
        register
    }

    /// The Workspaces, as they were given.
    pub fn workspaces(&self) -> &[String] {
        &self.workspaces
    }

    /// The people, as they were given.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// Adds a Workspace by its full name.
    pub fn add_workspace(&mut self, name: String) {
        let at = self.workspaces.len();
        let full = name.to_lowercase();
        if self.by_name.contains_key(&full) {
            return;
        }
        if let Some((number, short)) = full
            .strip_prefix("dws-")
            .and_then(|rest| rest.split_once('-'))
        {
            for key in [format!("dws-{number}"), short.to_owned()] {
                let taken = self.by_name.get(&key).copied();
                self.by_name
                    .insert(key, if taken.is_none() { Some(at) } else { None });
            }
        }
        self.by_name.insert(full, Some(at));
        self.workspaces.push(name);
    }

    /// Adds a person.
    pub fn add_person(&mut self, person: Person) {
        let at = self.people.len();
        for key in [person.name.raw(), person.email.raw()] {
            let key = key.trim().to_lowercase();
            if !key.is_empty() {
                let taken = self.by_person.get(&key).copied();
                self.by_person
                    .insert(key, if taken.is_none() { Some(at) } else { None });
            }
        }
        self.people.push(person);
    }
}

impl Known for Register {
    fn workspace(&self, named: &str) -> Option<&str> {
        let at = (*self.by_name.get(&named.trim().to_lowercase())?)?;
        self.workspaces.get(at).map(String::as_str)
    }

    fn person(&self, named: &str) -> Option<&Person> {
        self.people
            .get((*self.by_person.get(&named.trim().to_lowercase())?)?)
    }
}
