//! `qd clusters`

use serde_json::{Value, json};

use super::ask::only;
use super::failure::{Failure, exit};
use super::json;
use super::output::Output;
use crate::clients::Clients;
use crate::effect::Request;
use crate::event::Facts;
use crate::model::Cluster;

pub(crate) async fn run(clients: &Clients, output: &mut Output<'_>) -> Result<u8, Failure> {
    let (clusters, partial) = only!(clients, Request::Clusters, Facts::Clusters);
    let row = |c: &Cluster| {
        let counts = [c.services, c.running, c.pending, c.instances].map(|count| count.to_string());
        [c.name.clone(), c.status.clone()].into_iter().chain(counts).collect()
    };
    let rows: Vec<Vec<String>> = clusters.iter().map(row).collect();
    let all: Vec<Value> = clusters.iter().map(json::cluster).collect();
    let head = ["NAME", "STATUS", "SERVICES", "RUNNING", "PENDING", "INSTANCES"];
    output.list(&head, &rows, &json!({"clusters": all, "partial": partial}))?;
    if let Some(partial) = partial {
        output.note(&format!("partial: {partial}"));
    }
    Ok(exit::OK)
}
