//! What models ask for, as a table or as JSON.

use predictor_wire::{Field, ModelMetadata, ModelState};
use serde_json::{Value, json};

use super::super::ask::only;
use super::super::failure::Failure;
use super::super::output::Output;
use super::super::prepare::Prepared;
use super::named;
use crate::effect::Request;
use crate::event::Facts;
use crate::fields;
use crate::model::Catalog;

/// All models of the service.
///
/// # Errors
/// Also where the service tells of none.
pub(super) async fn catalog(prepared: &Prepared, base: &str) -> Result<Catalog, Failure> {
    let (catalog, _) = only!(&prepared.clients, Request::Models { base: base.to_owned() }, Facts::Models);
    match &catalog {
        Catalog::Listed(_) => Ok(catalog),
        Catalog::Untold(why) => {
            let words = format!("the service at {base} tells of no models: {why}");
            Err(Failure::not_found(words).with_hint("Services of older versions take a text: qd predict 'some words'"))
        }
    }
}

/// The model that is meant.
///
/// # Errors
/// When the service has no such model; names those it has.
pub(super) fn model<'a>(catalog: &'a Catalog, reference: &str) -> Result<&'a ModelMetadata, Failure> {
    let (name, version) = named(reference);
    catalog.model(name, version).ok_or_else(|| {
        let known: Vec<String> = catalog.models().iter().map(|m| format!("{}@{}", m.name, m.version)).collect();
        Failure::not_found(format!("there is no model {reference}; there are {}", known.join(", ")))
    })
}

/// Prints the fields of one model, or all models.
pub(super) async fn print(
    prepared: &Prepared,
    base: &str,
    reference: Option<&str>,
    output: &mut Output<'_>,
) -> Result<u8, Failure> {
    let catalog = catalog(prepared, base).await?;
    match reference {
        None => models(&catalog, output)?,
        Some(reference) => fields_of(model(&catalog, reference)?, output)?,
    }
    Ok(super::exit::OK)
}

fn models(catalog: &Catalog, output: &mut Output<'_>) -> Result<(), Failure> {
    let row = |model: &ModelMetadata| {
        vec![
            format!("{}@{}", model.name, model.version),
            state_word(model.state).to_owned(),
            if model.default { "default".to_owned() } else { "-".to_owned() },
            model.target.name.clone(),
            model.target.unit.clone().unwrap_or_else(|| model.target.labels.join("|")),
            model.title.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = catalog.models().iter().map(row).collect();
    let head = ["MODEL", "STATE", "DEFAULT", "PREDICTS", "UNIT OR LABELS", "TITLE"];
    output.list(&head, &rows, &json!({ "models": catalog.models() }))
}

fn state_word(state: ModelState) -> &'static str {
    match state {
        ModelState::Ready => "ready",
        ModelState::Loading => "loading",
        ModelState::Failed => "failed",
        ModelState::Unloaded => "unloaded",
    }
}

fn fields_of(model: &ModelMetadata, output: &mut Output<'_>) -> Result<(), Failure> {
    let several = !model.alternatives.is_empty();
    let row = |form: &str, field: &Field| {
        let mut row = vec![
            field.name.clone(),
            fields::type_word(field).to_owned(),
            if field.required { "required" } else { "optional" }.to_owned(),
            fields::hint(field),
            fields::written(&field.example),
            field.description.clone(),
        ];
        if several {
            row.insert(0, form.to_owned());
        }
        row
    };
    let forms = fields::forms(model);
    let rows: Vec<Vec<String>> =
        forms.iter().flat_map(|form| form.inputs.iter().map(move |field| row(&form.name, field))).collect();
    let mut head = vec!["FIELD", "TYPE", "GIVEN", "UNIT, RANGE", "EXAMPLE", "MEANING"];
    if several {
        head.insert(0, "FORM");
    }
    let whole: Value = serde_json::to_value(model).unwrap_or_default();
    output.list(&head, &rows, &whole)
}
