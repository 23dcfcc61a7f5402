//! A whole row: which form is meant, and every fault of it.

use predictor_wire::{Field, FieldType, Form};
use serde_json::{Map, Value};

use super::read::{parse, within};

/// What is wrong with one field; the name is empty for the row as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field.
    pub field: String,
    /// `is required`
    pub detail: String,
}

impl Fault {
    pub(crate) fn new(field: &str, detail: impl Into<String>) -> Self {
        Self { field: field.to_owned(), detail: detail.into() }
    }

    /// `rooms is required`
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} {}", self.field, self.detail).trim_start().to_owned()
    }
}

/// The form with all required fields given, else the one with most fields given; the first of equals.
#[must_use]
pub fn meant(forms: &[Form], is_given: impl Fn(&str) -> bool) -> usize {
    let fit = |form: &Form| {
        let lacks = form.inputs.iter().any(|field| field.required && !is_given(&field.name));
        (!lacks, form.inputs.iter().filter(|field| is_given(&field.name)).count())
    };
    let fits: Vec<_> = forms.iter().map(fit).collect();
    let best = fits.iter().max().copied();
    fits.iter().position(|fit| Some(*fit) == best).unwrap_or(0)
}

/// Checks a row with JSON's types.
///
/// # Errors
/// Every fault.
pub fn check(forms: &[Form], row: &Map<String, Value>) -> Result<(), Vec<Fault>> {
    let form = meant(forms, |name| row.contains_key(name));
    let fields = forms.get(form).map_or(&[][..], |form| &form.inputs);
    let fault = |field: &Field| Some(Fault::new(&field.name, value(field, row.get(&field.name)).err()?));
    let mut faults: Vec<Fault> = fields.iter().filter_map(fault).collect();
    faults.extend(row.keys().filter_map(|name| misspelt(forms, fields, name)));
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Reads a row whose values are all texts, as a CSV record or a command line has them. Names that are no field of any
/// form are left out, unless they are nearly one.
///
/// # Errors
/// Every fault.
pub fn read_texts(forms: &[Form], pairs: &[(&str, &str)]) -> Result<Map<String, Value>, Vec<Fault>> {
    let text = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    let form = meant(forms, |name| text(name).is_some());
    let fields = forms.get(form).map_or(&[][..], |form| &form.inputs);
    let (mut row, mut faults) = (Map::new(), Vec::new());
    for field in fields {
        let given = text(&field.name);
        if given.is_none() && field.field_type == FieldType::Text && field.required {
            faults.push(Fault::new(&field.name, "is required"));
            continue;
        }
        if given.is_none() && field.field_type == FieldType::Text {
            continue;
        }
        match parse(field, given.unwrap_or_default()) {
            Ok(None) => {}
            // What was not given stays so, even where it may be unknown.
            Ok(Some(Value::Null)) if given.is_none() => faults.push(Fault::new(&field.name, "is required")),
            Ok(Some(value)) => drop(row.insert(field.name.clone(), value)),
            Err(detail) => faults.push(Fault::new(&field.name, detail)),
        }
    }
    faults.extend(pairs.iter().filter_map(|(name, _)| misspelt(forms, fields, name)));
    if faults.is_empty() { Ok(row) } else { Err(faults) }
}

fn value(field: &Field, given: Option<&Value>) -> Result<(), String> {
    let Some(given) = given else {
        return if field.required { Err("is required".to_owned()) } else { Ok(()) };
    };
    match (field.field_type, given) {
        (_, Value::Null) if field.nullable || !field.required => Ok(()),
        (FieldType::Text, Value::String(_)) => Ok(()),
        (FieldType::Category, Value::String(text)) => match field.choices.is_empty() || field.choices.contains(text) {
            true => Ok(()),
            false => Err(format!("must be one of {}", field.choices.join(", "))),
        },
        (FieldType::Number | FieldType::Integer, Value::Number(number)) => match number.as_f64() {
            Some(number) => within(field, number),
            None => Err("must be a finite number".to_owned()),
        },
        (FieldType::Number, other) => Err(format!("must be a number, not {}", kind(other))),
        (FieldType::Integer, other) => Err(format!("must be a whole number, not {}", kind(other))),
        (FieldType::Text | FieldType::Category, other) => Err(format!("must be a string, not {}", kind(other))),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A name that differs from a field's only in case or in signs between its words is a slip, not something extra.
fn misspelt(forms: &[Form], fields: &[Field], name: &str) -> Option<Fault> {
    if forms.iter().flat_map(|form| &form.inputs).any(|field| field.name == name) {
        return None;
    }
    let bare = |name: &str| name.to_lowercase().replace(['_', '-', ' '], "");
    let near = fields.iter().find(|field| bare(&field.name) == bare(name))?;
    Some(Fault::new(name, format!("is not a field of this model; {} is", near.name)))
}
