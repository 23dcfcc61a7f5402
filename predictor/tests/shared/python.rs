//! Tools from Python for tests: a virtual environment of pinned requirements under the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The virtual environment `NAME-python` for `requirements`, made unless it is there with the same ones; or why there is
/// none. Making it needs python3 and a package index.
pub(crate) fn environment(name: &str, requirements: &Path) -> Result<PathBuf, String> {
    let wanted = fs::read_to_string(requirements).map_err(|fault| format!("{}: {fault}", requirements.display()))?;
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-python"));
    let stamp = place.join("requirements.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(place);
    }
    // Half an environment is of no use; none at all is fine.
    let _ = fs::remove_dir_all(&place);
    make(Command::new("python3").args(["-m", "venv"]).arg(&place), "python3 with its venv module is needed")?;
    make(
        Command::new(place.join("bin/python")).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements),
        "the tools are installed from a package index; is there a network?",
    )?;
    fs::write(&stamp, wanted).map_err(|fault| format!("{}: {fault}", stamp.display()))?;
    Ok(place)
}

fn make(command: &mut Command, need: &str) -> Result<(), String> {
    match command.output() {
        Err(fault) => Err(format!("{need} {command:?} did not start: {fault}")),
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{need} {command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr))),
    }
}
