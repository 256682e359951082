//! A hundred thousand random keys: nothing panics, no draft is lost, the selection stays.

#![expect(clippy::print_stdout, reason = "the seed of a failed run is wanted")]

use crossterm::event::{Event as Raw, KeyCode, KeyEvent, KeyModifiers};

use deskhand::config::Config;

use super::harness::{Person, Scene};

/// Keys in all; `DESKHAND_KEYS` makes it more or fewer. Each shard starts afresh, so that
/// shards run side by side.
const KEYS: usize = 100_000;
const SHARDS: usize = 4;

/// A small generator of our own, so that a seed means the same run for ever.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }
}

fn roll(dice: &mut Dice) -> Raw {
    const OFTEN: &[char] = &[
        'j', 'k', 'g', 'G', '.', ' ', 'v', '*', 'r', 'c', 'i', 'a', 'A', 's', 'p', 'L', 'b', 'C',
        'm', 'z', 'Z', 'u', 'y', '/', '\\', ':', '[', ']', 'J', 'K', 'n', 'N', 'w', '?', '+', '_',
        '1', '2', '3', '6', ';', 'q', 'Q', 'e', 'f', 'E', 'R', '$', 'x', 'X', 't', 'S', 'l', 'd',
        '@', 'ß', '漢', '\u{200b}',
    ];
    const NAMED: &[KeyCode] = &[
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Backspace,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::F(1),
    ];
    let key = |code, modifiers| Raw::Key(KeyEvent::new(code, modifiers));
    match dice.below(100) {
        0..60 => key(
            KeyCode::Char(OFTEN[dice.below(OFTEN.len())]),
            KeyModifiers::NONE,
        ),
        60..85 => key(NAMED[dice.below(NAMED.len())], KeyModifiers::NONE),
        85..93 => {
            // Ctrl-e opens an editor and Ctrl-c may end us: both have stories of their own.
            let c = ['d', 'u', 'p', 't', 's', 'f', 'b', 'w', 'o'][dice.below(9)];
            key(KeyCode::Char(c), KeyModifiers::CONTROL)
        }
        93..96 => Raw::Paste("two\nlines \u{1b}[31m\u{202e}".into()),
        96..98 => Raw::Resize(
            u16::try_from(20 + dice.below(180)).unwrap(),
            u16::try_from(5 + dice.below(55)).unwrap(),
        ),
        98 => Raw::Resize(120, 40),
        _ => {
            let u = |n: usize| u16::try_from(n).unwrap();
            Raw::Mouse(crossterm::event::MouseEvent {
                kind: crossterm::event::MouseEventKind::Down(crossterm::event::MouseButton::Left),
                column: u(dice.below(160)),
                row: u(dice.below(50)),
                modifiers: KeyModifiers::NONE,
            })
        }
    }
}

fn holds(person: &Person, what: &str) {
    let state = person.state();
    let queue = &state.queue;
    assert!(
        queue.rows.is_empty() || queue.cursor < queue.rows.len(),
        "{what}: the cursor is on row {} of {}",
        queue.cursor,
        queue.rows.len()
    );
}

/// Some of its keys open an editor; this one leaves every text as it is.
fn harmless() -> Scene {
    Scene {
        config: Config {
            editor: Some("true".into()),
            ..Config::default()
        },
        ..Scene::default()
    }
}

fn shard(number: usize) {
    let seed = std::env::var("DESKHAND_SEED")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(0x5eed_0001_u64)
        .wrapping_add(number as u64 * 0x9e37_79b9);
    println!("seed {seed} (shard {number})");
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(seed | 1);
    let mut person = harmless().demo(folder.path());
    let keys = std::env::var("DESKHAND_KEYS")
        .ok()
        .and_then(|k| k.parse().ok())
        .unwrap_or(KEYS);
    for n in 0..keys / SHARDS {
        let raw = roll(&mut dice);
        let what = format!("seed {seed}, key {n}, {raw:?}");
        let resize = matches!(raw, Raw::Resize(..));
        if resize {
            person.settle();
        }
        let before = person.selected();
        person.type_ahead(raw);
        if resize && person.ended.is_none() {
            person.settle();
            assert_eq!(person.selected(), before, "{what}: the selection moved");
        }
        // Hands are faster than disks now and then: some keys come in bursts.
        if dice.below(4) == 0 {
            continue;
        }
        person.settle();
        holds(&person, &what);
        if n % 97 == 0 {
            person.wait(i64::try_from(dice.below(120)).unwrap());
            // A second later whatever was typed is on disk.
            person.wait(2);
            if let Some(composer) = &person.state().composer {
                assert!(
                    composer.touched.is_none() || composer.error.is_some(),
                    "{what}: a draft is not on disk after two seconds"
                );
            }
        }
        if person.ended.is_some() {
            // It was told to quit: what was being written is there when it opens again.
            let written = person
                .state()
                .composer
                .as_ref()
                .filter(|c| !c.is_blank())
                .map(|c| (c.ticket, c.text()));
            person.vanish();
            if let Some((ticket, text)) = written {
                let paths = deskhand::config::Paths::below(folder.path());
                let reader = deskhand::store::Reader::open(&paths.demo_store()).unwrap();
                let kept = reader.drafts().unwrap();
                assert!(
                    kept.iter().any(|d| d.ticket == ticket && d.body == text),
                    "{what}: the draft was lost on the way out: {text:?}, kept {kept:?}"
                );
            }
            person = harmless().demo(folder.path());
        }
    }
}

#[test]
fn random_keys_break_nothing_1() {
    shard(1);
}

#[test]
fn random_keys_break_nothing_2() {
    shard(2);
}

#[test]
fn random_keys_break_nothing_3() {
    shard(3);
}

#[test]
fn random_keys_break_nothing_4() {
    shard(4);
}
