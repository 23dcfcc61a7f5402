//! Roll back: a deployment under way is stopped and undone by ECS; after its end the user chooses where to go back to.

use super::under_way::{UnderWay, begun_by, under_way};
use super::{ask, calls, check, named, refusal, say};
use crate::dialog::Dialog;
use crate::effect::Write;
use crate::event::{Check, Verdict};
use crate::model::{Service, ServiceId};
use crate::screens::{Intent, Screen, rollback};
use crate::state::Scope;

/// Asks before the deployment under way is rolled back, or opens the list of what really ran.
#[must_use]
pub fn roll_back(id: &ServiceId, scope: &Scope) -> Vec<Intent> {
    let Some(service) = scope.facts.service(id) else { return choose(id) };
    if let Some(reason) = refusal(service, scope) {
        return say(reason);
    }
    match under_way(service, scope) {
        Some(going) if going.is_going_back() => say(format!("{} is on its way back already", id.service)),
        Some(UnderWay { arn: Some(arn), status, task_definition, sources, ours, .. }) => {
            let going = UnderWay { arn: None, status, task_definition, sources, ours, since: None };
            stop(service, &arn, &going, scope)
        }
        _ => choose(id),
    }
}

fn choose(id: &ServiceId) -> Vec<Intent> {
    vec![Intent::open(Screen::Rollback(rollback::Rollback::new(id.clone())))]
}

fn stop(service: &Service, arn: &str, going: &UnderWay, scope: &Scope) -> Vec<Intent> {
    if has_no_source(service, arn, scope) {
        let name = &service.id.service;
        return say(format!(
            "this is the first deployment of {name}: there is nothing to go back to; scale it to 0 instead"
        ));
    }
    let proposal = Write::RollBackDeployment { service: service.id.clone(), deployment: arn.to_owned() };
    let mut dialog = Dialog::new(format!("Roll back {}", service.id.service), "Roll back", proposal, service, scope);
    let target = named(service, &going.task_definition, scope);
    let sources: Vec<String> = going.sources.iter().map(|source| named(service, source, scope)).collect();
    let back_to = if sources.is_empty() { "what ran before".to_owned() } else { sources.join(", ") };
    dialog.consequence = format!(
        "ECS ends the deployment of {target}, starts tasks of {back_to} again as far as they were stopped, and then stops \
         the new ones. The deployment will be called ROLLED BACK."
    );
    dialog.from_to = vec![("revision".to_owned(), target, back_to)];
    dialog.checks = whose(going, scope);
    dialog.calls = vec![calls::stop_deployment(arn)];
    dialog.undo = "deploy the image again; a rollback cannot be stopped".to_owned();
    ask(dialog)
}

fn whose(going: &UnderWay, scope: &Scope) -> Vec<Check> {
    let words = begun_by(going.ours, &going.task_definition, scope);
    vec![check("whose deployment", if going.ours { Verdict::Ok } else { Verdict::Warning }, words)]
}

/// Known for certain only when the history holds the deployment.
fn has_no_source(service: &Service, arn: &str, scope: &Scope) -> bool {
    let history = scope.facts.deployments.get(&service.id).and_then(|held| held.value.as_ref());
    history.and_then(|h| h.deployments.iter().find(|d| d.arn == arn)).is_some_and(|d| d.sources.is_empty())
}
