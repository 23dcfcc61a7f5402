//! `qd services`

use serde_json::{Value, json};

use super::ask;
use super::failure::{Failure, exit};
use super::output::Output;
use super::prepare::Prepared;
use super::{json, place};
use crate::model::Service;
use crate::model::task_definition::short_name;

pub(crate) async fn run(prepared: &Prepared, filter: Option<&str>, output: &mut Output<'_>) -> Result<u8, Failure> {
    let cluster = place::cluster(prepared).await?;
    let (mut services, partial) = ask::services(&prepared.clients, &cluster).await?;
    let wanted = filter.unwrap_or_default().to_lowercase();
    services.retain(|service| service.id.service.to_lowercase().contains(&wanted));
    let row = |s: &Service| {
        let event = s.events.first();
        vec![
            s.id.service.clone(),
            format!("{}/{}", s.running, s.desired),
            s.pending.to_string(),
            json::rollout(s).to_owned(),
            short_name(&s.task_definition).to_owned(),
            output.time(s.primary().and_then(|d| d.created_at)),
            event.map(|e| e.message.clone()).unwrap_or_default(),
        ]
    };
    let rows: Vec<Vec<String>> = services.iter().map(row).collect();
    let all: Vec<Value> = services.iter().map(json::service).collect();
    let head = ["NAME", "RUN/DES", "PEND", "ROLLOUT", "REVISION", "DEPLOYED", "LAST EVENT"];
    output.list(&head, &rows, &json!({"cluster": cluster, "services": all, "partial": partial}))?;
    if let Some(partial) = partial {
        output.note(&format!("partial: {partial}"));
    }
    Ok(exit::OK)
}
