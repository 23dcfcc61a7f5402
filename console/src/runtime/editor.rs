//! The user's own editor, on a private temporary file.

use std::io;
use std::path::PathBuf;

use tokio::process::Command;

use crate::effect::EditPurpose;
use crate::event::Event;
use crate::model::ApiProblem;

/// Opens `text` in `$VISUAL` or `$EDITOR`; `None` when it was left unchanged.
pub async fn edit(text: String, extension: &str) -> io::Result<Option<String>> {
    let path = private_path(extension);
    write_private(&path, &text)?;
    let result = run(&path).await;
    let after = std::fs::read_to_string(&path);
    let _ = std::fs::remove_file(&path);
    result?;
    Ok(Some(after?).filter(|after| *after != text))
}

/// The end of editing as an event.
pub fn event(purpose: EditPurpose, result: io::Result<Option<String>>) -> Event {
    match result {
        Ok(text) => Event::Edited(purpose, text),
        Err(error) => Event::Failed(ApiProblem {
            call: "editor".to_owned(),
            message: error.to_string(),
            hint: Some("set $VISUAL or $EDITOR to a program that can be run".to_owned()),
            at: super::now(),
            ..ApiProblem::default()
        }),
    }
}

async fn run(path: &PathBuf) -> io::Result<()> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let command = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = Command::new(program).args(words).arg(path).status().await;
    let status =
        status.map_err(|error| io::Error::new(error.kind(), format!("{program} could not be run: {error}")))?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{program} ended with {status}"))) }
}

fn private_path(extension: &str) -> PathBuf {
    std::env::temp_dir().join(format!("quarterdeck-{}-{:08x}.{extension}", std::process::id(), fastrand::u32(..)))
}

fn write_private(path: &PathBuf, text: &str) -> io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
