//! What an image runs: the program, arguments and environment that its manifest's annotations name.
//!
//! An image here is an OCI manifest whose annotations name a program inside this binary; it has no file system.

use serde::Deserialize;
use serde_json::Value;

use crate::scheduler::port::ContainerLaunch;

/// Annotation: the program to run.
pub(crate) const EXECUTABLE: &str = "dev.quarterdeck.local.executable";
/// Annotation: its arguments, a JSON array of strings.
pub(crate) const ARGUMENTS: &str = "dev.quarterdeck.local.arguments";
/// Annotation: its environment, a JSON object of strings.
pub(crate) const ENVIRONMENT: &str = "dev.quarterdeck.local.environment";

/// A complete command line with its environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// Program name and arguments; never empty.
    pub(crate) words: Vec<String>,
    /// Name and value; later entries win.
    pub(crate) environment: Vec<(String, String)>,
}

/// Reads a manifest and lays the container's overrides over it, as Docker does with `ENTRYPOINT` and `CMD`.
///
/// # Errors
/// The words for a task that cannot start because of its image.
pub(crate) fn program(manifest: &[u8], container: &ContainerLaunch) -> Result<Program, String> {
    let manifest: Value = serde_json::from_slice(manifest).map_err(|error| invalid(&format!("manifest: {error}")))?;
    let annotations = manifest.get("annotations").cloned().unwrap_or_default();
    let executable = annotations.get(EXECUTABLE).and_then(Value::as_str).map(|name| vec![name.to_owned()]);
    let arguments: Vec<String> = annotation(&annotations, ARGUMENTS)?.unwrap_or_default();
    let image_environment: serde_json::Map<String, Value> = annotation(&annotations, ENVIRONMENT)?.unwrap_or_default();

    let replaced = container.entry_point.as_ref().filter(|words| !words.is_empty());
    let command = container.command.as_ref().filter(|words| !words.is_empty());
    let mut words = match replaced {
        Some(words) => words.clone(),
        None => executable.unwrap_or_default(),
    };
    match command {
        Some(command) => words.extend(command.iter().cloned()),
        None if replaced.is_none() => words.extend(arguments),
        None => {}
    }
    if words.is_empty() {
        return Err("CannotCreateContainerError: Error response from daemon: No command specified".to_owned());
    }
    let mut environment: Vec<(String, String)> =
        image_environment.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect();
    environment.extend(container.environment.iter().cloned());
    Ok(Program { words, environment })
}

fn annotation<T: for<'de> Deserialize<'de>>(annotations: &Value, name: &str) -> Result<Option<T>, String> {
    let Some(text) = annotations.get(name).and_then(Value::as_str) else {
        return Ok(None);
    };
    serde_json::from_str(text).map(Some).map_err(|error| invalid(&format!("annotation {name}: {error}")))
}

fn invalid(what: &str) -> String {
    format!("CannotCreateContainerError: Error response from daemon: invalid image: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn container(entry_point: &[&str], command: &[&str]) -> ContainerLaunch {
        let words = |list: &[&str]| Some(list.iter().map(|word| (*word).to_owned()).collect());
        ContainerLaunch {
            name: "predictor".to_owned(),
            image: "predictor:1".to_owned(),
            essential: true,
            entry_point: words(entry_point),
            command: words(command),
            environment: vec![("MODEL".to_owned(), "override".to_owned())],
            container_port: None,
            cpu: 0,
            memory: 0,
            health_check: None,
            log: None,
            stop_timeout: Duration::from_secs(1),
            mounts: Vec::new(),
        }
    }

    fn manifest() -> Vec<u8> {
        let annotations = serde_json::json!({
            EXECUTABLE: "predictor", ARGUMENTS: "[\"serve\"]", ENVIRONMENT: "{\"MODEL\":\"image\"}",
        });
        serde_json::json!({ "annotations": annotations }).to_string().into_bytes()
    }

    #[test]
    fn overrides_follow_docker() {
        let check = |entry_point: &[&str], command: &[&str], expect: &[&str]| {
            let program = program(&manifest(), &container(entry_point, command)).expect("a valid image");
            assert_eq!(program.words, expect);
        };
        check(&[], &[], &["predictor", "serve"]);
        check(&[], &["serve", "--host", "::1"], &["predictor", "serve", "--host", "::1"]);
        check(&["sh", "-c"], &["true"], &["sh", "-c", "true"]);
        check(&["true"], &[], &["true"]);
    }

    #[test]
    fn the_container_has_the_last_word_on_its_environment() {
        let program = program(&manifest(), &container(&[], &[])).expect("a valid image");
        let last = program.environment.iter().rev().find(|(name, _)| name == "MODEL");
        assert_eq!(last.map(|(_, value)| value.as_str()), Some("override"));
    }

    #[test]
    fn an_image_without_a_program_says_so() {
        let error = program(b"{}", &container(&[], &[])).expect_err("nothing to run");
        assert!(error.starts_with("CannotCreateContainerError: "), "{error}");
        assert!(program(b"\xff", &container(&[], &[])).is_err());
    }
}
