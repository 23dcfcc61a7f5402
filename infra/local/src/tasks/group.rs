//! A process group on loan: the processes of one container.
//!
//! Whoever drops it ends them all, so no path through the code can leave one behind.

use rustix::process::{Pid, Signal, kill_process_group};

/// The process group that a container's first process leads.
#[derive(Debug)]
pub(crate) struct Group {
    leader: Option<Pid>,
}

impl Group {
    /// The group led by the process with this id.
    pub(crate) fn led_by(pid: u32) -> Self {
        Self { leader: i32::try_from(pid).ok().and_then(Pid::from_raw) }
    }

    /// Asks every process of the group to end.
    pub(crate) fn terminate(&self) {
        self.send(Signal::TERM);
    }

    /// Ends every process of the group.
    pub(crate) fn kill(&self) {
        self.send(Signal::KILL);
    }

    /// Ends every process of the group for good: once the leader was waited for, its id may come to mean another group.
    pub(crate) fn end(&mut self) {
        self.kill();
        self.leader = None;
    }

    fn send(&self, signal: Signal) {
        if let Some(leader) = self.leader {
            // Fails when the group is already gone, which is what was wanted.
            let _ = kill_process_group(leader, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
