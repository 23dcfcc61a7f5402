//! One session of the screen: from configuration and clients to the first frame, and out again.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::clients::Clients;
use crate::config::Config;
use crate::keymap::Keymap;
use crate::model::{ApiProblem, ServiceId, Target};
use crate::runtime::{self, Ending, RunError, terminal};
use crate::screens::{Screen, clusters, service, services};
use crate::state::{Scope, State};
use crate::theme::Theme;

/// Opens the console and stays until it ends. `warnings` are what configuration had to say; `start` is a command that
/// names where to begin (`logs`).
///
/// # Errors
/// When the terminal cannot be used, or a background job fails.
pub async fn open(
    clients: Clients,
    config: Arc<Config>,
    mut warnings: Vec<String>,
    start: Option<&str>,
) -> Result<Ending, RunError> {
    let (keymap, conflicts) = Keymap::new(&config.keys);
    let mut screen = terminal::Screen::enter()?;
    let scope = Scope {
        now: runtime::now(),
        size: screen.size()?,
        context: clients.context(),
        theme: Theme::named(&config.theme, config.ascii),
        zone: if config.utc { TimeZone::UTC } else { TimeZone::system() },
        keymap: Arc::new(keymap),
        config: Arc::clone(&config),
        ..Scope::default()
    };
    let (mut state, objection) = begin(scope, start);
    warnings.extend(objection);
    for words in warnings.into_iter().chain(conflicts.iter().map(ToString::to_string)) {
        state.unseen_errors += 1;
        let at = state.scope.now;
        state.scope.note_error(ApiProblem {
            call: "configuration".into(),
            message: words,
            at,
            ..ApiProblem::default()
        });
    }
    runtime::run(state, clients, &mut screen).await
}

/// Name of the local stack's cluster.
const LOCAL_CLUSTER: &str = "local";

/// The console on its first screen, and what is wrong with the command that names where to begin. Asks nobody: a cluster
/// that is not known yet is found by the list of clusters.
fn begin(scope: Scope, start: Option<&str>) -> (State, Option<String>) {
    let objection = |words: String| format!("{}: {words}", start.unwrap_or_default());
    let (command, objected) = match start.map(crate::command::parse) {
        None => (None, None),
        Some(Ok(command)) => (Some(command), None),
        Some(Err(words)) => (None, Some(objection(words))),
    };
    let is_local = matches!(scope.context.target, Target::Local { .. });
    let cluster = scope.config.cluster.clone().or_else(|| is_local.then(|| LOCAL_CLUSTER.to_owned()));
    let (screen, at_once) = match (cluster, scope.config.service.clone()) {
        (Some(cluster), Some(name)) => {
            (Screen::Service(service::ServiceScreen::new(ServiceId::new(cluster, name))), true)
        }
        (Some(cluster), None) => (Screen::Services(services::Services::new(cluster, String::new())), true),
        (None, Some(service)) => {
            let wanted = clusters::Wanted { service, command };
            (Screen::Clusters(clusters::Clusters::in_search_of(wanted)), false)
        }
        (None, None) => (Screen::Clusters(clusters::Clusters::at_start()), true),
    };
    let mut state = State::new(scope, screen);
    let refused = match start.filter(|_| at_once && objected.is_none()) {
        Some(line) => crate::update::obey(&mut state, line).err().map(objection),
        None => None,
    };
    (state, objected.or(refused))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_screen_is_what_was_named_and_asks_nobody() {
        let local = || Target::Local { endpoint: "http://127.0.0.1:1".into() };
        let aws = || Target::Aws { profile: None };
        for (target, cluster, service, start, crumbs) in [
            (local(), None, None, None, "local"),
            (local(), None, Some("web"), None, "web"),
            (local(), Some("other"), None, None, "other"),
            (aws(), None, None, None, "clusters"),
            (aws(), Some("prod"), None, None, "prod"),
            (aws(), Some("prod"), Some("web"), None, "web"),
            (aws(), Some("prod"), Some("web"), Some("logs"), "web logs web"),
            (aws(), None, Some("web"), None, "clusters"),
            (aws(), None, Some("web"), Some("logs"), "clusters"),
        ] {
            let config =
                Config { cluster: cluster.map(Into::into), service: service.map(Into::into), ..Config::default() };
            let mut scope = Scope { config: Arc::new(config), ..Scope::default() };
            scope.context.target = target;
            let (state, objection) = begin(scope, start);
            let found: Vec<String> = state.screens.iter().map(|screen| screen.room().crumb()).collect();
            assert_eq!((found.join(" ").as_str(), objection), (crumbs, None), "{cluster:?} {service:?} {start:?}");
        }
    }

    #[test]
    fn a_start_that_is_no_command_is_said() {
        let config = Config { service: Some("web".into()), ..Config::default() };
        let scope = Scope { config: Arc::new(config), ..Scope::default() };
        assert!(begin(scope, Some("nonsense")).1.is_some_and(|words| words.starts_with("nonsense: no command")));
    }
}
