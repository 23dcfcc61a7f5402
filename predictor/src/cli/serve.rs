//! `predictor serve`: from arguments and environment to a running server. Everything it says is a JSON line.

use super::Failure;
use super::store::StoreArgs;
use crate::admin::Admin;
use crate::body::Limits;
use crate::catalog;
use crate::cors::Cors;
use crate::drift::window::DEFAULT_ROWS;
use crate::limits::Bounds;
use crate::log::{Level, Log};
use crate::registry::Registry;
use crate::served::{ANY, Opening, Traffic};
use crate::server::{Config, Server};
use crate::store::{Location, Store};
use crate::supply::{Supply, Wanted};
use crate::workers;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Descriptors that are kept for what is not a connection.
const OTHER_FILES: usize = 64;

#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    /// Address to listen on
    #[arg(long, env = "HOST", default_value = "127.0.0.1")]
    host: String,
    /// Port to listen on; 0 lets the system choose and the log tell
    #[arg(long, env = "PORT", default_value_t = 8000)]
    port: u16,
    /// Threads that answer requests; one for each core if not given
    #[arg(long, env = "THREADS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Keep each of these threads on a core of its own: 6 % more requests, and fewer slow ones, on a machine or microVM that
    /// does nothing else; slower beside others that want the same cores. Linux only
    #[arg(long, env = "PIN_THREADS", value_parser = clap::builder::FalseyValueParser::new())]
    pin_threads: bool,
    /// Models to serve, separated by commas: NAME or NAME@VERSION of an embedded model, or the directory of an artifact;
    /// all embedded models if not given. With --store: NAME or NAME@approved, NAME@VERSION of the registry; all approved
    /// models of it if not given and none is embedded
    #[arg(long, env = "MODEL", value_name = "MODELS")]
    model: Option<String>,
    /// Which model answers requests that name none; the only one, or sentiment if all are served
    #[arg(long, env = "DEFAULT_MODEL", value_name = "NAME")]
    default_model: Option<String>,
    #[command(flatten)]
    store: StoreArgs,
    /// Directory that keeps models from the registry for the next start
    #[arg(long, env = "MODEL_CACHE", value_name = "DIR")]
    model_cache: Option<PathBuf>,
    /// Seconds between looks at the registry for another approved version
    #[arg(long, env = "MODEL_POLL_S", default_value_t = 30, value_name = "S", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    model_poll_s: u64,
    /// Least important lines that are logged
    #[arg(long, env = "LOG_LEVEL", default_value = "info", ignore_case = true)]
    log_level: Level,
    /// Part of the requests that another version answers, separated by commas; who gets it is decided by x-split-key, else
    /// by x-request-id, else by chance
    #[arg(long, env = "MODEL_SPLIT", value_name = "NAME@VERSION=PERCENT")]
    model_split: Option<String>,
    /// Version that judges what another has answered, to be compared in the metrics; separated by commas
    #[arg(long, env = "MODEL_SHADOW", value_name = "NAME@VERSION")]
    model_shadow: Option<String>,
    /// Requests that are answered at once; more are refused with 503
    #[arg(long, env = "MAX_CONCURRENCY", default_value_t = Bounds::default().requests, value_name = "N")]
    max_concurrency: usize,
    /// Connections that are kept at once; bounded by the files that the process may open
    #[arg(long, env = "MAX_CONNECTIONS", default_value_t = Bounds::default().connections, value_name = "N")]
    max_connections: usize,
    /// Most bytes of a single case, or of a line of a stream
    #[arg(long, env = "MAX_BODY_BYTES", default_value_t = Limits::default().bytes, value_name = "BYTES")]
    max_body_bytes: usize,
    /// Most rows of a batch
    #[arg(long, env = "MAX_BATCH_ROWS", default_value_t = Limits::default().rows, value_name = "ROWS")]
    max_batch_rows: usize,
    /// Most bytes of a batch; never less than those of a single body
    #[arg(long, env = "MAX_BATCH_BYTES", default_value_t = Limits::default().batch_bytes, value_name = "BYTES")]
    max_batch_bytes: usize,
    /// Bytes of batches that are in memory at once; more are refused with 503, but one is always taken
    #[arg(long, env = "MAX_BATCH_MEMORY", default_value_t = Bounds::default().batch_bytes, value_name = "BYTES")]
    max_batch_memory: usize,
    /// Seconds within which an answer must begin, the arrival of the body included
    #[arg(long, env = "REQUEST_TIME_S", default_value_t = 60, value_name = "S", value_parser = clap::value_parser!(u64).range(1..))]
    request_time_s: u64,
    /// Rows of the window in which drift is looked for; 0 looks for none
    #[arg(long, env = "DRIFT_WINDOW", default_value_t = DEFAULT_ROWS, value_name = "ROWS")]
    drift_window: u64,
    /// Token for loading and unloading models while serving; nobody may without one. The environment keeps it out of the
    /// list of processes
    #[arg(
        long,
        env = "ADMIN_TOKEN",
        hide_env_values = true,
        default_value = "",
        hide_default_value = true,
        value_name = "TOKEN"
    )]
    admin_token: Admin,
    /// Origins whose web pages may read answers, separated by commas, or * for all; none without it
    #[arg(long, env = "CORS_ORIGINS", default_value = "", hide_default_value = true, value_name = "ORIGINS")]
    cors_origins: Cors,
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
        let location = self.store.location()?;
        let traffic = Traffic::read(self.model_split.as_deref(), self.model_shadow.as_deref())?;
        let (wanted, default) = (self.model.as_deref(), self.default_model.as_deref());
        let opening = catalog::opening(wanted, default, traffic, location.is_some())?;
        let opening = Opening { drift_rows: self.drift_window, ..opening };
        let supply = match location {
            Some(location) => Some(Arc::new(self.supply(location, &opening, log)?)),
            None => None,
        };
        let place = format!("{}:{}", self.host, self.port);
        let (limits, bounds) = (self.limits(), self.bounds());
        let config = Config {
            host: self.host,
            port: self.port,
            threads: self.threads.map_or_else(workers::threads, usize::from),
            pin_threads: self.pin_threads,
            limits,
            bounds,
            admin: self.admin_token,
            cors: self.cors_origins,
            drain_delay: Duration::from_millis(self.drain_delay_ms),
            drain_time: Duration::from_secs(self.drain_time_s),
            ..Config::default()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
            let server = Server::bind(config, opening, log.clone())
                .await
                .map_err(|error| format!("cannot listen on {place}: {error}; choose another --host or --port"))?;
            let (service, mut impossible) = (Arc::clone(server.service()), None);
            if let Some(supply) = &supply {
                // Nobody else sets it.
                let _ = service.supply.set(Arc::clone(supply));
            }
            let supplied = async {
                match &supply {
                    Some(supply) => supply.run(&service).await,
                    None => std::future::pending().await,
                }
            };
            server
                .run_until(async {
                    tokio::select! {
                        _ = terminate.recv() => {}
                        _ = interrupt.recv() => {}
                        error = supplied => impossible = Some(error),
                    }
                })
                .await;
            impossible.map_or(Ok(()), |error| Err(error.into()))
        })
    }

    /// What brings the absent models of the opening from the registry.
    fn supply(&self, location: Location, opening: &Opening, log: &Log) -> Result<Supply, Failure> {
        let everything = catalog::means_all_approved(self.model.as_deref());
        if opening.absent.is_empty() && !everything {
            let fields = [("store", location.to_string().into())];
            log.say(Level::Warn, "no model of the registry is wanted; name some in MODEL", &fields);
        }
        let registry = Registry::new(Store::open_later(location)?);
        let wanted = opening.absent.iter().filter_map(|absent| Wanted::parse(&absent.reference));
        let wanted = wanted.filter(|wanted| wanted.name != ANY).collect();
        let cache = self.model_cache.clone().filter(|directory| !directory.as_os_str().is_empty());
        Ok(Supply::new(registry, cache, wanted, Duration::from_secs(self.model_poll_s)).and(everything))
    }
}

impl Serve {
    fn limits(&self) -> Limits {
        let bytes = self.max_body_bytes;
        let (rows, batch_bytes) = (self.max_batch_rows, self.max_batch_bytes.max(bytes));
        let discarded = Limits::default().discarded.max(batch_bytes);
        Limits { bytes, batch_bytes, rows, discarded, ..Limits::default() }
    }

    fn bounds(&self) -> Bounds {
        let bounds = Bounds::default();
        // Files, the reserve and the log need descriptors too.
        let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let room = files
            .and_then(|files| usize::try_from(files).ok())
            .map(|files| files.saturating_sub(bounds.reserve + OTHER_FILES).max(1));
        Bounds {
            requests: self.max_concurrency,
            connections: room.map_or(self.max_connections, |room| self.max_connections.min(room)),
            batch_bytes: self.max_batch_memory,
            time: Duration::from_secs(self.request_time_s),
            ..bounds
        }
    }
}

/// A panic's words may quote the text that was being judged, so only its place is logged.
fn report_panics_to(log: Log) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        log.say(Level::Error, "a request panicked", &[("place", place.into())]);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        serve: Serve,
    }

    #[test]
    fn a_batch_may_be_as_large_as_a_single_body_at_least() {
        let check = |options: &[&str], expect: [usize; 4]| {
            let line = [&["predictor"], options].concat();
            let Limits { bytes, batch_bytes, rows, discarded, .. } = Line::parse_from(line).serve.limits();
            assert_eq!([bytes, batch_bytes, rows, discarded], expect, "{options:?}");
        };
        let default = Limits::default();
        check(&[], [default.bytes, default.batch_bytes, default.rows, default.discarded]);
        check(&["--max-body-bytes", "100000000"], [100_000_000, 100_000_000, default.rows, 100_000_000]);
        check(&["--max-batch-rows", "7", "--max-batch-bytes", "50"], [1 << 20, 1 << 20, 7, default.discarded]);
        check(&["--max-batch-bytes", "50000000"], [1 << 20, 50_000_000, default.rows, 50_000_000]);
    }
}
