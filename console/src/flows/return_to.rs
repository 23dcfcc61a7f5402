//! Return to a revision that ran before.

use serde_json::json;

use super::{ask, calls, check, named, refusal, say, surge::Surge};
use crate::deploy::{RollbackChoice, diff, is_deregistered};
use crate::dialog::Dialog;
use crate::effect::Write;
use crate::event::{Check, Verdict};
use crate::model::Service;
use crate::model::task_definition::short_name;
use crate::screens::Intent;
use crate::state::Scope;

/// Whether ECS still takes a task definition for new deployments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Registered and usable.
    Active,
    /// Deregistered: readable, but it has to be registered again.
    Inactive,
    /// Not read yet.
    Unknown,
}

/// Standing of a task definition by what has been read: the definition itself and the family's active revisions.
#[must_use]
pub fn standing(task_definition: &str, scope: &Scope) -> Standing {
    let held = scope.facts.definition(task_definition);
    let deregistered = held.map(is_deregistered);
    let family = short_name(task_definition).rsplit_once(':').map_or("", |(family, _)| family);
    let active = scope.facts.families.get(family).and_then(|held| held.value.as_ref());
    match (deregistered, active) {
        (Some(true), _) => Standing::Inactive,
        (_, Some(active)) if active.iter().any(|arn| arn == task_definition) => Standing::Active,
        (_, Some(_)) => Standing::Inactive,
        (Some(_), None) => Standing::Active,
        (None, None) => Standing::Unknown,
    }
}

/// Asks before the service is pointed at an earlier revision. One that was deregistered is registered again as it was.
#[must_use]
pub fn return_to(service: &Service, choice: &RollbackChoice, checks: &[Check], scope: &Scope) -> Vec<Intent> {
    if let Some(reason) = refusal(service, scope) {
        return say(reason);
    }
    let to = choice.task_definition.as_str();
    if to == service.task_definition {
        return say(format!("{} is what the service runs already", short_name(to)));
    }
    let Some((proposal, calls, register)) = proposal(service, to, scope) else {
        return say(format!("{} is inactive and has not been read yet; try again in a moment", short_name(to)));
    };
    let name = &service.id.service;
    let mut dialog = Dialog::new(format!("Roll back {name}"), "Roll back", proposal, service, scope);
    dialog.from_to =
        vec![("revision".to_owned(), named(service, &service.task_definition, scope), named(service, to, scope))];
    let again = if register { "The revision is inactive, so it is registered again, unchanged, first. " } else { "" };
    dialog.consequence = format!(
        "{again}A new deployment begins. {} {}",
        Surge::of(service).sentence(),
        super::deploy::safety(service, scope)
    );
    dialog.changes = changes(service, to, scope);
    let proof = check("it worked before", proof_verdict(choice), choice.ran_as.clone());
    let own = super::deploy::own_checks(service, scope);
    dialog.checks = own.into_iter().chain([proof]).chain(checks.iter().cloned()).collect();
    dialog.calls = calls;
    dialog.undo = format!("roll back again, to {}", short_name(&service.task_definition));
    ask(dialog)
}

/// The write, its calls, and whether the definition has to be registered again.
fn proposal(service: &Service, to: &str, scope: &Scope) -> Option<(Write, Vec<String>, bool)> {
    let id = service.id.clone();
    if standing(to, scope) != Standing::Inactive {
        let calls = vec![calls::update_service(&id, "taskDefinition", &json!(to))];
        return Some((crate::deploy::return_to(service, to, None), calls, false));
    }
    let definition = scope.facts.definition(to)?;
    let new = json!(format!("(the new revision, equal to {})", short_name(to)));
    let calls = vec![calls::register(to, &[]), calls::update_service(&id, "taskDefinition", &new)];
    Some((crate::deploy::return_to(service, to, Some(definition)), calls, true))
}

fn changes(service: &Service, to: &str, scope: &Scope) -> Vec<crate::deploy::Change> {
    let now = scope.facts.definition(&service.task_definition);
    let then = scope.facts.definition(to);
    now.zip(then).map(|(now, then)| diff(&now.raw, &then.raw)).unwrap_or_default()
}

fn proof_verdict(choice: &RollbackChoice) -> Verdict {
    if choice.revision_arn.is_empty() { Verdict::Warning } else { Verdict::Ok }
}
