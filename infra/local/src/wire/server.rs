//! The HTTP server: accepts connections, hands requests to the router, and ends them in order at shutdown.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Router;

/// How long running calls may take to finish after shutdown; endless streams are cut then.
const GRACE: Duration = Duration::from_secs(1);

/// Serves until `shutdown` completes, then lets running calls finish for up to a second.
pub async fn serve(listener: TcpListener, router: Arc<Router>, shutdown: impl Future<Output = ()> + Send) {
    let stopping = watch::Sender::new(false);
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, Arc::clone(&router), stopping.subscribe()));
                }
                // Out of file handles, most likely: wait until some are given back.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    stopping.send_replace(true);
    let all_done = async { while connections.join_next().await.is_some() {} };
    // What is still open after the grace period is aborted when the set is dropped.
    let _ = tokio::time::timeout(GRACE, all_done).await;
}

async fn converse(stream: TcpStream, router: Arc<Router>, mut stopping: watch::Receiver<bool>) {
    // Answers are written in one piece; waiting to fill packets only delays them.
    let _ = stream.set_nodelay(true);
    let answer = service_fn(|request| {
        let router = Arc::clone(&router);
        async move { Ok::<_, Infallible>(router.answer(request).await) }
    });
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), answer);
    let stopped = async move {
        // An error means that the server is gone, which is a stop too.
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    tokio::pin!(connection, stopped);
    tokio::select! {
        // A connection that breaks is the caller's business.
        _ = connection.as_mut() => {}
        () = stopped => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}
