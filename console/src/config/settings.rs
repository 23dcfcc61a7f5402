//! The table of settings: name in the file, variable in the environment, what it means, where it goes.
//!
//! A setting exists here and nowhere else; parser, environment and documentation read this table.

use toml::Value;

use super::Config;
use crate::theme::THEMES;

/// One setting.
#[derive(Clone, Copy)]
pub struct Setting {
    /// Key in `config.toml`; the variable is `QD_` with the same name in capitals.
    pub key: &'static str,
    /// What it means, in a few words.
    pub words: &'static str,
    /// Puts a value into the configuration, or says what was expected.
    pub(super) set: fn(&mut Config, &Value) -> Result<(), &'static str>,
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setting").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Setting {
    /// The variable in the environment: `QD_READONLY`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("QD_{}", self.key.to_ascii_uppercase())
    }
}

const fn setting(
    key: &'static str,
    words: &'static str,
    set: fn(&mut Config, &Value) -> Result<(), &'static str>,
) -> Setting {
    Setting { key, words, set }
}

/// All settings with a single value. Tables (`predictors`, `context`) are read apart.
pub const SETTINGS: &[Setting] = &[
    setting("profile", "AWS profile", |c, v| text(v).map(|v| c.profile = Some(v))),
    setting("region", "AWS Region", |c, v| text(v).map(|v| c.region = Some(v))),
    setting("endpoint_url", "endpoint for all AWS services", |c, v| text(v).map(|v| c.endpoint_url = Some(v))),
    setting("cluster", "cluster to open", |c, v| text(v).map(|v| c.cluster = Some(v))),
    setting("service", "service to open", |c, v| text(v).map(|v| c.service = Some(v))),
    setting("readonly", "refuse every change", |c, v| truth(v).map(|v| c.read_only = v)),
    setting("production", "badge, and the name must be typed to confirm", |c, v| truth(v).map(|v| c.production = v)),
    setting("confirm_with_y", "y confirms in dialogs", |c, v| truth(v).map(|v| c.confirm_with_y = v)),
    setting("theme", "colour theme", |c, v| theme(v).map(|v| c.theme = v)),
    setting("ascii", "ASCII glyphs and borders", |c, v| truth(v).map(|v| c.ascii = v)),
    setting("utc", "times in UTC", |c, v| truth(v).map(|v| c.utc = v)),
    setting("refresh_seconds", "seconds between two looks", |c, v| {
        number(v, 1.0, 3_600.0).map(|v| c.refresh = milliseconds(v))
    }),
    setting("log_buffer_mb", "log lines kept, in MB", |c, v| {
        number(v, 1.0, 4_096.0).map(|v| c.log_buffer = megabytes(v))
    }),
    setting("budget_share", "share of each API allowance, 0.01 to 1", |c, v| {
        number(v, 0.01, 1.0).map(|v| c.budget_share = v)
    }),
    setting("predict_timeout_seconds", "seconds for a prediction", |c, v| {
        number(v, 1.0, 600.0).map(|v| c.predict_timeout = whole(v))
    }),
    setting("predictor_url", "base URL of the predictor", |c, v| text(v).map(|v| c.predictor_url = Some(v))),
    setting("keep_predictions", "keep a local history of predictions", |c, v| truth(v).map(|v| c.keep_predictions = v)),
    setting("bell", "ring the bell when a deployment ends", |c, v| truth(v).map(|v| c.bell = v)),
];

fn text(value: &Value) -> Result<String, &'static str> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned).ok_or("a text")
}

fn theme(value: &Value) -> Result<String, &'static str> {
    text(value).ok().filter(|name| THEMES.contains(&name.as_str())).ok_or("dark, light, 16 or mono")
}

fn truth(value: &Value) -> Result<bool, &'static str> {
    match value {
        Value::Boolean(truth) => Ok(*truth),
        Value::Integer(1) => Ok(true),
        Value::Integer(0) => Ok(false),
        Value::String(word) => match word.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err("true or false"),
        },
        _ => Err("true or false"),
    }
}

fn number(value: &Value, least: f64, most: f64) -> Result<f64, &'static str> {
    let number = match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| (least..=most).contains(number)).ok_or("a number in its range")
}

#[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1_000.0) as i64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
fn megabytes(count: f64) -> usize {
    (count * 1_048_576.0) as usize
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
fn whole(number: f64) -> u32 {
    number as u32
}
