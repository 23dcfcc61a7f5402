//! Whether an answer is the expected one. Pure.

use predictor_wire::{Predicted, Prediction, Problem};

use super::saved::Expect;
use crate::model::prediction::{Answer, Outcome};
use crate::predicted;

/// Most characters of a foreign answer that are shown.
const LONGEST: usize = 160;

/// What came back in words, or what is wrong with it.
pub(super) fn judge(expect: &Expect, outcome: &Outcome) -> Result<String, String> {
    let answer = match outcome {
        Outcome::Answered(answer) => answer,
        Outcome::Failed(words) => return Err(words.clone()),
    };
    let status = answer.status;
    let is_expected = expect.status.map_or((200..300).contains(&status), |expected| status == expected);
    if !is_expected {
        let wanted = expect.status.map_or_else(|| "200".to_owned(), |wanted| wanted.to_string());
        return Err(format!("status {status}, not {wanted}: {}", said(answer)));
    }
    let asks_no_more = expect.label.is_none() && expect.number.is_none() && expect.model.is_none();
    if asks_no_more {
        return Ok(format!("status {status}"));
    }
    match predicted::read(&answer.body) {
        Some(read) => of_prediction(expect, &read),
        None => of_score(expect, answer),
    }
}

fn of_prediction(expect: &Expect, read: &Prediction<'_>) -> Result<String, String> {
    let words = predicted::words(read);
    let by = format!("{}@{}", read.model, read.version);
    if expect.model.as_ref().is_some_and(|wanted| *wanted != by && *wanted != read.model) {
        return Err(format!("{words}; not from {}", expect.model.as_deref().unwrap_or_default()));
    }
    match (&read.prediction, &expect.label, expect.number) {
        (_, None, None) => {}
        (Predicted::Label(label), Some(wanted), _) => {
            if label != wanted {
                return Err(format!("{words}; not {wanted}"));
            }
            probable(expect, read, label).map_err(|problem| format!("{words}; {problem}"))?;
        }
        (Predicted::Number(number), _, Some(_)) => near(expect, *number, &words)?,
        (_, Some(wanted), _) => return Err(format!("{words}; not the label {wanted}")),
        (_, None, Some(wanted)) => return Err(format!("{words}; not the number {wanted}")),
    }
    Ok(words)
}

fn of_score(expect: &Expect, answer: &Answer) -> Result<String, String> {
    match predicted::read_score(&answer.body).filter(|_| expect.number.is_some() && expect.model.is_none()) {
        Some(score) => near(expect, score, &format!("score {score}")).map(|()| format!("score {score}")),
        None => Err(format!("no such prediction: {}", said(answer))),
    }
}

fn probable(expect: &Expect, read: &Prediction<'_>, label: &str) -> Result<(), String> {
    let Some(least) = expect.probability else { return Ok(()) };
    let shares = read.probabilities.as_ref().map(|all| &all.0);
    let share = shares.and_then(|all| all.iter().find(|(name, _)| name == label)).map(|(_, share)| *share);
    match share.or(read.confidence) {
        Some(share) if share >= least => Ok(()),
        Some(share) => Err(format!("probability {share:.4}, below {least}")),
        None => Err("it does not say how probable that is".to_owned()),
    }
}

fn near(expect: &Expect, number: f64, words: &str) -> Result<(), String> {
    let (Some(wanted), Some(tolerance)) = (expect.number, expect.tolerance) else { return Ok(()) };
    if (number - wanted).abs() <= tolerance {
        return Ok(());
    }
    Err(format!("{words}; {number} is more than {tolerance} away from {wanted}"))
}

/// What the service said: the detail of its problem, else the beginning of the body.
fn said(answer: &Answer) -> String {
    let problem = serde_json::from_slice::<Problem>(&answer.body).ok();
    let words = problem.map(|problem| problem.detail.unwrap_or(problem.title));
    let words = words.unwrap_or_else(|| String::from_utf8_lossy(&answer.body).into_owned());
    if words.trim().is_empty() {
        return "without a word".to_owned();
    }
    words.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUSE: &str = r#"{"model":"housing","version":"1","prediction":412000.0,"unit":"USD"}"#;
    const BASKET: &str = r#"{"model":"retail","version":"2","prediction":"Low","confidence":0.5,"probabilities":{"Low":0.5,"High":0.5}}"#;
    const TEXT: &str = r#"{"sentiment":"positive","score":0.931,"model":"sentiment","version":"2"}"#;

    #[test]
    fn answers_are_held_against_what_is_expected() {
        let ok = Ok("");
        for (expect, status, body, expected) in [
            (r#"{"number":411500,"tolerance":500}"#, 200, HOUSE, ok),
            (r#"{"number":411499,"tolerance":500}"#, 200, HOUSE, Err("more than 500 away from 411499")),
            (r#"{"number":412000,"tolerance":0,"model":"housing@1"}"#, 200, HOUSE, ok),
            (r#"{"model":"housing"}"#, 200, HOUSE, ok),
            (r#"{"model":"housing@2"}"#, 200, HOUSE, Err("not from housing@2")),
            (r#"{"label":"Low"}"#, 200, HOUSE, Err("not the label Low")),
            (r#"{"label":"Low","probability":0.5}"#, 200, BASKET, ok),
            (r#"{"label":"Low","probability":0.51}"#, 200, BASKET, Err("probability 0.5000, below 0.51")),
            (r#"{"label":"High"}"#, 200, BASKET, Err("not High")),
            (r#"{"number":1,"tolerance":9}"#, 200, BASKET, Err("not the number 1")),
            (r#"{"label":"positive","probability":0.9}"#, 200, TEXT, ok),
            (r#"{"label":"negative"}"#, 200, TEXT, Err("positive, 0.93, sentiment@2; not negative")),
            (r#"{"number":0.75,"tolerance":0.01}"#, 200, r#"{"score":0.751}"#, ok),
            (r#"{"number":0.75,"tolerance":0.01}"#, 200, r#"{"score":0.5}"#, Err("0.5 is more than 0.01 away")),
            (r#"{"label":"Low"}"#, 200, r#"{"score":0.5}"#, Err("no such prediction")),
            (r#"{"label":"Low"}"#, 200, "<html>", Err("no such prediction: <html>")),
            (
                r#"{"label":"Low"}"#,
                503,
                r#"{"title":"Busy","status":503,"detail":"try later"}"#,
                Err("status 503, not 200: try later"),
            ),
            (r#"{"status":422}"#, 422, "", ok),
            (r#"{"status":422}"#, 200, "", Err("status 200, not 422: without a word")),
            (r#"{"status":200,"label":"Low"}"#, 200, BASKET, ok),
        ] {
            let read: Expect = serde_json::from_str(expect).unwrap();
            let answer = Answer { status, body: bytes::Bytes::from_static(body.as_bytes()), ..Answer::default() };
            let judged = judge(&read, &Outcome::Answered(answer));
            match (&judged, expected) {
                (Ok(_), Ok(_)) => {}
                (Err(words), Err(said)) => assert!(words.contains(said), "{expect} {body}: {words}"),
                _ => panic!("{expect} {body}: {judged:?}"),
            }
        }
        assert_eq!(judge(&Expect::default(), &Outcome::Failed("refused".into())), Err("refused".into()));
    }
}
