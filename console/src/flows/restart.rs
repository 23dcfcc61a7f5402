//! Restart: the same task definition again, with the image its tag names now.

use serde_json::json;

use super::{ask, calls, key, named, refusal, say, surge::Surge};
use crate::action::Action;
use crate::dialog::Dialog;
use crate::effect::Write;
use crate::keymap::Place;
use crate::model::Service;
use crate::screens::Intent;
use crate::state::Scope;

/// Asks before a new deployment of what runs already.
#[must_use]
pub fn restart(service: &Service, scope: &Scope) -> Vec<Intent> {
    if let Some(reason) = refusal(service, scope) {
        return say(reason);
    }
    let proposal = Write::Restart { service: service.id.clone() };
    let mut dialog = Dialog::new(format!("Restart {}", service.id.service), "Restart", proposal, service, scope);
    let now = named(service, &service.task_definition, scope);
    dialog.from_to = vec![
        ("task definition".to_owned(), now, "the same".to_owned()),
        ("tasks".to_owned(), format!("{} running", service.running), format!("{} new", service.desired)),
    ];
    dialog.consequence = format!(
        "Every task is replaced by a new one of the same revision; a tag that was pushed again since is pulled anew. {} {}",
        Surge::of(service).sentence(),
        super::deploy::safety(service, scope)
    );
    dialog.checks = super::deploy::own_checks(service, scope);
    dialog.calls = vec![calls::update_service(&service.id, "forceNewDeployment", &json!(true))];
    let roll_back = key(scope, Place::Rollout, Action::RollBack);
    dialog.undo = format!("the configuration stays as it is; while it runs, {roll_back} on the rollout goes back");
    ask(dialog)
}
