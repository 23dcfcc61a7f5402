//! One session of the screen: from configuration and clients to the first frame, and out again.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::clients::Clients;
use crate::config::Config;
use crate::keymap::Keymap;
use crate::model::{ApiProblem, ServiceId};
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
    let mut state = State::new(scope, first(&config));
    if let Some(Err(objection)) = start.map(|line| crate::update::obey(&mut state, line)) {
        warnings.push(format!("{}: {objection}", start.unwrap_or_default()));
    }
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

fn first(config: &Config) -> Screen {
    match (&config.cluster, &config.service) {
        (Some(cluster), Some(name)) => {
            Screen::Service(service::ServiceScreen::new(ServiceId::new(cluster.as_str(), name.as_str())))
        }
        (Some(cluster), None) => Screen::Services(services::Services::new(cluster.clone(), String::new())),
        _ => Screen::Clusters(clusters::Clusters::at_start()),
    }
}
