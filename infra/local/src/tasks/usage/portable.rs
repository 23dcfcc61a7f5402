//! Usage from `ps`, for systems without `/proc`.

#[cfg(not(target_os = "linux"))]
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Usage, Usages, add};

/// Measures the given process groups.
#[cfg(not(target_os = "linux"))]
pub(crate) fn measure(groups: &[u32]) -> Usages {
    let listing = Command::new("ps").args(["-axo", "pgid=,rss=,time="]).stdin(Stdio::null()).output();
    listing.map(|listing| parse(&String::from_utf8_lossy(&listing.stdout), groups)).unwrap_or_default()
}

/// Reads lines of process group, resident KiB and `[[DD-]HH:]MM:SS[.hundredths]`.
fn parse(listing: &str, groups: &[u32]) -> Usages {
    let mut usages = Usages::new();
    for line in listing.lines() {
        let mut fields = line.split_ascii_whitespace();
        let (Some(group), Some(kibibytes), Some(time)) = (fields.next(), fields.next(), fields.next()) else {
            continue;
        };
        let (Ok(group), Ok(kibibytes), Some(cpu)) = (group.parse(), kibibytes.parse::<u64>(), parse_time(time)) else {
            continue;
        };
        if groups.contains(&group) {
            add(&mut usages, group, Usage { cpu, memory: kibibytes.saturating_mul(1_024) });
        }
    }
    usages
}

fn parse_time(time: &str) -> Option<Duration> {
    let (days, clock) = time.split_once('-').unwrap_or(("0", time));
    let mut seconds = days.parse::<f64>().ok()? * 24.0;
    for (place, part) in clock.split(':').enumerate() {
        let value: f64 = part.parse().ok()?;
        seconds = seconds * if place == 0 { 1.0 } else { 60.0 } + value;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_of_time() {
        let check = |text: &str, expect: f64| assert_eq!(parse_time(text).map(|time| time.as_secs_f64()), Some(expect));
        check("0:01.50", 1.5);
        check("02:03", 123.0);
        check("1:02:03", 3_723.0);
        check("2-01:00:00", 176_400.0);
        assert_eq!(parse_time("soon"), None);
    }

    #[test]
    fn adds_up_a_group_and_skips_the_others() {
        let usages = parse("  10 100 0:01.00\n  10  50 0:00.50\n  11 999 0:09.00\nnonsense\n", &[10]);
        assert_eq!(usages.len(), 1);
        assert_eq!(usages[&10], Usage { cpu: Duration::from_millis(1_500), memory: 150 * 1_024 });
    }
}
