//! The stand-in for an Application Load Balancer: HTTP on loopback, round robin over healthy targets, health checks,
//! draining, and the metrics that AWS publishes for it.
//!
//! It must not lose a request because a target comes or goes, and must not send one twice unless that is harmless.

mod answer;
mod body;
mod connection;
mod counts;
mod forward;
mod group;
mod headers;
mod health;
mod settings;
mod target;
mod told;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub use settings::{Matcher, TargetGroup};

use crate::clock::Clock;
use crate::cloudwatch::CloudWatch;
use crate::scheduler::port::{Observation, TargetState, TaskId};
use group::Group;
use target::Target;

/// How long a client may take to send a request's head (real time).
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// After a failure to accept, for example without free file descriptors, the listener rests this long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A load balancer with one listener, which forwards to the first target group added.
#[derive(Debug)]
pub struct Balancer {
    /// `app/NAME/ID`, as the `LoadBalancer` dimension has it.
    name: Mutex<String>,
    port: u16,
    clock: Clock,
    observations: mpsc::UnboundedSender<Observation>,
    groups: Mutex<Groups>,
}

#[derive(Debug, Default)]
struct Groups {
    by_arn: BTreeMap<String, Arc<Group>>,
    default: Option<Arc<Group>>,
}

impl Balancer {
    /// A balancer that listens on `port` once [`serve`](Self::serve) is called.
    #[must_use]
    pub fn new(name: &str, port: u16, clock: Clock, observations: mpsc::UnboundedSender<Observation>) -> Self {
        Self { name: Mutex::new(name.to_owned()), port, clock, observations, groups: Mutex::default() }
    }

    /// Adds a target group, or changes the settings of a group that has no target yet.
    pub fn add_target_group(&self, settings: TargetGroup) {
        let arn = settings.arn.clone();
        let group = Arc::new(Group::new(settings));
        let mut groups = self.groups();
        let is_first = groups.default.as_ref().is_none_or(|default| default.settings.arn == arn);
        if is_first {
            groups.default = Some(Arc::clone(&group));
        }
        groups.by_arn.insert(arn, group);
    }

    /// Makes a task a target: it is checked from now on, and gets requests once it is healthy.
    ///
    /// A target group that was never added gets AWS's default settings.
    pub fn register(self: &Arc<Self>, task: &TaskId, target_group: &str, port: u16) {
        let group = self.group_or_default(target_group);
        let target = Arc::new(Target::new(task.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, port))));
        group.add(Arc::clone(&target));
        self.tell(task, target_group, TargetState::Initial);
        let balancer = Arc::clone(self);
        let checked = Arc::clone(&target);
        let checking = tokio::spawn(async move { health::follow(&balancer, &group, &checked).await });
        target.keep_checking(checking.abort_handle());
    }

    /// Takes a task out: no new request, those under way are finished, then it is gone.
    pub fn deregister(self: &Arc<Self>, task: &TaskId, target_group: &str) {
        let group = self.group_or_default(target_group);
        let Some(target) = group.start_draining(task) else {
            return self.tell(task, target_group, TargetState::Gone);
        };
        self.tell(task, target_group, TargetState::Draining);
        let balancer = Arc::clone(self);
        tokio::spawn(async move {
            let delay = balancer.clock.real(group.settings.deregistration_delay);
            let _ = tokio::time::timeout(delay, target.idle()).await;
            group.remove(&target);
            balancer.tell(&target.task, &group.settings.arn, TargetState::Gone);
        });
    }

    /// Serves clients for ever; drop the future to close every connection.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, client)) => {
                        connections.spawn(Arc::clone(&self).serve_client(stream, client));
                    }
                    Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }

    /// Publishes the metrics of every target group for ever.
    pub async fn publish(self: Arc<Self>, cloudwatch: Arc<CloudWatch>) {
        counts::publish(&self, &cloudwatch).await;
    }

    async fn serve_client(self: Arc<Self>, stream: TcpStream, client: SocketAddr) {
        let _ = stream.set_nodelay(true);
        let service = service_fn(|request: Request<Incoming>| {
            let balancer = Arc::clone(&self);
            async move { Ok::<_, Infallible>(forward::forward(&balancer, request, client.ip()).await) }
        });
        // A client that breaks its connection off is its own business.
        let _ = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    fn name(&self) -> String {
        self.name.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn rename(&self, name: String) {
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = name;
    }

    /// From now on the listener forwards to this group.
    fn forward_to(&self, arn: &str) {
        let mut groups = self.groups();
        groups.default = groups.by_arn.get(arn).cloned();
    }

    fn default_group(&self) -> Option<Arc<Group>> {
        self.groups().default.clone()
    }

    fn all_groups(&self) -> Vec<Arc<Group>> {
        self.groups().by_arn.values().cloned().collect()
    }

    fn group_or_default(&self, arn: &str) -> Arc<Group> {
        if let Some(group) = self.groups().by_arn.get(arn) {
            return Arc::clone(group);
        }
        self.add_target_group(TargetGroup::with_defaults(arn));
        self.group_or_default(arn)
    }

    fn tell(&self, task: &TaskId, target_group: &str, state: TargetState) {
        // Nobody listens any more once the stack ends.
        let _ = self.observations.send(Observation::Target {
            task: task.clone(),
            target_group: target_group.to_owned(),
            state,
        });
    }

    fn groups(&self) -> MutexGuard<'_, Groups> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
