//! Paths on this machine: completion of what is typed, and the home folder's sign.

use std::path::PathBuf;

/// Longest list of a completion.
const MOST: usize = 200;
/// Endings of files that hold rows.
const ENDINGS: [&str; 4] = [".json", ".ndjson", ".jsonl", ".csv"];

/// The path with `~/` spelt out.
pub(crate) fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), etcetera::home_dir()) {
        (Some(rest), Ok(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

/// Folders, and files that may hold rows, whose path begins so; folders end with a slash.
pub(crate) fn beginning_with(beginning: &str) -> Vec<String> {
    let cut = beginning.rfind('/').map_or(0, |at| at + 1);
    let (folder, name) = beginning.split_at(cut);
    let place = if folder.is_empty() { PathBuf::from(".") } else { expanded(folder) };
    let Ok(entries) = std::fs::read_dir(place) else { return Vec::new() };
    let mut found: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            let known = entry.file_name().into_string().ok()?;
            let is_folder = entry.path().is_dir();
            let shown = known.starts_with(name) && (name.starts_with('.') || !known.starts_with('.'));
            let holds_rows = ENDINGS.iter().any(|ending| known.to_lowercase().ends_with(ending));
            let slash = if is_folder { "/" } else { "" };
            (shown && (is_folder || holds_rows)).then(|| format!("{folder}{known}{slash}"))
        })
        .collect();
    found.sort();
    found.truncate(MOST);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_files_of_rows_are_offered() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["houses.csv", "hats.JSON", "notes.txt", ".hidden.csv"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("hall")).unwrap();
        let base = folder.path().display();
        assert_eq!(
            beginning_with(&format!("{base}/h")),
            [format!("{base}/hall/"), format!("{base}/hats.JSON"), format!("{base}/houses.csv"),]
        );
        assert!(beginning_with("/no/such/folder/").is_empty());
    }
}
