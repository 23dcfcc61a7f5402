//! Writing down what was learnt: figures, distributions, golden examples.

use super::{Answer, Choice, INTERVAL_LEVEL, Settings, Table, TrainError};
use crate::artifact::{
    Artifact, Example, FORMAT, Kind, Library, Manifest, Recipe, Reference, SMARTCORE, Task, Weights, hex_sha256,
};
use crate::data::cases::Case;
use crate::data::table;
use crate::drift::Watched;
use crate::evaluation::Evaluation;
use crate::judgement::Judgement;
use crate::model::Outcome;
use crate::model::table::plan::{Alternative, Plan};
use crate::model::table::watch::{observe, watched_in};
use crate::schema::{Cell, Input, Schema};
use serde_json::{Map, Value, json};

#[expect(clippy::too_many_arguments, reason = "all that a training run has found out")]
pub(super) fn describe(
    model: &Table,
    plan: &Plan,
    table: &table::Table,
    settings: &Settings,
    training: &[Case],
    test: &[Case],
    chosen: &Choice,
    answer: &Answer,
) -> Result<Artifact, TrainError> {
    let weights = model.to_bytes()?;
    let held_out: Vec<Outcome> = chosen.scores.iter().map(|scores| answer.outcome(scores)).collect();
    let truths = training.iter().map(|case| case.truth);
    let validation = Judgement::beside(&plan.target, truths.zip(held_out.iter().cloned()));
    let validation = validation.figures(&plan.target).ok_or(TrainError::TooFew("the training data"))?;
    let rows: Vec<&[Cell<'_>]> = training.iter().map(|case| case.input.cells.as_slice()).collect();
    let is_number = plan.target.labels.is_empty();
    let manifest = Manifest {
        format: FORMAT,
        kind: Kind::Table,
        name: plan.name.to_owned(),
        version: settings.version.clone(),
        title: plan.title.to_owned(),
        description: plan.description.to_owned(),
        created: settings.created.clone(),
        git_commit: settings.git_commit.clone(),
        library: Library { name: "smartcore".to_owned(), version: SMARTCORE.to_owned() },
        task: if is_number { Task::Regression } else { Task::Classification },
        target: plan.target.clone(),
        interval_level: is_number.then_some(INTERVAL_LEVEL),
        forms: plan.forms(),
        recipe: recipe(plan, settings, chosen, answer),
        data: table.sources.clone(),
        metrics: metrics(model, plan, test)?,
        validation,
        reference: Some(reference(plan, &rows, &held_out)),
        weights: Weights { bytes: weights.len() as u64, sha256: hex_sha256(&weights) },
        examples: examples(model, plan, training.iter().chain(test))?,
    };
    Ok(Artifact { manifest, weights })
}

/// Distributions of the training rows, with outcomes of estimators that had not learnt from them.
fn reference(plan: &Plan, rows: &[&[Cell<'_>]], outcomes: &[Outcome]) -> Reference {
    let mut watched = watched_in(&plan.form, rows);
    let seen = |(row, outcome): (&&[Cell<'_>], &Outcome)| {
        let mut seen = Vec::with_capacity(row.len() + 1);
        observe(row, |at| &watched[at].labels, &mut seen);
        seen.push(outcome.observed());
        seen
    };
    let seen: Vec<_> = rows.iter().zip(outcomes).map(seen).collect();
    watched.push(Watched::word(plan.target.name.as_str(), &plan.target.labels));
    Reference::of(&watched, &seen)
}

fn recipe(plan: &Plan, settings: &Settings, chosen: &Choice, answer: &Answer) -> Recipe {
    let tried = plan.candidates.iter().zip(&chosen.losses);
    let tried = tried.map(|(estimator, loss)| json!({"settings": estimator, "rmse": (loss * 1e6).round() / 1e6}));
    let mut found = Map::new();
    found.insert("chosen".to_owned(), json!(chosen.estimator));
    found.insert("tried".to_owned(), tried.collect());
    if let Answer::Binary { threshold } = answer {
        found.insert("threshold".to_owned(), json!(threshold));
    }
    Recipe { seed: settings.seed, test_fold: settings.test_fold, settings: found }
}

/// The main form's figures; those of two labels with the threshold one half, as other programs have it; and how far
/// answers are off when the same rows come in another form.
fn metrics(model: &Table, plan: &Plan, test: &[Case]) -> Result<Evaluation, TrainError> {
    let of = |input_of: &dyn Fn(&Case) -> Input<'static>| {
        let judged = test.iter().map(|case| (case.truth, model.predict(&input_of(case))));
        Judgement::beside(&plan.target, judged).figures(&plan.target).ok_or(TrainError::TooFew("the test fold"))
    };
    let mut main = of(&|case| case.input.clone())?;
    if plan.target.labels.len() == 2 {
        let judged: Vec<_> =
            test.iter().map(|case| (case.truth > 0.5, model.predict(&case.input).numbers()[1])).collect();
        let half = Evaluation::of_binary(&judged).ok_or(TrainError::TooFew("the test fold"))?;
        for name in ["accuracy", "f1"] {
            main.figures.insert(format!("{name}_at_half"), half.figure(name));
        }
    }
    for (index, alternative) in plan.alternatives.iter().enumerate() {
        let other = of(&|case| in_form(alternative, index + 1, case))?;
        for name in ["rmse", "r2", "accuracy", "f1_macro"] {
            if let Some(figure) = other.figures.get(name) {
                main.figures.insert(format!("{name}_{}", alternative.form.name), *figure);
            }
        }
    }
    Ok(main)
}

fn in_form(alternative: &Alternative, form: usize, case: &Case) -> Input<'static> {
    Input { form, cells: alternative.back.iter().map(|fill| fill.of(&case.input.cells)).collect() }
}

fn examples<'a>(
    model: &Table,
    plan: &Plan,
    cases: impl Iterator<Item = &'a Case> + Clone,
) -> Result<Vec<Example>, TrainError> {
    let schema = Schema::new(plan.forms());
    let of_forms = plan.forms().iter().map(predictor_wire::Form::example).collect::<Vec<Map<String, Value>>>();
    let mut examples = Vec::new();
    for (index, input) in of_forms.into_iter().chain(plan.examples.clone()).enumerate() {
        let checked = schema.check_map(&input).map_err(|_| TrainError::TooFew("a golden example"))?;
        if cases.clone().any(|case| case.input == checked) {
            return Err(TrainError::ExampleInData(index));
        }
        let output = model.predict(&checked).numbers();
        examples.push(Example { input: input.clone(), output });
    }
    Ok(examples)
}
