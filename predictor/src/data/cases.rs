//! From a table's rows to cases of a model: fields through the model's schema, the target beside them.

use super::DataError;
use super::table::{Row, Table};
use crate::schema::{Input, Schema};
use predictor_wire::Target;
use std::borrow::Cow;

/// A row that a model can be trained on or judged by.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The fields, checked as a request's are.
    pub input: Input<'static>,
    /// The true number, or the position of the true label.
    pub truth: f64,
    /// Which fold it belongs to.
    pub fold: u64,
    /// What decides its place in the split.
    pub key: String,
}

/// All rows of a table as cases. Columns that are neither fields of the main form nor the target are passed over.
///
/// # Errors
/// A column that is not there, or the first row with a value that a request could not have.
pub fn cases(table: &Table, schema: &Schema, target: &Target) -> Result<Vec<Case>, DataError> {
    let fields = schema.forms().first().map_or(&[][..], |form| &form.inputs);
    let columns = fields.iter().map(|field| Ok((field.name.as_str(), table.column(&field.name)?)));
    let columns: Vec<(&str, usize)> = columns.collect::<Result<_, DataError>>()?;
    let truth = table.column(&target.name)?;
    table.rows.iter().map(|row| case(table, row, &columns, truth, schema, target)).collect()
}

fn case(
    table: &Table,
    row: &Row,
    columns: &[(&str, usize)],
    truth: usize,
    schema: &Schema,
    target: &Target,
) -> Result<Case, DataError> {
    let cell = |column: usize| Cow::Borrowed(row.cell(column).unwrap_or_default());
    let pairs = columns.iter().map(|(name, column)| (Cow::Borrowed(*name), cell(*column)));
    let input = schema.check_texts(pairs, "").map_err(|faults| {
        let words = faults.iter().map(|fault| format!("{} {}", fault.pointer.trim_start_matches('/'), fault.detail));
        table.fault(row, words.collect::<Vec<_>>().join("; "))
    })?;
    let truth = true_value(row.cell(truth), target).map_err(|words| table.fault(row, words))?;
    Ok(Case { input: input.into_owned(), truth, fold: row.fold(), key: row.key().to_owned() })
}

fn true_value(cell: Option<&str>, target: &Target) -> Result<f64, String> {
    let name = &target.name;
    let cell = cell.ok_or_else(|| format!("{name} is missing"))?;
    if target.labels.is_empty() {
        let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
        return number.ok_or_else(|| format!("{name} must be a number"));
    }
    let label = target.labels.iter().position(|label| label == cell);
    label.map(|label| label as f64).ok_or_else(|| format!("{name} must be one of {}", target.labels.join(", ")))
}
