//! Listens on the task's port, with a predictor behind it where the fault needs one.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use super::Fault;
use super::front::Front;
use super::journal::{Level, note};
use super::options::Options;

const MEBIBYTE: usize = 1024 * 1024;

/// How often the leaking program takes more memory, so that it grows steadily rather than by leaps.
const LEAKS_PER_SECOND: u32 = 4;

/// Serves until SIGTERM, or until the predictor behind it ends.
pub(super) async fn run(options: Options) -> ExitCode {
    match serve(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(Level::Error, &format!("cannot serve: {error}"), &[]);
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> std::io::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
    note(Level::Info, "listening", &[("address", &listener.local_addr()?.to_string())]);
    let behind = free_address()?;
    let mut predictor = match options.fault {
        Fault::Unhealthy => None,
        _ => Some(start_predictor(behind)?),
    };
    if let Fault::Leak(mebibytes) = options.fault {
        tokio::spawn(leak(mebibytes));
    }
    let front = Arc::new(Front::new(options.fault, behind));
    tokio::select! {
        _ = terminated.recv() => note(Level::Info, "stopping", &[]),
        result = accept(listener, front) => return result,
        status = ended(predictor.as_mut()) => return Err(std::io::Error::other(format!("the predictor ended: {status}"))),
    }
    // The signal came to the whole process group: the predictor finishes its requests by itself.
    if let Some(predictor) = &mut predictor {
        predictor.wait().await?;
    }
    Ok(())
}

async fn accept(listener: TcpListener, front: Arc<Front>) -> std::io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let front = Arc::clone(&front);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let front = Arc::clone(&front);
                async move { Ok::<_, Infallible>(front.answer(request).await) }
            });
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Starts the predictor in this process group. It inherits the pipe on standard input, and so ends with the stack too.
fn start_predictor(address: SocketAddr) -> std::io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .args([crate::tasks::TASK_ARGUMENT, "predictor", "serve"])
        .env("PORT", address.port().to_string())
        .stdin(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
}

async fn ended(predictor: Option<&mut Child>) -> String {
    match predictor {
        Some(predictor) => match predictor.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        },
        None => std::future::pending().await,
    }
}

async fn leak(mebibytes_per_second: usize) {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    let mut turn = tokio::time::interval(Duration::from_secs(1) / LEAKS_PER_SECOND);
    loop {
        turn.tick().await;
        // Written, not only reserved: only memory that was touched counts.
        kept.push(vec![1; mebibytes_per_second * MEBIBYTE / LEAKS_PER_SECOND as usize]);
        if kept.len().is_multiple_of(LEAKS_PER_SECOND as usize) {
            let held = kept.iter().map(Vec::len).sum::<usize>() / MEBIBYTE;
            note(Level::Warn, "answer cache is growing, nothing was evicted", &[("cache_mib", &held.to_string())]);
        }
    }
}

fn free_address() -> std::io::Result<SocketAddr> {
    std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}
