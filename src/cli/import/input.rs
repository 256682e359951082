//! Bytes of a file or of standard input as lines, unpacked on the way.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::exit::{Code, Fail};
use crate::domain::text;

/// The longest line that is read: a ticket of our own carries its files in it.
pub const LONGEST: usize = 256 * 1024 * 1024;

/// A source of lines.
pub struct Input {
    /// What messages call it.
    pub name: String,
    /// Bytes in the file, if it is one.
    pub size: Option<u64>,
    /// Bytes read so far, packed.
    pub read: Arc<AtomicU64>,
    lines: Box<dyn BufRead + Send>,
    number: u64,
}

/// A line, or why there is none.
pub enum Line {
    /// Its bytes, without the end.
    Text(Vec<u8>),
    /// It is longer than [`LONGEST`]; so many bytes were passed over.
    TooLong(u64),
}

struct Counting<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl Input {
    /// Opens a file, or standard input for `-`.
    pub fn open(path: &str) -> Result<Self, Fail> {
        if path == "-" {
            return Self::from_reader("standard input", None, std::io::stdin());
        }
        let name = text::line(path).into_string();
        let wrong = |e: std::io::Error| {
            let code = if e.kind() == std::io::ErrorKind::NotFound {
                Code::NotFound
            } else {
                Code::Failure
            };
            Fail::new(code, format!("{name} cannot be read: {e}"))
        };
        let file = File::open(path).map_err(wrong)?;
        let meta = file.metadata().map_err(wrong)?;
        if meta.is_dir() {
            return Err(Fail::usage(format!(
                "{name} is a folder; name the files in it"
            )));
        }
        let size = meta.is_file().then_some(meta.len());
        Self::from_reader(&name, size, file)
    }

    fn from_reader(
        name: &str,
        size: Option<u64>,
        reader: impl Read + Send + 'static,
    ) -> Result<Self, Fail> {
        let wrong =
            |e: std::io::Error| Fail::new(Code::Failure, format!("{name} cannot be read: {e}"));
        let read = Arc::new(AtomicU64::new(0));
        let mut counted = Counting {
            inner: reader,
            read: Arc::clone(&read),
        };
        let mut magic = Vec::with_capacity(4);
        Read::by_ref(&mut counted)
            .take(4)
            .read_to_end(&mut magic)
            .map_err(wrong)?;
        let start = magic.clone();
        let whole = BufReader::with_capacity(1 << 16, Cursor::new(magic).chain(counted));
        let lines: Box<dyn BufRead + Send> = match start.as_slice() {
            [0x1f, 0x8b, ..] => Box::new(BufReader::with_capacity(
                1 << 16,
                flate2::bufread::MultiGzDecoder::new(whole),
            )),
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
                let decoder = zstd::stream::read::Decoder::with_buffer(whole).map_err(wrong)?;
                Box::new(BufReader::with_capacity(1 << 16, decoder))
            }
            [b'P', b'K', 3, 4] => return Err(packed(name, "a zip archive", "unzip")),
            [b'B', b'Z', b'h', _] => return Err(packed(name, "packed with bzip2", "bunzip2")),
            [0xfd, b'7', b'z', b'X'] => return Err(packed(name, "packed with xz", "unxz")),
            _ => Box::new(whole),
        };
        Ok(Self {
            name: name.to_owned(),
            size,
            read,
            lines,
            number: 0,
        })
    }

    /// The next line and its number from 1; none at the end.
    pub fn next_line(&mut self) -> std::io::Result<Option<(u64, Line)>> {
        let mut line = Vec::new();
        let limit = LONGEST as u64 + 1;
        let n = (&mut self.lines).take(limit).read_until(b'\n', &mut line)?;
        if n == 0 {
            return Ok(None);
        }
        self.number += 1;
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if n as u64 == limit {
            let mut passed = n as u64;
            loop {
                let buffer = self.lines.fill_buf()?;
                if buffer.is_empty() {
                    break;
                }
                let end = buffer.iter().position(|b| *b == b'\n');
                let used = end.map_or(buffer.len(), |e| e + 1);
                self.lines.consume(used);
                passed += used as u64;
                if end.is_some() {
                    break;
                }
            }
            return Ok(Some((self.number, Line::TooLong(passed))));
        }
        if self.number == 1 && line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
        }
        Ok(Some((self.number, Line::Text(line))))
    }

    /// How many lines were read.
    pub const fn lines_read(&self) -> u64 {
        self.number
    }
}

fn packed(name: &str, what: &str, how: &str) -> Fail {
    Fail::usage(format!(
        "{name} is {what}, which is not read; unpack it with `{how}` first (plain, gzip and zstd are read)"
    ))
}
