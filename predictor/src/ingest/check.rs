//! Row by row: is it what a request could be, with a true answer beside it?

use super::{IngestError, LARGEST_FILE, Rules};
use crate::data::DataError;
use crate::data::cases::cases;
use crate::data::parse_line;
use crate::data::table::{Table, delimiter_of};
use std::io::Read;
use std::path::Path;

/// A bad row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line in the file, from 1.
    pub line: u64,
    /// What is wrong, with the column's name.
    pub reason: String,
}

/// A file after the check of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The bytes as they were read.
    pub bytes: Vec<u8>,
    /// The header line of a table, without its end; empty for texts.
    pub header: String,
    /// Good rows as they stand in the file, without line ends.
    pub rows: Vec<String>,
    /// Bad rows.
    pub faults: Vec<Fault>,
}

/// Reads a file and checks every row.
///
/// # Errors
/// The file cannot be read, is no table, or lacks a column. Bad rows are no error here.
pub fn check(rules: &Rules, path: &Path) -> Result<Checked, IngestError> {
    let bytes = read(path)?;
    let mut checked = Checked { bytes: Vec::new(), header: String::new(), rows: Vec::new(), faults: Vec::new() };
    if rules.are_texts {
        check_texts(&bytes, &mut checked);
    } else {
        check_table(rules, path, &bytes, &mut checked)?;
    }
    Ok(Checked { bytes, ..checked })
}

fn read(path: &Path) -> Result<Vec<u8>, DataError> {
    let failed = |source| DataError::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(failed(std::io::Error::other(format!("it has more than {LARGEST_FILE} bytes; split it"))));
    }
    Ok(bytes)
}

fn check_texts(bytes: &[u8], checked: &mut Checked) {
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        match parse_line(line) {
            Ok(_) => checked.rows.push(String::from_utf8_lossy(line).into_owned()),
            Err(reason) => checked.faults.push(Fault { line: index as u64 + 1, reason: reason.to_owned() }),
        }
    }
}

fn check_table(rules: &Rules, path: &Path, bytes: &[u8], checked: &mut Checked) -> Result<(), IngestError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut records = Records::new(bytes);
    let header = records.next().map(|(_, raw)| raw).unwrap_or_default();
    let header = String::from_utf8_lossy(header).into_owned();
    let Rules { schema, target, .. } = rules;
    // Columns are a matter of the whole file.
    cases(&Table::parse(path, header.as_bytes())?, schema, target)?;
    for (line, raw) in records {
        let alone = [header.as_bytes(), b"\n", raw, b"\n"].concat();
        let read = Table::parse(path, &alone).and_then(|table| cases(&table, schema, target));
        match read {
            Ok(_) => checked.rows.push(String::from_utf8_lossy(raw).into_owned()),
            Err(error) => checked.faults.push(Fault { line, reason: reason_of(error) }),
        }
    }
    checked.header = header;
    Ok(())
}

/// Without the place, which would be that in a table of one row.
fn reason_of(error: DataError) -> String {
    match error {
        DataError::Row { reason, .. } | DataError::Columns { reason, .. } => reason,
        DataError::Line { reason, .. } => reason.to_owned(),
        error @ DataError::Read { .. } => error.to_string(),
    }
}

/// Records of a table as they stand in its bytes, with their lines; quoted cells may hold line ends.
struct Records<'a> {
    rest: &'a [u8],
    line: u64,
}

impl<'a> Records<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, line: 1 }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (u64, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let mut quoted = false;
            let end = self.rest.iter().position(|byte| {
                quoted ^= *byte == b'"';
                *byte == b'\n' && !quoted
            });
            let (record, rest) = match end {
                Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
                None => (self.rest, &self.rest[self.rest.len()..]),
            };
            let line = self.line;
            self.line += 1 + record.iter().filter(|byte| **byte == b'\n').count() as u64;
            self.rest = rest;
            let record = record.strip_suffix(b"\r").unwrap_or(record);
            if !record.trim_ascii().is_empty() {
                return Some((line, record));
            }
        }
    }
}

/// The cells of one record.
pub(super) fn cells(header: &str, record: &str) -> Vec<String> {
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter_of(header.as_bytes()))
        .trim(csv::Trim::All)
        .from_reader(record.as_bytes());
    let first = reader.into_records().next().and_then(Result::ok).unwrap_or_default();
    first.iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_keep_their_lines() {
        let check = |text: &str, expect: &[(u64, &str)]| {
            let found: Vec<_> = Records::new(text.as_bytes())
                .map(|(line, raw)| (line, std::str::from_utf8(raw).expect("UTF-8")))
                .collect();
            assert_eq!(found, expect, "{text:?}");
        };
        check("", &[]);
        check("a,b\r\n1,2", &[(1, "a,b"), (2, "1,2")]);
        check("a\n\n\n1\n", &[(1, "a"), (4, "1")]);
        check("a,b\n\"x\ny\",2\n3,4\n", &[(1, "a,b"), (2, "\"x\ny\",2"), (4, "3,4")]);
        check("a\n\"unclosed\nx", &[(1, "a"), (2, "\"unclosed\nx")]);
    }

    #[test]
    fn cells_are_read_as_tables_read_them() {
        assert_eq!(cells("a;b", " 1 ;\"x;y\""), ["1", "x;y"]);
        assert_eq!(cells("a", ""), Vec::<String>::new());
    }
}
