//! Service deployments with the revisions they name.
//!
//! A deployment that has ended and a revision never change again, so both are asked for once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{DEPLOYMENTS_PER_CALL, PER_PAGE, convert};
use crate::clients::call::{DESCRIBE_SERVICE_DEPLOYMENTS, DESCRIBE_SERVICE_REVISIONS, LIST_SERVICE_DEPLOYMENTS};
use crate::clients::gate::{Answer, Gate};
use crate::clients::sdk::Sdk;
use crate::clients::{Partly, Whole};
use crate::model::rollout::DeploymentHistory;
use crate::model::{ServiceDeployment, ServiceId, ServiceRevision};

/// Deployments that are looked back on.
const MOST_DEPLOYMENTS: usize = 100;
/// Entries kept of each kind; the console looks at a handful of services.
const MOST_KEPT: usize = 5_000;

/// What never changes again, by ARN.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    ended: Mutex<BTreeMap<String, ServiceDeployment>>,
    revisions: Mutex<BTreeMap<String, ServiceRevision>>,
}

/// Loads the newest deployments of a service, newest first.
pub(crate) async fn load(
    sdk: &Sdk,
    gate: &Gate,
    kept: &Kept,
    service: &ServiceId,
) -> Answer<Partly<DeploymentHistory>> {
    let mut whole = Whole::yes();
    let arns = list(sdk, gate, service, &mut whole).await?;
    let mut deployments = describe(sdk, gate, kept, &arns).await?;
    deployments.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| b.arn.cmp(&a.arn)));
    let revisions = match revisions(sdk, gate, kept, &revision_arns(&deployments)).await {
        Ok(revisions) => revisions,
        Err(problem) => {
            whole.lacks(format!("service revisions: {}", problem.line()));
            Vec::new()
        }
    };
    Ok(Partly { value: DeploymentHistory { deployments, revisions }, partial: whole.reason() })
}

async fn list(sdk: &Sdk, gate: &Gate, service: &ServiceId, whole: &mut Whole) -> Answer<Vec<String>> {
    let mut arns: Vec<String> = Vec::new();
    let mut token = None;
    loop {
        let page = gate
            .read(LIST_SERVICE_DEPLOYMENTS, || {
                let request = sdk.ecs.list_service_deployments().cluster(&service.cluster).service(&service.service);
                request.max_results(PER_PAGE).set_next_token(token.clone()).send()
            })
            .await;
        let page = match page {
            Ok(page) => page,
            Err(problem) if !arns.is_empty() => {
                whole.lacks(format!("older deployments: {}", problem.line()));
                return Ok(arns);
            }
            Err(problem) => return Err(problem),
        };
        let mut briefs = page.service_deployments.unwrap_or_default();
        briefs.sort_by_key(|brief| std::cmp::Reverse(brief.created_at.and_then(|at| at.to_millis().ok())));
        arns.extend(briefs.into_iter().filter_map(|brief| brief.service_deployment_arn));
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(arns);
        }
        if arns.len() >= MOST_DEPLOYMENTS {
            whole.lacks(format!("only the newest {} deployments", arns.len()));
            return Ok(arns);
        }
    }
}

async fn describe(sdk: &Sdk, gate: &Gate, kept: &Kept, arns: &[String]) -> Answer<Vec<ServiceDeployment>> {
    let (mut deployments, unknown) = known(&kept.ended, arns);
    for arns in unknown.chunks(DEPLOYMENTS_PER_CALL) {
        let described = gate
            .read(DESCRIBE_SERVICE_DEPLOYMENTS, || {
                sdk.ecs.describe_service_deployments().set_service_deployment_arns(Some(arns.to_vec())).send()
            })
            .await?;
        let fresh = described.service_deployments.unwrap_or_default().into_iter().map(convert::service_deployment);
        let fresh: Vec<ServiceDeployment> = fresh.collect();
        let ended = fresh.iter().filter(|deployment| deployment.status.is_final());
        keep(&kept.ended, ended.map(|deployment| (deployment.arn.clone(), deployment.clone())));
        deployments.extend(fresh);
    }
    Ok(deployments)
}

async fn revisions(sdk: &Sdk, gate: &Gate, kept: &Kept, arns: &[String]) -> Answer<Vec<ServiceRevision>> {
    let (mut revisions, unknown) = known(&kept.revisions, arns);
    for arns in unknown.chunks(DEPLOYMENTS_PER_CALL) {
        let described = gate
            .read(DESCRIBE_SERVICE_REVISIONS, || {
                sdk.ecs.describe_service_revisions().set_service_revision_arns(Some(arns.to_vec())).send()
            })
            .await?;
        let fresh = described.service_revisions.unwrap_or_default().into_iter().map(convert::service_revision);
        let fresh: Vec<ServiceRevision> = fresh.collect();
        // The digests of a revision are filled in when its first tasks have pulled the image.
        let resolved = fresh.iter().filter(|r| !r.images.is_empty() && r.images.iter().all(|i| i.digest.is_some()));
        keep(&kept.revisions, resolved.map(|revision| (revision.arn.clone(), revision.clone())));
        revisions.extend(fresh);
    }
    Ok(revisions)
}

fn revision_arns(deployments: &[ServiceDeployment]) -> Vec<String> {
    let named = deployments.iter().flat_map(|deployment| {
        let back_to = deployment.rollback.as_ref().and_then(|rollback| rollback.revision.clone());
        let sources = deployment.sources.iter().map(|source| source.arn.clone());
        deployment.target.iter().map(|target| target.arn.clone()).chain(sources).chain(back_to)
    });
    let mut arns: Vec<String> = named.filter(|arn| !arn.is_empty()).collect();
    arns.sort();
    arns.dedup();
    arns
}

fn known<T: Clone>(kept: &Mutex<BTreeMap<String, T>>, arns: &[String]) -> (Vec<T>, Vec<String>) {
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let unknown = arns.iter().filter(|arn| !kept.contains_key(*arn)).cloned().collect();
    (arns.iter().filter_map(|arn| kept.get(arn)).cloned().collect(), unknown)
}

fn keep<T>(kept: &Mutex<BTreeMap<String, T>>, entries: impl Iterator<Item = (String, T)>) {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() > MOST_KEPT {
        kept.clear();
    }
    kept.extend(entries);
}
