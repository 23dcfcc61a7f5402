//! A server in this process, on a thread of its own.

use crate::client::PATIENCE;
use predictor::catalog;
use predictor::log::{Level, Log};
use predictor::routes;
use predictor::served::Opening;
use predictor::server::{Config, Server};
use predictor::service::Service;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::oneshot;
use warp::filters::BoxedFilter;
use warp::reply::Response;

/// A running server; ended when dropped.
pub(crate) struct Running {
    pub(crate) port: u16,
    pub(crate) service: Arc<Service>,
    pub(crate) log: Lines,
    shutdown: Option<oneshot::Sender<()>>,
    drained: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What was logged so far.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("not poisoned").clone()).expect("UTF-8")
    }

    /// Waits for a line that fits.
    pub(crate) fn wait_for(&self, fits: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        eventually(|| {
            let text = self.text();
            let mut lines = text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON"));
            lines.find(|line| fits(line))
        })
    }
}

/// Asks again and again until there is a value.
pub(crate) fn eventually<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = ask() {
            return value;
        }
        assert!(started.elapsed() < PATIENCE, "it never happened");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

impl Running {
    pub(crate) fn start() -> Self {
        Self::with(Config::default(), routes::all)
    }

    pub(crate) fn with(
        config: Config,
        routes: impl Fn(&Arc<Service>) -> BoxedFilter<(Response,)> + Send + 'static,
    ) -> Self {
        let opening = || catalog::load("sentiment").expect("the embedded model").into();
        Self::with_opening(config, opening, routes)
    }

    pub(crate) fn with_opening(
        config: Config,
        opening: impl FnOnce() -> Opening + Send + 'static,
        routes: impl Fn(&Arc<Service>) -> BoxedFilter<(Response,)> + Send + 'static,
    ) -> Self {
        let (shutdown, on_shutdown) = oneshot::channel();
        let (drained, on_drained) = oneshot::channel();
        let (started, on_started) = std::sync::mpsc::channel();
        let log = Lines::default();
        let sink = log.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            let (log, writer) = Log::start(sink, Level::Debug).expect("a thread");
            runtime.block_on(async {
                let server = Server::bind_routes(config, opening(), log, routes).await.expect("a port");
                started.send((server.port(), Arc::clone(server.service()))).expect("someone waits");
                // A sender that was dropped ends the phase too.
                server.run_phases(async { drop(on_shutdown.await) }, async { drop(on_drained.await) }).await;
            });
            writer.finish();
        });
        let (port, service) = on_started.recv().expect("the server started");
        Self { port, service, log, shutdown: Some(shutdown), drained: Some(drained), thread: Some(thread) }
    }

    /// As SIGTERM does.
    pub(crate) fn start_draining(&mut self) {
        drop(self.shutdown.take());
    }

    /// The drain delay is over.
    pub(crate) fn end_draining(&mut self) {
        drop(self.drained.take());
    }

    /// Waits for the server's end.
    pub(crate) fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server ended well");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.start_draining();
        self.end_draining();
        if !std::thread::panicking() {
            self.join();
        }
    }
}
