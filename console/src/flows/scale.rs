//! Scale: another number of wanted tasks, typed into the dialog.

use serde_json::json;

use super::{ask, calls, refusal, say, tasks};
use crate::dialog::Dialog;
use crate::effect::Write;
use crate::input::Input;
use crate::model::Service;
use crate::screens::Intent;
use crate::state::Scope;

/// Asks for the number of tasks.
#[must_use]
pub fn scale(service: &Service, scope: &Scope) -> Vec<Intent> {
    if let Some(reason) = refusal(service, scope) {
        return say(reason);
    }
    let name = &service.id.service;
    if service.scheduling.as_deref() == Some("DAEMON") {
        return say(format!("{name} is a DAEMON service: it runs one task on each instance and has no desired count"));
    }
    let from = service.desired;
    let proposal = Write::Scale { service: service.id.clone(), from, to: from };
    let mut dialog = Dialog::new(format!("Scale {name}"), "Scale", proposal, service, scope);
    dialog.number = Some(Input::new(from.to_string()));
    dialog.consequence = format!("Now {} run and {} are pending.", service.running, service.pending);
    dialog.undo = format!("scale back to {from}");
    ask(dialog)
}

/// What a change of the count from `from` to `to` does, and the exact call. The dialog shows it while it is typed.
#[must_use]
pub fn scaled(service: &crate::model::ServiceId, from: u32, to: u32) -> (String, String) {
    let what = match to {
        _ if to == from => format!("{} are wanted already; type another number.", tasks(from)),
        0 => format!(
            "ECS drains and stops all {}: the service answers nothing until it is scaled up again.",
            tasks(from)
        ),
        _ if to > from => {
            format!("ECS starts {} more of the present revision, no deployment begins.", tasks(to - from))
        }
        _ => format!("ECS drains and stops {}, the oldest revision first; no deployment begins.", tasks(from - to)),
    };
    let policy = "A scaling policy on this service, if there is one, may set another count later.";
    (format!("{what} {policy}"), calls::update_service(service, "desiredCount", &json!(to)))
}
