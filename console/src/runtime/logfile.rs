//! The console's own log: a file in the state directory, since the screen is taken. Nothing secret is ever logged.

use std::fs::{File, OpenOptions};
use std::io;
use std::sync::Mutex;

use tracing::Level;

use crate::paths;

/// A longer file begins anew; the one before is kept as `qd.log.1`.
const LONGEST: u64 = 4 * 1024 * 1024;

/// Sends log lines to `qd.log`. Where that cannot be written the console runs without a log.
pub fn open() {
    if let Ok(file) = file() {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::WARN)
            .with_ansi(false)
            .with_writer(Mutex::new(file))
            .finish();
        // A second subscriber is refused; the first one stays.
        let _ = tracing::subscriber::set_global_default(subscriber);
    }
}

fn file() -> io::Result<File> {
    let folder = paths::state_dir();
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("qd.log");
    if std::fs::metadata(&path).is_ok_and(|file| file.len() > LONGEST) {
        std::fs::rename(&path, folder.join("qd.log.1"))?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
