//! Smoke predictions: a model that is to answer has to answer the examples of all its forms, sensibly.

use crate::model::{Model, Outcome};

/// Predicts the example of each form; golden examples were replayed when the model was loaded.
///
/// # Errors
/// An example that the model's own schema refuses, or an outcome that is no answer.
pub fn smoke(model: &Model) -> Result<(), String> {
    for form in model.schema().forms() {
        let example = form.example();
        let input = model.schema().check_map(&example).map_err(|faults| {
            let words = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail));
            format!("the example of form {:?} is refused: {}", form.name, words.collect::<Vec<_>>().join("; "))
        })?;
        if !is_sensible(&model.predict(&input)) {
            return Err(format!("the prediction for the example of form {:?} is no answer", form.name));
        }
    }
    Ok(())
}

fn is_sensible(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Class { label, probabilities } => {
            let sum: f64 = probabilities.iter().sum();
            let in_range = probabilities.iter().all(|probability| (0.0..=1.0).contains(probability));
            in_range && *label < probabilities.len() && (sum - 1.0).abs() < 1e-3
        }
        Outcome::Number { value, low, high } => {
            [value, low, high].into_iter().all(|number| number.is_finite()) && low <= high
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::EMBEDDED;

    #[test]
    fn embedded_models_pass() {
        for embedded in EMBEDDED {
            smoke(&embedded.load().expect("an embedded model")).expect("it answers");
        }
    }

    #[test]
    fn what_is_no_answer_is_known() {
        let class = |label, probabilities: &[f64]| Outcome::Class { label, probabilities: probabilities.to_vec() };
        let number = |value, low, high| Outcome::Number { value, low, high };
        let check = |outcome: Outcome, expect: bool| assert_eq!(is_sensible(&outcome), expect, "{outcome:?}");
        check(class(1, &[0.25, 0.75]), true);
        check(class(2, &[0.25, 0.75]), false);
        check(class(0, &[0.25, 0.25]), false);
        check(class(0, &[f64::NAN, 1.0]), false);
        check(class(0, &[1.5, -0.5]), false);
        check(number(3.0, 1.0, 5.0), true);
        check(number(f64::NAN, 1.0, 5.0), false);
        check(number(3.0, 1.0, f64::INFINITY), false);
        check(number(3.0, 5.0, 1.0), false);
    }
}
