//! Names under which attachments are saved.

use unicode_segmentation::UnicodeSegmentation;

use super::gate;

/// The longest name in bytes; file systems allow 255, and a number may be added.
const MAX: usize = 120;
/// The longest ending, with its dot, that is kept when a name is cut.
const MAX_ENDING: usize = 16;

/// A name that can be created in any folder on any system: one component, printable,
/// not hidden, not an option, not one of the reserved names of Windows, at most 120
/// bytes with its ending kept. Never empty. Whether such a file exists already is the
/// caller's to ask.
pub fn file_name(name: &str) -> String {
    let last = name
        .rsplit(['/', '\\'])
        .find(|p| !p.trim().is_empty())
        .unwrap_or("");
    let clean: String = gate::line(last)
        .chars()
        .map(|c| {
            if "<>:\"/\\|?*⟨⟩\u{fffd}".contains(c) || ('␀'..='␡').contains(&c) {
                '_'
            } else {
                c
            }
        })
        .collect();
    let clean = clean
        .trim_matches(|c: char| c == '.' || c == ' ')
        .trim_start_matches(['-', '.', ' ', '~']);
    let (stem, ending) = match clean.rfind('.') {
        Some(at) if at > 0 && clean.len() - at <= MAX_ENDING => clean.split_at(at),
        _ => (clean, ""),
    };
    let stem = cut(stem, MAX - ending.len());
    let stem = if stem.is_empty() { "attachment" } else { stem };
    let reserved = is_reserved(stem);
    format!("{}{stem}{ending}", if reserved { "_" } else { "" })
}

fn cut(text: &str, max: usize) -> &str {
    let mut end = 0;
    for (at, g) in text.grapheme_indices(true) {
        if at + g.len() > max {
            break;
        }
        end = at + g.len();
    }
    text[..end].trim_end_matches([' ', '.'])
}

/// Names that Windows keeps for devices, whatever their ending.
fn is_reserved(stem: &str) -> bool {
    let base = stem
        .split('.')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_uppercase();
    matches!(
        base.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    ) || ((base.starts_with("COM") || base.starts_with("LPT"))
        && base.chars().count() == 4
        && base.ends_with(|c: char| c.is_ascii_digit() || "¹²³".contains(c)))
}
