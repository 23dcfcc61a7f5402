//! The socket and its connections: accepting, bounding slow clients, draining.
//!
//! warp's own server has no header timeout, so its routes run behind hyper's connection here.

mod exchange;
mod patient;
mod threads;

use crate::admin::Admin;
use crate::body::Limits;
use crate::cors::Cors;
use crate::limits::{Bounds, Seat};
use crate::log::{Level, Log};
use crate::model::Model;
use crate::routes;
use crate::served::Opening;
use crate::service::{Service, State};
use crate::workers;
use exchange::answer;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use patient::Patient;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use threads::Threads;
use tokio::net::{TcpListener, TcpStream};
use warp::filters::BoxedFilter;
use warp::reply::Response;

/// Time for a request's headers on a connection in the reserve.
const RESERVE_TIME: Duration = Duration::from_secs(5);

/// How a server behaves.
#[derive(Debug, Clone)]
pub struct Config {
    /// Host name or address to listen on.
    pub host: String,
    /// Port to listen on; 0 lets the system choose.
    pub port: u16,
    /// Threads that answer, at least one; each keeps its connections.
    pub threads: usize,
    /// Whether each of these threads keeps to a core of its own: for machines that do nothing else. Linux only.
    pub pin_threads: bool,
    /// Bounds on request bodies.
    pub limits: Limits,
    /// Bounds on requests and connections at once.
    pub bounds: Bounds,
    /// Who may change what is served.
    pub admin: Admin,
    /// Which pages may read answers.
    pub cors: Cors,
    /// How often drift is looked at when nobody asks for it.
    pub drift_every: Duration,
    /// Time for a request's headers, and for a connection to rest between requests. Must exceed the idle time of a
    /// load balancer in front (60 seconds by default on AWS), or the balancer meets closed connections.
    pub header_time: Duration,
    /// How long a client may take no byte of its answer before its connection is ended.
    pub write_time: Duration,
    /// How long requests are still accepted, with readiness denied, after the end was asked for.
    pub drain_delay: Duration,
    /// How long requests in flight may take to finish after that.
    pub drain_time: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 0,
            threads: workers::threads(),
            pin_threads: false,
            limits: Limits::default(),
            bounds: Bounds::default(),
            admin: Admin::default(),
            cors: Cors::Off,
            drift_every: Duration::from_secs(10),
            header_time: Duration::from_secs(75),
            write_time: Duration::from_secs(60),
            drain_delay: Duration::ZERO,
            drain_time: Duration::from_secs(20),
        }
    }
}

/// A server that listens, and answers once it runs.
#[derive(Debug)]
pub struct Server {
    config: Config,
    listener: TcpListener,
    address: SocketAddr,
    service: Arc<Service>,
    desks: Vec<Desk>,
}

/// The service and its routes, once for each thread: shared ones would have all cores count references in one place.
#[derive(Debug, Clone)]
struct Desk {
    service: Arc<Service>,
    filter: BoxedFilter<(Response,)>,
}

impl Server {
    /// Listens, with all routes of the service.
    ///
    /// # Errors
    /// The address cannot be resolved or listened on.
    pub async fn bind(config: Config, opening: impl Into<Opening>, log: Log) -> std::io::Result<Self> {
        Self::bind_routes(config, opening, log, routes::all).await
    }

    /// Listens, with routes of the caller's choice; for tests and benchmarks that add their own.
    ///
    /// # Errors
    /// As [`Server::bind`].
    pub async fn bind_routes(
        config: Config,
        opening: impl Into<Opening>,
        log: Log,
        routes: impl Fn(&Arc<Service>) -> BoxedFilter<(Response,)>,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind((config.host.as_str(), config.port)).await?;
        let address = listener.local_addr()?;
        let state = State::new(opening.into(), log, config.limits, config.bounds);
        let service = Service::of(state.open_to(config.admin.clone(), config.cors.clone()));
        let desk = || {
            let service = service.apart();
            Desk { filter: routes(&service), service }
        };
        let desks = (0..config.threads.max(1)).map(|_| desk()).collect();
        Ok(Self { config, listener, address, service, desks })
    }

    /// The port that the server listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The state behind the routes.
    #[must_use]
    pub fn service(&self) -> &Arc<Service> {
        &self.service
    }

    /// Answers until `shutdown` is done; then denies readiness, goes on answering for the drain delay, stops accepting,
    /// and returns when requests in flight are answered or the drain time is over.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) {
        let delay = self.config.drain_delay;
        self.run_phases(shutdown, tokio::time::sleep(delay)).await;
    }

    /// Like [`Server::run_until`], with `drained` in place of the drain delay; it is awaited only after `shutdown`.
    pub async fn run_phases(self, shutdown: impl Future<Output = ()>, drained: impl Future<Output = ()>) {
        let connections = GracefulShutdown::new();
        let threads = match Threads::start(self.desks.len(), self.config.pin_threads) {
            Ok(threads) => threads,
            Err(error) => {
                let fields = [("error", error.to_string().into())];
                self.service.log.say(Level::Error, "cannot start the threads that answer", &fields);
                return;
            }
        };
        self.announce();
        let watch = tokio::spawn(note_drift(Arc::clone(&self.service), self.config.drift_every));
        self.accept_until(shutdown, &threads, &connections).await;
        self.service.start_draining();
        self.service.log.say(Level::Info, "draining", &[("connections", connections.count().into())]);
        self.accept_until(drained, &threads, &connections).await;
        let Self { config, listener, service, .. } = self;
        drop(listener);
        watch.abort();
        let finished = tokio::time::timeout(config.drain_time, connections.shutdown()).await;
        threads.end().await;
        match finished {
            Ok(()) => service.log.say(Level::Info, "stopped", &[]),
            Err(_) => service.log.say(Level::Warn, "stopped with unfinished requests", &[]),
        }
    }

    fn announce(&self) {
        let shelf = self.service.models.now();
        let versions = shelf.entries().iter().flat_map(|entry| &entry.versions);
        let models: Vec<_> = versions.map(|served| served.model.reference()).collect();
        let shadows =
            shelf.entries().iter().flat_map(|entry| &entry.versions).filter_map(|served| served.shadowed_by());
        let shadows: Vec<_> = shadows.map(Model::reference).collect();
        let fields = [
            ("host", self.address.ip().to_string().into()),
            ("port", self.port().into()),
            ("models", models.into()),
            ("shadows", shadows.into()),
            ("version", env!("CARGO_PKG_VERSION").into()),
        ];
        self.service.log.say(Level::Info, "listening", &fields);
    }

    async fn accept_until(&self, end: impl Future<Output = ()>, threads: &Threads, connections: &GracefulShutdown) {
        let mut end = pin!(end);
        loop {
            tokio::select! {
                biased;
                () = &mut end => return,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => if let Err(error) = self.admit(stream, threads, connections) {
                        self.rest_after(&error).await;
                    },
                    Err(error) => self.rest_after(&error).await,
                },
            }
        }
    }

    /// Without a rest, running out of file descriptors would turn this loop into a spin.
    async fn rest_after(&self, error: &std::io::Error) {
        self.service.log.say(Level::Error, "cannot accept a connection", &[("error", error.to_string().into())]);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    /// Hands a connection to a thread, if there is room for it.
    fn admit(&self, stream: TcpStream, threads: &Threads, connections: &GracefulShutdown) -> std::io::Result<()> {
        let Some(seat) = self.service.admission.connect() else {
            self.service.metrics.refused_connections.inc();
            refuse(&stream);
            return Ok(());
        };
        let place = Place { service: Arc::clone(&self.service) };
        // Without it small answers wait for acknowledgements; a socket that refuses works all the same.
        let _ = stream.set_nodelay(true);
        let number = threads.next();
        let Some(desk) = self.desks.get(number).cloned() else { return Ok(()) };
        let admitted = Admitted {
            stream: stream.into_std()?,
            seat,
            place,
            desk,
            header_time: self.config.header_time,
            write_time: self.config.write_time,
            watcher: connections.watcher(),
        };
        threads.run(number, admitted.serve());
        Ok(())
    }
}

/// A connection on its way to the thread that will answer it.
struct Admitted {
    stream: std::net::TcpStream,
    seat: Seat,
    place: Place,
    desk: Desk,
    header_time: Duration,
    write_time: Duration,
    watcher: Watcher,
}

impl Admitted {
    async fn serve(self) {
        let Self { stream, seat, place, desk: Desk { service, filter }, header_time, write_time, watcher } = self;
        let stream = match TcpStream::from_std(stream) {
            Ok(stream) => stream,
            Err(error) => return place.say_end(&error),
        };
        let volume = service.metrics.volume.clone();
        let routes = warp::service(filter);
        let exchange = service_fn(move |request| answer(Arc::clone(&service), routes.clone(), seat, request));
        let header_time = if seat == Seat::Reserve { header_time.min(RESERVE_TIME) } else { header_time };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(header_time)
            .keep_alive(seat == Seat::Regular)
            .max_header_size(64 << 10)
            .serve_connection(TokioIo::new(Patient::new(stream, write_time, volume)), exchange);
        if let Err(error) = watcher.watch(connection).await {
            place.say_end(&error);
        }
    }
}

/// A connection that was admitted; dropped when it ends, however it does.
struct Place {
    service: Arc<Service>,
}

impl Place {
    fn say_end(&self, error: &dyn std::error::Error) {
        self.service.log.say(Level::Debug, "connection ended", &[("error", error.to_string().into())]);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.service.admission.disconnect();
    }
}

/// Tells a connection that there is no room, as far as that can be done without waiting, and closes it.
fn refuse(stream: &TcpStream) {
    let body =
        r#"{"type":"about:blank","title":"Too many connections","status":503,"detail":"Try again in a moment."}"#;
    let head = "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n";
    let answer = format!("{head}connection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    // A socket that was just accepted has room for this; a caller who is gone already misses nothing.
    let _ = stream.try_write(answer.as_bytes());
}

async fn note_drift(service: Arc<Service>, every: Duration) {
    let mut rounds = tokio::time::interval(every.max(Duration::from_millis(1)));
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        service.note_drift();
    }
}
