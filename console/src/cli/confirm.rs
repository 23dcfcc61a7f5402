//! The one confirmation before a change: whose account, what, from and to, which calls. The default is no.

use super::failure::Failure;
use super::output::Output;
use super::prepare::Prepared;
use crate::deploy::Change;
use crate::effect::{Request, Write};
use crate::model::Target;

/// What is about to happen, in words.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Verb and object: `Deploy predictor`.
    pub(crate) title: String,
    /// From what to what.
    pub(crate) from_to: String,
    /// Differences of the task definition.
    pub(crate) changes: Vec<Change>,
    /// How to undo it.
    pub(crate) undo: String,
}

/// Asks, unless `yes` answers already. Without a person to ask and without `--yes` nothing happens.
pub(crate) async fn confirm(
    prepared: &Prepared,
    plan: &Plan,
    write: &Write,
    yes: bool,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    if prepared.config.read_only {
        let failure = Failure::new(super::exit::DENIED, "this console is read-only here; nothing was sent");
        return Err(failure.with_hint("Start without --readonly, or change readonly for this context."));
    }
    // The account is asked for before it is shown, and before anything is changed in it.
    super::ask::ask(&prepared.clients, Request::Identity).await?;
    for line in describe(prepared, plan, write) {
        output.note(&line);
    }
    if yes {
        return Ok(());
    }
    let service = write.service().service.clone();
    let expected = if prepared.config.production { service.as_str() } else { "yes" };
    let question = format!("Type {expected} to go on; anything else leaves everything as it is:");
    let Some(answers) = output.answers.as_mut() else {
        return Err(Failure::usage("nobody is here to confirm this change").with_hint("Add --yes when that is meant."));
    };
    let _ = writeln!(output.notes, "{question}");
    let mut answer = String::new();
    answers.read_line(&mut answer)?;
    if answer.trim() == expected {
        return Ok(());
    }
    Err(Failure::new(super::exit::ERROR, "left as it is; nothing was sent"))
}

fn describe(prepared: &Prepared, plan: &Plan, write: &Write) -> Vec<String> {
    let context = prepared.clients.context();
    let account = context.account.clone().unwrap_or_default();
    let place = match context.target {
        Target::Local { .. } => "local stack",
        Target::Aws { .. } => "AWS",
    };
    let badge = if context.production { "  PRODUCTION" } else { "" };
    let id = write.service();
    let mut lines = vec![
        format!("{}{badge}", plan.title),
        format!(
            "  where    {place}, account {account}, Region {}, as {}",
            context.region,
            context.identity.unwrap_or_default()
        ),
        format!("  service  {}/{}", id.cluster, id.service),
        format!("  change   {}", plan.from_to),
    ];
    lines.extend(plan.changes.iter().map(|change| format!("           {}", difference(change))));
    lines.push(format!("  calls    {}", write.calls().join(", ")));
    lines.push(format!("  undo     {}", plan.undo));
    lines
}

/// One difference in one line.
pub(crate) fn difference(change: &Change) -> String {
    let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "(none)".to_owned());
    format!("{}: {} -> {}", change.path, side(&change.before), side(&change.after))
}
