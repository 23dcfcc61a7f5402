//! Services of a cluster: all of them page by page, or some by name.

use aws_sdk_ecs::types::ServiceField;
use futures_util::StreamExt;

use super::{PER_PAGE, SERVICES_PER_CALL, convert, last_part};
use crate::clients::call::{DESCRIBE_SERVICES, LIST_SERVICES};
use crate::clients::gate::{Answer, Gate};
use crate::clients::interceptors::KeepBody;
use crate::clients::sdk::Sdk;
use crate::clients::{Partly, Reporter, Whole};
use crate::event::Facts;
use crate::model::Service;

/// Describe calls under way at the same time while a whole cluster is loaded.
const AT_ONCE: usize = 4;

/// Loads all services of a cluster. Each described batch is reported at once; the answer holds none of them, only why
/// some are missing.
pub(crate) async fn load_all(
    sdk: &Sdk,
    gate: &Gate,
    cluster: &str,
    reporter: &Reporter,
) -> Answer<Partly<Vec<Service>>> {
    let mut whole = Whole::yes();
    let mut token = None;
    let mut pages = 0;
    loop {
        pages += 1;
        let listed = gate
            .read(LIST_SERVICES, || {
                sdk.ecs.list_services().cluster(cluster).max_results(PER_PAGE).set_next_token(token.clone()).send()
            })
            .await;
        let page = match listed {
            Ok(page) => page,
            Err(problem) if pages > 1 => {
                whole.lacks(format!("page {pages} of services: {}", problem.line()));
                break;
            }
            Err(problem) => return Err(problem),
        };
        let arns = page.service_arns.unwrap_or_default();
        if let Err(problem) = describe_page(sdk, gate, cluster, &arns, reporter, &mut whole).await
            && pages == 1
        {
            return Err(problem);
        }
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    Ok(Partly { value: Vec::new(), partial: whole.reason() })
}

/// Describes the services of one list page, several calls at once. Only a failure of all calls is a failure.
async fn describe_page(
    sdk: &Sdk,
    gate: &Gate,
    cluster: &str,
    arns: &[String],
    reporter: &Reporter,
    whole: &mut Whole,
) -> Answer<()> {
    let batches: Vec<Vec<String>> = arns.chunks(SERVICES_PER_CALL).map(<[String]>::to_vec).collect();
    let describe = |names: Vec<String>| async move { describe(sdk, gate, cluster, &names).await };
    let mut answers = futures_util::stream::iter(batches).map(describe).buffer_unordered(AT_ONCE);
    let (mut arrived, mut failed) = (false, None);
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(described) => {
                arrived = true;
                whole.lacks_if(described.partial);
                reporter.part(Facts::Services(described.value)).await;
            }
            Err(problem) => {
                whole.lacks(problem.line());
                failed = Some(problem);
            }
        }
    }
    match failed {
        Some(problem) if !arrived => Err(problem),
        _ => Ok(()),
    }
}

/// Loads the services with these names or ARNs; those that do not exist are named in `partial`.
pub(crate) async fn load_some(sdk: &Sdk, gate: &Gate, cluster: &str, names: &[String]) -> Answer<Partly<Vec<Service>>> {
    let mut services = Vec::new();
    let mut whole = Whole::yes();
    for names in names.chunks(SERVICES_PER_CALL) {
        let described = describe(sdk, gate, cluster, names).await?;
        services.extend(described.value);
        whole.lacks_if(described.partial);
    }
    Ok(Partly { value: services, partial: whole.reason() })
}

/// One `DescribeServices` call: at most ten names.
async fn describe(sdk: &Sdk, gate: &Gate, cluster: &str, names: &[String]) -> Answer<Partly<Vec<Service>>> {
    let body = KeepBody::default();
    let described = gate
        .read(DESCRIBE_SERVICES, || {
            let request = sdk.ecs.describe_services().cluster(cluster).set_services(Some(names.to_vec()));
            request.include(ServiceField::Tags).customize().interceptor(body.clone()).send()
        })
        .await?;
    let mut raw = convert::by_member(body.take("services"), "serviceArn");
    let mut services = Vec::new();
    for service in described.services.unwrap_or_default() {
        let own_raw = service.service_arn.as_deref().and_then(|arn| raw.remove(arn)).unwrap_or_default();
        services.push(convert::service(service, own_raw));
    }
    let mut whole = Whole::yes();
    for failure in described.failures.unwrap_or_default() {
        let name = failure.arn.unwrap_or_default();
        let reason = failure.reason.unwrap_or_else(|| "not described".to_owned());
        whole.lacks(format!("service {}: {}", last_part(&name), crate::text::clean(&reason)));
    }
    Ok(Partly { value: services, partial: whole.reason() })
}
