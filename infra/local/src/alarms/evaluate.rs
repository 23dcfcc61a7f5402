//! From datapoints to a state, pure. The rules are those of the CloudWatch user guide, "Evaluating an alarm" and
//! "Configuring how CloudWatch alarms treat missing data".

use super::{Alarm, AlarmState, Comparison, MissingData};

/// How many periods beyond N are looked at, so that real datapoints can stand in for missing ones. AWS does not tell its
/// number; with N = 3 the tables of its guide show five.
const EXTRA_PERIODS: usize = 2;

/// A datapoint: the start of its period (epoch milliseconds) and its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Datapoint {
    /// Start of the period.
    pub timestamp_ms: i64,
    /// The statistic of the period.
    pub value: f64,
}

/// What the datapoints say.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The state that follows; `None` when the current one is to be kept.
    pub state: Option<AlarmState>,
    /// The real datapoints that were looked at, oldest first.
    pub evaluated: Vec<Datapoint>,
    /// How many missing datapoints were counted in.
    pub missing: usize,
}

/// How many periods an alarm looks back: N and some more.
#[must_use]
pub fn evaluation_range(alarm: &Alarm) -> usize {
    alarm.evaluation_periods as usize + EXTRA_PERIODS
}

impl Comparison {
    /// Whether a datapoint is outside the threshold.
    #[must_use]
    pub fn breaches(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::GreaterThanOrEqualToThreshold => value >= threshold,
            Self::GreaterThanThreshold => value > threshold,
            Self::LessThanThreshold => value < threshold,
            Self::LessThanOrEqualToThreshold => value <= threshold,
        }
    }
}

impl Alarm {
    /// M of "M of N".
    #[must_use]
    pub fn datapoints_needed(&self) -> usize {
        self.datapoints_to_alarm.unwrap_or(self.evaluation_periods).max(1) as usize
    }

    fn breached_by(&self, point: &Datapoint) -> bool {
        self.comparison.breaches(point.value, self.threshold)
    }
}

/// Judges the datapoints of the evaluation range: oldest first, `None` where a period has no data.
#[must_use]
pub fn evaluate(alarm: &Alarm, range: &[Option<Datapoint>]) -> Verdict {
    let periods = alarm.evaluation_periods.max(1) as usize;
    let mut evaluated: Vec<Datapoint> = range.iter().rev().flatten().take(periods).copied().collect();
    evaluated.reverse();
    let missing = periods - evaluated.len();
    let breaching = evaluated.iter().filter(|point| alarm.breached_by(point)).count();
    let state = if missing == 0 || breaching >= alarm.datapoints_needed() {
        Some(by_count(alarm, breaching))
    } else {
        with_missing(alarm, range, &evaluated, breaching, missing)
    };
    Verdict { state, evaluated, missing }
}

fn by_count(alarm: &Alarm, breaching: usize) -> AlarmState {
    if breaching >= alarm.datapoints_needed() { AlarmState::Alarm } else { AlarmState::Ok }
}

fn with_missing(
    alarm: &Alarm,
    range: &[Option<Datapoint>],
    evaluated: &[Datapoint],
    breaching: usize,
    missing: usize,
) -> Option<AlarmState> {
    let all_breaching = breaching == evaluated.len();
    match alarm.missing_data.unwrap_or_default() {
        MissingData::Breaching => Some(by_count(alarm, breaching + missing)),
        MissingData::NotBreaching => Some(by_count(alarm, breaching)),
        MissingData::Ignore if all_breaching => None,
        MissingData::Missing if evaluated.is_empty() => Some(AlarmState::InsufficientData),
        MissingData::Missing if all_breaching && is_old_enough(alarm, range) => Some(AlarmState::Alarm),
        MissingData::Ignore | MissingData::Missing => Some(AlarmState::Ok),
    }
}

/// The rule against premature alarms: too few datapoints count as an alarm only when the oldest of them is at least M
/// periods old and everything since was breaching or missing.
fn is_old_enough(alarm: &Alarm, range: &[Option<Datapoint>]) -> bool {
    let age = range.iter().position(Option::is_some).map_or(0, |oldest| range.len() - oldest);
    age >= alarm.datapoints_needed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::alarms::{AlarmMetric, Statistic};

    fn alarm(needed: u32, periods: u32, missing: MissingData) -> Alarm {
        let metric = AlarmMetric {
            namespace: "Test".into(),
            name: "Load".into(),
            dimensions: Vec::new(),
            statistic: Statistic::Average,
            period_s: 60,
            unit: None,
        };
        Alarm {
            evaluation_periods: periods,
            datapoints_to_alarm: Some(needed),
            missing_data: Some(missing),
            ..Alarm::new("load", metric, Comparison::GreaterThanThreshold, 0.5)
        }
    }

    /// `0` is a good datapoint, `X` a bad one, `-` none; as in AWS's tables, the newest stands last.
    fn range(picture: &str) -> Vec<Option<Datapoint>> {
        picture
            .split(' ')
            .enumerate()
            .map(|(minute, sign)| {
                let point = |value| Some(Datapoint { timestamp_ms: minute as i64 * 60_000, value });
                match sign {
                    "0" => point(0.0),
                    "X" => point(1.0),
                    _ => None,
                }
            })
            .collect()
    }

    const OK: Option<AlarmState> = Some(AlarmState::Ok);
    const ALARM: Option<AlarmState> = Some(AlarmState::Alarm);
    const INSUFFICIENT: Option<AlarmState> = Some(AlarmState::InsufficientData);
    const RETAIN: Option<AlarmState> = None;

    /// Expected states for missing, ignore, breaching, notBreaching.
    type Row = (&'static str, [Option<AlarmState>; 4]);

    fn check(needed: u32, periods: u32, rows: &[Row]) {
        let treatments = [MissingData::Missing, MissingData::Ignore, MissingData::Breaching, MissingData::NotBreaching];
        for (picture, expect) in rows {
            for (treatment, expect) in treatments.into_iter().zip(expect) {
                let verdict = evaluate(&alarm(needed, periods, treatment), &range(picture));
                assert_eq!(verdict.state, *expect, "{needed} of {periods}: {picture} with {treatment}");
            }
        }
    }

    /// The first table of "How alarm state is evaluated when data is missing".
    #[test]
    fn three_of_three() {
        check(
            3,
            3,
            &[
                ("0 - X - X", [OK, OK, OK, OK]),
                ("- - - - 0", [OK, OK, OK, OK]),
                ("- - - - -", [INSUFFICIENT, RETAIN, ALARM, OK]),
                ("0 X X - X", [ALARM, ALARM, ALARM, ALARM]),
                ("- - X - -", [ALARM, RETAIN, ALARM, OK]),
            ],
        );
    }

    /// The second table.
    #[test]
    fn two_of_three() {
        check(
            2,
            3,
            &[
                ("0 - X - X", [ALARM, ALARM, ALARM, ALARM]),
                ("0 0 X 0 X", [ALARM, ALARM, ALARM, ALARM]),
                ("0 - X - -", [OK, OK, ALARM, OK]),
                ("- - - - 0", [OK, OK, ALARM, OK]),
                ("- - - X -", [ALARM, RETAIN, ALARM, OK]),
            ],
        );
    }

    #[test]
    fn a_single_fresh_breach_is_premature() {
        check(3, 3, &[("- - - - X", [OK, RETAIN, ALARM, OK]), ("- - - X -", [OK, RETAIN, ALARM, OK])]);
        check(1, 1, &[("- - X", [ALARM, ALARM, ALARM, ALARM]), ("- - 0", [OK, OK, OK, OK])]);
    }

    #[test]
    fn operators() {
        use Comparison::{
            GreaterThanOrEqualToThreshold as Ge, GreaterThanThreshold as Gt, LessThanOrEqualToThreshold as Le,
            LessThanThreshold as Lt,
        };
        for (operator, below, equal, above) in
            [(Gt, false, false, true), (Ge, false, true, true), (Lt, true, false, false), (Le, true, true, false)]
        {
            let found = [0.9, 1.0, 1.1].map(|value| operator.breaches(value, 1.0));
            assert_eq!(found, [below, equal, above], "{operator}");
        }
    }

    fn treatments() -> impl Strategy<Value = MissingData> {
        prop_oneof![
            Just(MissingData::Missing),
            Just(MissingData::Ignore),
            Just(MissingData::Breaching),
            Just(MissingData::NotBreaching)
        ]
    }

    proptest! {
        #[test]
        fn any_range_gets_a_lawful_verdict(
            periods in 1_u32..6,
            needed in 1_u32..6,
            treatment in treatments(),
            signs in proptest::collection::vec(prop_oneof![Just("0"), Just("X"), Just("-")], 8),
        ) {
            let alarm = alarm(needed.min(periods), periods, treatment);
            let range = range(&signs.join(" "));
            let range = &range[range.len() - evaluation_range(&alarm)..];
            let verdict = evaluate(&alarm, range);
            let breaching = range.iter().flatten().filter(|point| alarm.breached_by(point)).count();

            prop_assert_eq!(verdict.evaluated.len() + verdict.missing, periods as usize);
            prop_assert!(verdict.evaluated.is_sorted_by_key(|point| point.timestamp_ms));
            if verdict.missing == 0 {
                prop_assert!(verdict.state.is_some(), "full data always decides");
            }
            if breaching == 0 && treatment != MissingData::Breaching {
                prop_assert_ne!(verdict.state, Some(AlarmState::Alarm));
            }
            if verdict.state == Some(AlarmState::InsufficientData) {
                prop_assert!(range.iter().all(Option::is_none) && treatment == MissingData::Missing);
            }
        }
    }
}
