//! Notices that the AWS tools' own files have changed: someone has signed in again.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;

use crate::event::Event;

/// Looks at the files every two seconds; no AWS call is made.
pub fn watch(events: mpsc::Sender<Event>) {
    tokio::spawn(async move {
        let mut before = newest();
        while !events.is_closed() {
            tokio::time::sleep(Duration::from_secs(2)).await;
            let now = newest();
            if now != before {
                before = now;
                // The loop has ended when no one listens.
                let _ = events.send(Event::CredentialsChanged).await;
            }
        }
    });
}

fn newest() -> Option<SystemTime> {
    let home = std::env::var_os("HOME").map(PathBuf::from)?.join(".aws");
    let own = |name: &str, file: &str| std::env::var_os(name).map_or_else(|| home.join(file), PathBuf::from);
    let files = [own("AWS_CONFIG_FILE", "config"), own("AWS_SHARED_CREDENTIALS_FILE", "credentials")];
    let folders = [home.join("sso/cache"), home.join("login/cache")];
    let modified = |path: &PathBuf| std::fs::metadata(path).and_then(|m| m.modified()).ok();
    let inside = folders.iter().filter_map(|f| std::fs::read_dir(f).ok()).flatten().flatten().map(|entry| entry.path());
    files.into_iter().chain(inside).filter_map(|path| modified(&path)).max()
}
