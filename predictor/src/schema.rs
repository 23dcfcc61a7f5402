//! What a model asks for, and the one way from what a caller sends to what a model takes.
//!
//! JSON objects, queries and CSV records all become an [`Input`] here or are refused with every fault named; training,
//! gate, single, batch and stream come through the same checks. Nothing here knows a model or a transport.

mod check;
mod raw;

pub use raw::{RawCell, RawRow};

use predictor_wire::{FieldProblem, Form};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The forms in which a model takes a case; the first is the main one.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    forms: Vec<Form>,
}

/// A case that passed every check: one cell for each field of one form, in the form's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Input<'a> {
    /// Index of the form.
    pub form: usize,
    /// Its cells.
    pub cells: Vec<Cell<'a>>,
}

/// One value of an [`Input`].
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// Unknown.
    Missing,
    /// A finite number within the field's range.
    Number(f64),
    /// Position in the field's choices.
    Choice(usize),
    /// A text, or a word of an open category.
    Text(Cow<'a, str>),
}

impl Cell<'_> {
    /// The number; NaN for everything else.
    #[must_use]
    pub fn number(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            _ => f64::NAN,
        }
    }
}

impl<'a> Input<'a> {
    /// The text of the first cell; empty if it holds none.
    #[must_use]
    pub fn text(&self) -> &str {
        match self.cells.first() {
            Some(Cell::Text(text)) => text,
            _ => "",
        }
    }

    /// A case of a form with one text.
    #[must_use]
    pub fn of_text(text: impl Into<Cow<'a, str>>) -> Self {
        Self { form: 0, cells: vec![Cell::Text(text.into())] }
    }

    /// The same case without a borrow.
    #[must_use]
    pub fn into_owned(self) -> Input<'static> {
        let owned = |cell| match cell {
            Cell::Missing => Cell::Missing,
            Cell::Number(number) => Cell::Number(number),
            Cell::Choice(choice) => Cell::Choice(choice),
            Cell::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
        };
        Input { form: self.form, cells: self.cells.into_iter().map(owned).collect() }
    }
}

impl Schema {
    /// A schema of at least one form.
    #[must_use]
    pub fn new(forms: Vec<Form>) -> Self {
        Self { forms }
    }

    /// All forms, the main one first.
    #[must_use]
    pub fn forms(&self) -> &[Form] {
        &self.forms
    }

    /// Checks a row as JSON has it. `place` is the row's JSON pointer, empty for a whole body.
    ///
    /// # Errors
    /// Every fault, with its pointer.
    pub fn check<'a>(&self, row: RawRow<'a>, place: &str) -> Result<Input<'a>, Vec<FieldProblem>> {
        check::row(&self.forms, row, place, check::Words::Json)
    }

    /// Checks pairs of names and texts, as a query or a CSV record has them: numbers are read from text, an empty text
    /// is an unknown value.
    ///
    /// # Errors
    /// Every fault, with its pointer.
    pub fn check_texts<'a>(
        &self,
        pairs: impl IntoIterator<Item = (Cow<'a, str>, Cow<'a, str>)>,
        place: &str,
    ) -> Result<Input<'a>, Vec<FieldProblem>> {
        let cells = pairs.into_iter().map(|(name, text)| (name, RawCell::Text(text))).collect();
        check::row(&self.forms, RawRow::Object(cells), place, check::Words::Text)
    }

    /// Checks an object in memory.
    ///
    /// # Errors
    /// Every fault, with its pointer.
    pub fn check_map<'a>(&self, object: &'a Map<String, Value>) -> Result<Input<'a>, Vec<FieldProblem>> {
        self.check(RawRow::of(object), "")
    }
}
