//! Labelled rows: reading them, and the one split that everybody uses.
//!
//! Rows are read whole into memory and are never written anywhere: only their count and digest leave this room.
//! Sentences are read here, tables of fields in [`table`]; [`generate`] makes tables where none with a clear licence is.

pub mod cases;
pub mod generate;
pub mod table;

use crate::artifact::{DataSource, hex_sha256};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The fold that is kept for the final judgement unless another is asked for.
pub const TEST_FOLD: u64 = 0;
/// How many folds the split has.
pub const FOLDS: u64 = 5;

/// One text with its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The text, without surrounding ASCII white space.
    pub text: String,
    /// Favourable or not.
    pub positive: bool,
}

impl Sentence {
    /// Which of the [`FOLDS`] folds the sentence belongs to.
    #[must_use]
    pub fn fold(&self) -> u64 {
        fold_of(&self.text)
    }
}

/// The sentences of one or more files, with what identifies those files.
#[derive(Debug, Clone, Default)]
pub struct Sentences {
    /// All rows in the order of the files.
    pub rows: Vec<Sentence>,
    /// One entry a file.
    pub sources: Vec<DataSource>,
}

/// Why labelled data could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The file could not be opened or read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line is not `sentence TAB label`.
    #[error("{}:{line}: {reason}; each line must be a sentence, a tab, and 0 or 1", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Line number from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A table's row or cell is not what its column needs.
    #[error("{}:{line}: {reason}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Line number from 1.
        line: u64,
        /// What is wrong with it, and in which column.
        reason: String,
    },
    /// A table's columns are not those that are wanted.
    #[error("{}: {reason}", path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        reason: String,
    },
}

impl Sentences {
    /// Reads files of `sentence TAB 0|1` lines in UTF-8; empty lines are passed over.
    ///
    /// # Errors
    /// The first file that cannot be read, or the first line that is not of that form.
    pub fn read(paths: &[PathBuf]) -> Result<Self, DataError> {
        let mut sentences = Self::default();
        for path in paths {
            let bytes = std::fs::read(path).map_err(|source| DataError::Read { path: path.clone(), source })?;
            let before = sentences.rows.len();
            parse_lines(path, &bytes, &mut sentences.rows)?;
            sentences.sources.push(fingerprint(path, &bytes, sentences.rows.len() - before));
        }
        Ok(sentences)
    }

    /// The rows outside the test fold.
    #[must_use]
    pub fn training(&self, test_fold: u64) -> Vec<&Sentence> {
        self.rows.iter().filter(|row| row.fold() != test_fold).collect()
    }

    /// The rows of the test fold.
    #[must_use]
    pub fn test(&self, test_fold: u64) -> Vec<&Sentence> {
        self.rows.iter().filter(|row| row.fold() == test_fold).collect()
    }
}

/// What identifies a file that was read.
fn fingerprint(path: &Path, bytes: &[u8], rows: usize) -> DataSource {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    DataSource { file, sha256: hex_sha256(bytes), rows }
}

/// The fold of a row: the first eight bytes of the SHA-256 of its key, big endian, modulo [`FOLDS`].
#[must_use]
pub fn fold_of(key: &str) -> u64 {
    first_word(&Sha256::digest(key.as_bytes())) % FOLDS
}

/// Like [`fold_of`], but another split for every seed; for choosing settings inside the training folds.
#[must_use]
pub fn inner_fold_of(key: &str, seed: u64) -> u64 {
    inner_fold_among(key, seed, FOLDS)
}

/// The same with another number of folds, at least 1.
#[must_use]
pub fn inner_fold_among(key: &str, seed: u64, folds: u64) -> u64 {
    let digest = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(key.as_bytes()).finalize();
    first_word(&digest) % folds.max(1)
}

fn first_word(digest: &[u8]) -> u64 {
    digest.iter().take(8).fold(0, |word, byte| (word << 8) | u64::from(*byte))
}

fn parse_lines(path: &Path, bytes: &[u8], rows: &mut Vec<Sentence>) -> Result<(), DataError> {
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        let row = parse_line(line);
        rows.push(row.map_err(|reason| DataError::Line { path: path.to_owned(), line: index + 1, reason })?);
    }
    Ok(())
}

/// Reads one line of `sentence TAB 0|1`, without its end.
pub(crate) fn parse_line(line: &[u8]) -> Result<Sentence, &'static str> {
    let line = std::str::from_utf8(line).map_err(|_| "is not UTF-8")?;
    let (text, label) = line.rsplit_once('\t').ok_or("has no tab")?;
    let positive = match label.trim_ascii() {
        "1" => true,
        "0" => false,
        _ => return Err("has a label other than 0 and 1"),
    };
    let text = text.trim_ascii();
    if text.is_empty() {
        return Err("has no text before its label");
    }
    Ok(Sentence { text: text.to_owned(), positive })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &[u8]) -> Result<Vec<Sentence>, DataError> {
        let mut rows = Vec::new();
        parse_lines(Path::new("some.txt"), bytes, &mut rows).map(|()| rows)
    }

    #[test]
    fn lines_become_rows() {
        let rows = parse("  a fine day \t1\r\n\nwith\ttab\t0\n\u{85}odd\t 1".as_bytes()).expect("all lines are good");
        let expect = [("a fine day", true), ("with\ttab", false), ("\u{85}odd", true)];
        let found: Vec<_> = rows.iter().map(|row| (row.text.as_str(), row.positive)).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn bad_lines_are_named() {
        let check = |bytes: &[u8], expect: &str| {
            let error = parse(bytes).expect_err("a bad line").to_string();
            assert!(error.contains(expect), "{error}");
        };
        check(b"good\t1\nno label\n", "some.txt:2: has no tab");
        check(b"text\t2\n", "some.txt:1: has a label other than 0 and 1");
        check(b"good\t1\n \t1\n", "some.txt:2: has no text before its label");
        check(b"\xff\t1\n", "some.txt:1: is not UTF-8");
        let missing = Sentences::read(&[PathBuf::from("/nowhere/at/all.txt")]).expect_err("no such file");
        assert!(missing.to_string().starts_with("cannot read /nowhere/at/all.txt: "), "{missing}");
    }

    #[test]
    fn folds_follow_the_published_rule() {
        // The empty key's SHA-256 begins e3b0c44298fc1c14.
        assert_eq!(fold_of(""), 0xe3b0_c442_98fc_1c14 % FOLDS);
        let spread: std::collections::BTreeSet<_> = (0..100).map(|n| fold_of(&n.to_string())).collect();
        assert_eq!(spread.len(), 5);
        assert_ne!(
            (0..50).map(|n| inner_fold_of(&n.to_string(), 1)).collect::<Vec<_>>(),
            (0..50).map(|n| inner_fold_of(&n.to_string(), 2)).collect::<Vec<_>>()
        );
    }
}
