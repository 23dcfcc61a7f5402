//! One value: from what a person types to JSON, and back.

use predictor_wire::{Field, FieldType};
use serde_json::Value;

/// Reads what was typed into a field. `None`: not given, and it need not be.
///
/// # Errors
/// In words, to stand behind the field's name: `must be at most 15`.
pub fn parse(field: &Field, text: &str) -> Result<Option<Value>, String> {
    if field.field_type == FieldType::Text {
        return Ok(Some(Value::from(text)));
    }
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return absent(field);
    }
    match field.field_type {
        FieldType::Category => choice(field, trimmed).map(Some),
        _ => number(field, trimmed).map(Some),
    }
}

/// A value as it stands in the field; nothing for an unknown one.
#[must_use]
pub fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn absent(field: &Field) -> Result<Option<Value>, String> {
    match (field.required, field.nullable) {
        (false, _) => Ok(None),
        (true, true) => Ok(Some(Value::Null)),
        (true, false) => Err("is required".to_owned()),
    }
}

/// A word of the set; the case need not be right where it leaves no doubt.
fn choice(field: &Field, text: &str) -> Result<Value, String> {
    let exact = field.choices.iter().find(|choice| *choice == text);
    let mut alike = field.choices.iter().filter(|choice| choice.to_lowercase() == text.to_lowercase());
    let near = match (alike.next(), alike.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    };
    match exact.or(near) {
        Some(choice) => Ok(Value::from(choice.as_str())),
        None if field.choices.is_empty() => Ok(Value::from(text)),
        None => Err(format!("must be one of {}", field.choices.join(", "))),
    }
}

fn number(field: &Field, text: &str) -> Result<Value, String> {
    let starts_well = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    let number = text.parse::<f64>().ok().filter(|number| starts_well && number.is_finite());
    let number = number.ok_or("must be a number")?;
    within(field, number)?;
    Ok(text.parse::<i64>().map_or_else(|_| Value::from(number), Value::from))
}

/// Whether a number is of the field's kind and in its range.
pub(super) fn within(field: &Field, number: f64) -> Result<(), String> {
    let unit = field.unit.as_ref().map_or_else(String::new, |unit| format!(" {unit}"));
    if field.field_type == FieldType::Integer && number.fract() != 0.0 {
        return Err("must be a whole number".to_owned());
    }
    match (field.minimum, field.maximum) {
        (Some(low), _) if field.exclusive_minimum && number <= low => Err(format!("must be greater than {low}{unit}")),
        (Some(low), _) if number < low => Err(format!("must be at least {low}{unit}")),
        (_, Some(high)) if number > high => Err(format!("must be at most {high}{unit}")),
        _ => Ok(()),
    }
}
