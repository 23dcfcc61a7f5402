//! The command line: the console's abilities as subcommands, over the same clients and the same decisions.
//!
//! One room per subcommand. Nothing here draws a screen; every change passes one confirmation and one choke point.

#![allow(clippy::disallowed_methods, reason = "the command line is an edge: environment, terminal, clock")]

mod alarms;
mod ask;
mod changes;
mod clusters;
mod confirm;
mod deploy;
mod deployments;
mod doctor;
mod events;
mod failure;
mod images;
mod info;
mod json;
mod logs;
mod metrics;
mod output;
mod place;
mod predict;
mod prepare;
mod rollback;
mod services;
mod span;
mod tasks;
mod verify;
mod wait;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use failure::{Failure, exit};
pub use output::Output;
pub use prepare::{Prepared, prepare};

const EXIT_CODES: &str = "\
Exit codes:
  0 ok   1 error   2 usage   3 not found   4 denied, credentials, read-only   5 timeout
  6 deployment failed or stopped   7 rolled back

Without a subcommand the console opens: qd [SERVICE [SCREEN]]. Settings come from flags, QD_… variables,
the context's section, config.toml and defaults, in this order; `qd info` prints every path.
Lists are tables on a terminal and tab-separated lines without a head elsewhere; --json has a stable schema.";

/// Terminal console for services on Amazon ECS: watch, deploy, roll back, predict.
#[derive(Debug, Parser)]
#[command(name = "qd", version, after_help = EXIT_CODES, max_term_width = 110)]
pub struct Arguments {
    /// Flags that every subcommand takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do; nothing opens the console.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags that every subcommand takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// AWS profile
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// AWS Region
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// Cluster name
    #[arg(long, global = true, value_name = "NAME")]
    pub cluster: Option<String>,
    /// Service name
    #[arg(long, global = true, value_name = "NAME")]
    pub service: Option<String>,
    /// Endpoint for all AWS services; one on loopback is taken for a local stack
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Open the console on a local stack of its own
    #[arg(long, global = true)]
    pub local: bool,
    /// Refuse every change
    #[arg(long, global = true)]
    pub readonly: bool,
    /// Configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Base URL of the predictor
    #[arg(long, global = true, value_name = "URL")]
    pub predictor_url: Option<String>,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the clusters
    Clusters,
    /// List the services of a cluster
    Services {
        /// Only names that contain this
        filter: Option<String>,
    },
    /// List the tasks of a service, stopped ones with the reason
    Tasks(OfService),
    /// List the service's events, newest first
    Events(OfService),
    /// Print or follow the log of a service
    Logs(logs::Options),
    /// List the image tags of the service's repository, newest push first
    Images(OfService),
    /// List the alarms
    Alarms {
        /// Only this state: alarm, ok or insufficient-data
        #[arg(long)]
        state: Option<String>,
    },
    /// Print CPU, memory and load balancer metrics of a service
    Metrics(metrics::Options),
    /// List the service's deployments with their verdicts, newest first
    Deployments(OfService),
    /// Deploy an image tag: register a revision with only the image changed, update the service
    Deploy(deploy::Options),
    /// Go back: stop a running deployment, or return to the last revision that worked
    Rollback(rollback::Options),
    /// Start all tasks afresh (force new deployment)
    Restart(changes::Restart),
    /// Set the number of tasks
    Scale(changes::Scale),
    /// Stop one task; the service replaces it
    Stop(changes::Stop),
    /// Wait until the newest deployment ends, and exit with its verdict
    Wait(wait::Options),
    /// Check that what was deployed runs and answers: revision, image digest, saved predictions
    Verify(verify::Options),
    /// Send a test prediction
    Predict(predict::Options),
    /// Check credentials, Region, endpoint, clock, permissions, terminal
    Doctor,
    /// Print paths, version and context
    Info,
    /// Run the local stack in the foreground and print the environment to export
    Local(Local),
    /// Open the console on a service, and on one of its screens
    #[command(external_subcommand)]
    Open(Vec<String>),
}

/// A subcommand about one service.
#[derive(Debug, Clone, Default, Args)]
pub struct OfService {
    /// The service; not needed when there is only one
    #[arg(value_name = "SERVICE")]
    pub name: Option<String>,
}

/// Options of `qd local`; the binary carries it out.
#[derive(Debug, Clone, Args)]
pub struct Local {
    /// Port of the AWS endpoint; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Port of the load balancer; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub balancer_port: u16,
    /// How many times faster than the wall clock deployments and alarms run
    #[arg(long, default_value_t = 1.0)]
    pub speed: f64,
    /// Synthetic requests per second; 0 switches them off
    #[arg(long)]
    pub traffic: Option<f64>,
    /// Start empty
    #[arg(long)]
    pub empty: bool,
}

/// Carries out a subcommand and gives the exit code. Failures are printed to `output`.
pub async fn run(command: Command, prepared: &Prepared, output: &mut Output<'_>) -> u8 {
    for warning in &prepared.warnings {
        output.note(&format!("warning: {warning}"));
    }
    match carry_out(command, prepared, output).await {
        Ok(code) => code,
        Err(failure) if failure.is_closed_pipe() => exit::OK,
        Err(failure) => {
            output.fail(&failure);
            failure.code
        }
    }
}

async fn carry_out(command: Command, prepared: &Prepared, output: &mut Output<'_>) -> Result<u8, Failure> {
    if prepared.local && !matches!(command, Command::Info) {
        return Err(Failure::usage(
            "--local opens the console on a stack of its own, which ends with it; for subcommands run `qd local`, \
             export the variables that it prints, and leave --local out",
        ));
    }
    let clients = &prepared.clients;
    match command {
        Command::Clusters => clusters::run(clients, output).await,
        Command::Services { filter } => services::run(prepared, filter.as_deref(), output).await,
        Command::Tasks(of) => tasks::run(prepared, &of, output).await,
        Command::Events(of) => events::run(prepared, &of, output).await,
        Command::Logs(options) => logs::run(prepared, &options, output).await,
        Command::Images(of) => images::run(prepared, &of, output).await,
        Command::Alarms { state } => alarms::run(clients, state.as_deref(), output).await,
        Command::Metrics(options) => metrics::run(prepared, &options, output).await,
        Command::Deployments(of) => deployments::run(prepared, &of, output).await,
        Command::Deploy(options) => deploy::run(prepared, &options, output).await,
        Command::Rollback(options) => rollback::run(prepared, &options, output).await,
        Command::Restart(options) => changes::restart(prepared, &options, output).await,
        Command::Scale(options) => changes::scale(prepared, &options, output).await,
        Command::Stop(options) => changes::stop(prepared, &options, output).await,
        Command::Wait(options) => wait::run(prepared, &options, output).await,
        Command::Verify(options) => verify::run(prepared, &options, output).await,
        Command::Predict(options) => predict::run(prepared, &options, output).await,
        Command::Doctor => doctor::run(clients, output).await,
        Command::Info => info::run(prepared, output),
        Command::Local(_) | Command::Open(_) => Err(Failure::usage("this command is not carried out here")),
    }
}
