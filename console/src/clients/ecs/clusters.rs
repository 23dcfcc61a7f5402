//! All clusters of the account and Region, with their counts.

use super::{PER_PAGE, convert};
use crate::clients::call::{DESCRIBE_CLUSTERS, LIST_CLUSTERS};
use crate::clients::gate::{Answer, Gate};
use crate::clients::sdk::Sdk;
use crate::clients::{Partly, Whole};
use crate::model::Cluster;

/// Loads them, sorted by name.
pub(crate) async fn load(sdk: &Sdk, gate: &Gate) -> Answer<Partly<Vec<Cluster>>> {
    let mut arns: Vec<String> = Vec::new();
    let mut whole = Whole::yes();
    let mut token = None;
    loop {
        let page = gate
            .read(LIST_CLUSTERS, || sdk.ecs.list_clusters().max_results(PER_PAGE).set_next_token(token.clone()).send())
            .await;
        let page = match page {
            Ok(page) => page,
            Err(problem) if !arns.is_empty() => {
                whole.lacks(format!("more clusters: {}", problem.line()));
                break;
            }
            Err(problem) => return Err(problem),
        };
        arns.extend(page.cluster_arns.unwrap_or_default());
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    let mut clusters = Vec::new();
    for chunk in arns.chunks(100) {
        let described = gate
            .read(DESCRIBE_CLUSTERS, || sdk.ecs.describe_clusters().set_clusters(Some(chunk.to_vec())).send())
            .await?;
        clusters.extend(described.clusters.unwrap_or_default().into_iter().map(convert::cluster));
    }
    clusters.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Partly { value: clusters, partial: whole.reason() })
}
