//! Which revision and which image the running tasks have, and which they should have. Pure.

use std::collections::BTreeSet;

use crate::model::service::RolloutWord;
use crate::model::task_definition::short_name;
use crate::model::{Service, Task};

/// One running task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Looked {
    /// Task id.
    pub(super) id: String,
    /// Task definition that it runs.
    pub(super) task_definition: String,
    /// Digest of the container's image.
    pub(super) digest: Option<String>,
    /// What is wrong with it.
    pub(super) problem: Option<String>,
}

/// All running tasks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Running {
    /// In the order of their ids.
    pub(super) tasks: Vec<Looked>,
    /// What is wrong with them as a whole.
    pub(super) problem: Option<String>,
}

impl Running {
    pub(super) fn is_good(&self) -> bool {
        self.problem.is_none() && self.tasks.iter().all(|task| task.problem.is_none())
    }
}

/// Judges the tasks that run and are to go on running. Without a digest all must have the same; the first digest is the
/// wanted one, those after it are parts of that image: of an index, ECS may tell the part that fits the task's platform.
pub(super) fn judge(service: &Service, tasks: &[Task], container: &str, wanted: &[String]) -> Running {
    let stays = |task: &&Task| task.last_status == "RUNNING" && task.desired_status == "RUNNING";
    let mut running: Vec<&Task> = tasks.iter().filter(stays).collect();
    running.sort_by(|a, b| a.id.cmp(&b.id));
    let tasks: Vec<Looked> = running.into_iter().map(|task| look(service, task, container, wanted)).collect();
    let digests: BTreeSet<&Option<String>> = tasks.iter().map(|task| &task.digest).collect();
    let problem = if service.rollout() == RolloutWord::Failed {
        let reason = service.primary().and_then(|primary| primary.rollout_reason.clone());
        Some(format!("the deployment has failed: {}", reason.unwrap_or_else(|| "AWS gave no reason".to_owned())))
    } else if tasks.is_empty() {
        Some(format!("no task is running, {} are wanted", service.desired))
    } else if wanted.is_empty() && digests.len() > 1 {
        Some("the tasks run different images".to_owned())
    } else {
        None
    };
    Running { tasks, problem }
}

fn look(service: &Service, task: &Task, container: &str, wanted: &[String]) -> Looked {
    let found = task.containers.iter().find(|one| one.name == container);
    let runs = found.and_then(|found| found.digest.clone());
    let problem = if task.task_definition != service.task_definition {
        let (has, due) = (short_name(&task.task_definition), short_name(&service.task_definition));
        Some(format!("runs {has}, not {due}"))
    } else if found.is_none() {
        Some(format!("has no container {container}"))
    } else {
        match (&runs, wanted.first()) {
            (None, _) => Some("ECS does not tell which image it runs".to_owned()),
            (Some(runs), Some(digest)) if !wanted.contains(runs) => Some(format!("runs {runs}, not {digest}")),
            _ => None,
        }
    };
    Looked { id: task.id.clone(), task_definition: task.task_definition.clone(), digest: runs, problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Container, Deployment};

    fn task(id: &str, revision: u32, digest: Option<&str>) -> Task {
        let container = |name: &str, digest: Option<&str>| Container {
            name: name.into(),
            digest: digest.map(str::to_owned),
            ..Container::default()
        };
        Task {
            id: id.into(),
            task_definition: format!("arn:td/app:{revision}"),
            last_status: "RUNNING".into(),
            desired_status: "RUNNING".into(),
            containers: vec![container("proxy", Some("p")), container("app", digest)],
            ..Task::default()
        }
    }

    fn words(tasks: &[Task], container: &str, digest: &[&str], state: &str) -> Vec<String> {
        let primary =
            Deployment { status: "PRIMARY".into(), rollout_state: Some(state.into()), ..Deployment::default() };
        let service = Service {
            task_definition: "arn:td/app:2".into(),
            desired: 2,
            running: 2,
            deployments: vec![primary],
            ..Service::default()
        };
        let wanted: Vec<String> = digest.iter().map(|digest| (*digest).to_owned()).collect();
        let running = judge(&service, tasks, container, &wanted);
        let of_task = |task: &Looked| task.problem.as_ref().map(|problem| format!("{}: {problem}", task.id));
        let found: Vec<String> = running.tasks.iter().filter_map(of_task).chain(running.problem.clone()).collect();
        assert_eq!(found.is_empty(), running.is_good());
        found
    }

    #[test]
    fn each_task_that_differs_is_named() {
        let good = || task("a", 2, Some("x"));
        let leaving = Task { desired_status: "STOPPED".into(), ..task("z", 1, Some("o")) };
        let starting = Task { last_status: "PENDING".into(), ..task("z", 2, None) };
        type Case<'a> = (&'a [Task], &'a str, &'a [&'a str], &'a [&'a str]);
        let cases: [Case<'_>; 9] = [
            (&[good(), task("b", 2, Some("x"))], "app", &["x"], &[]),
            (&[good(), leaving, starting], "app", &["x"], &[]),
            (&[good()], "app", &[], &[]),
            (&[good()], "proxy", &["p"], &[]),
            (&[good(), task("b", 1, Some("x"))], "app", &["x"], &["b: runs app:1, not app:2"]),
            (&[good(), task("b", 2, Some("y"))], "app", &["x"], &["b: runs y, not x"]),
            (&[task("b", 2, None)], "app", &["x"], &["b: ECS does not tell which image it runs"]),
            (&[good(), task("b", 2, Some("y"))], "app", &[], &["the tasks run different images"]),
            (&[], "app", &["x"], &["no task is running, 2 are wanted"]),
        ];
        for (tasks, container, digest, expected) in cases {
            assert_eq!(words(tasks, container, digest, "COMPLETED"), expected, "{tasks:?}");
        }
        assert_eq!(words(&[task("a", 2, Some("part"))], "app", &["index", "part"], "COMPLETED"), Vec::<String>::new());
        assert_eq!(words(&[good()], "app", &["index", "part"], "COMPLETED"), ["a: runs x, not index"]);
        assert_eq!(words(&[good()], "nope", &["x"], "COMPLETED"), ["a: has no container nope"]);
        let failed = "the deployment has failed: AWS gave no reason";
        assert_eq!(words(&[good()], "app", &["x"], "FAILED"), [failed]);
    }
}
