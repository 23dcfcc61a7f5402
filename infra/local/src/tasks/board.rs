//! The board of containers that run, for whoever measures them. It starts and stops nothing by itself, save that a
//! container above its memory limit is ended.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::group::Group;
use super::usage::Usages;
use crate::scheduler::port::{ContainerLaunch, Launch, TaskId};

const MEBIBYTE: u64 = 1024 * 1024;

/// All containers that run, by process group id.
#[derive(Debug, Default)]
pub struct Board {
    entries: Mutex<HashMap<u32, Entry>>,
}

/// One container that runs.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) task: TaskId,
    pub(crate) cluster: String,
    /// `service:NAME` or `family:NAME`.
    pub(crate) group: String,
    /// The task's reserved CPU in units of 1/1024 vCPU; 0 for none.
    pub(crate) reserved_cpu: u32,
    /// The task's reserved memory in bytes; 0 for none.
    pub(crate) reserved_memory: u64,
    limit: u64,
    out_of_memory: Arc<AtomicBool>,
}

impl Board {
    /// Notes a container for as long as the returned place is kept.
    pub(crate) fn enter(
        self: &Arc<Self>,
        pid: u32,
        task: &TaskId,
        launch: &Launch,
        container: &ContainerLaunch,
    ) -> BoardPlace {
        let out_of_memory = Arc::new(AtomicBool::new(false));
        let limit = if container.memory > 0 { container.memory } else { launch.memory };
        let entry = Entry {
            task: task.clone(),
            cluster: launch.cluster.clone(),
            group: launch.group.clone(),
            reserved_cpu: launch.cpu,
            reserved_memory: u64::from(launch.memory) * MEBIBYTE,
            limit: u64::from(limit) * MEBIBYTE,
            out_of_memory: Arc::clone(&out_of_memory),
        };
        self.lock().insert(pid, entry);
        BoardPlace { board: Arc::clone(self), pid, out_of_memory }
    }

    /// The process groups that run now.
    pub(crate) fn groups(&self) -> Vec<u32> {
        self.lock().keys().copied().collect()
    }

    /// The containers that run now, by process group.
    pub(crate) fn entries(&self) -> Vec<(u32, Entry)> {
        self.lock().iter().map(|(pid, entry)| (*pid, entry.clone())).collect()
    }

    /// Ends every container that uses more memory than its hard limit.
    pub(crate) fn enforce_limits(&self, usages: &Usages) {
        for (pid, entry) in self.lock().iter() {
            let used = usages.get(pid).map_or(0, |usage| usage.memory);
            if entry.limit > 0 && used > entry.limit && !entry.out_of_memory.swap(true, Ordering::SeqCst) {
                // The guard's drop ends the group.
                drop(Group::led_by(*pid));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u32, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A container's place on the board; dropping it takes the container off.
#[derive(Debug)]
pub(crate) struct BoardPlace {
    board: Arc<Board>,
    pid: u32,
    out_of_memory: Arc<AtomicBool>,
}

impl BoardPlace {
    /// Whether the container was ended because of its memory limit.
    pub(crate) fn out_of_memory(&self) -> bool {
        self.out_of_memory.load(Ordering::SeqCst)
    }
}

impl Drop for BoardPlace {
    fn drop(&mut self) {
        self.board.lock().remove(&self.pid);
    }
}
