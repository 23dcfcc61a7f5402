//! Parts in a store: written once, named by their own digest, so that the same file cannot come in twice.

use super::check::cells;
use super::{Checked, IngestError, LARGEST_FILE, Rules, check};
use crate::artifact::hex_sha256;
use crate::data::table::delimiter_of;
use crate::store::{Created, Store};
use crate::time::{now_ms, rfc3339};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Most bytes of a description.
const LARGEST_NOTE: u64 = 1 << 20;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ingested {
    /// File name without directories.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The part's name: its own SHA-256 and its kind.
    pub part: String,
    /// Rows in the part.
    pub rows: usize,
    /// Rows that were left out.
    pub skipped: usize,
    /// The same part was there before; nothing was written.
    #[serde(default)]
    pub duplicate: bool,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// Who, as they call themselves.
    pub who: String,
}

/// The order of columns that all parts have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Columns {
    header: String,
}

/// Checks a file and appends it as a part. With `skip_bad`, bad rows are left out and counted.
///
/// # Errors
/// A bad row without `skip_bad`, no good row at all, columns that do not fit, or a store that fails. Nothing was
/// appended then.
pub async fn ingest(
    rules: &Rules,
    path: &Path,
    store: &Store,
    who: &str,
    skip_bad: bool,
) -> Result<Ingested, IngestError> {
    let checked = check(rules, path)?;
    if !checked.faults.is_empty() && !skip_bad {
        return Err(IngestError::Rows { path: path.to_owned(), faults: checked.faults });
    }
    if checked.rows.is_empty() {
        return Err(IngestError::Nothing(path.to_owned()));
    }
    let name = &rules.name;
    let (bytes, kind) = if rules.are_texts {
        (lines(None, &checked.rows), "txt")
    } else {
        let header = columns(store, name, &checked.header).await?;
        (aligned(path, store, &checked, &header)?, "csv")
    };
    let digest = hex_sha256(&bytes);
    let part = format!("{digest}.{kind}");
    let created = store.create(&format!("{name}/{part}"), bytes).await?;
    let ingested = Ingested {
        file: path.file_name().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default(),
        sha256: hex_sha256(&checked.bytes),
        part,
        rows: checked.rows.len(),
        skipped: checked.faults.len(),
        duplicate: created == Created::Taken,
        at: rfc3339(now_ms()),
        who: who.to_owned(),
    };
    let note = serde_json::to_vec_pretty(&ingested).unwrap_or_default();
    // A note that is there already tells of the first time.
    store.create(&format!("{name}/{digest}.json"), note).await?;
    Ok(ingested)
}

/// Writes all parts of a model into a directory, in the order of their names, which is the same everywhere.
///
/// # Errors
/// A store that fails, a part whose bytes are not those of its name, or a directory that cannot be written.
pub async fn fetch(store: &Store, model: &str, directory: &Path) -> Result<Vec<PathBuf>, IngestError> {
    let mut files = Vec::new();
    for part in store.list(model, None).await? {
        let Some((digest, "csv" | "txt")) = part.rsplit_once('.') else { continue };
        let key = format!("{model}/{part}");
        let damaged =
            |reason: &str| IngestError::Damaged { place: store.location().place_of(&key), reason: reason.to_owned() };
        let bytes = store.read(&key, LARGEST_FILE).await?.ok_or_else(|| damaged("it is listed but cannot be found"))?;
        if hex_sha256(&bytes) != digest {
            return Err(damaged("its bytes are not those of its name"));
        }
        let path = directory.join(&part);
        std::fs::write(&path, bytes).map_err(|source| IngestError::File { path: path.clone(), source })?;
        files.push(path);
    }
    Ok(files)
}

/// The header that parts have; that of the first file, which this one may be.
async fn columns(store: &Store, model: &str, own: &str) -> Result<String, IngestError> {
    let key = format!("{model}/columns.json");
    let written = serde_json::to_vec_pretty(&Columns { header: own.to_owned() }).unwrap_or_default();
    if store.create(&key, written).await? == Created::New {
        return Ok(own.to_owned());
    }
    let damaged = |reason: String| IngestError::Damaged { place: store.location().place_of(&key), reason };
    let bytes = store.read(&key, LARGEST_NOTE).await?.ok_or_else(|| damaged("it cannot be found".to_owned()))?;
    let Columns { header } = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    Ok(header)
}

/// Rows under the wanted header: as they are if it is their own, else with their cells put in its order.
fn aligned(path: &Path, store: &Store, checked: &Checked, header: &str) -> Result<Vec<u8>, IngestError> {
    if checked.header == header {
        return Ok(lines(Some(header), &checked.rows));
    }
    let own = cells(&checked.header, &checked.header);
    let place = |column: &String| {
        own.iter().position(|known| known == column).ok_or_else(|| IngestError::Columns {
            path: path.to_owned(),
            column: column.clone(),
            place: store.location().to_string(),
        })
    };
    let order = cells(header, header).iter().map(place).collect::<Result<Vec<usize>, _>>()?;
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter_of(header.as_bytes())).from_writer(Vec::new());
    let mut rows = Vec::with_capacity(checked.rows.len());
    for row in &checked.rows {
        let cells = cells(&checked.header, row);
        rows.push(order.iter().map(|column| cells.get(*column).cloned().unwrap_or_default()).collect::<Vec<_>>());
    }
    let failed = |error: String| IngestError::File { path: path.to_owned(), source: std::io::Error::other(error) };
    for row in rows {
        writer.write_record(&row).map_err(|error| failed(error.to_string()))?;
    }
    let rows = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    Ok([header.as_bytes(), b"\n", &rows].concat())
}

fn lines(header: Option<&str>, rows: &[String]) -> Vec<u8> {
    let mut text = String::new();
    for line in header.into_iter().chain(rows.iter().map(String::as_str)) {
        text.push_str(line);
        text.push('\n');
    }
    text.into_bytes()
}
