//! The command line behind `:`, in k9s's grammar with ECS nouns. Parsing and completion; pure.

use crate::state::Scope;

/// A command, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the table below says in words what each does")]
pub enum Command {
    Clusters,
    Services { cluster: Option<String>, filter: Option<String> },
    Service { name: String },
    Tasks,
    Deployments,
    Events,
    TaskDefinition,
    Logs { since_minutes: Option<u32> },
    Metrics,
    Alarms,
    Images,
    Rollout,
    Predict,
    Deploy,
    RollBack,
    Restart,
    Scale,
    Errors,
    Audit,
    Help,
    Theme(String),
    Login,
    Last,
    Quit,
}

/// Names, and what each does. The first name is the one completion offers.
pub const COMMANDS: &[(&[&str], &str)] = &[
    (&["clusters", "cluster", "cl"], "all clusters, or the services of one"),
    (&["services", "svc", "service"], "services; /filter narrows the list"),
    (&["tasks", "task"], "tasks of the service"),
    (&["deployments", "deploys", "dp"], "deployments of the service"),
    (&["events", "ev"], "events of the service"),
    (&["td", "taskdefinition"], "task definition of the service"),
    (&["logs", "log"], "logs of the service; 15m, 1h, … for how far back"),
    (&["metrics", "charts"], "CPU, memory, requests, latency"),
    (&["alarms", "alarm"], "alarms"),
    (&["images", "tags", "ecr"], "image tags; deploy from there"),
    (&["rollout", "ro"], "the deployment under way, or the last one"),
    (&["predict", "pr"], "send a test prediction"),
    (&["deploy"], "deploy an image tag"),
    (&["rollback"], "go back to the last revision that worked"),
    (&["restart"], "force a new deployment"),
    (&["scale"], "change the desired count"),
    (&["errors"], "errors of this run"),
    (&["audit"], "every change made from here"),
    (&["theme"], "dark, light, 16, mono"),
    (&["login"], "read the credentials afresh"),
    (&["help", "h"], "all keys and commands"),
    (&["quit", "q", "q!", "exit"], "quit"),
];

/// Reads a command line. Case does not matter. The error is shown beside the prompt.
pub fn parse(line: &str) -> Result<Command, String> {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let name = word.to_lowercase();
    let canonical = COMMANDS.iter().find(|(names, _)| names.contains(&name.as_str())).map(|(names, _)| names[0]);
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    if let Some(name) = canonical
        && !rest.is_empty()
        && !["clusters", "services", "logs", "theme"].contains(&name)
    {
        return Err(format!(":{name} takes nothing more; what it opens asks for the rest"));
    }
    Ok(match canonical {
        Some("clusters") if rest.is_empty() => Command::Clusters,
        Some("clusters") => Command::Services { cluster: some(rest), filter: None },
        Some("services") => services(rest),
        Some("tasks") => Command::Tasks,
        Some("deployments") => Command::Deployments,
        Some("events") => Command::Events,
        Some("td") => Command::TaskDefinition,
        Some("logs") => Command::Logs { since_minutes: since(rest)? },
        Some("metrics") => Command::Metrics,
        Some("alarms") => Command::Alarms,
        Some("images") => Command::Images,
        Some("rollout") => Command::Rollout,
        Some("predict") => Command::Predict,
        Some("deploy") => Command::Deploy,
        Some("rollback") => Command::RollBack,
        Some("restart") => Command::Restart,
        Some("scale") => Command::Scale,
        Some("errors") => Command::Errors,
        Some("audit") => Command::Audit,
        Some("theme") if crate::theme::THEMES.contains(&rest) => Command::Theme(rest.to_owned()),
        Some("theme") => return Err(format!("themes are {}", crate::theme::THEMES.join(", "))),
        Some("login") => Command::Login,
        Some("help") => Command::Help,
        Some("quit") => Command::Quit,
        _ if word == "-" => Command::Last,
        _ => return Err(unknown(&name)),
    })
}

fn services(rest: &str) -> Command {
    let (head, cluster) = match rest.rsplit_once('@') {
        Some((head, cluster)) => (head.trim(), Some(cluster.to_owned())),
        None => (rest, None),
    };
    match head.strip_prefix('/') {
        Some(filter) => Command::Services { cluster, filter: Some(filter.to_owned()) },
        None if head.is_empty() => Command::Services { cluster, filter: None },
        None => Command::Service { name: head.to_owned() },
    }
}

fn since(text: &str) -> Result<Option<u32>, String> {
    let minutes = |digits: &str, factor: u32| digits.parse::<u32>().ok().and_then(|n| n.checked_mul(factor));
    let found = match text.as_bytes().last() {
        None => return Ok(None),
        Some(b'm') => minutes(&text[..text.len() - 1], 1),
        Some(b'h') => minutes(&text[..text.len() - 1], 60),
        Some(b'd') => minutes(&text[..text.len() - 1], 60 * 24),
        _ => None,
    };
    found.filter(|n| *n > 0).map(Some).ok_or_else(|| format!("how far back? 15m, 2h, 1d; not “{text}”"))
}

fn unknown(name: &str) -> String {
    let first = name.chars().next();
    let close = COMMANDS.iter().find(|(names, _)| first.is_some_and(|c| names.iter().any(|n| n.starts_with(c))));
    match close {
        Some((names, _)) => format!("no command “{name}”; perhaps {}? ? lists all", names[0]),
        None => format!("no command “{name}”; ? lists all"),
    }
}

/// What the line could become: whole lines, best first.
#[must_use]
pub fn completions(line: &str, scope: &Scope, cluster: Option<&str>) -> Vec<String> {
    let lower = line.trim_start().to_lowercase();
    match lower.split_once(' ') {
        None => {
            COMMANDS.iter().map(|(names, _)| names[0]).filter(|n| n.starts_with(&lower)).map(str::to_owned).collect()
        }
        Some((word, rest)) => {
            let fits = |name: &String| name.to_lowercase().starts_with(rest.trim_start());
            arguments(word, scope, cluster).into_iter().filter(fits).map(|name| format!("{word} {name}")).collect()
        }
    }
}

fn arguments(word: &str, scope: &Scope, cluster: Option<&str>) -> Vec<String> {
    let is = |first: &str| COMMANDS.iter().any(|(names, _)| names[0] == first && names.contains(&word));
    if is("clusters") {
        scope.facts.clusters.value.iter().flatten().map(|c| c.name.clone()).collect()
    } else if is("services") {
        let services = cluster.and_then(|c| scope.facts.services.get(c)?.value.as_ref());
        services.into_iter().flat_map(|map| map.keys().cloned()).collect()
    } else if is("theme") {
        crate::theme::THEMES.iter().map(|t| (*t).to_owned()).collect()
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_understood() {
        let services = |cluster: Option<&str>, filter: Option<&str>| Command::Services {
            cluster: cluster.map(Into::into),
            filter: filter.map(Into::into),
        };
        for (line, command) in [
            ("svc", services(None, None)),
            ("SVC /api@prod", services(Some("prod"), Some("api"))),
            ("svc api", Command::Service { name: "api".into() }),
            ("cluster Ml", services(Some("Ml"), None)),
            ("logs 2h", Command::Logs { since_minutes: Some(120) }),
            (" q ", Command::Quit),
            ("-", Command::Last),
        ] {
            assert_eq!(parse(line), Ok(command), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said_inline() {
        for line in [
            "",
            "nope",
            "ünknown",
            "logs yesterday",
            "logs 99999999999h",
            "theme pink",
            "logs ä",
            "deploy 1.1.0",
            "scale 5",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn tab_completes_commands() {
        assert_eq!(completions("pre", &Scope::default(), None), ["predict"]);
        assert_eq!(completions("theme l", &Scope::default(), None), ["theme light"]);
    }
}
