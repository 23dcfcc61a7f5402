//! What is wanted of a table model: its fields, its target, its features, the estimators to choose from.

use super::Fill;
use super::features::Operation;
use super::learn::Estimator;
use predictor_wire::{Field, FieldType, Form, Target};
use serde_json::{Map, Value};

/// Everything about a table model that is not learnt.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Name under which the model is served.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does, for people.
    pub description: &'static str,
    /// The main form; its fields are columns of the data.
    pub form: Form,
    /// Other forms.
    pub alternatives: Vec<Alternative>,
    /// What is predicted; its name is a column of the data. Labels make it a classification.
    pub target: Target,
    /// The features, in order.
    pub features: Vec<Wanted>,
    /// Fields that are taken for unknown in a share of the rows, so that the model learns to do without them.
    pub hidden: Vec<(&'static str, f64)>,
    /// Estimators; cross-validation chooses.
    pub candidates: Vec<Estimator>,
    /// Cases for golden examples besides the forms' own; invented.
    pub examples: Vec<Map<String, Value>>,
}

/// Another form of the same case.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// The form.
    pub form: Form,
    /// How its cells fill each field of the main form.
    pub fills: Vec<Fill>,
    /// How the main form's cells fill each field of this one; for judging the model by this form.
    pub back: Vec<Fill>,
}

/// A feature to be made.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// A field's number.
    Number(&'static str),
    /// One feature for each choice of a closed category, or for each frequent word of an open one.
    OneHot(&'static str),
    /// The target's mean among rows with the same word; of several labels the share of each.
    TargetMean(&'static str),
    /// The median of an earlier feature among rows with the same word.
    Usual {
        /// Name to give it.
        name: &'static str,
        /// The field with the word.
        field: &'static str,
        /// Name of the earlier feature.
        of: &'static str,
    },
    /// Two earlier features.
    Arithmetic {
        /// Name to give it.
        name: &'static str,
        /// What to do.
        operation: Operation,
        /// Names of the features.
        of: [&'static str; 2],
    },
}

impl Plan {
    /// All forms, the main one first.
    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        let others = self.alternatives.iter().map(|alternative| alternative.form.clone());
        [self.form.clone()].into_iter().chain(others).collect()
    }

    /// Position of a field in the main form.
    #[must_use]
    pub fn slot(&self, field: &str) -> Option<usize> {
        self.form.inputs.iter().position(|known| known.name == field)
    }
}

/// A field that must be given; the rest is set with struct update.
#[must_use]
pub fn field(name: &str, field_type: FieldType, description: &str, example: impl Into<Value>) -> Field {
    Field {
        name: name.to_owned(),
        field_type,
        description: description.to_owned(),
        unit: None,
        required: true,
        nullable: false,
        default: None,
        minimum: None,
        maximum: None,
        exclusive_minimum: false,
        choices: Vec::new(),
        example: example.into(),
    }
}

/// A number from `least` to `most`.
#[must_use]
pub fn number(name: &str, description: &str, least: f64, most: f64, example: f64) -> Field {
    let whole = field(name, FieldType::Number, description, example);
    Field { minimum: Some(least), maximum: Some(most), ..whole }
}

/// A whole number from `least` to `most`.
#[must_use]
pub fn integer(name: &str, description: &str, least: f64, most: f64, example: i64) -> Field {
    let whole = field(name, FieldType::Integer, description, example);
    Field { minimum: Some(least), maximum: Some(most), ..whole }
}

/// A category; open if no choices are given.
#[must_use]
pub fn category(name: &str, description: &str, choices: &[&str], example: &str) -> Field {
    let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
    Field { choices, ..field(name, FieldType::Category, description, example) }
}

impl Wanted {
    /// A ratio of two earlier features.
    #[must_use]
    pub fn ratio(name: &'static str, over: &'static str, under: &'static str) -> Self {
        Self::Arithmetic { name, operation: Operation::Ratio, of: [over, under] }
    }

    /// A sum of two earlier features.
    #[must_use]
    pub fn sum(name: &'static str, left: &'static str, right: &'static str) -> Self {
        Self::Arithmetic { name, operation: Operation::Sum, of: [left, right] }
    }

    /// A difference of two earlier features.
    #[must_use]
    pub fn difference(name: &'static str, left: &'static str, right: &'static str) -> Self {
        Self::Arithmetic { name, operation: Operation::Difference, of: [left, right] }
    }
}
