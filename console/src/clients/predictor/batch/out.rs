//! The file of answers: one line of JSON for each row, in the rows' order.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};

use serde_json::json;

use super::super::super::paths;
use crate::batch::{BatchLine, Out, out_of};

/// Names that are tried beside the file of rows.
const MOST_NAMES: u32 = 1_000;

/// A new file that is written.
pub(super) struct Written {
    /// As the user would name it.
    pub(super) name: String,
    file: BufWriter<File>,
}

impl Written {
    /// Makes the file.
    ///
    /// # Errors
    /// In words: it exists, or cannot be made.
    pub(super) fn create(out: &Out, rows: &str) -> Result<Self, String> {
        if let Out::At(name) = out {
            return Self::open(name).map_err(|error| match error.kind() {
                ErrorKind::AlreadyExists => format!("{name} exists; nothing was sent"),
                _ => format!("{name}: {error}; nothing was sent"),
            });
        }
        for attempt in 1..MOST_NAMES {
            let name = out_of(rows, attempt);
            match Self::open(&name) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(format!("{name}: {error}; nothing was sent")),
                Ok(written) => return Ok(written),
            }
        }
        Err(format!("{} and all names like it exist; nothing was sent", out_of(rows, 1)))
    }

    /// Writes answers, and gives them to the system: what is told is on disk.
    pub(super) fn write(&mut self, lines: &[BatchLine]) -> io::Result<()> {
        for line in lines {
            writeln!(self.file, "{}", written(line))?;
        }
        self.file.flush()
    }

    fn open(name: &str) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).open(paths::expanded(name))?;
        Ok(Self { name: name.to_owned(), file: BufWriter::new(file) })
    }
}

fn written(line: &BatchLine) -> String {
    match &line.answer {
        Ok(answer) => json!({"line": line.line, "answer": answer}).to_string(),
        Err(words) => json!({"line": line.line, "problem": words}).to_string(),
    }
}
