//! From outcomes to tensors, in JSON or behind it.

use super::request::{Request, Wanted};
use super::tensors::Datatype;
use crate::model::{Model, Outcome};
use crate::problem::Problem;
use predictor_wire::Task;
use serde::Serialize;
use serde_json::{Value, json};

/// An output that is to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chosen {
    name: &'static str,
    is_binary: bool,
}

/// The body of an answer.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) bytes: Vec<u8>,
    /// Length of the JSON, if something is behind it.
    pub(super) head: Option<usize>,
}

#[derive(Serialize)]
struct Answer<'a> {
    model_name: &'a str,
    model_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    outputs: Vec<Output<'a>>,
}

#[derive(Serialize)]
struct Output<'a> {
    name: &'a str,
    datatype: &'static str,
    shape: Vec<usize>,
    #[serde(skip_serializing_if = "Value::is_null")]
    parameters: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Elements<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Elements<'a> {
    Texts(Vec<&'a str>),
    Numbers(Vec<f64>),
}

/// The outputs that a request asks for, in its order; all if it names none.
///
/// # Errors
/// 422 for an output that the model does not have, one that is named twice, or a form that is not given here.
pub(super) fn chosen(request: &Request<'_>, task: Task) -> Result<Vec<Chosen>, Problem> {
    let names: &[&'static str] = match task {
        Task::Classification => &["label", "probabilities"],
        Task::Regression => &["prediction", "low", "high"],
    };
    let all = request.parameters.binary_data_output.unwrap_or(false);
    let wanted = request.outputs.as_deref().unwrap_or_default();
    if wanted.is_empty() {
        return Ok(names.iter().map(|name| Chosen { name, is_binary: all }).collect());
    }
    let mut chosen = Vec::<Chosen>::with_capacity(names.len());
    for (index, Wanted { name: given, parameters }) in wanted.iter().enumerate() {
        let Some(name) = names.iter().find(|name| *name == given) else {
            let detail = format!("must be one of {}", names.join(", "));
            return Err(Problem::field(&format!("/outputs/{index}/name"), detail));
        };
        if chosen.iter().any(|chosen| chosen.name == *name) {
            return Err(Problem::field(&format!("/outputs/{index}/name"), "is asked for more than once"));
        }
        let place = |parameter| format!("/outputs/{index}/parameters/{parameter}");
        if parameters.classification.is_some() {
            let words = "is not supported here; ask for label and probabilities";
            return Err(Problem::field(&place("classification"), words));
        }
        if parameters.shared_memory_region.is_some() {
            return Err(Problem::field(&place("shared_memory_region"), "is not supported here"));
        }
        chosen.push(Chosen { name, is_binary: parameters.binary_data.unwrap_or(all) });
    }
    Ok(chosen)
}

/// Writes an answer.
pub(super) fn write(model: &Model, id: Option<&str>, outcomes: &[Outcome], chosen: &[Chosen]) -> Written {
    let manifest = model.manifest();
    let mut tail = Vec::new();
    let outputs = chosen.iter().map(|chosen| {
        let (shape, elements) = elements(&manifest.target.labels, outcomes, chosen.name);
        let datatype = match elements {
            Elements::Texts(_) => Datatype::Bytes.name(),
            Elements::Numbers(_) => Datatype::Fp64.name(),
        };
        if !chosen.is_binary {
            return Output { name: chosen.name, datatype, shape, parameters: Value::Null, data: Some(elements) };
        }
        let before = tail.len();
        append(&mut tail, &elements);
        let parameters = json!({ "binary_data_size": tail.len() - before });
        Output { name: chosen.name, datatype, shape, parameters, data: None }
    });
    let outputs = outputs.collect();
    let answer = Answer { model_name: &manifest.name, model_version: &manifest.version, id, outputs };
    // Writing JSON of these types to memory cannot fail.
    let mut bytes = serde_json::to_vec(&answer).unwrap_or_default();
    let head = chosen.iter().any(|chosen| chosen.is_binary).then_some(bytes.len());
    bytes.append(&mut tail);
    Written { bytes, head }
}

fn elements<'a>(labels: &'a [String], outcomes: &[Outcome], name: &str) -> (Vec<usize>, Elements<'a>) {
    let rows = outcomes.len();
    if name == "label" {
        let word = |outcome: &Outcome| labels.get(outcome.label()).map_or("", String::as_str);
        return (vec![rows], Elements::Texts(outcomes.iter().map(word).collect()));
    }
    if name == "probabilities" {
        let numbers = outcomes.iter().flat_map(Outcome::numbers).collect();
        return (vec![rows, labels.len()], Elements::Numbers(numbers));
    }
    let number = |outcome: &Outcome| match (outcome, name) {
        (Outcome::Number { low, .. }, "low") => *low,
        (Outcome::Number { high, .. }, "high") => *high,
        (Outcome::Number { value, .. }, _) => *value,
        (Outcome::Class { .. }, _) => f64::NAN,
    };
    (vec![rows], Elements::Numbers(outcomes.iter().map(number).collect()))
}

fn append(tail: &mut Vec<u8>, elements: &Elements<'_>) {
    match elements {
        Elements::Numbers(numbers) => numbers.iter().for_each(|number| tail.extend_from_slice(&number.to_le_bytes())),
        Elements::Texts(texts) => {
            for text in texts {
                // A label is part of a manifest, whose size is bounded far below.
                let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
                tail.extend_from_slice(&length.to_le_bytes());
                tail.extend_from_slice(text.as_bytes());
            }
        }
    }
}
