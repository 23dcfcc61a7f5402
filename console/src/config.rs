//! Configuration: TOML, environment and flags become one `Config`; every default is stated here and only here.
//!
//! Precedence: flag, environment, context section, file, default. An unknown key is a warning with its line, never a
//! refusal to start.

#![allow(clippy::disallowed_methods, reason = "configuration comes from files and the environment")]

mod load;
mod settings;

use std::collections::BTreeMap;

pub use load::{Flags, Loaded, Sources, load};
pub use settings::{SETTINGS, Setting};

use crate::model::Service;

/// Tag on an ECS service that names the base URL of its predictor.
pub const PREDICTOR_URL_TAG: &str = "quarterdeck:predictor-url";

/// Everything that can be set. Lives in the state and is read-only there.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// AWS profile.
    pub profile: Option<String>,
    /// AWS Region.
    pub region: Option<String>,
    /// Endpoint for all AWS services.
    pub endpoint_url: Option<String>,
    /// Cluster to open at start.
    pub cluster: Option<String>,
    /// Service to open at start.
    pub service: Option<String>,
    /// Refuse all writes.
    pub read_only: bool,
    /// Marks the context as production: badge, typed confirmation.
    pub production: bool,
    /// `y` confirms in dialogs.
    pub confirm_with_y: bool,
    /// Colour theme name.
    pub theme: String,
    /// ASCII glyphs and borders.
    pub ascii: bool,
    /// Show times in UTC instead of the local zone.
    pub utc: bool,
    /// Milliseconds between two looks at what is on screen.
    pub refresh: i64,
    /// Log lines kept in memory, in bytes.
    pub log_buffer: usize,
    /// Share of each ECS request bucket that this console may use, 0 to 1.
    pub budget_share: f64,
    /// Seconds before a test prediction is given up.
    pub predict_timeout: u32,
    /// Predictor base URL by `cluster/service`; wins over the tag on the service.
    pub predictors: BTreeMap<String, String>,
    /// Predictor base URL from the command line; wins over everything.
    pub predictor_url: Option<String>,
    /// Keep sent predictions in the local history.
    pub keep_predictions: bool,
    /// Other keys for actions: action name to keys.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Ring the bell when a watched deployment ends.
    pub bell: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            profile: None,
            region: None,
            endpoint_url: None,
            cluster: None,
            service: None,
            read_only: false,
            production: false,
            confirm_with_y: false,
            theme: "dark".to_owned(),
            ascii: false,
            utc: false,
            refresh: 5_000,
            log_buffer: 64 * 1024 * 1024,
            budget_share: 0.25,
            predict_timeout: 10,
            predictors: BTreeMap::new(),
            predictor_url: None,
            keep_predictions: true,
            keys: BTreeMap::new(),
            bell: false,
        }
    }
}

impl Config {
    /// Base URL of the predictor behind a service: flag, then configuration, then the tag on the service.
    #[must_use]
    pub fn predictor_of(&self, service: &Service) -> Option<String> {
        let name = format!("{}/{}", service.id.cluster, service.id.service);
        let configured = self.predictor_url.as_ref().or_else(|| self.predictors.get(&name));
        configured.or_else(|| service.tags.get(PREDICTOR_URL_TAG)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ServiceId;

    #[test]
    fn the_predictor_is_found_by_flag_then_configuration_then_tag() {
        let mut service = Service { id: ServiceId::new("c", "s"), ..Service::default() };
        let mut config = Config::default();
        assert_eq!(config.predictor_of(&service), None);
        service.tags.insert(PREDICTOR_URL_TAG.to_owned(), "http://tag".to_owned());
        assert_eq!(config.predictor_of(&service).as_deref(), Some("http://tag"));
        config.predictors.insert("c/s".to_owned(), "http://file".to_owned());
        assert_eq!(config.predictor_of(&service).as_deref(), Some("http://file"));
        config.predictor_url = Some("http://flag".to_owned());
        assert_eq!(config.predictor_of(&service).as_deref(), Some("http://flag"));
    }
}
