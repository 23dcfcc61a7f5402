//! CPU time and memory of process groups, as the operating system tells it.
//!
//! On Linux from `/proc`; elsewhere from `ps`. Only this room knows which.

use std::collections::HashMap;
use std::time::Duration;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(not(target_os = "linux"), test))]
mod portable;

#[cfg(target_os = "linux")]
pub(crate) use linux::measure;
#[cfg(not(target_os = "linux"))]
pub(crate) use portable::measure;

/// What the processes of one group use together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// CPU time since the group's start, with that of children already waited for where the system tells it.
    pub(crate) cpu: Duration,
    /// Memory that could not be taken back without ending a process, in bytes.
    pub(crate) memory: u64,
}

/// Usage by process group id.
pub(crate) type Usages = HashMap<u32, Usage>;

fn add(usages: &mut Usages, group: u32, usage: Usage) {
    let total = usages.entry(group).or_default();
    total.cpu += usage.cpu;
    total.memory += usage.memory;
}
