//! What can be wrong between this machine and AWS: credentials, Region, endpoint, clock, permissions, proxies.
//!
//! Reads are tried for real. Permission to change something is tried only by name of things that cannot exist, and not
//! at all in read-only contexts.

use super::gate::Answer;
use super::sdk::Sdk;
use super::{Clients, call, probe, profile};
use crate::event::{Check, Verdict};
use crate::model::{ApiProblem, ProblemKind, Target};

/// Runs all checks, in the order in which failures explain each other.
pub(super) async fn examine(clients: &Clients) -> Vec<Check> {
    let mut checks = vec![target(clients)];
    let sdk = match clients.sdk().await {
        Ok(sdk) => sdk,
        Err(problem) => {
            checks.push(failed("configuration", &problem));
            checks.extend(environment());
            return checks;
        }
    };
    checks.push(check("Region", Verdict::Ok, sdk.region.clone()));
    match clients.identity_facts(&sdk).await {
        Ok(_) => {
            checks.push(identity(clients));
            checks.push(probe::clock(clients.gate(), &sdk).await);
            checks.extend(permissions(clients, &sdk).await);
        }
        Err(problem) => checks.push(failed("credentials", &problem)),
    }
    checks.extend(environment());
    checks
}

fn check(name: &str, verdict: Verdict, detail: impl Into<String>) -> Check {
    Check { name: name.to_owned(), verdict, detail: detail.into() }
}

fn failed(name: &str, problem: &ApiProblem) -> Check {
    let hint = problem.hint.as_deref().map(|hint| format!(" — {hint}")).unwrap_or_default();
    check(name, Verdict::NotGood, format!("{}{hint}", problem.line()))
}

fn target(clients: &Clients) -> Check {
    match &clients.context().target {
        Target::Local { endpoint } => check("endpoint", Verdict::Ok, format!("local stack at {endpoint}")),
        Target::Aws { profile } => {
            let profiles = profile::known().len();
            let profile = profile.as_deref().unwrap_or("default chain");
            let endpoint = clients.inner.settings.endpoint.clone().or_else(|| std::env::var("AWS_ENDPOINT_URL").ok());
            let endpoint = endpoint.unwrap_or_else(|| "AWS".to_owned());
            check("endpoint", Verdict::Ok, format!("{endpoint}, profile {profile} ({profiles} profiles known)"))
        }
    }
}

fn identity(clients: &Clients) -> Check {
    let context = clients.context();
    let ends = match context.credentials_expire {
        Some(at) => format!(", credentials end in {}", at.since(super::now())),
        None => ", credentials do not end".to_owned(),
    };
    let (account, name) = (context.account.unwrap_or_default(), context.identity.unwrap_or_default());
    check("credentials", Verdict::Ok, format!("account {account}, {name}{ends}"))
}

async fn permissions(clients: &Clients, sdk: &Sdk) -> Vec<Check> {
    let places = probe::Places::find(clients, sdk).await;
    let mut checks = Vec::new();
    for call in call::ALL.iter().filter(|call| call.name != "sts:GetCallerIdentity") {
        if call.writes && clients.context().read_only {
            checks.push(check(call.name, Verdict::Skipped, "read-only here; not needed"));
            continue;
        }
        let answer = probe::probe(clients.gate(), sdk, *call, &places).await;
        checks.push(permission(*call, answer));
    }
    checks
}

/// "No such thing" and "not valid" are answers of someone who was let in.
fn permission(call: call::Call, answer: Answer<()>) -> Check {
    match answer {
        Ok(()) => check(call.name, Verdict::Ok, "allowed"),
        Err(problem) => match problem.kind {
            ProblemKind::NotFound | ProblemKind::Invalid | ProblemKind::Conflict => {
                check(call.name, Verdict::Ok, "allowed")
            }
            ProblemKind::Denied if call.writes => check(call.name, Verdict::Warning, "denied: deploys need it"),
            ProblemKind::Denied => failed(call.name, &problem),
            _ => check(call.name, Verdict::Skipped, problem.line()),
        },
    }
}

/// Variables that change where calls go and whom they trust.
fn environment() -> Vec<Check> {
    let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let proxies = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "NO_PROXY", "no_proxy"];
    let proxies: Vec<&str> = proxies.iter().filter(|name| set(name)).copied().collect();
    let proxy = if proxies.is_empty() { "none set".to_owned() } else { format!("set: {}", proxies.join(", ")) };
    let mut checks = vec![check("proxy", Verdict::Ok, proxy)];
    if let Ok(bundle) = std::env::var("AWS_CA_BUNDLE") {
        let readable = std::fs::File::open(&bundle).is_ok();
        let detail = if readable {
            format!("AWS_CA_BUNDLE={bundle} is not read by this console; add it to the system's trust store")
        } else {
            format!("AWS_CA_BUNDLE={bundle} cannot be read")
        };
        checks.push(check("certificates", Verdict::Warning, detail));
    }
    checks.push(terminal());
    checks
}

fn terminal() -> Check {
    let name = "terminal";
    let kind = std::env::var("TERM").unwrap_or_default();
    match kind.as_str() {
        "" | "dumb" => check(name, Verdict::Warning, "TERM is not set or dumb: only the subcommands will work"),
        kind => {
            let colours = std::env::var("COLORTERM").unwrap_or_else(|_| "256 or fewer colours".to_owned());
            check(name, Verdict::Ok, format!("{kind}, {colours}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(kind: ProblemKind) -> ApiProblem {
        ApiProblem { kind, ..ApiProblem::default() }
    }

    #[test]
    fn only_a_denial_means_a_missing_permission() {
        for (call, answer, expected) in [
            (call::LIST_CLUSTERS, Ok(()), Verdict::Ok),
            (call::LIST_CLUSTERS, Err(problem(ProblemKind::NotFound)), Verdict::Ok),
            (call::LIST_CLUSTERS, Err(problem(ProblemKind::Denied)), Verdict::NotGood),
            (call::LIST_CLUSTERS, Err(problem(ProblemKind::Timeout)), Verdict::Skipped),
            (call::UPDATE_SERVICE, Err(problem(ProblemKind::Denied)), Verdict::Warning),
            (call::UPDATE_SERVICE, Err(problem(ProblemKind::Invalid)), Verdict::Ok),
        ] {
            assert_eq!(permission(call, answer).verdict, expected, "{}", call.name);
        }
    }
}
