//! A file of JSON lines that only its owner can read, and that does not grow without bound.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// See the module. Lines that cannot be read any more are skipped, never an error.
#[derive(Debug)]
pub(crate) struct Lines {
    path: PathBuf,
    /// Lines that are kept when the file is cut.
    keep: usize,
    /// One writer at a time; the number of lines, once known.
    count: Mutex<Option<usize>>,
}

impl Lines {
    pub(crate) fn new(path: PathBuf, keep: usize) -> Self {
        Self { path, keep, count: Mutex::new(None) }
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds one line. The file is cut to its newest lines when it has twice as many as it keeps.
    pub(crate) fn append<T: Serialize>(&self, entry: &T) -> io::Result<()> {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        if let Some(folder) = self.path.parent() {
            create_private_folder(folder)?;
        }
        private(OpenOptions::new().create(true).append(true)).open(&self.path)?.write_all(&line)?;
        let known = match *count {
            Some(known) => known + 1,
            None => read_lines(&self.path)?.len(),
        };
        *count = Some(known);
        if known >= 2 * self.keep {
            let lines = read_lines(&self.path)?;
            let newest = &lines[lines.len().saturating_sub(self.keep)..];
            write_private(&self.path, format!("{}\n", newest.join("\n")).as_bytes())?;
            *count = Some(newest.len());
        }
        Ok(())
    }

    /// The newest entries, oldest first. A file that is not there has none.
    pub(crate) fn newest<T: DeserializeOwned>(&self, limit: usize) -> io::Result<Vec<T>> {
        let lines = match read_lines(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            lines => lines?,
        };
        let newest = &lines[lines.len().saturating_sub(limit)..];
        Ok(newest.iter().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }
}

fn read_lines(path: &Path) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        if !line.is_empty() {
            lines.push(line);
        }
    }
    Ok(lines)
}

/// Replaces a file in one step, readable by its owner only.
pub(crate) fn write_private(path: &Path, contents: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        create_private_folder(folder)?;
    }
    let fresh = path.with_extension(format!("{}.new", std::process::id()));
    let written = private(OpenOptions::new().create(true).write(true).truncate(true))
        .open(&fresh)
        .and_then(|mut file| file.write_all(contents))
        .and_then(|()| fs::rename(&fresh, path));
    if written.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    written
}

fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_and_the_file_stays_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        let lines = Lines::new(folder.path().join("deep/er/file.jsonl"), 10);
        assert_eq!(lines.newest::<u32>(5).expect("no file is no error"), Vec::<u32>::new());
        for n in 0..95u32 {
            lines.append(&n).expect("writable");
        }
        assert_eq!(lines.newest::<u32>(3).expect("readable"), [92, 93, 94]);
        assert!(read_lines(lines.path()).expect("readable").len() < 20);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_skipped() {
        let folder = tempfile::tempdir().expect("a folder");
        let lines = Lines::new(folder.path().join("file.jsonl"), 10);
        fs::write(lines.path(), b"1\nnonsense\xff\n3\n").expect("writable");
        assert_eq!(lines.newest::<u32>(9).expect("readable"), [1, 3]);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let lines = Lines::new(folder.path().join("file.jsonl"), 10);
        lines.append(&1).expect("writable");
        let mode = fs::metadata(lines.path()).expect("it exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
