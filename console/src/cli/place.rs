//! Which cluster and service a subcommand means: the named one, the configured one, or the only one.

use super::ask::{only, services};
use super::failure::Failure;
use super::prepare::Prepared;
use crate::effect::Request;
use crate::event::Facts;
use crate::model::{Cluster, ServiceId};

/// The cluster.
pub(crate) async fn cluster(prepared: &Prepared) -> Result<String, Failure> {
    if let Some(cluster) = &prepared.config.cluster {
        return Ok(cluster.clone());
    }
    let (clusters, _) = only!(&prepared.clients, Request::Clusters, Facts::Clusters);
    let names: Vec<String> = clusters.into_iter().map(|cluster: Cluster| cluster.name).collect();
    the_only(names, "cluster")
}

/// The service.
pub(crate) async fn service(prepared: &Prepared, named: Option<&str>) -> Result<ServiceId, Failure> {
    let cluster = cluster(prepared).await?;
    if let Some(name) = named.or(prepared.config.service.as_deref()) {
        return Ok(ServiceId::new(cluster, name));
    }
    let (found, _) = services(&prepared.clients, &cluster).await?;
    let names = found.into_iter().map(|service| service.id.service).collect();
    Ok(ServiceId::new(cluster.clone(), the_only(names, "service")?))
}

fn the_only(names: Vec<String>, what: &str) -> Result<String, Failure> {
    match <[String; 1]>::try_from(names) {
        Ok([only]) => Ok(only),
        Err(names) if names.is_empty() => Err(Failure::not_found(format!("there is no {what} here"))
            .with_hint("Check --profile and --region; qd doctor shows what can be reached.")),
        Err(names) => {
            let known: Vec<String> = names.into_iter().take(20).collect();
            Err(Failure::usage(format!("which {what}? Name one with --{what}: {}", known.join(", "))))
        }
    }
}
