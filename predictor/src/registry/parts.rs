//! The two files of an artifact as bytes, on their way between a directory and a store.
//!
//! Bytes are carried as they are: a manifest that is read and written again could have another digest.

use super::RegistryError;
use crate::artifact::{Artifact, MANIFEST_FILE, WEIGHTS_FILE, hex_sha256};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Most bytes of a manifest.
pub(super) const LARGEST_MANIFEST: u64 = 1 << 20;
/// Most bytes of weights.
pub(super) const LARGEST_WEIGHTS: u64 = 64 << 20;

/// An artifact's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// `manifest.json`.
    pub manifest: Vec<u8>,
    /// `weights.bin`.
    pub weights: Vec<u8>,
}

impl Parts {
    /// Reads the files of a directory.
    ///
    /// # Errors
    /// A file is missing, unreadable or larger than any genuine one.
    pub fn read(directory: &Path) -> Result<Self, RegistryError> {
        Ok(Self {
            manifest: read_bounded(&directory.join(MANIFEST_FILE), LARGEST_MANIFEST)?,
            weights: read_bounded(&directory.join(WEIGHTS_FILE), LARGEST_WEIGHTS)?,
        })
    }

    /// SHA-256 of the manifest, which holds that of the weights: the identity of both.
    #[must_use]
    pub fn digest(&self) -> String {
        hex_sha256(&self.manifest)
    }

    /// Checks the files against each other.
    ///
    /// # Errors
    /// As [`Artifact::from_bytes`].
    pub fn artifact(&self) -> Result<Artifact, RegistryError> {
        Ok(Artifact::from_bytes(&self.manifest, self.weights.clone())?)
    }

    /// Writes a new directory with the files, complete or not at all.
    ///
    /// # Errors
    /// The directory exists, or cannot be written.
    pub fn write(&self, directory: &Path) -> Result<(), RegistryError> {
        if directory.exists() {
            return Err(RegistryError::Exists(directory.to_owned()));
        }
        let failed = |source| RegistryError::File { action: "write", path: directory.to_owned(), source };
        let unfinished = unfinished_sibling(directory);
        let written = self.write_files(&unfinished).and_then(|()| std::fs::rename(&unfinished, directory));
        if written.is_err() {
            // The first error is the one to report; what is left behind is a hidden directory at worst.
            let _ = std::fs::remove_dir_all(&unfinished);
        }
        written.map_err(failed)
    }

    fn write_files(&self, directory: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(directory)?;
        for (name, bytes) in [(WEIGHTS_FILE, &self.weights), (MANIFEST_FILE, &self.manifest)] {
            let mut file = File::create(directory.join(name))?;
            file.write_all(bytes).and_then(|()| file.sync_all())?;
        }
        Ok(())
    }
}

/// Two writers of one process must not share it.
fn unfinished_sibling(directory: &Path) -> PathBuf {
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    directory.with_file_name(format!(".{name}.unfinished-{}-{:x}", std::process::id(), fastrand::u32(..)))
}

fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, RegistryError> {
    let failed = |source| RegistryError::File { action: "read", path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(failed(std::io::Error::other(format!("it has more than {limit} bytes"))));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_written_whole_or_not_at_all() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let parts = Parts { manifest: b"{}".to_vec(), weights: vec![1, 2, 3] };
        let place = home.path().join("deep/x/1");
        parts.write(&place).expect("written");
        assert_eq!(Parts::read(&place).expect("read"), parts);
        let words = parts.write(&place).expect_err("exists").to_string();
        assert!(words.contains("exists already"), "{words}");
        std::fs::write(home.path().join("file"), "in the way").expect("written");
        assert!(parts.write(&home.path().join("file/1")).is_err());
        assert_eq!(std::fs::read_dir(place.parent().expect("a parent")).expect("listed").count(), 1);
        let words = Parts::read(&home.path().join("none")).expect_err("missing").to_string();
        assert!(words.starts_with("cannot read ") && words.contains("none/manifest.json"), "{words}");
    }
}
