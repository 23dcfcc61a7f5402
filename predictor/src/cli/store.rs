//! What the commands of the registry have in common: where the store is, who is speaking, what a failure exits with.

use super::Failure;
use crate::registry::{By, Registry, RegistryError, check_name};
use crate::store::{Location, Store};
use std::fmt;
use std::sync::OnceLock;
use tokio::runtime::Runtime;

/// Options that say where registered models are.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct StoreArgs {
    /// Where registered models are: a directory, file:///PATH, or s3://BUCKET/PREFIX
    #[arg(long, env = "MODEL_STORE", value_name = "STORE")]
    store: Option<String>,
    /// Bucket of registered models, in place of --store
    #[arg(long, env = "MODEL_BUCKET", value_name = "BUCKET", hide_short_help = true)]
    model_bucket: Option<String>,
    /// What their keys begin with
    #[arg(long, env = "MODEL_PREFIX", value_name = "PREFIX", hide_short_help = true)]
    model_prefix: Option<String>,
}

/// Options that say who takes a step.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ByArgs {
    /// Who takes this step; GITHUB_ACTOR or USER if not given
    #[arg(long = "by", value_name = "NAME")]
    by: Option<String>,
}

/// A failure with an exit code of its own.
#[derive(Debug)]
pub(super) struct Exit {
    code: u8,
    words: String,
}

impl Exit {
    /// Wrong usage that the parser cannot see.
    pub(super) fn usage(words: impl Into<String>) -> Failure {
        Box::new(Self { code: 2, words: words.into() })
    }

    /// What is asked for is not there.
    pub(super) fn failed(words: impl Into<String>) -> Failure {
        Box::new(Self { code: 1, words: words.into() })
    }

    /// The gate is against it.
    pub(super) fn gate(words: impl Into<String>) -> Failure {
        Box::new(Self { code: 3, words: words.into() })
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.words)
    }
}

impl std::error::Error for Exit {}

/// The exit code of a failure: 3 if a gate or a person is against it, 4 if somebody else was first.
pub(super) fn code_of(failure: &Failure) -> u8 {
    if let Some(exit) = failure.downcast_ref::<Exit>() {
        return exit.code;
    }
    match failure.downcast_ref::<RegistryError>() {
        Some(error) if error.is_gate() => 3,
        Some(error) if error.is_conflict() => 4,
        _ => 1,
    }
}

impl StoreArgs {
    /// Where the store is, if that is said.
    pub(super) fn location(&self) -> Result<Option<Location>, Failure> {
        let given = |option: &Option<String>| option.clone().filter(|text| !text.is_empty());
        match (given(&self.store), given(&self.model_bucket)) {
            (Some(store), _) => Ok(Some(store.parse()?)),
            (None, Some(bucket)) => Ok(Some(Location::s3(&bucket, &given(&self.model_prefix).unwrap_or_default())?)),
            (None, None) => Ok(None),
        }
    }

    /// The registry, for reading.
    pub(super) fn open(&self) -> Result<Registry, Failure> {
        Ok(Registry::new(Store::open(self.wanted()?)?))
    }

    /// The registry, for writing.
    pub(super) fn open_to_write(&self) -> Result<Registry, Failure> {
        Ok(Registry::new(Store::open_to_write(self.wanted()?)?))
    }

    fn wanted(&self) -> Result<Location, Failure> {
        let words = "which store? give --store (a directory or s3://BUCKET/PREFIX), or set MODEL_STORE";
        self.location()?.ok_or_else(|| Exit::usage(words))
    }
}

impl ByArgs {
    /// Who is speaking.
    pub(super) fn who(&self) -> Result<String, Failure> {
        let variable = |name: &str| std::env::var(name).ok();
        let who = self.by.clone().or_else(|| variable("GITHUB_ACTOR")).or_else(|| variable("USER"));
        who.filter(|who| !who.trim().is_empty()).ok_or_else(|| Exit::usage("who does this? give --by NAME"))
    }
}

/// A step's author and reason.
pub(super) fn by<'a>(who: &'a str, why: &'a str) -> By<'a> {
    By { who, why }
}

/// Parses `NAME@VERSION` for commands that need both.
pub(super) fn version_reference(text: &str) -> Result<(String, String), String> {
    match text.split_once('@') {
        Some((name, version)) if !version.is_empty() => {
            check_name(name).map_err(|error| error.to_string())?;
            Ok((name.to_owned(), version.to_owned()))
        }
        _ => Err("give NAME@VERSION".to_owned()),
    }
}

/// Runs what waits for a store. One thread is enough, for a command does one thing after another; and one runtime, for
/// connections belong to the runtime that opened them.
pub(super) fn wait<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return runtime.block_on(work);
    }
    let made = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    RUNTIME.get_or_init(|| made).block_on(work)
}

/// Without what could steer a terminal: names and reasons come from whoever can write to the store.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_a_version() {
        let check = |text: &str, expect: Result<(&str, &str), &str>| {
            let found = version_reference(text);
            match (found, expect) {
                (Ok(found), Ok((name, version))) => assert_eq!(found, (name.to_owned(), version.to_owned())),
                (Err(words), Err(expect)) => assert!(words.contains(expect), "{words}"),
                (found, expect) => assert_eq!(format!("{found:?}"), format!("{expect:?}")),
            }
        };
        check("sentiment@2", Ok(("sentiment", "2")));
        check("sentiment", Err("NAME@VERSION"));
        check("sentiment@", Err("NAME@VERSION"));
        check("a/b@1", Err("is not a model name"));
    }

    #[test]
    fn a_store_may_be_given_in_parts() {
        let check = |store: Option<&str>, bucket: Option<&str>, prefix: Option<&str>, expect: Option<&str>| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            let arguments = StoreArgs { store: own(store), model_bucket: own(bucket), model_prefix: own(prefix) };
            let found = arguments.location().expect("a location").map(|location| location.to_string());
            assert_eq!(found.as_deref(), expect);
        };
        check(None, None, None, None);
        check(Some(""), Some(""), Some(""), None);
        check(Some("models"), Some("bucket"), None, Some("models"));
        check(None, Some("bucket"), Some("/a/b/"), Some("s3://bucket/a/b"));
        check(None, Some("bucket"), None, Some("s3://bucket"));
    }

    #[test]
    fn control_characters_are_shown_not_obeyed() {
        assert_eq!(printable("a\u{1b}[31mb\n"), "a\u{fffd}[31mb\u{fffd}");
    }
}
