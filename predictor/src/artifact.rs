//! The file form of a learned model: a directory with `manifest.json` and `weights.bin`.
//!
//! Reading trusts nothing: sizes are bounded before memory is taken, then format, library and digest are checked, all
//! before a byte of the weights is interpreted. Writing is atomic: a directory is complete or absent.

pub mod manifest;

pub use manifest::{
    DataSource, Distribution, Example, Kind, Library, Manifest, Recipe, Reference, Target, Task, Weights,
};

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

/// The format that this program writes, and the only one it reads.
pub const FORMAT: u32 = 2;
/// The learning library's version that artifacts depend on; other versions' weights are refused.
pub const SMARTCORE: &str = "0.7.0";
/// Name of the manifest inside an artifact.
pub const MANIFEST_FILE: &str = "manifest.json";
/// Name of the weights inside an artifact.
pub const WEIGHTS_FILE: &str = "weights.bin";

const LARGEST_MANIFEST: u64 = 1 << 20;
const LARGEST_WEIGHTS: u64 = 64 << 20;

/// A model in its file form: checked, but not yet interpreted.
#[derive(Debug, Clone, PartialEq)]
pub struct Artifact {
    /// What the weights are and where they come from.
    pub manifest: Manifest,
    /// The weights in the kind's own compact form.
    pub weights: Vec<u8>,
}

/// Why an artifact was refused or could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// A file could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The destination of a write is taken; artifacts are never overwritten.
    #[error("{} exists already; choose another --out, an artifact is never overwritten", .0.display())]
    Exists(PathBuf),
    /// A part is larger than any genuine one.
    #[error("{part} has {found} bytes, more than the {limit} that are allowed")]
    TooLarge {
        /// Which part.
        part: &'static str,
        /// Its size.
        found: u64,
        /// The bound.
        limit: u64,
    },
    /// The manifest is not the JSON that it must be.
    #[error("manifest.json cannot be read: {0}")]
    Manifest(#[from] serde_json::Error),
    /// Written by another version of this format.
    #[error("artifact format {found} is not supported, this program reads format {FORMAT}; train the model again")]
    Format {
        /// The format it claims.
        found: u64,
    },
    /// Written with another version of the learning library.
    #[error(
        "weights of {name} {version} cannot be read, this program has smartcore {SMARTCORE}; train the model again"
    )]
    Library {
        /// The library it names.
        name: String,
        /// Its version.
        version: String,
    },
    /// The weights are not those that the manifest describes.
    #[error("weights.bin does not match its manifest ({what}); the file is damaged or belongs to another manifest")]
    Mismatch {
        /// `size` or `sha256`.
        what: &'static str,
    },
    /// The weights do not have the structure of their kind.
    #[error("weights.bin is not a valid model: {0}")]
    Structure(&'static str),
    /// The distributions for drift do not belong to the model.
    #[error("manifest.json has no valid reference for drift: {0}")]
    Reference(&'static str),
    /// A golden example is not a request that the model's own schema accepts.
    #[error("golden example {index} does not fit the schema: {words}")]
    ExampleInput {
        /// Position in the manifest, from 0.
        index: usize,
        /// What is wrong with it.
        words: String,
    },
    /// The model does not answer as it did when it was trained.
    #[error("golden example {index} gives {found:.6}, it was {expect:.6} in training; the model is not the same")]
    Example {
        /// Position in the manifest, from 0.
        index: usize,
        /// The number in the manifest.
        expect: f64,
        /// The number now.
        found: f64,
    },
}

#[derive(serde::Deserialize)]
struct FormatOnly {
    format: u64,
}

impl Artifact {
    /// Checks a manifest and the weights that are said to belong to it.
    ///
    /// # Errors
    /// Each reason of [`ArtifactError`] that concerns contents, except structure and examples: those need the model.
    pub fn from_bytes(manifest: &[u8], weights: Vec<u8>) -> Result<Self, ArtifactError> {
        bounded("manifest.json", manifest.len() as u64, LARGEST_MANIFEST)?;
        bounded("weights.bin", weights.len() as u64, LARGEST_WEIGHTS)?;
        let FormatOnly { format } = serde_json::from_slice(manifest)?;
        if format != u64::from(FORMAT) {
            return Err(ArtifactError::Format { found: format });
        }
        let manifest: Manifest = serde_json::from_slice(manifest)?;
        let library = &manifest.library;
        if library.name != "smartcore" || library.version != SMARTCORE {
            let (name, version) = (library.name.clone(), library.version.clone());
            return Err(ArtifactError::Library { name, version });
        }
        if manifest.weights.bytes != weights.len() as u64 {
            return Err(ArtifactError::Mismatch { what: "size" });
        }
        if manifest.weights.sha256 != hex_sha256(&weights) {
            return Err(ArtifactError::Mismatch { what: "sha256" });
        }
        Ok(Self { manifest, weights })
    }

    /// Reads and checks the artifact in a directory.
    ///
    /// # Errors
    /// As [`Artifact::from_bytes`], and files that are missing or unreadable.
    pub fn read(directory: &Path) -> Result<Self, ArtifactError> {
        let manifest = read_bounded(&directory.join(MANIFEST_FILE), "manifest.json", LARGEST_MANIFEST)?;
        let weights = read_bounded(&directory.join(WEIGHTS_FILE), "weights.bin", LARGEST_WEIGHTS)?;
        Self::from_bytes(&manifest, weights)
    }

    /// Writes the artifact as a new directory, complete or not at all.
    ///
    /// # Errors
    /// The directory exists, or a file cannot be written.
    pub fn write(&self, directory: &Path) -> Result<(), ArtifactError> {
        if directory.exists() {
            return Err(ArtifactError::Exists(directory.to_owned()));
        }
        let unfinished = unfinished_sibling(directory);
        let written = self.write_parts(&unfinished).and_then(|()| rename(&unfinished, directory));
        if written.is_err() {
            // The first error is the one to report; what is left behind is a hidden directory at worst.
            let _ = std::fs::remove_dir_all(&unfinished);
        }
        written
    }

    /// The manifest as it is written: indented JSON with a final line end.
    ///
    /// # Errors
    /// A metric that JSON cannot express.
    pub fn manifest_bytes(&self) -> Result<Vec<u8>, ArtifactError> {
        let mut bytes = serde_json::to_vec_pretty(&self.manifest)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    fn write_parts(&self, directory: &Path) -> Result<(), ArtifactError> {
        std::fs::create_dir_all(directory).map_err(|source| file_error("write", directory, source))?;
        write_synced(&directory.join(WEIGHTS_FILE), &self.weights)?;
        write_synced(&directory.join(MANIFEST_FILE), &self.manifest_bytes()?)
    }
}

/// SHA-256 in lower-case hexadecimal.
#[must_use]
pub fn hex_sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn bounded(part: &'static str, found: u64, limit: u64) -> Result<(), ArtifactError> {
    if found > limit { Err(ArtifactError::TooLarge { part, found, limit }) } else { Ok(()) }
}

fn file_error(action: &'static str, path: &Path, source: std::io::Error) -> ArtifactError {
    ArtifactError::File { action, path: path.to_owned(), source }
}

/// Reads at most one byte more than `limit`, whatever the file's size is said to be.
fn read_bounded(path: &Path, part: &'static str, limit: u64) -> Result<Vec<u8>, ArtifactError> {
    let failed = |source| file_error("read", path, source);
    let file = File::open(path).map_err(failed)?;
    bounded(part, file.metadata().map_err(failed)?.len(), limit)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    bounded(part, bytes.len() as u64, limit)?;
    Ok(bytes)
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), ArtifactError> {
    let failed = |source| file_error("write", path, source);
    let mut file = File::create(path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)
}

fn unfinished_sibling(directory: &Path) -> PathBuf {
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    directory.with_file_name(format!(".{name}.unfinished-{}", std::process::id()))
}

fn rename(from: &Path, to: &Path) -> Result<(), ArtifactError> {
    std::fs::rename(from, to).map_err(|source| file_error("write", to, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Artifact {
        let weights = b"not interpreted here".to_vec();
        Artifact { manifest: Manifest::sample(&weights), weights }
    }

    fn refusal(edit: impl FnOnce(&mut serde_json::Value)) -> String {
        let artifact = sample();
        let mut manifest = serde_json::to_value(&artifact.manifest).expect("a manifest is JSON");
        edit(&mut manifest);
        let bytes = serde_json::to_vec(&manifest).expect("JSON is written");
        Artifact::from_bytes(&bytes, artifact.weights).expect_err("must be refused").to_string()
    }

    #[test]
    fn what_does_not_fit_is_refused_in_words() {
        use serde_json::json;
        let check = |edit: &dyn Fn(&mut serde_json::Value), expect: &str| {
            let words = refusal(edit);
            assert!(words.contains(expect), "{words}");
        };
        check(&|m| m["format"] = json!(1), "artifact format 1 is not supported");
        check(&|m| *m = json!({"format": 77, "future": true}), "artifact format 77 is not supported");
        check(&|m| m["library"]["version"] = json!("0.6.0"), "weights of smartcore 0.6.0 cannot be read");
        check(&|m| m["library"]["name"] = json!("other"), "weights of other 0.7.0 cannot be read");
        check(&|m| m["weights"]["bytes"] = json!(3), "(size)");
        check(&|m| m["weights"]["sha256"] = json!("00"), "(sha256)");
        check(&|m| m["kind"] = json!("horoscope"), "manifest.json cannot be read");
        check(&|m| *m = json!([]), "manifest.json cannot be read");
    }

    #[test]
    fn a_directory_round_trip_keeps_everything() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let place = home.path().join("deep/sentiment/7");
        sample().write(&place).expect("written");
        assert_eq!(Artifact::read(&place).expect("read"), sample());
        let refused = sample().write(&place).expect_err("exists").to_string();
        assert!(refused.contains("exists already"), "{refused}");
        let names: Vec<_> = std::fs::read_dir(place.parent().expect("a parent")).expect("listed").collect();
        assert_eq!(names.len(), 1, "nothing unfinished is left");
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let blocked = home.path().join("file");
        std::fs::write(&blocked, "in the way").expect("written");
        assert!(sample().write(&blocked.join("1")).is_err());
        assert_eq!(std::fs::read_dir(home.path()).expect("listed").count(), 1);
    }

    #[test]
    fn sizes_are_bounded_before_reading() {
        let home = tempfile::tempdir().expect("a temporary directory");
        sample().write(&home.path().join("1")).expect("written");
        let weights = File::options().write(true).open(home.path().join("1/weights.bin")).expect("opened");
        weights.set_len(1 << 40).expect("a sparse file");
        let words = Artifact::read(&home.path().join("1")).expect_err("too large").to_string();
        assert!(words.contains("weights.bin has 1099511627776 bytes"), "{words}");
        let missing = Artifact::read(&home.path().join("2")).expect_err("absent").to_string();
        assert!(missing.starts_with("cannot read ") && missing.contains("manifest.json"), "{missing}");
    }
}
