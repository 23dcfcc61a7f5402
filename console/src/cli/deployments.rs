//! `qd deployments`

use serde_json::{Value, json};

use super::failure::{Failure, exit};
use super::output::Output;
use super::prepare::Prepared;
use super::{OfService, ask, json, place};
use crate::model::ServiceDeployment;
use crate::model::task_definition::short_name;
use crate::verdict;

pub(crate) async fn run(prepared: &Prepared, of: &OfService, output: &mut Output<'_>) -> Result<u8, Failure> {
    let id = place::service(prepared, of.name.as_deref()).await?;
    let history = ask::deployments(&prepared.clients, &id).await?;
    let row = |d: &ServiceDeployment| {
        let revision = d.target.as_ref().and_then(|target| history.revision(&target.arn));
        let images: Vec<&str> = revision.iter().flat_map(|r| r.images.iter().map(|i| i.image.as_str())).collect();
        vec![
            output.time(d.created_at),
            verdict::of(d).sentence,
            revision.map(|r| short_name(&r.task_definition).to_owned()).unwrap_or_default(),
            images.iter().map(|image| short_name(image)).collect::<Vec<_>>().join(" "),
        ]
    };
    let rows: Vec<Vec<String>> = history.deployments.iter().map(row).collect();
    let all: Vec<Value> = history.deployments.iter().map(|d| json::deployment(d, &history)).collect();
    let document = json!({"cluster": id.cluster, "service": id.service, "deployments": all});
    output.list(&["AGE", "VERDICT", "REVISION", "IMAGES"], &rows, &document)?;
    Ok(exit::OK)
}
