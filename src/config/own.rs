//! Files beside the settings in which a team writes its own kinds of request and its duties.

use std::path::Path;

use super::{ConfigError, Paths, read};
use crate::domain::register::duty::Duties;
use crate::domain::report::{Language, Template};
use crate::domain::request::Kinds;

/// The kinds of request: those that come with the program, with the team's own in their places.
///
/// # Errors
/// Says which file, line and column is wrong and what to write there instead.
pub fn load_requests(paths: &Paths) -> Result<Kinds, ConfigError> {
    let file = paths.requests_file();
    match read(&file)? {
        None => Ok(Kinds::shipped()),
        Some(text) => parse_requests(&text, &file),
    }
}

/// Reads a team's own kinds from text; `file` only names it in errors.
///
/// # Errors
/// As [`load_requests`].
pub fn parse_requests(text: &str, file: &Path) -> Result<Kinds, ConfigError> {
    let own: Kinds = toml::from_str(text).map_err(|e| ConfigError::toml(file, text, &e))?;
    match own.mistake() {
        None => Ok(Kinds::shipped().with(own)),
        Some(what) => Err(wrong(
            file,
            what,
            "Correct it; the kinds that come with the program are a sample.",
        )),
    }
}

/// The duties: those that come with the program, or the team's own instead.
///
/// # Errors
/// As [`load_requests`].
pub fn load_duties(paths: &Paths) -> Result<Duties, ConfigError> {
    let file = paths.duties_file();
    let Some(text) = read(&file)? else {
        return Ok(Duties::shipped());
    };
    let duties: Duties = toml::from_str(&text).map_err(|e| ConfigError::toml(&file, &text, &e))?;
    match duties.twice() {
        None => Ok(duties),
        Some(name) => {
            let what = format!("two duties are called \"{name}\"");
            Err(wrong(&file, what, "Give each a name of its own."))
        }
    }
}

/// The questions to requesters whose report lacks something, one text a language: the team's own
/// (`ask.en.toml`, `ask.nl.toml`) in the places of those that come with the program.
///
/// # Errors
/// As [`load_requests`].
pub fn load_questions(paths: &Paths) -> Result<Vec<Template>, ConfigError> {
    let one = |language: &Language| {
        let file = paths.ask_file(*language);
        let Some(text) = read(&file)? else {
            return Ok(Template::shipped(*language));
        };
        let sample = "Correct it; the texts that come with the program are a sample.";
        let own = Template::parse(&text).map_err(|e| wrong(&file, e.to_string(), sample))?;
        if own.language == *language {
            return Ok(own);
        }
        let what = format!("it says that its language is {}", own.language.word());
        let hint = format!("Say language = \"{}\" in it.", language.word());
        Err(wrong(&file, what, &hint))
    };
    Language::ALL.iter().map(one).collect()
}

fn wrong(file: &Path, what: String, hint: &str) -> ConfigError {
    ConfigError {
        file: file.to_owned(),
        place: None,
        what,
        hint: Some(hint.into()),
    }
}
