//! Configuration: TOML, environment and flags become one `Config`; every default is stated here and only here.
//!
//! Precedence: flag, environment, context section, file, default. An unknown key is a warning with its line, never a
//! refusal to start.

use std::collections::BTreeMap;

/// Everything that can be set. Lives in the state and is read-only there.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
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
