//! Usage from `/proc/PID/stat` and `/proc/PID/statm` (proc(5)).

use std::path::Path;
use std::time::Duration;

use super::{Usage, Usages, add};

/// Measures the given process groups.
pub(crate) fn measure(groups: &[u32]) -> Usages {
    let mut usages = Usages::new();
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return usages;
    };
    for process in processes.flatten() {
        let is_process =
            process.file_name().to_str().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
        if is_process && let Some((group, usage)) = measure_process(&process.path(), groups) {
            add(&mut usages, group, usage);
        }
    }
    usages
}

fn measure_process(directory: &Path, groups: &[u32]) -> Option<(u32, Usage)> {
    let stat = std::fs::read_to_string(directory.join("stat")).ok()?;
    let (group, ticks) = parse_stat(&stat)?;
    if !groups.contains(&group) {
        return None;
    }
    let pages = parse_statm(&std::fs::read_to_string(directory.join("statm")).ok()?)?;
    let ticks_per_second = rustix::param::clock_ticks_per_second().max(1);
    let cpu = Duration::from_millis(ticks.saturating_mul(1_000) / ticks_per_second);
    let page_size = u64::try_from(rustix::param::page_size()).unwrap_or(4_096);
    Some((group, Usage { cpu, memory: pages.saturating_mul(page_size) }))
}

/// Process group, and ticks of user and system time with those of children waited for.
///
/// The program's name stands in parentheses and may itself hold spaces and parentheses, so fields count from the last.
fn parse_stat(stat: &str) -> Option<(u32, u64)> {
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    let group = fields.get(2)?.parse().ok()?;
    let ticks = fields.get(11..15)?.iter().filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Some((group, ticks))
}

/// Resident pages that no file backs: pages of the program's file can be dropped and read again at any time.
fn parse_statm(statm: &str) -> Option<u64> {
    let mut fields = statm.split_ascii_whitespace().skip(1);
    let resident: u64 = fields.next()?.parse().ok()?;
    let shared: u64 = fields.next()?.parse().ok()?;
    Some(resident.saturating_sub(shared))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_proc_writes() {
        let stat = "4242 (a) b (c) S 1 4240 4240 0 -1 4194560 901 77 0 0 12 3 40 5 20 0 9 0 812 1000 300";
        assert_eq!(parse_stat(stat), Some((4240, 60)));
        assert_eq!(parse_stat("4242 (short) S 1"), None);
        assert_eq!(parse_statm("9000 1200 800 10 0 500 0\n"), Some(400));
        assert_eq!(parse_statm(""), None);
    }

    #[test]
    fn measures_this_very_process() {
        let group = u32::try_from(rustix::process::getpgrp().as_raw_nonzero().get()).expect("a positive id");
        let usages = measure(&[group]);
        assert!(usages[&group].memory > 0);
        assert_eq!(usages.len(), 1);
    }
}
