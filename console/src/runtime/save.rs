//! Saving what is on screen to a file of the user's.

use std::path::PathBuf;

use tokio::sync::mpsc;

use crate::event::Event;
use crate::model::ApiProblem;

/// Writes a new file in the state directory's `saved/` and tells where it is.
pub async fn save(name: String, text: String, events: mpsc::Sender<Event>) {
    let written = tokio::task::spawn_blocking(move || write(&name, &text)).await;
    let event = match written {
        Ok(Ok(path)) => Event::Noticed(format!("saved to {}", path.display())),
        Ok(Err(error)) => failed(error.to_string()),
        Err(error) => failed(error.to_string()),
    };
    // The loop has ended when no one listens.
    let _ = events.send(event).await;
}

fn failed(message: String) -> Event {
    let hint = Some("is the state directory writable? qd info shows it".to_owned());
    Event::Failed(ApiProblem { call: "save".to_owned(), message, hint, at: super::now(), ..ApiProblem::default() })
}

fn write(name: &str, text: &str) -> std::io::Result<PathBuf> {
    let folder = crate::paths::state_dir().join("saved");
    std::fs::create_dir_all(&folder)?;
    let safe: String = name.chars().map(|c| if c.is_alphanumeric() || ".-_".contains(c) { c } else { '_' }).collect();
    let path = folder.join(safe);
    std::fs::write(&path, text)?;
    Ok(path)
}
