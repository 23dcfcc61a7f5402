//! `qd doctor`

use serde_json::json;

use super::failure::{Failure, exit};
use super::output::Output;
use crate::clients::Clients;
use crate::event::{Check, Verdict};
use crate::verdict::Tone;

pub(crate) async fn run(clients: &Clients, output: &mut Output<'_>) -> Result<u8, Failure> {
    let checks = clients.doctor().await;
    print(&checks, output)?;
    let credentials_fail = checks.iter().any(|c| c.verdict == Verdict::NotGood && is_about_access(&c.name));
    let anything_fails = checks.iter().any(|c| c.verdict == Verdict::NotGood);
    Ok(match (credentials_fail, anything_fails) {
        (true, _) => exit::DENIED,
        (false, true) => exit::ERROR,
        (false, false) => exit::OK,
    })
}

fn is_about_access(name: &str) -> bool {
    name == "credentials" || name == "configuration" || name.contains(':')
}

/// Prints checks, one a line.
pub(crate) fn print(checks: &[Check], output: &mut Output<'_>) -> Result<(), Failure> {
    if output.json {
        let all: Vec<_> =
            checks.iter().map(|c| json!({"name": c.name, "verdict": word(c.verdict).0, "detail": c.detail})).collect();
        return output.print_json(&json!({"checks": all}));
    }
    for check in checks {
        let (word, tone) = word(check.verdict);
        output.toned_line(&format!("{word:<8}"), tone, &format!("{}: {}", check.name, check.detail))?;
    }
    Ok(())
}

fn word(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Ok => ("OK", Tone::Good),
        Verdict::Warning => ("WARNING", Tone::Busy),
        Verdict::NotGood => ("NG", Tone::Bad),
        Verdict::Skipped => ("SKIP", Tone::Neutral),
    }
}
