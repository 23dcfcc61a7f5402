//! The fields that a model asks for, as its service describes them: which values are taken, and in words why not.
//!
//! Pure. The service has the last word; what is told here is told before anything is sent.

mod check;
mod read;

pub use check::{Fault, check, meant, read_texts};
pub use read::{parse, written};

use predictor_wire::{Field, FieldType, Form, ModelMetadata};

/// All forms of a model, the main one first.
#[must_use]
pub fn forms(model: &ModelMetadata) -> Vec<Form> {
    let main = Form { name: "main".to_owned(), description: String::new(), inputs: model.inputs.clone() };
    std::iter::once(main).chain(model.alternatives.iter().cloned()).collect()
}

/// Unit and range: `10,000 USD, 0 to 15`; the choices of a category.
#[must_use]
pub fn hint(field: &Field) -> String {
    let range = match (field.minimum, field.maximum) {
        (Some(low), Some(high)) if field.exclusive_minimum => format!("above {low}, up to {high}"),
        (Some(low), Some(high)) => format!("{low} to {high}"),
        (Some(low), None) if field.exclusive_minimum => format!("above {low}"),
        (Some(low), None) => format!("{low} or more"),
        (None, Some(high)) => format!("up to {high}"),
        (None, None) => String::new(),
    };
    let whole = if field.field_type == FieldType::Integer { "whole" } else { "" };
    let unit = field.unit.as_deref().unwrap_or_default();
    let choices = field.choices.join(" | ");
    let parts = [unit, whole, &range, &choices];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Path of a model, below the service's base URL: `/v1/models/housing/versions/1`.
#[must_use]
pub fn model_path(name: &str, version: Option<&str>) -> String {
    let version = version.map_or_else(String::new, |version| format!("/versions/{}", segment(version)));
    format!("/v1/models/{}{version}", segment(name))
}

/// One segment of a path, percent-encoded.
fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let encode = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}

/// The word for the type: `number`.
#[must_use]
pub fn type_word(field: &Field) -> &'static str {
    match field.field_type {
        FieldType::Text => "text",
        FieldType::Number => "number",
        FieldType::Integer => "integer",
        FieldType::Category => "category",
    }
}

#[cfg(test)]
mod tests;
