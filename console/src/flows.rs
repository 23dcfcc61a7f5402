//! What each wish to change something asks before it happens: one dialog per change, built here and nowhere else.
//!
//! Every answer is a list of intents: a dialog, a screen to choose on, or one line that says why not. Nothing here
//! writes; a change happens only when the dialog's button is pressed.

mod calls;
mod deploy;
mod refuse;
mod restart;
mod return_to;
mod roll_back;
mod scale;
mod stop_task;
pub mod surge;
pub mod under_way;

pub use deploy::deploy;
pub(crate) use deploy::{digest_of, running_digest};
pub use refuse::refusal;
pub use restart::restart;
pub use return_to::{Standing, return_to, standing};
pub use roll_back::roll_back;
pub use scale::{scale, scaled};
pub use stop_task::stop_task;

use crate::action::Action;
use crate::dialog::Dialog;
use crate::event::{Check, Verdict};
use crate::keymap::Place;
use crate::model::image::ImageReference;
use crate::model::task_definition::short_name;
use crate::model::{Service, TaskDefinition};
use crate::screens::Intent;
use crate::state::Scope;

fn ask(dialog: Dialog) -> Vec<Intent> {
    vec![Intent::Ask(Box::new(dialog))]
}

fn say(words: impl Into<String>) -> Vec<Intent> {
    vec![Intent::Say(words.into())]
}

fn check(name: &str, verdict: Verdict, detail: impl Into<String>) -> Check {
    Check { name: name.to_owned(), verdict, detail: detail.into() }
}

/// The first key of an action at a place, as the user has it; `?` when it has none.
#[must_use]
pub fn key(scope: &Scope, place: Place, action: Action) -> String {
    scope.keymap.keys(place, action).first().cloned().unwrap_or_else(|| "?".to_owned())
}

/// Tag (or short digest) of the image that a deploy would change, once the definition has been read.
#[must_use]
pub fn version(service: &Service, definition: &TaskDefinition) -> Option<String> {
    let container = crate::deploy::main_container(definition, service)?;
    let image = definition.image(&container)?;
    Some(crate::text::clean(&ImageReference::parse(image).short()).into_owned())
}

/// `predictor:3 (v2.1.0)`, as far as it is known.
#[must_use]
pub fn named(service: &Service, task_definition: &str, scope: &Scope) -> String {
    let short = short_name(task_definition);
    let tag = scope.facts.definition(task_definition).and_then(|definition| version(service, definition));
    tag.map_or_else(|| short.to_owned(), |tag| format!("{short} ({tag})"))
}

/// `1 task`, `2 tasks`.
#[must_use]
pub fn tasks(count: u32) -> String {
    if count == 1 { "1 task".to_owned() } else { format!("{count} tasks") }
}

/// First twelve digits of a digest, without its algorithm.
#[must_use]
pub fn short_digest(digest: &str) -> String {
    digest.rsplit(':').next().unwrap_or(digest).chars().take(12).collect()
}

#[cfg(test)]
mod tests;
