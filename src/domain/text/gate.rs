//! What may be shown, and what stands in for what may not.
//!
//! - Controls become their pictures: ESC is `␛`, BEL `␇`, DEL `␡`. The rest of an
//!   escape sequence is then plain text and stays readable. The 8-bit controls
//!   become the 7-bit pair they stand for: U+009B is `␛[`.
//! - Embeddings, overrides and isolates become words, `⟨RLO⟩`: shown, and unable
//!   to turn anything around. So do tag characters, invisible operators and other
//!   formats that honest text does not hold; a run of them becomes one word with
//!   a count, `⟨TAG×12⟩`.
//! - What honest text does hold but nobody sees (soft hyphens, zero-width spaces,
//!   direction marks) is left out.
//! - Joiners stay where writing needs them: between emoji, and between letters of
//!   the Arabic, Indic and related scripts. A variation selector stays after a
//!   base that takes one.
//! - Marks stay, up to a number per base that real writing does not reach; one
//!   without a base gets a dotted circle to sit on.
//! - Private, unassigned and non-characters become `�`; signs that are drawn far
//!   wider than any table says become words.
//!
//! Passing the gate twice is passing it once. Every step looks at one character
//! and a bounded memory of what came before, so a line of any length is linear.

use unicode_width::UnicodeWidthChar;

use super::Printable;

/// What a tab is worth.
const TAB: &str = "    ";
/// The most marks of a script of its own on one base: Hebrew with points and
/// accents has five, Tibetan stacks six.
const SCRIPT_MARKS: usize = 7;
/// The most general marks on one base: two in Vietnamese, three in phonetics.
const GENERAL_MARKS: usize = 3;
/// The most emoji joined to one: families have four.
const JOINED: usize = 7;
/// Keeps letters apart; nothing to join at the end of a row.
pub(super) const ZWNJ: char = '\u{200C}';
/// Joins letters or emoji.
pub(super) const ZWJ: char = '\u{200D}';

/// Makes one line: every stretch of white space becomes one blank, none at the ends.
pub fn line(text: &str) -> Printable {
    let trimmed = text.trim();
    let plain = trimmed.bytes().all(|b| matches!(b, b' '..=b'~')) && !trimmed.contains("  ");
    if plain {
        return Printable::trusted(trimmed.to_owned());
    }
    let mut gate = Gate::new(trimmed.len(), true);
    gate.take(trimmed);
    let mut out = gate.out;
    out.truncate(out.trim_end_matches(' ').len());
    Printable::trusted(out)
}

/// Keeps the lines: every way to end one becomes `\n`, tabs become blanks.
pub fn block(text: &str) -> Printable {
    if text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\n')) {
        return Printable::trusted(text.to_owned());
    }
    let mut gate = Gate::new(text.len(), false);
    gate.take(text);
    Printable::trusted(gate.out)
}

/// What to do with a character.
enum Class {
    /// Shown as it is.
    Shown,
    /// A blank of some width.
    Blank,
    /// The end of a line.
    Newline,
    /// Joins what stands before to what comes.
    Joiner,
    /// Chooses a look for what stands before.
    Selector,
    /// Sits on what stands before.
    Mark,
    /// Honest but invisible: left out.
    Silent,
    /// Shown as a word.
    Named(&'static str),
    /// Shown as other text.
    Instead(&'static str),
    /// A control of the first 32, or DEL.
    Control,
    /// A control of the second 32.
    Control8,
    /// A tag: only in three flags.
    Tag,
    /// Shown as `�`.
    Unknown,
}

fn class(c: char) -> Class {
    match c {
        ' '..='~' => Class::Shown,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Class::Newline,
        '\0'..='\u{1f}' | '\u{7f}' => Class::Control,
        '\u{80}'..='\u{9f}' => Class::Control8,
        '\u{a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{3000}'
        | '\u{2800}' => Class::Blank,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'
        | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}' => Class::Silent,
        ZWNJ | ZWJ => Class::Joiner,
        '\u{180b}'..='\u{180d}'
        | '\u{180f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0100}'..='\u{e01ef}' => Class::Selector,
        '\u{202a}' => Class::Named("LRE"),
        '\u{202b}' => Class::Named("RLE"),
        '\u{202c}' => Class::Named("PDF"),
        '\u{202d}' => Class::Named("LRO"),
        '\u{202e}' => Class::Named("RLO"),
        '\u{2066}' => Class::Named("LRI"),
        '\u{2067}' => Class::Named("RLI"),
        '\u{2068}' => Class::Named("FSI"),
        '\u{2069}' => Class::Named("PDI"),
        '\u{2061}'..='\u{2064}' => Class::Named("OP"),
        '\u{206a}'..='\u{206f}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d159}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{13430}'..='\u{1343f}' => Class::Named("FMT"),
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => Class::Named("HF"),
        '\u{e0000}'..='\u{e007f}' => Class::Tag,
        '\u{fdfa}' => Class::Named("FDFA"),
        '\u{fdfb}' => Class::Named("FDFB"),
        '\u{fdfd}' => Class::Named("FDFD"),
        '\u{12031}' | '\u{12219}' | '\u{1242b}' | '\u{a9c5}' | '\u{102a}' | '\u{bf5}' => {
            Class::Named("WIDE")
        }
        '\u{2e3a}' => Class::Instead("——"),
        '\u{2e3b}' => Class::Instead("———"),
        // Signs that stand before Arabic numbers: formats by name, but drawn.
        '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{890}'..='\u{891}' | '\u{8e2}' => Class::Shown,
        _ if !assigned(c) => Class::Unknown,
        _ if c.width() == Some(0) => Class::Mark,
        _ => Class::Shown,
    }
}

/// Whether a character is assigned and drawn, by the tables of the standard library:
/// what `Debug` for text writes out as it is. A mark is escaped by itself, so it is
/// asked about behind a letter.
fn assigned(c: char) -> bool {
    if !c.escape_debug().any(|e| e == '\\') {
        return true;
    }
    let mut buf = [b'a'; 5];
    let len = 1 + c.encode_utf8(&mut buf[1..]).len();
    std::str::from_utf8(&buf[..len]).is_ok_and(|pair| !pair.escape_debug().any(|e| e == '\\'))
}

/// Drawn as an emoji, so that a joiner or a selector may follow.
const fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
        | '\u{2194}'..='\u{2199}' | '\u{21a9}'..='\u{21aa}' | '\u{231a}'..='\u{231b}' | '\u{2328}'
        | '\u{23cf}' | '\u{23e9}'..='\u{23f3}' | '\u{23f8}'..='\u{23fa}' | '\u{24c2}'
        | '\u{25aa}'..='\u{25ab}' | '\u{25b6}' | '\u{25c0}' | '\u{25fb}'..='\u{25fe}'
        | '\u{2600}'..='\u{27bf}' | '\u{2934}'..='\u{2935}' | '\u{2b05}'..='\u{2b07}'
        | '\u{2b1b}'..='\u{2b1c}' | '\u{2b50}' | '\u{2b55}' | '\u{3030}' | '\u{303d}' | '\u{3297}'
        | '\u{3299}' | '\u{1f000}'..='\u{1f1e5}' | '\u{1f200}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}')
}

/// The five skin tones.
pub(super) const fn is_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

/// Letters of scripts that write with joiners: Arabic and its kin, the Indic
/// scripts and those of South-East Asia, Mongolian.
const fn takes_joiner(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{f00}'..='\u{109f}'
        | '\u{1780}'..='\u{18af}' | '\u{1a20}'..='\u{1aad}' | '\u{1b00}'..='\u{1c4f}' | '\u{a8e0}'..='\u{a8ff}'
        | '\u{a980}'..='\u{a9df}' | '\u{aa60}'..='\u{aadf}' | '\u{abc0}'..='\u{abff}'
        | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10ac0}'..='\u{10aff}' | '\u{10d00}'..='\u{10d3f}' | '\u{10f30}'..='\u{10f6f}'
        | '\u{11000}'..='\u{11fff}' | '\u{1e900}'..='\u{1e95f}')
}

/// Marks that go on letters of any script.
const fn is_general_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Whether `base` has forms that this selector chooses from.
const fn takes_selector(base: char, selector: char) -> bool {
    let cjk = matches!(base, '\u{2e80}'..='\u{2fd5}' | '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}');
    match selector {
        '\u{fe0e}' | '\u{fe0f}' => is_emoji(base),
        '\u{fe00}'..='\u{fe02}' => {
            cjk || matches!(base, '\u{2200}'..='\u{22ff}' | '\u{2a00}'..='\u{2aff}' | '\u{1000}'..='\u{109f}')
        }
        '\u{e0100}'..='\u{e01ef}' => cjk,
        '\u{180b}'..='\u{180d}' | '\u{180f}' => matches!(base, '\u{1820}'..='\u{18aa}'),
        _ => false,
    }
}

/// A vowel or a final of Hangul: it takes no column where it stands in a syllable, and
/// anywhere else it is a letter that no width table tells the truth about.
const fn is_jamo(c: char) -> bool {
    matches!(c, '\u{1160}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7fb}')
}

/// Whether a vowel or a final of Hangul joins what stands before it.
const fn takes_jamo(last: char, c: char) -> bool {
    let final_only = matches!(c, '\u{11a8}'..='\u{11ff}' | '\u{d7cb}'..='\u{d7fb}');
    match last {
        '\u{1100}'..='\u{115e}' | '\u{a960}'..='\u{a97c}' => !final_only,
        '\u{1161}'..='\u{11a7}' | '\u{d7b0}'..='\u{d7c6}' => true,
        '\u{11a8}'..='\u{11ff}' | '\u{d7cb}'..='\u{d7fb}' => final_only,
        '\u{ac00}'..='\u{d7a3}' => final_only || (last as u32 - 0xac00).is_multiple_of(28),
        _ => false,
    }
}

struct Gate {
    out: String,
    one_line: bool,
    /// The last character written.
    last: char,
    /// A joiner that is written only if what comes next wants it.
    joiner: Option<char>,
    /// How many emoji the one being written already joins; 0 outside an emoji.
    joined: usize,
    /// Marks on the base being written.
    marks: usize,
    general_marks: usize,
    /// A word that stands at the end of `out`: what it says, where it starts, how often.
    named: Option<(&'static str, usize, usize)>,
}

impl Gate {
    fn new(len: usize, one_line: bool) -> Self {
        Self {
            out: String::with_capacity(len + len / 8),
            one_line,
            last: '\n',
            joiner: None,
            joined: 0,
            marks: 0,
            general_marks: 0,
            named: None,
        }
    }

    fn take(&mut self, text: &str) {
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            match class(c) {
                Class::Shown => self.show(c),
                Class::Blank => self.blank(" "),
                Class::Newline => {
                    if c == '\r' && rest.as_str().starts_with('\n') {
                        rest.next();
                    }
                    self.newline();
                }
                Class::Control if c == '\t' => self.blank(TAB),
                Class::Control => self.show(picture(c)),
                Class::Control8 => {
                    self.show('␛');
                    self.show(char::from((c as u32 as u8).wrapping_sub(0x40)));
                }
                Class::Joiner => self.joiner = self.joiner.or(Some(c)),
                Class::Selector => self.selector(c, rest.as_str()),
                Class::Mark => self.mark(c),
                Class::Silent => {}
                Class::Named(name) => self.name(name),
                Class::Instead(other) => other.chars().for_each(|c| self.show(c)),
                Class::Tag => {
                    if let Some(after) = self.flag(c, rest.as_str()) {
                        rest = after.chars();
                    } else {
                        self.name("TAG");
                    }
                }
                Class::Unknown => self.show('\u{fffd}'),
            }
        }
    }

    /// Writes a character that has a place of its own.
    fn show(&mut self, c: char) {
        if c == ' ' {
            return self.blank(" ");
        }
        let joiner = self.joiner.take();
        if is_emoji(c) {
            let join = joiner == Some(ZWJ) && (1..JOINED).contains(&self.joined);
            self.joined = if join { self.joined + 1 } else { 1 };
            if join {
                self.out.push(ZWJ);
            }
        } else if is_tone(c) && self.joined > 0 && is_emoji(self.last) {
            // Colours the emoji before it, which stays open for a joiner.
        } else {
            self.joined = 0;
            if let Some(j) = joiner
                && takes_joiner(self.last)
                && takes_joiner(c)
            {
                self.out.push(j);
            }
        }
        self.write(c);
    }

    fn write(&mut self, c: char) {
        self.out.push(c);
        self.last = c;
        self.marks = 0;
        self.general_marks = 0;
        self.named = None;
    }

    fn blank(&mut self, blanks: &str) {
        self.close();
        if !self.one_line {
            self.out.push_str(blanks);
        } else if !self.out.is_empty() && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
        self.last = ' ';
    }

    fn newline(&mut self) {
        if self.one_line {
            return self.blank(" ");
        }
        self.close();
        self.out.push('\n');
        self.last = '\n';
    }

    /// Ends whatever could still be joined to.
    fn close(&mut self) {
        self.joiner = None;
        self.joined = 0;
        self.marks = 0;
        self.general_marks = 0;
        self.named = None;
    }

    fn mark(&mut self, c: char) {
        if is_jamo(c) && !takes_jamo(self.last, c) {
            return self.show('\u{fffd}');
        }
        if self.named.is_some() || matches!(self.last, ' ' | '\n' | '\u{fffd}' | '␀'..='␡') {
            self.close();
            self.write('\u{25cc}');
        }
        let general = is_general_mark(c);
        if self.marks >= SCRIPT_MARKS || (general && self.general_marks >= GENERAL_MARKS) {
            return;
        }
        self.marks += 1;
        self.general_marks += usize::from(general);
        self.joiner = None;
        self.joined = 0;
        self.out.push(c);
        self.last = c;
    }

    fn selector(&mut self, c: char, rest: &str) {
        let keycap = c == '\u{fe0f}'
            && matches!(self.last, '0'..='9' | '#' | '*')
            && rest.starts_with('\u{20e3}');
        if self.joiner.is_none() && (keycap || takes_selector(self.last, c)) {
            self.out.push(c);
            self.last = c;
        }
    }

    /// Writes a word for something invisible, or counts it to the word before.
    fn name(&mut self, name: &'static str) {
        let (start, times) = match self.named {
            Some((before, start, times)) if before == name => {
                self.out.truncate(start);
                (start, times + 1)
            }
            _ => (self.out.len(), 1),
        };
        self.close();
        self.out.push('⟨');
        self.out.push_str(name);
        if times > 1 {
            self.out.push('×');
            self.out.push_str(&times.to_string());
        }
        self.out.push('⟩');
        self.last = '⟩';
        self.named = Some((name, start, times));
    }

    /// Writes the tags of the flags of England, Scotland and Wales; gives what follows.
    fn flag<'a>(&mut self, first: char, rest: &'a str) -> Option<&'a str> {
        if self.last != '\u{1f3f4}' || self.joiner.is_some() {
            return None;
        }
        let untag = |c: char| char::from_u32((c as u32).wrapping_sub(0xe0000)).unwrap_or(' ');
        let tags: String = std::iter::once(first).chain(rest.chars().take(5)).collect();
        let code: String = tags.chars().map(untag).collect();
        if !matches!(code.as_str(), "gbeng\u{7f}" | "gbsct\u{7f}" | "gbwls\u{7f}") {
            return None;
        }
        self.out.push_str(&tags);
        self.close();
        self.last = '\u{e007f}';
        rest.get(tags.len() - first.len_utf8()..)
    }
}

/// The picture of a control character.
fn picture(c: char) -> char {
    match c {
        '\u{7f}' => '␡',
        _ => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
    }
}
