//! Tables in CSV: a header with the columns' names, then one row a line.
//!
//! A row's place in the split comes from its bytes as they stand in the file, so that other programs can find the same
//! split without agreeing on a parser. Columns lie apart by comma, semicolon or tab, which the header line shows.

use super::{DataError, fingerprint, fold_of, inner_fold_of};
use crate::artifact::DataSource;
use std::path::{Path, PathBuf};

const LINE_ENDS: [char; 2] = ['\r', '\n'];
/// How a cell says that nothing is known.
const MISSING: [&str; 6] = ["", "NA", "N/A", "NaN", "nan", "null"];

/// The rows of one or more files with the same columns.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// All rows, in the order of the files.
    pub rows: Vec<Row>,
    /// One entry a file.
    pub sources: Vec<DataSource>,
    paths: Vec<PathBuf>,
}

/// One row of a [`Table`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    cells: csv::StringRecord,
    key: String,
    line: u64,
    file: usize,
}

impl Row {
    /// The cell of a column without surrounding white space; `None` if it says that nothing is known.
    #[must_use]
    pub fn cell(&self, column: usize) -> Option<&str> {
        self.cells.get(column).filter(|cell| !MISSING.contains(cell))
    }

    /// Which fold the row belongs to.
    #[must_use]
    pub fn fold(&self) -> u64 {
        fold_of(&self.key)
    }

    /// Which fold it belongs to when settings are chosen inside the training folds.
    #[must_use]
    pub fn inner_fold(&self, seed: u64) -> u64 {
        inner_fold_of(&self.key, seed)
    }

    /// The row as it stands in its file, without line end.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl Table {
    /// Reads files in UTF-8 with a header line each; empty lines are passed over.
    ///
    /// # Errors
    /// The first file that cannot be read, has other columns than the first, or holds a row of another width.
    pub fn read(paths: &[PathBuf]) -> Result<Self, DataError> {
        let mut table = Self::default();
        for path in paths {
            let bytes = std::fs::read(path).map_err(|source| DataError::Read { path: path.clone(), source })?;
            table.append(path, &bytes)?;
        }
        Ok(table)
    }

    /// Reads one file's bytes; `path` is for messages.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, DataError> {
        let mut table = Self::default();
        table.append(path, bytes).map(|()| table)
    }

    /// Where a column is.
    ///
    /// # Errors
    /// No column has that name; the error lists those that there are.
    pub fn column(&self, name: &str) -> Result<usize, DataError> {
        self.columns.iter().position(|column| column == name).ok_or_else(|| DataError::Columns {
            path: self.paths.first().cloned().unwrap_or_default(),
            reason: format!("there is no column {name:?}; there are {}", self.columns.join(", ")),
        })
    }

    /// An error about a row of this table: names its file and line.
    #[must_use]
    pub fn fault(&self, row: &Row, reason: String) -> DataError {
        DataError::Row { path: self.paths.get(row.file).cloned().unwrap_or_default(), line: row.line, reason }
    }

    fn append(&mut self, path: &Path, bytes: &[u8]) -> Result<(), DataError> {
        let delimiter = delimiter_of(bytes);
        // The mark of byte order that some spreadsheets write is no part of the first name.
        let bytes_read = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(bytes_read);
        let header = reader.headers().map_err(|error| words(path, bytes_read, &error))?;
        let columns: Vec<String> = header.iter().map(str::to_owned).collect();
        self.adopt(path, columns)?;
        let (file, before) = (self.paths.len(), self.rows.len());
        self.paths.push(path.to_owned());
        loop {
            let start = reader.position().byte();
            let mut cells = csv::StringRecord::new();
            if !reader.read_record(&mut cells).map_err(|error| words(path, bytes_read, &error))? {
                break;
            }
            let raw = bytes_read.get(start as usize..reader.position().byte() as usize).unwrap_or_default();
            let raw = String::from_utf8_lossy(raw);
            let key = raw.trim_start_matches(LINE_ENDS);
            // The reader counts from where the row before ended, which may be before this row's line.
            let passed = raw[..raw.len() - key.len()].matches('\n').count() as u64;
            let line = cells.position().map_or(0, csv::Position::line) + passed;
            self.rows.push(Row { cells, key: key.trim_end_matches(LINE_ENDS).to_owned(), line, file });
        }
        self.sources.push(fingerprint(path, bytes, self.rows.len() - before));
        Ok(())
    }

    fn adopt(&mut self, path: &Path, columns: Vec<String>) -> Result<(), DataError> {
        let twice = columns.iter().enumerate().find(|(at, name)| columns[..*at].contains(name));
        let reason = match twice {
            Some((_, name)) => format!("two columns have the name {name:?}"),
            None if columns.iter().all(String::is_empty) => "there is no header line".to_owned(),
            None if !self.paths.is_empty() && self.columns != columns => {
                format!("its columns are not those of {}", self.paths[0].display())
            }
            None => {
                self.columns = columns;
                return Ok(());
            }
        };
        Err(DataError::Columns { path: path.to_owned(), reason })
    }
}

/// The separator that the header line has most of; a comma if it has none.
pub(crate) fn delimiter_of(bytes: &[u8]) -> u8 {
    let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| header.iter().filter(|byte| **byte == wanted).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

fn words(path: &Path, bytes: &[u8], error: &csv::Error) -> DataError {
    let before = error.position().and_then(|position| bytes.split_at_checked(position.byte() as usize));
    let line = before.map_or(1, |(before, rest)| {
        let passed = rest.iter().take_while(|byte| b"\r\n".contains(byte));
        1 + before.iter().chain(passed).filter(|byte| **byte == b'\n').count() as u64
    });
    let reason = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} cells, the header has {expected_len}")
        }
        csv::ErrorKind::Utf8 { err, .. } => format!("cell {} is not UTF-8", err.field() + 1),
        _ => error.to_string(),
    };
    DataError::Row { path: path.to_owned(), line, reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Result<Table, DataError> {
        let mut table = Table::default();
        table.append(Path::new("some.csv"), bytes).map(|()| table)
    }

    #[test]
    fn cells_are_found_whatever_lies_between_them() {
        let check = |bytes: &[u8]| {
            let table = read(bytes).expect("a table");
            let (a, b) = (table.column("a").expect("a column"), table.column("b").expect("a column"));
            let found: Vec<_> = table.rows.iter().map(|row| (row.cell(a), row.cell(b))).collect();
            assert_eq!(found, [(Some("1"), Some("x y")), (None, Some("z"))], "{}", String::from_utf8_lossy(bytes));
            assert_eq!(table.sources[0].rows, 2);
        };
        check(b"a,b\n1,x y\n,z\n");
        check(b"a;b\r\n1;\"x y\"\r\n\r\nNA;z");
        check(b"\xef\xbb\xbfa\tb\n 1 \tx y\nNaN\tz\n");
        check(b"\"a\";\"b\"\n1;\"x y\"\n;z\n");
    }

    #[test]
    fn keys_are_the_lines_as_they_stand() {
        let table = read(b"a;b\r\n1;\"x y\"\r\n\r\n 2 ; \"z\"\n\n3;\"two\nlines\"\n").expect("a table");
        let keys: Vec<_> = table.rows.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(keys, ["1;\"x y\"", " 2 ; \"z\"", "3;\"two\nlines\""]);
        assert_eq!(table.rows[0].fold(), fold_of("1;\"x y\""));
        let lines: Vec<_> = table.rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [2, 4, 6]);
    }

    #[test]
    fn faults_name_file_line_and_column() {
        let check = |bytes: &[u8], expect: &str| {
            let error = read(bytes).expect_err("refused").to_string();
            assert_eq!(error, expect);
        };
        check(b"a,b\n1,2\n1,2,3\n", "some.csv:3: the row has 3 cells, the header has 2");
        check(b"a,b\r\n1,2\r\n\r\n1\r\n", "some.csv:4: the row has 1 cells, the header has 2");
        check(b"a,b\n1,\xff\n", "some.csv:2: cell 2 is not UTF-8");
        check(b"a,a\n1,2\n", "some.csv: two columns have the name \"a\"");
        check(b"", "some.csv: there is no header line");
        let table = read(b"a,b\n1,2\n").expect("a table");
        let words = table.column("c").expect_err("no such column").to_string();
        assert_eq!(words, "some.csv: there is no column \"c\"; there are a, b");
        assert_eq!(table.fault(&table.rows[0], "odd".to_owned()).to_string(), "some.csv:2: odd");
        let mut table = table;
        let words = table.append(Path::new("other.csv"), b"a,c\n1,2\n").expect_err("other columns").to_string();
        assert_eq!(words, "other.csv: its columns are not those of some.csv");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(table) = read(&bytes) {
                prop_assert!(table.rows.iter().all(|row| row.cells.len() == table.columns.len()));
            }
        }
    }
}
