//! The stack in the foreground, without a console: prints what to export, runs until a signal, ends in order.

use std::io::Write;

use tokio::signal::unix::{SignalKind, signal};

use crate::config::Config;
use crate::stack::{LocalStack, StartError};

/// Why running in the foreground failed.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    /// The stack did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Signals cannot be waited for, or the environment cannot be printed.
    #[error("cannot run in the foreground: {0}")]
    Io(#[from] std::io::Error),
}

/// Runs a stack until SIGINT, SIGTERM or SIGHUP, and tells `out` how to use it, in the form that a shell can evaluate.
///
/// # Errors
/// When the stack cannot start, or nothing can be written to `out`.
pub async fn run(config: Config, out: &mut (impl Write + Send)) -> Result<(), HeadlessError> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    let stack = LocalStack::start(config).await?;
    let printed = print(&stack, out);
    if printed.is_ok() {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
            _ = hung_up.recv() => {}
        }
    }
    stack.shutdown().await;
    Ok(printed?)
}

fn print(stack: &LocalStack, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "# Local stack: the AWS APIs on {}, the service behind {}.", stack.endpoint(), stack.balancer_url())?;
    writeln!(out, "# In another terminal, for the AWS CLI, SDKs and a second console:")?;
    for (name, value) in stack.environment() {
        writeln!(out, "export {name}='{}'", value.replace('\'', "'\\''"))?;
    }
    writeln!(out, "# Ctrl-C ends the stack and all of its tasks.")?;
    out.flush()
}
