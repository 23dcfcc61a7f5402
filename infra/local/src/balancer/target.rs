//! One target: its address, its state, its idle connections and the requests under way.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::connection::Connection;
use crate::scheduler::port::TaskId;

/// Idle connections kept for each target.
const KEPT_CONNECTIONS: usize = 64;

/// Where a target stands with the balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Initial,
    Healthy,
    Unhealthy,
    Draining,
}

/// A registered task.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) task: TaskId,
    pub(super) address: SocketAddr,
    state: Mutex<State>,
    under_way: AtomicUsize,
    finished: Notify,
}

#[derive(Debug)]
struct State {
    standing: Standing,
    idle: Vec<Connection>,
    checking: Option<AbortHandle>,
}

impl Target {
    pub(super) fn new(task: TaskId, address: SocketAddr) -> Self {
        let state = State { standing: Standing::Initial, idle: Vec::new(), checking: None };
        Self { task, address, state: Mutex::new(state), under_way: AtomicUsize::new(0), finished: Notify::new() }
    }

    pub(super) fn standing(&self) -> Standing {
        self.state().standing
    }

    /// Changes the standing, save that a draining target drains to its end. Says whether it changed.
    pub(super) fn stand(&self, standing: Standing) -> bool {
        let mut state = self.state();
        if state.standing == Standing::Draining || state.standing == standing {
            return false;
        }
        state.standing = standing;
        true
    }

    /// Takes no more requests and closes its idle connections. Says whether it was not draining already.
    pub(super) fn drain(&self) -> bool {
        let mut state = self.state();
        state.idle.clear();
        if let Some(checking) = state.checking.take() {
            checking.abort();
        }
        std::mem::replace(&mut state.standing, Standing::Draining) != Standing::Draining
    }

    pub(super) fn keep_checking(&self, checking: AbortHandle) {
        let mut state = self.state();
        if state.standing == Standing::Draining {
            checking.abort();
        } else {
            state.checking = Some(checking);
        }
    }

    /// Counts a request in until the returned ticket is dropped.
    pub(super) fn enter(self: &Arc<Self>) -> Ticket {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        Ticket(Arc::clone(self))
    }

    /// Waits until no request is under way.
    pub(super) async fn idle(&self) {
        loop {
            let finished = self.finished.notified();
            if self.under_way.load(Ordering::SeqCst) == 0 {
                return;
            }
            finished.await;
        }
    }

    /// An idle connection that is still open.
    pub(super) fn take_idle(&self) -> Option<Connection> {
        let mut state = self.state();
        state.idle.retain(|connection| !connection.is_closed());
        let ready = state.idle.iter().rposition(Connection::is_ready)?;
        Some(state.idle.swap_remove(ready))
    }

    /// Keeps a connection for the next request; it becomes ready once the answer has been read.
    pub(super) fn keep(&self, connection: Connection) {
        let mut state = self.state();
        if state.standing != Standing::Draining && state.idle.len() < KEPT_CONNECTIONS && !connection.is_closed() {
            state.idle.push(connection);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way.
#[derive(Debug)]
pub(super) struct Ticket(Arc<Target>);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
        self.0.finished.notify_waiters();
    }
}
