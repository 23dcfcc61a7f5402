//! What a fresh stack contains: one service with its images, alarms and log group, brought up by real calls.
//!
//! Nothing here is shown without being so: the deployments that make the service's history really run.

mod alarms;
mod images;
mod service;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::balancer::{Balancer, TargetGroup};
use crate::clock::Clock;
use crate::cloudwatch::CloudWatch;
use crate::ecr::Ecr;
use crate::ecs::Ecs;
use crate::logs::Logs;
use crate::wire::{AwsError, Place};

/// `app/NAME/ID` of the load balancer.
pub(crate) const LOAD_BALANCER: &str = "app/local/50dc6c495c0c9188";

/// `targetgroup/NAME/ID` of the predictor's target group.
pub(crate) const TARGET_GROUP: &str = "targetgroup/predictor/6d0ecf831eec9f09";

/// The cluster's name.
pub(crate) const CLUSTER: &str = "local";

/// The name of the service, its family, its container and its repository.
pub(crate) const PREDICTOR: &str = "predictor";

const LOG_GROUP: &str = "/ecs/predictor";

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Where the seed is put.
pub(crate) struct Garden {
    pub(crate) clock: Clock,
    pub(crate) place: Place,
    pub(crate) cloudwatch: Arc<CloudWatch>,
    pub(crate) logs: Arc<Logs>,
    pub(crate) ecr: Arc<Ecr>,
    pub(crate) ecs: Arc<Ecs>,
    /// Where the service's predictions are asked for: the balancer.
    pub(crate) predictor_url: String,
}

impl Garden {
    /// Puts everything in place that needs no waiting, the service included: its tasks come up as the stack runs.
    ///
    /// # Errors
    /// When a call is refused; on an empty stack none is.
    pub(crate) fn prepare(&self, balancer: &Balancer) -> Result<(), AwsError> {
        balancer.add_target_group(TargetGroup {
            path: "/health".to_owned(),
            interval: Duration::from_secs(5),
            timeout: Duration::from_secs(2),
            healthy_threshold: 2,
            unhealthy_threshold: 2,
            deregistration_delay: Duration::from_secs(15),
            ..TargetGroup::with_defaults(&self.target_group())
        });
        self.logs.ensure_group(LOG_GROUP);
        images::push(&self.ecr, &self.place, self.clock.now_ms());
        for alarm in alarms::all(&self.place) {
            self.cloudwatch.put_alarm(alarm);
        }
        self.create_service()
    }

    /// Deploys to the service once, so that it has something to roll back to.
    ///
    /// Whoever changes the service meanwhile has the last word: the seed then leaves it alone.
    pub(crate) async fn grow(&self) {
        // Where a step fails, the stack lives on with what there is, and says nothing over a console's screen.
        let _ = self.deploy_twice().await;
        let _ = self.call("UpdateService", &service::guard());
    }

    fn create_service(&self) -> Result<(), AwsError> {
        self.ecs.call_json("CreateCluster", &service::cluster())?;
        let first = self.register("1.0.0")?;
        let service = service::create(&first, &self.target_group(), &self.predictor_url);
        self.ecs.call_json("CreateService", &service).map(drop)
    }

    async fn deploy_twice(&self) -> Option<()> {
        let answer = self.call("DescribeServices", &service::describe())?;
        self.settled(answer.pointer("/services/0/taskDefinition")?.as_str()?).await?;
        let second = self.register("1.1.0").ok()?;
        self.call("UpdateService", &service::deploy(&second))?;
        self.settled(&second).await
    }

    /// Registers a revision that runs the image with this tag; answers its ARN.
    fn register(&self, tag: &str) -> Result<String, AwsError> {
        let image = format!("{}/{PREDICTOR}:{tag}", self.place.registry_host());
        let definition = service::task_definition(&image, self.place.region());
        let answer = self.ecs.call_json("RegisterTaskDefinition", &definition)?;
        let arn = answer.pointer("/taskDefinition/taskDefinitionArn").and_then(Value::as_str);
        Ok(arn.unwrap_or_default().to_owned())
    }

    /// Waits until the service has rolled out this task definition; `None` when it goes another way.
    async fn settled(&self, task_definition: &str) -> Option<()> {
        loop {
            let answer = self.call("DescribeServices", &service::describe())?;
            let service = answer.pointer("/services/0")?;
            let deployments = service.get("deployments")?.as_array()?;
            let primary = deployments.first()?;
            if service.get("taskDefinition")?.as_str()? != task_definition {
                return None;
            }
            match primary.get("rolloutState").and_then(Value::as_str) {
                Some("COMPLETED") if deployments.len() == 1 => return Some(()),
                Some("FAILED") => return None,
                _ => self.clock.sleep(LOOK_EVERY).await,
            }
        }
    }

    fn call(&self, operation: &str, input: &Value) -> Option<Value> {
        self.ecs.call_json(operation, input).ok()
    }

    fn target_group(&self) -> String {
        self.place.arn("elasticloadbalancing", TARGET_GROUP)
    }
}
