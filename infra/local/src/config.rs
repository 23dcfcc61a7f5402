//! What a local stack can be told. Every default is stated here, once.

use std::path::PathBuf;

/// The region a stack answers for when nothing else is asked.
pub const DEFAULT_REGION: &str = "us-east-1";

/// Requests per second of the synthetic traffic when nothing else is asked.
pub const DEFAULT_TRAFFIC: f64 = 2.0;

/// How a [`LocalStack`](crate::LocalStack) is started.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Loopback port of the AWS APIs; 0 takes any free one.
    pub port: u16,
    /// Loopback port of the load balancer stand-in; 0 takes any free one.
    pub balancer_port: u16,
    /// The region that ARNs name.
    pub region: String,
    /// How many seconds of stack time pass in one second; 1 is real time.
    pub speed: f64,
    /// Synthetic requests per second through the balancer; `None` sends none until it is switched on.
    pub traffic: Option<f64>,
    /// The program that is re-executed for tasks; this very program when `None`. It must call
    /// [`task_process`](crate::task_process) first thing.
    pub executable: Option<PathBuf>,
    /// Whether the stack starts with the demonstration content (cluster, images, service, alarms).
    pub seed: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            port: 0,
            balancer_port: 0,
            region: DEFAULT_REGION.to_owned(),
            speed: 1.0,
            traffic: Some(DEFAULT_TRAFFIC),
            executable: None,
            seed: true,
        }
    }
}
