//! A model's answer in a person's words: the label or the number, how sure it is, who answered. Pure.

use predictor_wire::{Interval, Predicted, Prediction, Probabilities, ScoreAnswer, Sentiment, SentimentAnswer};

use crate::text::clean;

/// Longest body that is taken for an answer, in bytes; what is longer is something else.
const LONGEST: usize = 1 << 20;

/// Reads an answer of any of the service's forms.
#[must_use]
pub fn read(body: &[u8]) -> Option<Prediction<'static>> {
    if body.len() > LONGEST {
        return None;
    }
    if let Ok(found) = serde_json::from_slice::<SentimentAnswer>(body) {
        return Some(of_sentiment(found));
    }
    serde_json::from_slice::<Prediction<'static>>(body).ok().filter(is_sound)
}

/// Reads the plain probability that `GET /predict` answers.
#[must_use]
pub fn read_score(body: &[u8]) -> Option<f64> {
    let body = body.get(..body.len().min(LONGEST))?;
    serde_json::from_slice::<ScoreAnswer>(body).ok().map(|found| found.score)
}

/// `positive, 0.93, sentiment@2`; `412,000 USD, housing@1`.
#[must_use]
pub fn words(prediction: &Prediction<'_>) -> String {
    format!("{}, {}", value_words(prediction), model_words(prediction))
}

/// `positive, 0.93`; `412,000 USD`.
#[must_use]
pub fn value_words(prediction: &Prediction<'_>) -> String {
    match (&prediction.prediction, prediction.confidence) {
        (Predicted::Label(label), Some(confidence)) => format!("{}, {confidence:.2}", clean(label)),
        (Predicted::Label(label), None) => clean(label).into_owned(),
        (Predicted::Number(number), _) => amount(*number, prediction.unit.as_deref()),
    }
}

/// `housing@1`
#[must_use]
pub fn model_words(prediction: &Prediction<'_>) -> String {
    clean(&format!("{}@{}", prediction.model, prediction.version)).into_owned()
}

/// `90 % within 210,300 to 530,000 USD`
#[must_use]
pub fn interval_words(interval: &Interval, unit: Option<&str>) -> String {
    let percent = interval.level * 100.0;
    format!("{percent:.0} % within {} to {}", number(interval.low), amount(interval.high, unit))
}

/// A number with its unit.
#[must_use]
pub fn amount(value: f64, unit: Option<&str>) -> String {
    match unit.filter(|unit| !unit.is_empty()) {
        Some(unit) => format!("{} {}", number(value), clean(unit)),
        None => number(value),
    }
}

/// A number as people read it: about four significant digits behind the point at most, thousands apart.
#[must_use]
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "not a number".to_owned();
    }
    let size = value.abs();
    if size >= 1e15 || (size > 0.0 && size < 1e-4) {
        return format!("{value:.3e}");
    }
    let decimals = match size {
        _ if value.fract() == 0.0 => 0,
        1_000.0.. => 0,
        100.0.. => 1,
        1.0.. => 2,
        _ => 4,
    };
    let digits = format!("{value:.decimals$}");
    // Digits that say nothing are left out; what is less than one has many.
    let digits = if decimals > 1 { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
    apart(digits)
}

/// `+1,200`, `−0.52`: a change, with its sign. `ascii` writes a hyphen for minus.
#[must_use]
pub fn signed(value: f64, ascii: bool) -> String {
    let minus = if ascii { "-" } else { "−" };
    let sign = if value < 0.0 { minus } else { "+" };
    format!("{sign}{}", number(value.abs()))
}

fn apart(digits: &str) -> String {
    let (sign, rest) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let (whole, behind) = rest.split_once('.').map_or((rest, None), |(whole, behind)| (whole, Some(behind)));
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(behind) = behind {
        text.push('.');
        text.push_str(behind);
    }
    text
}

fn of_sentiment(found: SentimentAnswer) -> Prediction<'static> {
    let (label, confidence) = match found.sentiment {
        Sentiment::Positive => ("positive", found.score),
        Sentiment::Negative => ("negative", 1.0 - found.score),
    };
    Prediction {
        model: found.model.into(),
        version: found.version.into(),
        prediction: Predicted::Label(label.into()),
        unit: None,
        confidence: Some(confidence),
        probabilities: Some(Probabilities(vec![
            ("negative".into(), 1.0 - found.score),
            ("positive".into(), found.score),
        ])),
        interval: None,
        explanation: found.explanation,
    }
}

/// Whatever a stranger sends must not stretch a bar beyond its row.
fn is_sound(prediction: &Prediction<'_>) -> bool {
    let shares = prediction.probabilities.iter().flat_map(|all| &all.0).map(|(_, share)| *share);
    shares.chain(prediction.confidence).all(|share| (0.0..=1.0).contains(&share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_every_form_are_read() {
        for (body, expect) in [
            (
                r#"{"sentiment":"positive","score":0.931,"model":"sentiment","version":"2"}"#,
                "positive, 0.93, sentiment@2",
            ),
            (
                r#"{"sentiment":"negative","score":0.25,"model":"sentiment","version":"2"}"#,
                "negative, 0.75, sentiment@2",
            ),
            (
                r#"{"model":"retail","version":"1","prediction":"Low","confidence":0.5,"probabilities":{"Low":0.5,"High":0.5}}"#,
                "Low, 0.50, retail@1",
            ),
            (r#"{"model":"housing","version":"3","prediction":412000.0,"unit":"USD"}"#, "412,000 USD, housing@3"),
        ] {
            assert_eq!(words(&read(body.as_bytes()).unwrap()), expect);
        }
        for body in ["", "{}", "[]", r#"{"model":"a","version":"1","prediction":"b","confidence":7}"#] {
            assert!(read(body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn numbers_are_read_at_a_glance() {
        for (value, expect) in [
            (412_345.678, "412,346"),
            (-1_234_567.0, "-1,234,567"),
            (123.456, "123.5"),
            (12.345, "12.35"),
            (0.123_456, "0.1235"),
            (0.000_012, "1.200e-5"),
            (0.0, "0"),
            (3.0, "3"),
            (1e20, "1.000e20"),
            (f64::NAN, "not a number"),
        ] {
            assert_eq!(number(value), expect);
        }
        assert_eq!((signed(-0.5, true), signed(1_200.0, false)), ("-0.5".to_owned(), "+1,200".to_owned()));
    }
}
