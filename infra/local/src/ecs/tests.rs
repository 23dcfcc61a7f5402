//! The API as a client sees it, driven without a socket; tasks start and end as the tests say.

mod definitions;
mod deployments;
mod odd;
mod services;
mod tasks;

use std::time::Duration;

use serde_json::{Value, json};

use super::Ecs;
use crate::clock::Clock;
use crate::scheduler::{Action, Observation, TargetState};
use crate::wire::{AwsError, Place};

/// An API with a cluster `local` and a fake world behind it, in which every task runs well unless its image says bad.
struct Bench {
    ecs: Ecs,
    clock: Clock,
    pending: Vec<Observation>,
    started: usize,
}

impl Bench {
    fn new() -> Self {
        let clock = Clock::manual(1_700_000_000_000);
        let ecs = Ecs::seeded(clock.clone(), Place::default(), 5);
        let bench = Self { ecs, clock, pending: Vec::new(), started: 0 };
        bench.ok("CreateCluster", json!({"clusterName": "local"}));
        bench
    }

    /// With a task definition `web:1` and a steady service `web` of two tasks behind the balancer.
    fn steady() -> Self {
        let mut bench = Self::new();
        bench.register("web", "registry/app:v1");
        bench.ok("CreateService", service("web", "web", 2));
        bench.run_for(20);
        bench
    }

    #[expect(clippy::needless_pass_by_value, reason = "every caller writes the input in place")]
    fn call(&self, operation: &str, input: Value) -> Result<Value, AwsError> {
        self.ecs.call_json(operation, &input)
    }

    fn ok(&self, operation: &str, input: Value) -> Value {
        self.call(operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    fn refused(&self, operation: &str, input: Value) -> (String, String) {
        let error = self.call(operation, input).expect_err(operation);
        assert_eq!(error.status, 400);
        (error.code, error.message)
    }

    fn register(&self, family: &str, image: &str) -> Value {
        self.ok("RegisterTaskDefinition", definition(family, image))
    }

    fn service(&self, name: &str) -> Value {
        let answer = self.ok("DescribeServices", json!({"cluster": "local", "services": [name]}));
        answer["services"][0].clone()
    }

    fn deployment(&self, service: &Value) -> Value {
        let arns = json!({"serviceDeploymentArns": [service["currentServiceDeployment"]]});
        self.ok("DescribeServiceDeployments", arns)["serviceDeployments"][0].clone()
    }

    fn run_for(&mut self, seconds: u64) {
        for _ in 0..seconds * 2 {
            self.clock.advance(Duration::from_millis(500));
            let observations = std::mem::take(&mut self.pending);
            for action in self.ecs.step(observations) {
                self.act(action);
            }
        }
    }

    fn act(&mut self, action: Action) {
        let container = "app".to_owned();
        match action {
            Action::Start { task, launch } if launch.containers[0].image.contains("bad") => {
                let reason = "CannotPullContainerError: not found".to_owned();
                self.pending.push(Observation::NeverRan { task, reason });
            }
            Action::Start { task, .. } => {
                self.started += 1;
                let digest = "sha256:abcd".to_owned();
                self.pending.push(Observation::Pulled { task: task.clone(), container: container.clone(), digest });
                let host_port = u16::try_from(40_000 + self.started).ok();
                self.pending.push(Observation::Running { task, container, host_port, pid: 77 });
            }
            Action::Stop { task } => {
                let exited = Observation::Exited { task: task.clone(), container, exit_code: 143, reason: None };
                self.pending.extend([exited, Observation::Stopped { task }]);
            }
            Action::Register { task, target_group, .. } => {
                self.pending.push(Observation::Target { task, target_group, state: TargetState::Healthy });
            }
            Action::Deregister { task, target_group } => {
                self.pending.push(Observation::Target { task, target_group, state: TargetState::Gone });
            }
        }
    }
}

fn definition(family: &str, image: &str) -> Value {
    json!({
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{
            "name": "app",
            "image": image,
            "portMappings": [{"containerPort": 8080}],
            "environment": [{"name": "MODE", "value": "fast"}],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"},
            },
        }],
    })
}

fn service(name: &str, task_definition: &str, desired: u32) -> Value {
    json!({
        "cluster": "local",
        "serviceName": name,
        "taskDefinition": task_definition,
        "desiredCount": desired,
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-local"]}},
        "loadBalancers": [{
            "targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/0123456789abcdef",
            "containerName": "app",
            "containerPort": 8080,
        }],
        "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}},
    })
}
