//! `qd events`

use serde_json::{Value, json};

use super::failure::{Failure, exit};
use super::output::{Output, rfc3339};
use super::prepare::Prepared;
use super::{OfService, ask, place};

pub(crate) async fn run(prepared: &Prepared, of: &OfService, output: &mut Output<'_>) -> Result<u8, Failure> {
    let id = place::service(prepared, of.name.as_deref()).await?;
    let service = ask::service(&prepared.clients, &id).await?;
    let rows: Vec<Vec<String>> =
        service.events.iter().map(|event| vec![output.time(Some(event.at)), event.message.clone()]).collect();
    let event = |e: &crate::model::ServiceEvent| json!({"id": e.id, "at": rfc3339(e.at), "message": e.message});
    let all: Vec<Value> = service.events.iter().map(event).collect();
    let document = json!({"cluster": id.cluster, "service": id.service, "events": all});
    output.list(&["AGE", "EVENT"], &rows, &document)?;
    Ok(exit::OK)
}
