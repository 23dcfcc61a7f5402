//! Finding a model by the name that a person or the environment gives: an embedded version, or a directory.
//!
//! A program that was built without the feature `embedded-models` has no model inside; whatever it serves comes from a
//! registry or a directory. Unit tests always have the models.

use crate::artifact::{Artifact, ArtifactError};
use crate::model::Model;
use crate::registry::check_name;
use crate::served::traffic::Candidate;
use crate::served::{ANY, Opening, Traffic};
use crate::supply::Wanted;
use predictor_wire::ModelState;
use std::path::Path;

/// A model that is part of the program.
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    manifest: &'static [u8],
    weights: &'static [u8],
}

#[cfg(any(feature = "embedded-models", test))]
macro_rules! embedded {
    ($name:literal, $version:literal) => {
        Embedded {
            name: $name,
            version: $version,
            manifest: include_bytes!(concat!("../models/", $name, "/", $version, "/manifest.json")),
            weights: include_bytes!(concat!("../models/", $name, "/", $version, "/weights.bin")),
        }
    };
}

/// Whether models are part of the program.
pub const HAS_EMBEDDED: bool = cfg!(any(feature = "embedded-models", test));

/// The models that are part of the program, oldest first.
#[cfg(not(any(feature = "embedded-models", test)))]
pub const EMBEDDED: &[Embedded] = &[];
/// The models that are part of the program, oldest first.
#[cfg(any(feature = "embedded-models", test))]
pub const EMBEDDED: &[Embedded] = &[
    embedded!("sentiment", "1"),
    embedded!("sentiment", "2"),
    embedded!("housing", "1"),
    embedded!("retail", "1"),
    embedded!("savings", "1"),
];

/// Why no model could be had.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Neither an embedded model nor a directory has that name.
    #[error("there is no model {wanted:?}; give {choices}")]
    Unknown {
        /// What was asked for.
        wanted: String,
        /// What may be given.
        choices: String,
    },
    /// Nothing could ever be served.
    #[error(
        "no model is part of this program and none is named; set MODEL_STORE (or MODEL_BUCKET) to a registry, and MODEL to \
         some of its models unless all approved ones are meant; or set MODEL to the directory of an artifact; or build with the \
         feature embedded-models"
    )]
    Nothing,
    /// The default model is not among those that are served.
    #[error("the default model {wanted:?} is not served; give one of {known}")]
    UnknownDefault {
        /// What was asked for.
        wanted: String,
        /// What there is.
        known: String,
    },
    /// An approved version can only come from a registry.
    #[error("{0:?} comes from a registry; say which by --store or MODEL_STORE")]
    NoStore(String),
    /// There is one, but it is refused.
    #[error("model {wanted:?} is refused: {source}")]
    Refused {
        /// What was asked for.
        wanted: String,
        /// Why.
        source: ArtifactError,
    },
}

impl Embedded {
    /// Checks and loads the model.
    ///
    /// # Errors
    /// As [`Artifact::from_bytes`] and [`Model::load`].
    pub fn load(&self) -> Result<Model, ArtifactError> {
        Model::load(Artifact::from_bytes(self.manifest, self.weights.to_vec())?)
    }

    /// `name@version`.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// What a service starts with: the models of a list separated by commas, or the newest embedded version of each model; and
/// the candidates of splits and shadows, where the list does not have them.
///
/// With a registry, `NAME` means its approved version, as `NAME@approved` does, and `NAME@VERSION` means a version of
/// it unless that is embedded. Those are listed as absent, to be fetched. Where no list is given and nothing is embedded, all
/// that the registry has approved is meant ([`means_all_approved`]), which only the registry can tell.
///
/// # Errors
/// As [`load`]; a default model that is not among them; an approved version without a registry; nothing to serve.
pub fn opening(
    wanted: Option<&str>,
    default_model: Option<&str>,
    traffic: Traffic,
    has_registry: bool,
) -> Result<Opening, CatalogError> {
    let all: Vec<&str> = listed(wanted).collect();
    let is_all_embedded = all.is_empty() && HAS_EMBEDDED;
    let all = match all.is_empty() {
        true if HAS_EMBEDDED => newest_embedded(),
        true if !has_registry => return Err(CatalogError::Nothing),
        // The registry tells the rest; this one is waited for until it is approved.
        true => default_model.into_iter().collect(),
        false => all,
    };
    let mut opening = Opening { traffic, ..Opening::default() };
    if means_all_approved(wanted) {
        let all_approved = Wanted { name: ANY.to_owned(), version: None };
        opening.absent.push(all_approved.absent(ModelState::Loading, "the registry is being asked what is approved"));
    }
    for wanted in all {
        put(&mut opening, wanted, has_registry && !is_all_embedded)?;
    }
    let candidates: Vec<String> = opening.traffic.candidates().map(Candidate::reference).collect();
    for reference in candidates {
        if !opening.models.iter().any(|model| model.reference() == reference) {
            put(&mut opening, &reference, has_registry)?;
        }
    }
    opening.default_model = default_of(&opening, default_model, is_all_embedded)?;
    Ok(opening)
}

/// Whether a list of models stands for everything that a registry has approved: there is none, and nothing is embedded.
#[must_use]
pub fn means_all_approved(wanted: Option<&str>) -> bool {
    !HAS_EMBEDDED && listed(wanted).next().is_none()
}

fn listed(wanted: Option<&str>) -> impl Iterator<Item = &str> {
    wanted.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// Loads what is here, and lists what is to be fetched.
fn put(opening: &mut Opening, wanted: &str, has_registry: bool) -> Result<(), CatalogError> {
    match fetched(wanted, has_registry)? {
        Some(fetched) => {
            let absent = fetched.absent(ModelState::Loading, "is being fetched");
            if !opening.absent.contains(&absent) {
                opening.absent.push(absent);
            }
        }
        None => opening.models.push(load(wanted)?),
    }
    Ok(())
}

/// What a word means in the registry, if it is to be looked for there.
fn fetched(wanted: &str, has_registry: bool) -> Result<Option<Wanted>, CatalogError> {
    let reference = match wanted.split_once('@') {
        Some((_, "approved")) if !has_registry => return Err(CatalogError::NoStore(wanted.to_owned())),
        Some(_) if !has_registry || find(wanted).is_some() => return Ok(None),
        Some((name, version)) => {
            Wanted::parse(wanted).filter(|_| check_name(name).is_ok() && check_name(version).is_ok())
        }
        None if !has_registry || check_name(wanted).is_err() => None,
        None => Some(Wanted { name: wanted.to_owned(), version: None }),
    };
    Ok(reference.filter(|_| !Path::new(wanted).is_dir()))
}

fn default_of(opening: &Opening, wanted: Option<&str>, is_all: bool) -> Result<Option<String>, CatalogError> {
    let loaded = opening.models.iter().map(Model::reference);
    let known: Vec<String> = loaded.chain(opening.absent.iter().map(|absent| absent.reference.clone())).collect();
    let is_served = |name: &str| known.iter().any(|known| known.split('@').next() == Some(name));
    match wanted {
        Some(name) if !is_served(name) => {
            Err(CatalogError::UnknownDefault { wanted: name.to_owned(), known: known.join(", ") })
        }
        Some(name) => Ok(Some(name.to_owned())),
        None => Ok(is_all.then(|| "sentiment".to_owned())),
    }
}

fn newest_embedded() -> Vec<&'static str> {
    let mut names: Vec<&str> = EMBEDDED.iter().map(|embedded| embedded.name).collect();
    names.dedup();
    names
}

/// Loads `name` (its newest embedded version), `name@version` (embedded), or the artifact in a directory.
///
/// # Errors
/// No such model, or it fails a check.
pub fn load(wanted: &str) -> Result<Model, CatalogError> {
    let loaded = match find(wanted) {
        Some(embedded) => embedded.load(),
        None if Path::new(wanted).is_dir() => Artifact::read(Path::new(wanted)).and_then(Model::load),
        None => return Err(CatalogError::Unknown { wanted: wanted.to_owned(), choices: choices() }),
    };
    loaded.map_err(|source| CatalogError::Refused { wanted: wanted.to_owned(), source })
}

fn choices() -> String {
    let known = EMBEDDED.iter().map(Embedded::reference).collect::<Vec<_>>().join(", ");
    if known.is_empty() {
        let words = "the directory of an artifact, or to a service a registry in MODEL_STORE";
        return format!("{words}; no model is part of this program");
    }
    format!("one of {known}, or the directory of an artifact")
}

fn find(wanted: &str) -> Option<&'static Embedded> {
    let matches = |embedded: &&Embedded| wanted == embedded.name || wanted == embedded.reference();
    EMBEDDED.iter().rfind(matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_models() {
        let check = |wanted: &str, version: &str| {
            assert_eq!(load(wanted).expect("an embedded model").manifest().version, version, "{wanted}");
        };
        check("sentiment", "2");
        check("sentiment@2", "2");
        check("sentiment@1", "1");
        check(concat!(env!("CARGO_MANIFEST_DIR"), "/models/sentiment/1"), "1");
    }

    #[test]
    fn what_is_not_there_is_said() {
        let check = |wanted: &str, expect: &str| {
            let words = load(wanted).expect_err("no such model").to_string();
            assert!(words.contains(expect), "{words}");
        };
        check("sentiment@9", "give one of sentiment@1, sentiment@2, housing@1, retail@1, savings@1, or the directory");
        check("", "there is no model \"\"");
        check("/nowhere/at/all", "there is no model");
        check(env!("CARGO_MANIFEST_DIR"), "is refused: cannot read");
    }

    #[test]
    fn embedded_models_are_what_their_directories_say() {
        for embedded in EMBEDDED {
            let model = embedded.load().expect("a committed artifact passes every check");
            assert_eq!(model.manifest().name, embedded.name);
            assert_eq!(model.manifest().version, embedded.version);
            assert!(!model.manifest().examples.is_empty());
        }
    }
}
