//! Which versions of a model there are, and which of them may be served.
//!
//! A model's life is an append-only list of numbered events beside its immutable artifacts:
//!
//! ```text
//! models/NAME/events/00000001.json        each created once, never changed
//! models/NAME/versions/V/weights.bin      written first
//! models/NAME/versions/V/manifest.json    written last; its digest is in the registration event
//! ```
//!
//! State is a fold over the events. Whoever writes an event must take the next free number, so of two who decide at
//! once one wins and the other is told. Nothing is ever deleted here.

pub mod candidate;
pub mod event;
pub mod gate;
pub mod history;
mod parts;

pub use event::{Draft, Event, What};
pub use history::{Broken, History, Refusal, State, Version};
pub use parts::Parts;

use crate::artifact::{ArtifactError, MANIFEST_FILE, WEIGHTS_FILE};
use crate::store::{Created, Store, StoreError};
use crate::time::{now_ms, rfc3339};
use futures_util::{StreamExt, TryStreamExt};
use gate::Verdict;
use std::path::PathBuf;

/// Most bytes of one event.
const LARGEST_EVENT: u64 = 64 << 10;
/// Most characters of a reason or a person's name.
const LONGEST_WORDS: usize = 2000;
/// How many events are read at once.
const READ_AT_ONCE: usize = 16;
/// How often a number is sought when others write as well.
const ATTEMPTS: usize = 32;

/// The registry in a store; cheap to clone.
#[derive(Debug, Clone)]
pub struct Registry {
    store: Store,
}

/// Who takes a step, and why.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Who, as they call themselves.
    pub who: &'a str,
    /// Why; may be empty for a registration.
    pub why: &'a str,
}

/// Why the registry did not do as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An artifact is refused.
    #[error("the artifact is refused: {0}")]
    Artifact(#[from] ArtifactError),
    /// The step may not be taken.
    #[error("{model}: {refusal}")]
    Refused {
        /// The model.
        model: String,
        /// Why.
        refusal: Box<Refusal>,
    },
    /// Others write all the time, or the store does not keep its promise.
    #[error("{place} could not be taken in {ATTEMPTS} attempts; try again")]
    Crowded {
        /// The key of the last attempt.
        place: String,
    },
    /// The store holds what this program cannot have written.
    #[error("{place} is damaged: {reason}")]
    Damaged {
        /// The key.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// A name that cannot be part of a key.
    #[error("{0:?} is not a {1}: 1 to 64 letters, digits, dots, dashes and underscores, the first no dot")]
    Name(String, &'static str),
    /// Words that are too long to be kept.
    #[error("{0} is longer than {LONGEST_WORDS} characters")]
    Words(&'static str),
    /// A version without artifact.
    #[error("{model} has no approved version; approve one of them, or name a version")]
    NoneApproved {
        /// The model.
        model: String,
    },
    /// The destination is taken.
    #[error("{} exists already; choose another --out, an artifact is never overwritten", .0.display())]
    Exists(PathBuf),
    /// A file of this machine.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl RegistryError {
    /// Whether somebody else was first: trying again without looking would be wrong.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Crowded { .. } => true,
            Self::Refused { refusal, .. } => {
                matches!(**refusal, Refusal::Taken { .. } | Refusal::Already { .. } | Refusal::Lost { .. })
            }
            _ => false,
        }
    }

    /// Whether a gate or a person is against it.
    #[must_use]
    pub fn is_gate(&self) -> bool {
        match self {
            Self::Refused { refusal, .. } => matches!(**refusal, Refusal::Gate { .. } | Refusal::Rejected { .. }),
            _ => false,
        }
    }

    /// Whether waiting may help: the store failed, not what it holds.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Store(StoreError::Failed { .. }) | Self::Crowded { .. })
    }
}

/// Refuses what cannot be a model's name.
///
/// # Errors
/// Anything but 1 to 64 harmless characters.
pub fn check_name(name: &str) -> Result<(), RegistryError> {
    checked(name, "model name")
}

/// Refuses what cannot be a version.
///
/// # Errors
/// As [`check_name`].
pub fn check_version(version: &str) -> Result<(), RegistryError> {
    checked(version, "version")
}

fn checked(text: &str, what: &'static str) -> Result<(), RegistryError> {
    if is_harmless(text) { Ok(()) } else { Err(RegistryError::Name(text.to_owned(), what)) }
}

/// Names and versions become paths, keys, headers and labels.
fn is_harmless(text: &str) -> bool {
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(harmless) && !text.starts_with('.')
}

impl Registry {
    /// The registry in a store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Names of the registered models, ascending.
    ///
    /// # Errors
    /// The store failed.
    pub async fn names(&self) -> Result<Vec<String>, RegistryError> {
        let mut names = self.store.list_folders("models").await?;
        names.retain(|name| check_name(name).is_ok());
        Ok(names)
    }

    /// All events of a model; none for a model that is not known.
    ///
    /// # Errors
    /// The store failed, or holds events that cannot have happened.
    pub async fn history(&self, model: &str) -> Result<History, RegistryError> {
        let mut history = History::default();
        self.refresh(model, &mut history).await?;
        Ok(history)
    }

    /// Takes in the events that came since; true if there were any.
    ///
    /// # Errors
    /// As [`Registry::history`]; what was read before is kept.
    pub async fn refresh(&self, model: &str, history: &mut History) -> Result<bool, RegistryError> {
        check_name(model)?;
        let folder = format!("models/{model}/events");
        let after = (history.last() > 0).then(|| event_file(history.last()));
        let names = self.store.list(&folder, after.as_deref()).await?;
        let keys = names.into_iter().filter(|name| is_event_file(name)).map(|name| format!("{folder}/{name}"));
        let mut events = futures_util::stream::iter(keys).map(|key| self.event(key)).buffered(READ_AT_ONCE);
        let before = history.last();
        while let Some((key, event)) = events.try_next().await? {
            let damaged = |broken: Broken| self.damaged(&key, broken.to_string());
            history.push(event).map_err(damaged)?;
        }
        Ok(history.last() > before)
    }

    async fn event(&self, key: String) -> Result<(String, Event), RegistryError> {
        let bytes = self.store.read(&key, LARGEST_EVENT).await?;
        let bytes = bytes.ok_or_else(|| self.damaged(&key, "it is listed but cannot be found".to_owned()))?;
        let event = serde_json::from_slice(&bytes).map_err(|error| self.damaged(&key, error.to_string()))?;
        Ok((key, event))
    }

    /// Puts a version in, with the gate's verdict. The same contents once more change nothing: the answer is then what
    /// was registered before, and `false`.
    ///
    /// # Errors
    /// The version is taken by other contents, or the store failed; what was written of an artifact is used again when
    /// the same contents are registered later.
    pub async fn register(
        &self,
        model: &str,
        version: &str,
        parts: &Parts,
        verdict: &Verdict,
        by: By<'_>,
    ) -> Result<(Event, bool), RegistryError> {
        check_name(model)?;
        checked(version, "version")?;
        if version == "approved" {
            return Err(RegistryError::Name(version.to_owned(), "version"));
        }
        let digest = parts.digest();
        let refused = |refusal| refused(model, refusal);
        if let Some(known) = self.history(model).await?.registration(version, &digest).map_err(refused)? {
            return Ok((known.registered.clone(), false));
        }
        self.put(model, version, WEIGHTS_FILE, &parts.weights).await?;
        self.put(model, version, MANIFEST_FILE, &parts.manifest).await?;
        let draft = |history: &History| match history.registration(version, &digest)? {
            Some(known) => Ok(Step::Done(known.registered.clone())),
            None => Ok(Step::Take(Draft {
                who: by.who.to_owned(),
                why: by.why.to_owned(),
                version: version.to_owned(),
                digest: digest.clone(),
                what: What::Registered { gate: verdict.clone() },
            })),
        };
        self.append(model, by, None, draft).await
    }

    /// Approves a version. `seen` is the number of the newest event that the person has looked at; without it, that of
    /// the newest when this is called.
    ///
    /// # Errors
    /// It may not be approved, somebody else decided meanwhile, or the store failed.
    pub async fn approve(
        &self,
        model: &str,
        version: &str,
        overriding: bool,
        by: By<'_>,
        seen: Option<u64>,
    ) -> Result<Event, RegistryError> {
        let draft = |history: &History| history.approve(version, overriding, by.who, by.why).map(Step::Take);
        self.decide(model, by, seen, draft).await
    }

    /// Rejects a version; an approved one is no longer served then.
    ///
    /// # Errors
    /// As [`Registry::approve`].
    pub async fn reject(
        &self,
        model: &str,
        version: &str,
        by: By<'_>,
        seen: Option<u64>,
    ) -> Result<Event, RegistryError> {
        let draft = |history: &History| history.reject(version, by.who, by.why).map(Step::Take);
        self.decide(model, by, seen, draft).await
    }

    async fn decide(
        &self,
        model: &str,
        by: By<'_>,
        seen: Option<u64>,
        draft: impl Fn(&History) -> Result<Step, Refusal>,
    ) -> Result<Event, RegistryError> {
        self.append(model, by, Some(seen), draft).await.map(|(event, _)| event)
    }

    /// Takes the next free number. For a decision (`seen` is given) any other decision since is a conflict; a
    /// registration gives way and tries the next number.
    async fn append(
        &self,
        model: &str,
        by: By<'_>,
        seen: Option<Option<u64>>,
        draft: impl Fn(&History) -> Result<Step, Refusal>,
    ) -> Result<(Event, bool), RegistryError> {
        check_words(by)?;
        self.append_as(format!("{:016x}", fastrand::u64(..)), model, seen, draft).await
    }

    /// An event with this id that is there already is the caller's own: its answer was lost.
    async fn append_as(
        &self,
        id: String,
        model: &str,
        seen: Option<Option<u64>>,
        draft: impl Fn(&History) -> Result<Step, Refusal>,
    ) -> Result<(Event, bool), RegistryError> {
        let mut history = self.history(model).await?;
        let seen = seen.map(|seen| seen.unwrap_or(history.last()));
        let mut key = String::new();
        for _ in 0..ATTEMPTS {
            if let Some(own) = history.events().iter().rev().find(|event| event.id == id) {
                return Ok((own.clone(), true));
            }
            if let Some(first) = seen.and_then(|seen| history.decision_after(seen)) {
                return Err(refused(model, Refusal::lost_to(first)));
            }
            let refused = |refusal| refused(model, refusal);
            let next = match draft(&history).map_err(refused)? {
                Step::Done(event) => return Ok((event, false)),
                Step::Take(next) => next,
            };
            let event = Event::numbered(next, history.last() + 1, id.clone(), rfc3339(now_ms()));
            key = format!("models/{model}/events/{}", event_file(event.sequence));
            let bytes = serde_json::to_vec_pretty(&event).map_err(|error| self.damaged(&key, error.to_string()))?;
            if self.store.create(&key, bytes).await? == Created::New {
                return Ok((event, true));
            }
            self.refresh(model, &mut history).await?;
        }
        Err(RegistryError::Crowded { place: self.store.location().place_of(&key) })
    }

    /// The files of a version, checked against the digest of its registration.
    ///
    /// # Errors
    /// They are missing, or not those that were registered; or the store failed.
    pub async fn fetch(&self, model: &str, registered: &Event) -> Result<Parts, RegistryError> {
        let version = &registered.version;
        let manifest = self.part(model, version, MANIFEST_FILE, parts::LARGEST_MANIFEST).await?;
        if crate::artifact::hex_sha256(&manifest) != registered.digest {
            let reason = format!("its digest is not that of the registration by {}", registered.who);
            return Err(self.damaged(&artifact_key(model, version, MANIFEST_FILE), reason));
        }
        let weights = self.part(model, version, WEIGHTS_FILE, parts::LARGEST_WEIGHTS).await?;
        let parts = Parts { manifest, weights };
        let artifact = parts.artifact()?;
        if artifact.manifest.name != model || artifact.manifest.version != *version {
            let reason = format!("it describes {}@{}", artifact.manifest.name, artifact.manifest.version);
            return Err(self.damaged(&artifact_key(model, version, MANIFEST_FILE), reason));
        }
        Ok(parts)
    }

    async fn part(&self, model: &str, version: &str, file: &str, limit: u64) -> Result<Vec<u8>, RegistryError> {
        let key = artifact_key(model, version, file);
        let bytes = self.store.read(&key, limit).await?;
        bytes.ok_or_else(|| self.damaged(&key, "it is missing".to_owned()))
    }

    async fn put(&self, model: &str, version: &str, file: &str, bytes: &[u8]) -> Result<(), RegistryError> {
        let key = artifact_key(model, version, file);
        if self.store.create(&key, bytes.to_vec()).await? == Created::New {
            return Ok(());
        }
        // Left behind by an attempt that broke off, or by somebody at the same time.
        match self.store.read(&key, bytes.len() as u64).await {
            Ok(Some(there)) if there == bytes => return Ok(()),
            Ok(None) => return Err(self.damaged(&key, "it is taken but cannot be found".to_owned())),
            Ok(Some(_)) | Err(StoreError::TooLarge { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let (who, at) =
            (format!("whoever wrote {}", self.store.location().place_of(&key)), "an unknown time".to_owned());
        Err(refused(model, Refusal::Taken { version: version.to_owned(), who, at }))
    }

    fn damaged(&self, key: &str, reason: String) -> RegistryError {
        RegistryError::Damaged { place: self.store.location().place_of(key), reason }
    }
}

/// What an attempt to take a step leads to.
enum Step {
    /// An event to write.
    Take(Draft),
    /// It has happened already.
    Done(Event),
}

fn refused(model: &str, refusal: Refusal) -> RegistryError {
    RegistryError::Refused { model: model.to_owned(), refusal: Box::new(refusal) }
}

fn check_words(by: By<'_>) -> Result<(), RegistryError> {
    let fits = |words: &str| words.chars().count() <= LONGEST_WORDS;
    match (fits(by.who), fits(by.why)) {
        (true, true) => Ok(()),
        (false, _) => Err(RegistryError::Words("the name")),
        (_, false) => Err(RegistryError::Words("the reason")),
    }
}

fn artifact_key(model: &str, version: &str, file: &str) -> String {
    format!("models/{model}/versions/{version}/{file}")
}

fn event_file(sequence: u64) -> String {
    format!("{sequence:08}.json")
}

fn is_event_file(name: &str) -> bool {
    name.strip_suffix(".json")
        .is_some_and(|number| number.len() == 8 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
