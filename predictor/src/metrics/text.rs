//! Prometheus' text format 0.0.4 out of OpenMetrics text.

use std::fmt::Write as _;

/// The differences of the two formats: OpenMetrics names a counter without `_total` in its comments, states units, and
/// ends with a mark.
#[must_use]
pub fn without_openmetrics_forms(text: &str) -> String {
    let counters: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ").and_then(|rest| rest.strip_suffix(" counter")))
        .collect();
    let mut out = String::with_capacity(text.len() + 256);
    for line in text.lines().filter(|line| *line != "# EOF" && !line.starts_with("# UNIT ")) {
        let comment = line.strip_prefix("# TYPE ").map(|rest| ("# TYPE", rest));
        let comment = comment.or_else(|| line.strip_prefix("# HELP ").map(|rest| ("# HELP", rest)));
        let renamed = comment.and_then(|(kind, rest)| {
            let (name, words) = rest.split_once(' ')?;
            counters.contains(&name).then_some((kind, name, words))
        });
        // Writing to a string cannot fail.
        let _ = match renamed {
            Some((kind, name, words)) => writeln!(out, "{kind} {name}_total {words}"),
            None => writeln!(out, "{line}"),
        };
    }
    out
}
