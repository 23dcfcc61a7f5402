//! Why a task stopped, in words, and what to look at next.
//!
//! One table of signs, most telling first, over stop code, AWS's reasons and exit codes. Nothing here asks AWS.

use crate::model::{Container, Task};

/// An explanation and the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What happened.
    pub what: String,
    /// What to do or to look at, with the key where there is one.
    pub next: String,
}

/// A sign in AWS's reason texts, and its meaning.
struct Sign {
    /// All of these occur in the reasons, in lower case.
    words: &'static [&'static str],
    what: &'static str,
    next: &'static str,
}

/// Most telling first. Source of the words: "Amazon ECS stopped task error messages" in the developer guide.
const SIGNS: &[Sign] = &[
    Sign {
        words: &["outofmemory"],
        what: "Out of memory: the container used more than its memory limit and was killed.",
        next: "Raise memory in the task definition, or find the leak: m metrics, l last log lines.",
    },
    Sign {
        words: &["cannotpullcontainer", "toomanyrequests"],
        what: "The image could not be pulled: the registry limits anonymous pulls.",
        next: "Log in to the registry, or mirror the image to ECR (pull through cache).",
    },
    Sign {
        words: &["cannotpullcontainer", "not found"],
        what: "The image could not be pulled: this tag or repository does not exist.",
        next: "Choose an existing tag: i images. A lifecycle policy may have removed it.",
    },
    Sign {
        words: &["cannotpullcontainer", "manifest unknown"],
        what: "The image could not be pulled: this tag does not exist.",
        next: "Choose an existing tag: i images.",
    },
    Sign {
        words: &["cannotpullcontainer", "no matching manifest"],
        what: "The image has no build for this task's CPU architecture.",
        next: "Build for the architecture in runtimePlatform, or change that.",
    },
    Sign {
        words: &["cannotpullcontainer", "platform"],
        what: "The image has no build for this task's CPU architecture.",
        next: "Build for the architecture in runtimePlatform, or change that.",
    },
    Sign {
        words: &["cannotpullcontainer", "authoriz"],
        what: "The image could not be pulled: the execution role may not read it.",
        next: "Give the execution role ecr:GetAuthorizationToken and ecr:BatchGetImage: d describe shows the role.",
    },
    Sign {
        words: &["cannotpullcontainer", "denied"],
        what: "The image could not be pulled: the execution role may not read it.",
        next: "Give the execution role ecr:GetAuthorizationToken and ecr:BatchGetImage: d describe shows the role.",
    },
    Sign {
        words: &["cannotpullcontainer", "timeout"],
        what: "The image could not be pulled: the registry did not answer.",
        next: "Check the subnet's NAT gateway or ECR endpoints and the security group.",
    },
    Sign {
        words: &["cannotpullcontainer", "no space left"],
        what: "The image could not be pulled: the disk is full.",
        next: "Raise ephemeralStorage, or use a smaller image.",
    },
    Sign {
        words: &["cannotpullcontainer"],
        what: "The image could not be pulled.",
        next: "Check that the tag exists (i images) and that the subnet reaches the registry.",
    },
    Sign {
        words: &["resourceinitializationerror", "secret"],
        what: "The task could not start: a secret could not be read.",
        next: "Check the secret's ARN and key, and the execution role's secretsmanager:GetSecretValue or ssm:GetParameters.",
    },
    Sign {
        words: &["resourceinitializationerror", "registry auth"],
        what: "The task could not start: it could not log in to the registry.",
        next: "Check the route to ECR (NAT gateway or endpoints) and the execution role.",
    },
    Sign {
        words: &["resourceinitializationerror", "log"],
        what: "The task could not start: its log group or stream could not be made.",
        next: "Create the log group, or give the execution role logs:CreateLogStream and logs:PutLogEvents.",
    },
    Sign {
        words: &["resourceinitializationerror", "efs"],
        what: "The task could not start: a file system could not be mounted.",
        next: "Check the mount targets and port 2049 in the security groups.",
    },
    Sign {
        words: &["resourceinitializationerror"],
        what: "The task could not start: something it needs could not be made ready.",
        next: "Read the reason in full: d describe.",
    },
    Sign {
        words: &["unable to assume"],
        what: "The task could not start: its role could not be assumed.",
        next: "Check that the role exists and trusts ecs-tasks.amazonaws.com.",
    },
    Sign {
        words: &["timeout waiting for network interface"],
        what: "The task could not start: its network interface did not come up in time.",
        next: "Check free addresses in the subnet and the account's interface limit.",
    },
    Sign {
        words: &["network interface"],
        what: "The task's network interface could not be made or was lost.",
        next: "Check free addresses in the subnet and the account's interface limit.",
    },
    Sign {
        words: &["capacity is unavailable"],
        what: "AWS has no capacity for this task here just now.",
        next: "Wait, or add subnets in other zones or another capacity provider.",
    },
    Sign {
        words: &["insufficient"],
        what: "No instance had room for this task.",
        next: "Add instances, or reserve less CPU and memory.",
    },
    Sign {
        words: &["failed elb health checks"],
        what: "The load balancer's health check failed, so ECS replaced the task.",
        next: "Look at its last log lines (l); check path, port and grace period of the health check.",
    },
    Sign {
        words: &["failed container health checks"],
        what: "The container's own health check failed, so ECS replaced the task.",
        next: "Look at its last log lines (l); check command, interval and start period of the health check.",
    },
    Sign {
        words: &["is unhealthy in"],
        what: "The load balancer found the task unhealthy, so ECS replaced it.",
        next: "Look at its last log lines (l); check path, port and grace period of the health check.",
    },
    Sign {
        words: &["cannotstartcontainer"],
        what: "The container could not be started: its command or its file system is wrong.",
        next: "Check entryPoint, command and user in the task definition: d describe.",
    },
    Sign {
        words: &["cannotcreatecontainer"],
        what: "The container could not be created.",
        next: "Read the reason in full: d describe.",
    },
    Sign {
        words: &["dockertimeout"],
        what: "The container did not start in time.",
        next: "Check startTimeout, and the load on the instance.",
    },
    Sign {
        words: &["host ec2", "terminated"],
        what: "The instance under the task was terminated.",
        next: "Nothing, if instances are being replaced; else check the Auto Scaling group.",
    },
    Sign {
        words: &["is being decommissioned"],
        what: "AWS retires the host under the task and replaced it.",
        next: "Nothing: the service starts a new task.",
    },
    Sign {
        words: &["scaling activity"],
        what: "The service stopped it: a deployment or a smaller desired count.",
        next: "Nothing, if that was meant; e events tells which deployment.",
    },
];

/// Explains why a task stopped; `None` while it has not.
#[must_use]
pub fn stopped(task: &Task) -> Option<Explanation> {
    let stopping = task.is_stopped() || task.stop_code.is_some() || task.stopped_reason.is_some();
    let told = || by_sign(task).or_else(|| by_exit(task)).unwrap_or_else(|| by_stop_code(task));
    stopping.then(|| with_own_end(task, told()))
}

fn by_sign(task: &Task) -> Option<Explanation> {
    let reasons = reasons(task).to_lowercase();
    let sign = SIGNS.iter().find(|sign| sign.words.iter().all(|word| reasons.contains(word)))?;
    Some(Explanation { what: sign.what.to_owned(), next: sign.next.to_owned() })
}

/// What AWS said about the task and its containers, in one text.
fn reasons(task: &Task) -> String {
    let of_containers = task.containers.iter().filter_map(|container| container.reason.as_deref());
    task.stopped_reason.as_deref().into_iter().chain(of_containers).collect::<Vec<_>>().join("\n")
}

/// Judges the exit code of the container that ended the task. A stop that ECS or a person asked for ends in 143 or 137
/// by design, so those codes only count when the container ended by itself.
fn by_exit(task: &Task) -> Option<Explanation> {
    let by_itself = task.stop_code.as_deref().is_none_or(|code| code == "EssentialContainerExited");
    let ended = |container: &&Container| container.exit_code.is_some_and(|code| code != 0);
    let culprit = task.containers.iter().find(ended).or_else(|| task.containers.iter().find(|c| c.exit_code.is_some()));
    let container = culprit.filter(|_| by_itself)?;
    let code = container.exit_code?;
    let (meaning, next) = exit_meaning(code);
    Some(Explanation { what: format!("Container {} exited with {code}: {meaning}", container.name), next: next.into() })
}

/// Meaning of an exit code by the conventions of POSIX shells (126, 127, 128+n) and of container runtimes.
fn exit_meaning(code: i32) -> (String, &'static str) {
    const LOGS: &str = "Look at its last log lines: l.";
    match code {
        0 => ("it ended by itself without an error.".into(), "A service's process must not end: check its command."),
        1 => ("the program failed.".into(), LOGS),
        2 => {
            ("the program refused its arguments or configuration.".into(), "Check command and environment: d describe.")
        }
        125 => ("the container runtime failed.".into(), "Read the reason in full: d describe."),
        126 => ("the command cannot be executed.".into(), "Check the file's mode and architecture."),
        127 => ("the command was not found in the image.".into(), "Check entryPoint and command: d describe."),
        134 => ("it aborted itself (SIGABRT): a failed assertion or a panic.".into(), LOGS),
        137 => (
            "it was killed (SIGKILL): out of memory, or it did not stop in time.".into(),
            "Compare its memory with the limit (m metrics); else raise stopTimeout or end on SIGTERM.",
        ),
        139 => ("it crashed on an invalid memory access (SIGSEGV).".into(), LOGS),
        143 => ("it was told to stop (SIGTERM) and did.".into(), "See who stopped it: e events."),
        129..=192 => (format!("it was ended by signal {}.", code - 128), LOGS),
        _ => ("the program failed.".into(), LOGS),
    }
}

/// Puts first that a container ended with a code that no stop asks for: it may have failed before the stop reached it.
fn with_own_end(task: &Task, told: Explanation) -> Explanation {
    let odd = |container: &Container| container.exit_code.filter(|code| ![0, 137, 143].contains(code));
    let own = task.containers.iter().find_map(|container| Some((&container.name, odd(container)?)));
    match own.filter(|_| task.stop_code.as_deref() == Some("ServiceSchedulerInitiated")) {
        Some((name, code)) => {
            let what = format!("Container {name} exited with {code}, which no stop asks for. {}", told.what);
            Explanation { what, next: "Look at its last log lines: l.".to_owned() }
        }
        None => told,
    }
}

fn by_stop_code(task: &Task) -> Explanation {
    let (what, next) = match task.stop_code.as_deref() {
        Some("TaskFailedToStart") => ("The task failed to start.", "Read the reason in full: d describe."),
        Some("EssentialContainerExited") => ("An essential container ended.", "Look at its last log lines: l."),
        Some("UserInitiated") => ("Somebody stopped it.", "Nothing, if that was meant; :audit shows our own stops."),
        Some("ServiceSchedulerInitiated") => {
            ("The service stopped it: a deployment, a smaller desired count or a failed health check.", "See e events.")
        }
        Some("SpotInterruption") => (
            "AWS took the Spot capacity back.",
            "Nothing: the service starts a new task. Keep a base of on-demand tasks.",
        ),
        Some("TerminationNotice") => {
            ("The instance under the task is going away.", "Nothing: the service starts a new task.")
        }
        Some("InfrastructureHealth") => {
            ("The host under the task became unhealthy.", "Nothing: the service starts a new task.")
        }
        _ => ("It stopped, and AWS does not say why.", "Look at its last log lines (l) and at e events."),
    };
    let detail = task.stopped_reason.as_deref().filter(|reason| !reason.is_empty());
    let what =
        detail.map_or_else(|| what.to_owned(), |reason| format!("{what} AWS says: {}", crate::text::clean(reason)));
    Explanation { what, next: next.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(stop_code: &str, reason: &str, exit: Option<i32>, container_reason: &str) -> Task {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let container =
            Container { name: "app".into(), exit_code: exit, reason: filled(container_reason), ..Container::default() };
        Task {
            last_status: "STOPPED".into(),
            stop_code: filled(stop_code),
            stopped_reason: filled(reason),
            containers: vec![container],
            ..Task::default()
        }
    }

    #[test]
    fn a_running_task_needs_no_explanation() {
        assert_eq!(stopped(&Task { last_status: "RUNNING".into(), ..Task::default() }), None);
    }

    #[test]
    fn each_way_to_stop_is_explained() {
        let essential = "Essential container in task exited";
        let oom = "OutOfMemoryError: Container killed due to memory usage";
        let scaling = "Scaling activity initiated by (deployment ecs-svc/1)";
        for (code, reason, exit, container_reason, expected) in [
            ("EssentialContainerExited", essential, Some(137), oom, "Out of memory"),
            ("EssentialContainerExited", essential, Some(137), "", "killed (SIGKILL)"),
            ("EssentialContainerExited", essential, Some(1), "", "exited with 1: the program failed"),
            ("EssentialContainerExited", essential, Some(0), "", "ended by itself"),
            ("EssentialContainerExited", essential, Some(127), "", "not found in the image"),
            ("EssentialContainerExited", essential, Some(126), "", "cannot be executed"),
            ("EssentialContainerExited", essential, Some(139), "", "SIGSEGV"),
            ("EssentialContainerExited", essential, Some(134), "", "SIGABRT"),
            ("EssentialContainerExited", essential, Some(143), "", "told to stop"),
            ("EssentialContainerExited", essential, Some(130), "", "signal 2"),
            ("EssentialContainerExited", essential, Some(42), "", "exited with 42"),
            ("EssentialContainerExited", essential, None, "", "essential container ended"),
            ("TaskFailedToStart", "CannotPullContainerError: repo/x:9: not found", None, "", "does not exist"),
            ("TaskFailedToStart", "CannotPullContainerError: manifest unknown", None, "", "tag does not exist"),
            (
                "TaskFailedToStart",
                "CannotPullContainerError: no matching manifest for linux/arm64",
                None,
                "",
                "architecture",
            ),
            ("TaskFailedToStart", "CannotPullContainerError: pull access denied", None, "", "role may not read"),
            ("TaskFailedToStart", "CannotPullContainerError: i/o timeout", None, "", "did not answer"),
            ("TaskFailedToStart", "CannotPullContainerError: toomanyrequests: rate", None, "", "limits anonymous"),
            ("TaskFailedToStart", "", None, "CannotPullContainerError: odd", "could not be pulled"),
            (
                "TaskFailedToStart",
                "ResourceInitializationError: unable to pull secrets",
                None,
                "",
                "secret could not be read",
            ),
            ("TaskFailedToStart", "ResourceInitializationError: failed to create log stream", None, "", "log group"),
            ("TaskFailedToStart", "ResourceInitializationError: failed to invoke EFS utils", None, "", "file system"),
            (
                "TaskFailedToStart",
                "Timeout waiting for network interface provisioning to complete.",
                None,
                "",
                "did not come up",
            ),
            ("TaskFailedToStart", "Capacity is unavailable at this time.", None, "", "no capacity"),
            ("TaskFailedToStart", "CannotStartContainerError: exec", None, "", "could not be started"),
            ("TaskFailedToStart", "something else", None, "", "failed to start. AWS says: something else"),
            (
                "ServiceSchedulerInitiated",
                "Task failed ELB health checks in (target-group x)",
                Some(143),
                "",
                "load balancer",
            ),
            ("ServiceSchedulerInitiated", "Task failed container health checks", Some(143), "", "own health check"),
            ("ServiceSchedulerInitiated", scaling, Some(143), "", "service stopped it"),
            ("ServiceSchedulerInitiated", scaling, Some(137), "", "service stopped it"),
            ("ServiceSchedulerInitiated", scaling, Some(1), "", "exited with 1, which no stop asks for"),
            ("UserInitiated", "stopped by hand", Some(143), "", "Somebody stopped it. AWS says: stopped by hand"),
            ("SpotInterruption", "Your Spot Task was interrupted.", None, "", "Spot capacity"),
            ("TerminationNotice", "", None, "", "going away"),
            ("InfrastructureHealth", "", None, "", "became unhealthy"),
            ("", "", None, "", "does not say why"),
            ("NewCode", "", Some(3), "", "does not say why"),
        ] {
            let explanation = stopped(&task(code, reason, exit, container_reason)).expect("the task stopped");
            assert!(explanation.what.contains(expected), "{code} {reason:?} {exit:?}: {}", explanation.what);
            assert!(!explanation.next.is_empty());
        }
    }
}
