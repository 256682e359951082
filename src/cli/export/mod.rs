//! `deskhand export`: the form in which tickets came, losslessly. What a ticket's line
//! holds is in `line`.

mod line;

use std::io::{IsTerminal as _, Write};

use serde_json::json;

use super::args::ExportArgs;
use super::exit::{Code, Fail};
use super::out::Out;
use super::session::Session;
use crate::domain::query::Query;
use crate::domain::text;
use crate::domain::thread::AttachmentId;

enum Sink<'a> {
    Plain(Box<dyn Write + 'a>),
    Zstd(zstd::stream::write::Encoder<'static, Box<dyn Write + 'a>>),
    Gzip(flate2::write::GzEncoder<Box<dyn Write + 'a>>),
}

impl Write for Sink<'_> {
    fn write(&mut self, b: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(w) => w.write(b),
            Self::Zstd(w) => w.write(b),
            Self::Gzip(w) => w.write(b),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(w) => w.flush(),
            Self::Zstd(w) => w.flush(),
            Self::Gzip(w) => w.flush(),
        }
    }
}

impl<'a> Sink<'a> {
    fn new(args: &ExportArgs, to: Box<dyn Write + 'a>) -> std::io::Result<Self> {
        Ok(if args.zstd {
            Self::Zstd(zstd::stream::write::Encoder::new(to, 3)?)
        } else if args.gzip {
            Self::Gzip(flate2::write::GzEncoder::new(
                to,
                flate2::Compression::default(),
            ))
        } else {
            Self::Plain(to)
        })
    }

    fn finish(self) -> std::io::Result<()> {
        match self {
            Self::Plain(w) => Ok(w),
            Self::Zstd(w) => w.finish(),
            Self::Gzip(w) => w.finish(),
        }?
        .flush()
    }
}

struct Through<'a>(&'a mut Out);

impl Write for Through<'_> {
    fn write(&mut self, b: &[u8]) -> std::io::Result<usize> {
        self.0.bytes(b)?;
        Ok(b.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.finish()
    }
}

/// Writes the tickets.
pub fn run(session: &Session, args: &ExportArgs, out: &mut Out) -> Result<(), Fail> {
    let query = super::query(&args.filter)?;
    let Some(path) = &args.output else {
        let shown = std::io::stdout().is_terminal();
        if shown && (args.zstd || args.gzip) {
            return Err(Fail::usage(
                "packed tickets are not for a terminal; name a file with --output, or a pipe",
            ));
        }
        let sink = Sink::new(args, Box::new(Through(out)))?;
        write_all(session, &query, sink, shown)?;
        return Ok(());
    };
    let wrong = |e: std::io::Error| {
        Fail::new(
            Code::Failure,
            format!("{} cannot be written: {}", path.display(), reason(&e)),
        )
    };
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or_else(|| std::path::Path::new("."));
    if !folder.is_dir() {
        return Err(Fail::new(
            Code::Failure,
            format!(
                "{} cannot be written: there is no folder {}; make it, or name another file",
                path.display(),
                folder.display()
            ),
        ));
    }
    // It takes its name when it is whole: an export that was cut off replaces nothing.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(wrong)?;
    let buffered = std::io::BufWriter::new(file.as_file_mut());
    let sink = Sink::new(args, Box::new(buffered)).map_err(wrong)?;
    let n = write_all(session, &query, sink, false)?;
    file.as_file().sync_all().map_err(wrong)?;
    file.persist(path).map_err(|e| wrong(e.error))?;
    if session.json {
        out.json(&json!({"exported": n, "file": path.display().to_string()}))?;
    } else {
        out.row(&format!("{n} tickets written to {}", path.display()))?;
    }
    Ok(())
}

/// What the system says, without the passing file's name that nobody asked for.
fn reason(e: &std::io::Error) -> String {
    let inner = e.get_ref().and_then(|inner| inner.source());
    inner.map_or_else(|| e.to_string(), ToString::to_string)
}

/// Writes them byte for byte; `shown`: to somebody's terminal, where each line is the same
/// JSON but printable.
fn write_all(
    session: &Session,
    query: &Query,
    mut sink: Sink<'_>,
    shown: bool,
) -> Result<u64, Fail> {
    let reader = session.reader()?;
    let asker = session.asker();
    let mut result = Ok(());
    let mut n = 0;
    reader.export(&mut |row| {
        let t = &row.ticket;
        let scoped = session.sees(t);
        let wanted = query.terms.is_empty()
            || query.matches_by(t, &asker, |text| {
                text.is_in(t.subject.raw())
                    || text.is_in(t.key.as_str())
                    || row.messages.iter().any(|m| text.is_in(m.body.raw()))
            });
        if !(scoped && wanted) {
            return true;
        }
        n += 1;
        let mut bytes = |id: AttachmentId| Ok(reader.attachment(id)?);
        result = line::line(&row, &mut bytes).and_then(|mut line| {
            if shown {
                line = text::printable_json(&String::from_utf8_lossy(&line)).into_bytes();
            }
            line.push(b'\n');
            Ok(sink.write_all(&line)?)
        });
        result.is_ok()
    })?;
    result?;
    sink.finish()?;
    Ok(n)
}
