//! Fetched versions in a directory, so that the next start need not fetch them again. A convenience: nothing depends on
//! it, and what it gives is checked like everything else.

use crate::registry::{Parts, RegistryError};
use std::path::PathBuf;

/// Versions in `DIRECTORY/NAME/VERSION`, or nothing without a directory. Names and versions were checked when they
/// were read.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    directory: Option<PathBuf>,
}

impl Cache {
    pub(super) fn new(directory: Option<PathBuf>) -> Self {
        Self { directory }
    }

    fn place(&self, name: &str, version: &str) -> Option<PathBuf> {
        self.directory.as_ref().map(|directory| directory.join(name).join(version))
    }

    /// A version, if it is there and can be read.
    pub(super) async fn read(&self, name: &str, version: &str) -> Option<Parts> {
        let place = self.place(name, version)?;
        tokio::task::spawn_blocking(move || Parts::read(&place).ok()).await.ok().flatten()
    }

    /// Keeps a version, in place of what was there.
    pub(super) async fn write(&self, name: &str, version: &str, parts: Parts) -> Result<(), RegistryError> {
        let Some(place) = self.place(name, version) else { return Ok(()) };
        let written = tokio::task::spawn_blocking(move || {
            if Parts::read(&place).is_ok_and(|there| there == parts) {
                return Ok(());
            }
            // It was found to be damaged, or is half of one.
            let _ = std::fs::remove_dir_all(&place);
            parts.write(&place)
        });
        // Writing does not panic; if it did, the next start would fetch again.
        written.await.unwrap_or(Ok(()))
    }
}
