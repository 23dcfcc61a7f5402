//! `predictor serve`: from arguments and environment to a running server. Everything it says is a JSON line.

use super::Failure;
use crate::catalog;
use crate::log::{Level, Log};
use crate::server::{Config, Server};
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    /// Address to listen on
    #[arg(long, env = "HOST", default_value = "127.0.0.1")]
    host: String,
    /// Port to listen on; 0 lets the system choose and the log tell
    #[arg(long, env = "PORT", default_value_t = 8000)]
    port: u16,
    /// Models to serve, separated by commas: NAME or NAME@VERSION of an embedded model, or the directory of an artifact;
    /// all embedded models if not given
    #[arg(long, env = "MODEL", value_name = "MODELS")]
    model: Option<String>,
    /// Which model answers requests that name none; the only one, or sentiment if all are served
    #[arg(long, env = "DEFAULT_MODEL", value_name = "NAME")]
    default_model: Option<String>,
    /// Least important lines that are logged
    #[arg(long, env = "LOG_LEVEL", default_value = "info", ignore_case = true)]
    log_level: Level,
    /// Milliseconds for which requests are still accepted after SIGTERM, with readiness denied
    #[arg(long, env = "DRAIN_DELAY_MS", default_value_t = 500, value_name = "MS")]
    drain_delay_ms: u64,
    /// Seconds for which requests in flight may finish after that
    #[arg(long, env = "DRAIN_TIME_S", default_value_t = 20, value_name = "S")]
    drain_time_s: u64,
}

impl Serve {
    pub(super) fn run(self) -> ExitCode {
        let Ok((log, writer)) = Log::start(std::io::stdout(), self.log_level) else { return ExitCode::FAILURE };
        report_panics_to(log.clone());
        let outcome = self.serve(&log);
        if let Err(failure) = &outcome {
            log.say(Level::Error, "cannot serve", &[("error", failure.to_string().into())]);
        }
        writer.finish();
        if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn serve(self, log: &Log) -> Result<(), Failure> {
        let opening = catalog::opening(self.model.as_deref(), self.default_model.as_deref())?;
        let place = format!("{}:{}", self.host, self.port);
        let config = Config {
            host: self.host,
            port: self.port,
            drain_delay: Duration::from_millis(self.drain_delay_ms),
            drain_time: Duration::from_secs(self.drain_time_s),
            ..Config::default()
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
            let server = Server::bind(config, opening, log.clone())
                .await
                .map_err(|error| format!("cannot listen on {place}: {error}; choose another --host or --port"))?;
            server
                .run_until(async move {
                    tokio::select! {
                        _ = terminate.recv() => {}
                        _ = interrupt.recv() => {}
                    }
                })
                .await;
            Ok(())
        })
    }
}

/// A panic's words may quote the text that was being judged, so only its place is logged.
fn report_panics_to(log: Log) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        log.say(Level::Error, "a request panicked", &[("place", place.into())]);
    }));
}
