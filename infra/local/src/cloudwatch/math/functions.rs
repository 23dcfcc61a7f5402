//! What metric math does to numbers and series. A result that is not finite, such as a division by zero, is no datapoint.

use std::collections::BTreeMap;

use super::parse::Sign;
use super::{Operand, Series};

/// What FILL puts into gaps.
pub(super) enum Filler {
    Number(f64),
    Repeat,
    Linear,
    Other(Series),
}

/// The calculation behind a sign; comparisons give 1 or 0.
pub(super) fn operation(sign: Sign) -> &'static dyn Fn(f64, f64) -> f64 {
    match sign {
        Sign::Add => &|left, right| left + right,
        Sign::Subtract => &|left, right| left - right,
        Sign::Multiply => &|left, right| left * right,
        Sign::Divide => &|left, right| left / right,
        Sign::Power => &|left, right| left.powf(right),
        Sign::Equal => &|left, right| f64::from(left == right),
        Sign::NotEqual => &|left, right| f64::from(left != right),
        Sign::Less => &|left, right| f64::from(left < right),
        Sign::LessOrEqual => &|left, right| f64::from(left <= right),
        Sign::Greater => &|left, right| f64::from(left > right),
        Sign::GreaterOrEqual => &|left, right| f64::from(left >= right),
    }
}

/// Applies a calculation to two operands; series meet where both have a datapoint.
pub(super) fn pairwise(
    left: &Operand,
    right: &Operand,
    calculate: &dyn Fn(f64, f64) -> f64,
) -> Result<Operand, String> {
    match (left, right) {
        (Operand::Number(left), Operand::Number(right)) => Ok(Operand::Number(calculate(*left, *right))),
        (Operand::One(left), Operand::Number(right)) => {
            Ok(Operand::One(mapped(left, |_, value| calculate(value, *right).into())))
        }
        (Operand::Number(left), Operand::One(right)) => {
            Ok(Operand::One(mapped(right, |_, value| calculate(*left, value).into())))
        }
        (Operand::One(left), Operand::One(right)) => Ok(Operand::One(mapped(left, |timestamp, value| {
            right.points.get(&timestamp).map(|other| calculate(value, *other))
        }))),
        (Operand::Many(left), right @ (Operand::Number(_) | Operand::One(_))) => {
            each(left, |series| pairwise(&Operand::One(series.clone()), right, calculate))
        }
        (left @ (Operand::Number(_) | Operand::One(_)), Operand::Many(right)) => {
            each(right, |series| pairwise(left, &Operand::One(series.clone()), calculate))
        }
        _ => Err("These values cannot be combined.".to_owned()),
    }
}

/// IF(condition, yes, no): per datapoint of the condition.
pub(super) fn choose(condition: &Operand, yes: &Operand, no: &Operand) -> Result<Operand, String> {
    let Operand::One(condition) = condition else { return Err("IF needs a time series to look at.".to_owned()) };
    let at = |operand: &Operand, timestamp: i64| match operand {
        Operand::Number(number) => Some(*number),
        Operand::One(series) => series.points.get(&timestamp).copied(),
        Operand::Many(_) | Operand::Text(_) => None,
    };
    Ok(Operand::One(mapped(condition, |timestamp, value| at(if value == 0.0 { no } else { yes }, timestamp))))
}

/// The functions of one argument.
pub(super) fn one_argument(name: &str, value: &Operand) -> Result<Operand, String> {
    let unknown = || Err(format!("The function {name} is not known here or does not take this."));
    let pointwise: Option<fn(f64) -> f64> = match name {
        "ABS" => Some(f64::abs),
        "CEIL" => Some(f64::ceil),
        "FLOOR" => Some(f64::floor),
        _ => None,
    };
    if let Some(change) = pointwise {
        return match value {
            Operand::Number(number) => Ok(Operand::Number(change(*number))),
            Operand::One(series) => Ok(Operand::One(mapped(series, |_, value| Some(change(value))))),
            Operand::Many(many) => {
                each(many, |series| Ok(Operand::One(mapped(series, |_, value| Some(change(value))))))
            }
            Operand::Text(_) => unknown(),
        };
    }
    let Some(fold) = folding(name) else { return unknown() };
    match value {
        Operand::One(series) => {
            let values: Vec<f64> = series.points.values().copied().collect();
            Ok(Operand::Number(if values.is_empty() { 0.0 } else { fold(&values) }))
        }
        Operand::Many(many) => Ok(Operand::One(folded(many, fold))),
        Operand::Number(_) | Operand::Text(_) => unknown(),
    }
}

/// Fills the gaps between `start_ms` and `end_ms`.
pub(super) fn fill(series: &Series, filler: &Filler, start_ms: i64, end_ms: i64, period_ms: i64) -> Series {
    let mut filled = series.clone();
    let mut timestamp = start_ms;
    while timestamp < end_ms {
        if let (false, Some(value)) = (series.points.contains_key(&timestamp), filling(series, filler, timestamp)) {
            filled.points.insert(timestamp, value);
        }
        timestamp += period_ms;
    }
    filled
}

fn filling(series: &Series, filler: &Filler, timestamp: i64) -> Option<f64> {
    let before = series.points.range(..timestamp).next_back();
    match filler {
        Filler::Number(number) => Some(*number),
        Filler::Other(other) => other.points.get(&timestamp).copied(),
        Filler::Repeat => before.map(|(_, value)| *value),
        Filler::Linear => {
            let (left, from) = before?;
            let (right, to) = series.points.range(timestamp..).next()?;
            let share = (timestamp - left) as f64 / (right - left) as f64;
            Some(from + (to - from) * share)
        }
    }
}

fn folding(name: &str) -> Option<fn(&[f64]) -> f64> {
    Some(match name {
        "SUM" => |values| values.iter().sum(),
        "AVG" => |values| values.iter().sum::<f64>() / values.len() as f64,
        "MIN" => |values| values.iter().copied().fold(f64::INFINITY, f64::min),
        "MAX" => |values| values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        _ => return None,
    })
}

/// Folds several series into one, at each time over those that have a datapoint.
fn folded(many: &[Series], fold: fn(&[f64]) -> f64) -> Series {
    let mut columns: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for (timestamp, value) in many.iter().flat_map(|series| &series.points) {
        columns.entry(*timestamp).or_default().push(*value);
    }
    let period_ms = many.iter().map(|series| series.period_ms).max().unwrap_or_default();
    Series { period_ms, points: columns.into_iter().map(|(timestamp, values)| (timestamp, fold(&values))).collect() }
}

fn each(many: &[Series], change: impl Fn(&Series) -> Result<Operand, String>) -> Result<Operand, String> {
    let mut changed = Vec::with_capacity(many.len());
    for series in many {
        if let Operand::One(series) = change(series)? {
            changed.push(series);
        }
    }
    Ok(Operand::Many(changed))
}

fn mapped(series: &Series, change: impl Fn(i64, f64) -> Option<f64>) -> Series {
    let points = series
        .points
        .iter()
        .filter_map(|(timestamp, value)| {
            change(*timestamp, *value).filter(|value| value.is_finite()).map(|value| (*timestamp, value))
        })
        .collect();
    Series { period_ms: series.period_ms, points }
}
