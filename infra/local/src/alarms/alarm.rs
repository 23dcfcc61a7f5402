//! The definition of a metric alarm, in the words of PutMetricAlarm.

use std::fmt;
use std::str::FromStr;

use super::Watched;

/// The state of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmState {
    /// The metric is within its threshold.
    Ok,
    /// The metric is outside its threshold.
    Alarm,
    /// There is not enough data to tell; also the state of a new alarm.
    InsufficientData,
}

/// How a datapoint is held against the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Breaching when datapoint >= threshold.
    GreaterThanOrEqualToThreshold,
    /// Breaching when datapoint > threshold.
    GreaterThanThreshold,
    /// Breaching when datapoint < threshold.
    LessThanThreshold,
    /// Breaching when datapoint <= threshold.
    LessThanOrEqualToThreshold,
}

/// What a period without data means (TreatMissingData).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingData {
    /// Look further back for real datapoints; without any: INSUFFICIENT_DATA.
    #[default]
    Missing,
    /// Keep the current state.
    Ignore,
    /// Bad.
    Breaching,
    /// Good.
    NotBreaching,
}

/// How the samples of a period become one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The number of samples.
    SampleCount,
    /// Sum divided by sample count.
    Average,
    /// The sum of samples.
    Sum,
    /// The smallest sample.
    Minimum,
    /// The largest sample.
    Maximum,
    /// The value below which this percentage of samples lies, 0 to 100.
    Percentile(f64),
}

/// The metric that an alarm watches.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmMetric {
    /// For example `AWS/ECS`.
    pub namespace: String,
    /// For example `CPUUtilization`.
    pub name: String,
    /// Dimension names and values; all of them must match.
    pub dimensions: Vec<(String, String)>,
    /// The statistic of a period.
    pub statistic: Statistic,
    /// Seconds: 10, 30 or a multiple of 60.
    pub period_s: u32,
    /// Only samples of this unit, when given.
    pub unit: Option<String>,
}

/// A metric alarm.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// Unique in the account and region.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// What it watches.
    pub watched: Watched,
    /// N: how many periods are looked at.
    pub evaluation_periods: u32,
    /// M of N; `None` is N of N.
    pub datapoints_to_alarm: Option<u32>,
    /// The threshold.
    pub threshold: f64,
    /// How the metric is held against the threshold.
    pub comparison: Comparison,
    /// What missing data means; `None` is AWS's default, `missing`.
    pub missing_data: Option<MissingData>,
    /// Whether actions would be executed. The stack executes none; it is stored and shown.
    pub actions_enabled: bool,
    /// ARNs of actions on the way to OK.
    pub ok_actions: Vec<String>,
    /// ARNs of actions on the way to ALARM.
    pub alarm_actions: Vec<String>,
    /// ARNs of actions on the way to INSUFFICIENT_DATA.
    pub insufficient_data_actions: Vec<String>,
}

impl Alarm {
    /// An alarm of one period without actions, to be refined by struct update.
    pub fn new(name: impl Into<String>, watched: impl Into<Watched>, comparison: Comparison, threshold: f64) -> Self {
        Self {
            name: name.into(),
            description: None,
            watched: watched.into(),
            evaluation_periods: 1,
            datapoints_to_alarm: None,
            threshold,
            comparison,
            missing_data: None,
            actions_enabled: true,
            ok_actions: Vec::new(),
            alarm_actions: Vec::new(),
            insufficient_data_actions: Vec::new(),
        }
    }
}

/// Gives an enum its AWS spelling in both directions.
macro_rules! spelled {
    ($kind:ty { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $kind {
            /// AWS's spelling.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Every spelling, in the order in which AWS lists them.
            pub const SPELLINGS: &'static [&'static str] = &[$($word),+];
        }

        impl FromStr for $kind {
            type Err = ();

            fn from_str(word: &str) -> Result<Self, ()> {
                match word { $($word => Ok(Self::$variant),)+ _ => Err(()) }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(self.as_str())
            }
        }
    };
}

spelled!(AlarmState { Ok => "OK", Alarm => "ALARM", InsufficientData => "INSUFFICIENT_DATA" });
spelled!(Comparison {
    GreaterThanOrEqualToThreshold => "GreaterThanOrEqualToThreshold",
    GreaterThanThreshold => "GreaterThanThreshold",
    LessThanThreshold => "LessThanThreshold",
    LessThanOrEqualToThreshold => "LessThanOrEqualToThreshold",
});
spelled!(MissingData {
    Missing => "missing", Ignore => "ignore", Breaching => "breaching", NotBreaching => "notBreaching",
});

impl Statistic {
    /// Reads `Average`, `Sum`, `SampleCount`, `Minimum`, `Maximum` or a percentile such as `p99.9`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "SampleCount" => Self::SampleCount,
            "Average" => Self::Average,
            "Sum" => Self::Sum,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            _ => return parse_percentile(word),
        })
    }

    /// Whether this is a percentile, which AWS keeps apart as an "extended statistic".
    #[must_use]
    pub fn is_extended(self) -> bool {
        matches!(self, Self::Percentile(_))
    }
}

fn parse_percentile(word: &str) -> Option<Statistic> {
    let digits = word.strip_prefix('p')?;
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let percent: f64 = digits.parse().ok()?;
    (0.0..=100.0).contains(&percent).then_some(Statistic::Percentile(percent))
}

impl fmt::Display for Statistic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SampleCount => out.write_str("SampleCount"),
            Self::Average => out.write_str("Average"),
            Self::Sum => out.write_str("Sum"),
            Self::Minimum => out.write_str("Minimum"),
            Self::Maximum => out.write_str("Maximum"),
            Self::Percentile(percent) => write!(out, "p{percent}"),
        }
    }
}
