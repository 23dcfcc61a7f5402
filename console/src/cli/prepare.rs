//! From arguments to configuration and clients: the steps that screen and subcommands share.

use std::path::PathBuf;
use std::sync::Arc;

use super::Global;
use crate::clients::{Clients, Settings, region_of_profile};
use crate::config::{self, Config, Flags, Sources};
use crate::model::Target;
use crate::paths;

/// Everything a subcommand needs.
#[derive(Debug)]
pub struct Prepared {
    /// The configuration.
    pub config: Arc<Config>,
    /// What was wrong with it.
    pub warnings: Vec<String>,
    /// `profile@region`, as the configuration names it.
    pub context: String,
    /// The file that was read.
    pub config_file: PathBuf,
    /// The door to AWS.
    pub clients: Clients,
    /// `--local` was given.
    pub local: bool,
}

/// Reads the configuration and makes the clients. `local_endpoint` is that of a local stack which was just started.
#[must_use]
pub fn prepare(global: &Global, local_endpoint: Option<&str>) -> Prepared {
    let flags = Flags {
        profile: global.profile.clone(),
        region: global.region.clone(),
        endpoint_url: global.endpoint_url.clone(),
        cluster: global.cluster.clone(),
        service: global.service.clone(),
        predictor_url: global.predictor_url.clone(),
        read_only: global.readonly,
        local: global.local,
    };
    let chosen_file = global.config.clone().or_else(|| variable("QD_CONFIG").map(PathBuf::from));
    let config_file = chosen_file.clone().unwrap_or_else(|| paths::config_dir().join("config.toml"));
    let sources = Sources {
        variable: &variable,
        config_file: config_file.clone(),
        file_is_chosen: chosen_file.is_some(),
        keys_file: config_file.with_file_name("keys.toml"),
        region_of_profile: &region_of_profile,
    };
    let loaded = config::load(&flags, &sources);
    let config = Arc::new(loaded.config);
    let settings = Settings {
        target: target(&config, local_endpoint),
        region: config.region.clone(),
        endpoint: config.endpoint_url.clone(),
        config: Arc::clone(&config),
        state_dir: paths::state_dir(),
    };
    Prepared {
        clients: Clients::new(settings),
        warnings: loaded.warnings,
        context: loaded.context,
        config_file,
        local: global.local,
        config,
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// An endpoint on loopback is a local stack: no credentials of the user ever go there.
fn target(config: &Config, local_endpoint: Option<&str>) -> Target {
    let named = config.endpoint_url.clone().or_else(|| variable("AWS_ENDPOINT_URL"));
    let endpoint = local_endpoint.map(str::to_owned).or_else(|| named.filter(|url| is_loopback(url)));
    match endpoint {
        Some(endpoint) => Target::Local { endpoint: endpoint.trim_end_matches('/').to_owned() },
        None => Target::Aws { profile: config.profile.clone() },
    }
}

/// `http` on 127.0.0.0/8, ::1 or localhost.
fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return false;
    }
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_local() {
        for (url, expected) in [
            ("http://127.0.0.1:4566", true),
            ("http://localhost", true),
            ("http://[::1]:1/x", true),
            ("http://127.9.9.9", true),
            ("https://127.0.0.1", false),
            ("http://127.0.0.1.example.com", false),
            ("http://127.0.0.1@example.com", false),
            ("http://ecs.eu-west-1.amazonaws.com", false),
            ("nonsense", false),
        ] {
            assert_eq!(is_loopback(url), expected, "{url}");
        }
    }
}
