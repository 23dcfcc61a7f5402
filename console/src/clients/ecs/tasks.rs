//! Tasks of a service, running and stopped.

use aws_sdk_ecs::types::DesiredStatus;

use super::{PER_PAGE, convert};
use crate::clients::call::{DESCRIBE_TASKS, LIST_TASKS};
use crate::clients::gate::{Answer, Gate};
use crate::clients::interceptors::KeepBody;
use crate::clients::sdk::Sdk;
use crate::clients::{Partly, Whole};
use crate::model::{ApiProblem, ServiceId, Task};

/// Loads what ECS knows: it forgets a stopped task after about an hour.
pub(crate) async fn load(sdk: &Sdk, gate: &Gate, service: &ServiceId) -> Answer<Partly<Vec<Task>>> {
    let mut whole = Whole::yes();
    let running = list(sdk, gate, service, &DesiredStatus::Running);
    let stopped = list(sdk, gate, service, &DesiredStatus::Stopped);
    let (running, stopped) = tokio::join!(running, stopped);
    let mut arns = collect(running?, "running tasks", &mut whole);
    match stopped {
        Ok(listed) => arns.extend(collect(listed, "stopped tasks", &mut whole)),
        Err(problem) => whole.lacks(format!("stopped tasks: {}", problem.line())),
    }
    let mut tasks = Vec::new();
    for arns in arns.chunks(100) {
        match describe(sdk, gate, &service.cluster, arns).await {
            Ok(described) => tasks.extend(described),
            Err(problem) if !tasks.is_empty() => whole.lacks(format!("some tasks: {}", problem.line())),
            Err(problem) => return Err(problem),
        }
    }
    Ok(Partly { value: tasks, partial: whole.reason() })
}

fn collect(listed: (Vec<String>, Option<ApiProblem>), what: &str, whole: &mut Whole) -> Vec<String> {
    let (arns, problem) = listed;
    whole.lacks_if(problem.map(|problem| format!("{what}: {}", problem.line())));
    arns
}

/// ARNs, and the problem that ended the listing early. Only a failing first page is a failure.
async fn list(
    sdk: &Sdk,
    gate: &Gate,
    service: &ServiceId,
    status: &DesiredStatus,
) -> Answer<(Vec<String>, Option<ApiProblem>)> {
    let mut arns = Vec::new();
    let mut token = None;
    loop {
        let page = gate
            .read(LIST_TASKS, || {
                let request = sdk.ecs.list_tasks().cluster(&service.cluster).service_name(&service.service);
                let request = request.desired_status(status.clone()).max_results(PER_PAGE);
                request.set_next_token(token.clone()).send()
            })
            .await;
        let page = match page {
            Ok(page) => page,
            Err(problem) if token.is_some() => return Ok((arns, Some(problem))),
            Err(problem) => return Err(problem),
        };
        arns.extend(page.task_arns.unwrap_or_default());
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok((arns, None));
        }
    }
}

async fn describe(sdk: &Sdk, gate: &Gate, cluster: &str, arns: &[String]) -> Answer<Vec<Task>> {
    let body = KeepBody::default();
    let described = gate
        .read(DESCRIBE_TASKS, || {
            let request = sdk.ecs.describe_tasks().cluster(cluster).set_tasks(Some(arns.to_vec()));
            request.customize().interceptor(body.clone()).send()
        })
        .await?;
    let mut raw = convert::by_member(body.take("tasks"), "taskArn");
    let mut convert = |task: aws_sdk_ecs::types::Task| {
        let own_raw = task.task_arn.as_deref().and_then(|arn| raw.remove(arn)).unwrap_or_default();
        convert::task(task, own_raw)
    };
    Ok(described.tasks.unwrap_or_default().into_iter().map(&mut convert).collect())
}
