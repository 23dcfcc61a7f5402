//! What the system knows about this process, under the names that all Prometheus clients use. Linux only; elsewhere
//! these metrics are absent.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicU64;

/// The metrics of the process.
#[derive(Debug, Default)]
pub struct Process {
    cpu: Counter<f64, AtomicU64>,
    resident: Gauge,
    virtual_memory: Gauge,
    open_files: Gauge,
    most_files: Gauge,
    threads: Gauge,
}

impl Process {
    /// Makes the metrics known.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("process_cpu_seconds", "Processor time spent, in seconds", self.cpu.clone());
        let help = "Memory that is held in RAM, in bytes";
        registry.register("process_resident_memory_bytes", help, self.resident.clone());
        registry.register("process_virtual_memory_bytes", "Address space, in bytes", self.virtual_memory.clone());
        registry.register("process_open_fds", "Open file descriptors", self.open_files.clone());
        registry.register("process_max_fds", "Most open file descriptors that are allowed", self.most_files.clone());
        registry.register("process_threads", "Threads", self.threads.clone());
        let started: Gauge<f64, AtomicU64> = Gauge::default();
        started.set(crate::time::now_ms() as f64 / 1e3);
        let help = "When the process started, in seconds since the epoch";
        registry.register("process_start_time_seconds", help, started);
    }

    /// Reads the present numbers.
    pub fn refresh(&self) {
        if let Some(seconds) = cpu_seconds() {
            self.cpu.inc_by((seconds - self.cpu.get()).max(0.0));
        }
        let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
        let bytes = |pages: &str| Some(pages.parse::<i64>().ok()? * rustix::param::page_size() as i64);
        let mut sizes = pages.split(' ').map(bytes);
        set(&self.virtual_memory, sizes.next().flatten());
        set(&self.resident, sizes.next().flatten());
        // The directory that is being read is open too.
        let open = std::fs::read_dir("/proc/self/fd").map(|entries| entries.count() as i64 - 1);
        set(&self.open_files, open.ok());
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        set(&self.most_files, limit.and_then(|limit| i64::try_from(limit).ok()));
        set(&self.threads, stat_field(19).and_then(|threads| threads.parse().ok()));
    }
}

/// User and system time, in seconds.
fn cpu_seconds() -> Option<f64> {
    let ticks = |field| stat_field(field).and_then(|ticks| ticks.parse::<f64>().ok());
    Some((ticks(13)? + ticks(14)?) / rustix::param::clock_ticks_per_second() as f64)
}

/// A field of `/proc/self/stat` (proc(5)), counted from 0. The second is the program's name, which may hold spaces and
/// parentheses.
fn stat_field(field: usize) -> Option<String> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let behind_name = stat.rsplit_once(") ")?.1;
    behind_name.split(' ').nth(field.checked_sub(2)?).map(str::to_owned)
}

fn set(gauge: &Gauge, number: Option<i64>) {
    if let Some(number) = number {
        gauge.set(number);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_numbers() {
        let process = Process::default();
        process.refresh();
        assert!(process.resident.get() > 1 << 20 && process.virtual_memory.get() >= process.resident.get());
        assert!(process.open_files.get() > 2 && process.most_files.get() >= process.open_files.get());
        assert!(process.threads.get() >= 1);
        let before = process.cpu.get();
        let mut sum = 0_u64;
        while cpu_seconds().is_some_and(|now| now < before + 0.02) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        process.refresh();
        assert!(process.cpu.get() > before);
    }
}
