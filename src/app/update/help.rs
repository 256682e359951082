//! What help and palette list for what is typed.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

use crate::app::commands::{Action, Command, Context, TABLE};
use crate::app::signs::SIGNS;
use crate::app::state::HelpRow;

/// The keys and signs of a place. Without words the place's own keys stand first, then its signs,
/// then what is the same everywhere; with words, what fits best.
pub fn rows(words: &str, context: Context) -> Vec<HelpRow> {
    let acts = TABLE.iter().filter(|c| c.contexts.contains(&context));
    let (own, everywhere): (Vec<_>, Vec<_>) = acts.partition(|c| !c.is_everywhere());
    let signs = SIGNS.iter().filter(|s| s.contexts.contains(&context));
    let act = |c| (HelpRow::Act(c), spoken(c));
    let rows = own
        .into_iter()
        .map(act)
        .chain(signs.map(|s| (HelpRow::Sign(s), format!("{} {}", s.sign, s.means))))
        .chain(everywhere.into_iter().map(act));
    fitting(words, rows)
}

/// The commands of the palette: those that need no place of their own.
pub fn commands(words: &str) -> Vec<Action> {
    let elsewhere = |a| {
        matches!(
            a,
            Action::Palette | Action::Editor | Action::Send | Action::ToggleVisibility
        )
    };
    let table = TABLE.iter().filter(|c| !elsewhere(c.action));
    fitting(words, table.map(|c| (c.action, spoken(c))))
}

fn spoken(command: &Command) -> String {
    let keys = command.keys.join(" ");
    format!("{} {} {keys}", command.name, command.help)
}

/// What fits, best first; without words all, as it comes.
fn fitting<T>(words: &str, items: impl Iterator<Item = (T, String)>) -> Vec<T> {
    struct Item<T>(T, String);
    impl<T> AsRef<str> for Item<T> {
        fn as_ref(&self) -> &str {
            &self.1
        }
    }
    let items = items.map(|(item, spoken)| Item(item, spoken));
    let pattern = Pattern::parse(words, CaseMatching::Ignore, Normalization::Smart);
    let found = pattern.match_list(items, &mut Matcher::new(Config::DEFAULT));
    found.into_iter().map(|(item, _)| item.0).collect()
}
