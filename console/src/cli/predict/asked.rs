//! One prediction of a model's fields: from the command line, typed by the model's schema.

use predictor_wire::{Form, ModelMetadata, Prediction};
use serde_json::{Map, Value};

use super::super::failure::Failure;
use super::super::output::Output;
use super::super::prepare::Prepared;
use super::{Options, body, named, request as written, schema};
use crate::fields::{self, Fault};
use crate::model::PredictionRequest;
use crate::predicted::{amount, interval_words, number, signed};

/// The request, checked before it is sent.
pub(super) async fn request(
    prepared: &Prepared,
    base: &str,
    reference: &str,
    options: &Options,
    output: &mut Output<'_>,
) -> Result<PredictionRequest, Failure> {
    let catalog = schema::catalog(prepared, base).await?;
    let model = schema::model(&catalog, reference)?;
    let row = row(model, options)?;
    if is_example(options) {
        output.note(&format!("no field was given: the answer is about the example of {}", model.name));
    }
    let (name, version) = named(reference);
    let path = format!("{}/predict", fields::model_path(name, version));
    let query = options.explain.map_or_else(String::new, |most| format!("?explain={most}"));
    let asked = Options { path: format!("{path}{query}"), method: Some("POST".to_owned()), ..options.clone() };
    written(base, &asked, Value::Object(row).to_string())
}

fn is_example(options: &Options) -> bool {
    options.set.is_empty() && options.body.is_none() && options.text.is_none()
}

/// The fields: those of the body, or of the example where that is asked for, and those that are set.
fn row(model: &ModelMetadata, options: &Options) -> Result<Map<String, Value>, Failure> {
    let forms = fields::forms(model);
    let mut row = match (&options.body, is_example(options) || options.example) {
        (Some(_), _) => serde_json::from_str(&body(options)?)
            .map_err(|error| Failure::usage(format!("--body is no JSON object: {error}")))?,
        (None, true) => example(model, &forms),
        (None, false) => Map::new(),
    };
    for pair in &options.set {
        set(&forms, pair, &mut row)?;
    }
    if let Some(text) = &options.text {
        let is_text = |field: &&predictor_wire::Field| field.field_type == predictor_wire::FieldType::Text;
        let field = forms.iter().flat_map(|form| &form.inputs).find(is_text);
        let field = field.ok_or_else(|| Failure::usage(format!("{} takes no text; {}", model.name, known(&forms))))?;
        row.insert(field.name.clone(), Value::from(text.as_str()));
    }
    fields::check(&forms, &row).map_err(|faults| refused(model, &faults))?;
    Ok(row)
}

fn example(model: &ModelMetadata, forms: &[Form]) -> Map<String, Value> {
    match (model.example.is_empty(), forms.first()) {
        (true, Some(form)) => form.example(),
        _ => model.example.clone(),
    }
}

/// `FIELD=VALUE`, read as its field demands; an empty value is an unknown one.
fn set(forms: &[Form], pair: &str, row: &mut Map<String, Value>) -> Result<(), Failure> {
    let (name, text) =
        pair.split_once('=').ok_or_else(|| Failure::usage(format!("--set {pair:?} is not FIELD=VALUE")))?;
    let field = forms.iter().flat_map(|form| &form.inputs).find(|field| field.name == name);
    let field = field.ok_or_else(|| Failure::usage(format!("there is no field {name:?}; {}", known(forms))))?;
    match fields::parse(field, text).map_err(|words| Failure::usage(format!("{name} {words}")))? {
        Some(value) => drop(row.insert(name.to_owned(), value)),
        None => drop(row.remove(name)),
    }
    Ok(())
}

fn known(forms: &[Form]) -> String {
    let form = |form: &Form| form.inputs.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
    format!("its fields are {}", forms.iter().map(form).collect::<Vec<_>>().join("; or "))
}

fn refused(model: &ModelMetadata, faults: &[Fault]) -> Failure {
    let words: Vec<String> = faults.iter().map(Fault::words).collect();
    let hint = format!(
        "qd predict --model {} --schema prints the fields; --example takes what is missing from the example.",
        model.name
    );
    Failure::usage(format!("{}; nothing was sent", words.join("; "))).with_hint(hint)
}

/// The answer for a person.
pub(super) fn words(read: &Prediction<'_>) -> Vec<String> {
    let mut lines = vec![crate::predicted::words(read)];
    for (label, share) in read.probabilities.iter().flat_map(|all| &all.0) {
        lines.push(format!("  {:5.1} %  {label}", share * 100.0));
    }
    if let Some(interval) = &read.interval {
        lines.push(format!("  {}", interval_words(interval, read.unit.as_deref())));
    }
    let Some(explanation) = &read.explanation else { return lines };
    let moved = explanation.contributions.iter().map(|c| c.contribution).sum::<f64>() + explanation.rest;
    let to = amount(explanation.baseline + moved, Some(&explanation.unit));
    lines.push(format!("what moved it, from {} to {to}:", number(explanation.baseline)));
    for found in &explanation.contributions {
        let value = found.value.as_ref().map_or_else(String::new, |value| format!(" = {}", fields::written(value)));
        lines.push(format!("  {:>12}  {}{value}", signed(found.contribution, true), found.feature));
    }
    if explanation.rest != 0.0 {
        lines.push(format!("  {:>12}  all others", signed(explanation.rest, true)));
    }
    lines
}
