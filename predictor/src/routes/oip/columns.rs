//! From tensors to rows: each tensor is a column, named, typed and as long as all others; each row then comes through the
//! model's schema as any row does. Faults are named by tensor and row.

use super::request::{Data, Request, Tensor};
use super::tensors::{Datatype, accepted, decode};
use crate::problem::Problem;
use crate::schema::{Input, RawCell, RawRow, Schema};
use predictor_wire::{Field, FieldProblem};
use std::borrow::Cow;

/// Most faults that are listed; the rest is counted.
const LISTED: usize = 100;

/// A tensor that fits its field.
struct Column<'a> {
    field: &'a Field,
    /// Its place among the inputs.
    index: usize,
    cells: Vec<RawCell<'a>>,
}

/// The checked rows of a request.
///
/// # Errors
/// 413 for more than `limit` rows; 422 with every fault.
pub(super) fn rows<'a>(inputs: Vec<Tensor<'a>>, schema: &'a Schema, limit: usize) -> Result<Vec<Input<'a>>, Problem> {
    let rows = inputs.first().and_then(|tensor| tensor.shape.as_ref()?.first().copied()).unwrap_or(0);
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    if rows > limit {
        return Err(Problem::too_many_rows(rows, limit));
    }
    let columns = columns(inputs, schema, rows)?;
    let names: Vec<_> = columns.iter().map(|column| (column.field.name.as_str(), column.index)).collect();
    let mut cells: Vec<_> = columns.into_iter().map(|column| (&column.field.name, column.cells.into_iter())).collect();
    let (mut checked, mut faults, mut count) = (Vec::with_capacity(rows), Vec::new(), 0);
    for row in 0..rows {
        let pairs = cells.iter_mut().filter_map(|(name, cells)| Some((Cow::Borrowed(name.as_str()), cells.next()?)));
        match schema.check(RawRow::Object(pairs.collect()), "") {
            Ok(input) => checked.push(input),
            Err(found) => {
                for found in found.into_iter().filter_map(|found| placed(found, row, &names)) {
                    count += 1;
                    if faults.len() < LISTED {
                        faults.push(found);
                    }
                }
            }
        }
    }
    if count > 0 { Err(Problem::first_fields(faults, count)) } else { Ok(checked) }
}

/// What a request asks to have judged, before its tensors are looked into.
///
/// # Errors
/// 422 if there is no tensor, or more than the model has fields.
pub(super) fn refuse_wrong_count(request: &Request<'_>) -> Result<(), Problem> {
    match request.count {
        None | Some(0) => Err(Problem::field("/inputs", "must be a list of at least one tensor")),
        Some(count) if count > request.inputs.len() => {
            Err(Problem::field("/inputs", format!("has {count} tensors, more than the model has fields")))
        }
        Some(_) => Ok(()),
    }
}

/// A fault of a row at its place in the tensors. A tensor that is missing altogether is named once.
fn placed(fault: FieldProblem, row: usize, names: &[(&str, usize)]) -> Option<FieldProblem> {
    let FieldProblem { pointer, detail } = fault;
    let name = pointer.trim_start_matches('/').replace("~1", "/").replace("~0", "~");
    match names.iter().find(|(known, _)| *known == name) {
        Some((_, index)) => {
            let detail = format!("(tensor {name}, row {row}) {detail}");
            Some(FieldProblem { pointer: format!("/inputs/{index}/data/{row}"), detail })
        }
        None if row > 0 => None,
        None => {
            Some(FieldProblem { pointer: "/inputs".to_owned(), detail: format!("lacks tensor {name}, which {detail}") })
        }
    }
}

fn columns<'a>(inputs: Vec<Tensor<'a>>, schema: &'a Schema, rows: usize) -> Result<Vec<Column<'a>>, Problem> {
    let (mut columns, mut faults) = (Vec::<Column<'a>>::with_capacity(inputs.len()), Vec::new());
    for (index, tensor) in inputs.into_iter().enumerate() {
        match column(tensor, index, schema, rows) {
            Ok(column) if columns.iter().any(|known| known.field.name == column.field.name) => {
                faults
                    .push((format!("/inputs/{index}/name"), format!("{} is given more than once", column.field.name)));
            }
            Ok(column) => columns.push(column),
            Err((place, detail)) => faults.push((format!("/inputs/{index}{place}"), detail)),
        }
    }
    if faults.is_empty() {
        return Ok(columns);
    }
    Err(Problem::fields(faults.into_iter().map(|(pointer, detail)| FieldProblem { pointer, detail }).collect()))
}

/// The column of a tensor, or the place in it and what is wrong there.
fn column<'a>(
    tensor: Tensor<'a>,
    index: usize,
    schema: &'a Schema,
    rows: usize,
) -> Result<Column<'a>, (String, String)> {
    let fault = |place: &str, detail: String| (place.to_owned(), detail);
    let Tensor { name, datatype, shape, parameters, data } = tensor;
    let name = name.ok_or_else(|| fault("/name", "is required".to_owned()))?;
    let field = schema.forms().iter().flat_map(|form| &form.inputs).find(|field| field.name == name);
    let field = field.ok_or_else(|| fault("/name", format!("must be one of {}", known(schema))))?;
    let datatype = datatype.as_deref().and_then(Datatype::of).filter(|datatype| datatype.fits(field.field_type));
    let wrong_type = || fault("/datatype", format!("must be one of {} for {name}", accepted(field.field_type)));
    let datatype = datatype.ok_or_else(wrong_type)?;
    let length = match shape.as_deref() {
        Some([length] | [length, 1]) => usize::try_from(*length).unwrap_or(usize::MAX),
        _ => return Err(fault("/shape", format!("must be [n] or [n, 1] for {name}"))),
    };
    if length != rows {
        return Err(fault("/shape", format!("of {name} has {length} rows, and that of the first tensor {rows}")));
    }
    if parameters.shared_memory_region.is_some() {
        return Err(fault("/parameters/shared_memory_region", "is not supported here; send the data".to_owned()));
    }
    let mut cells = elements(data, datatype, rows).map_err(|(row, detail)| {
        let place = row.map_or_else(|| "/data".to_owned(), |row| format!("/data/{row}"));
        let row = row.map_or_else(String::new, |row| format!(", row {row}"));
        (place, format!("(tensor {name}{row}) {detail}"))
    })?;
    if field.nullable || !field.required {
        cells.iter_mut().filter(|cell| is_unknown(cell)).for_each(|cell| *cell = RawCell::Null);
    }
    Ok(Column { field, index, cells })
}

fn elements(
    data: Option<Data<'_>>,
    datatype: Datatype,
    rows: usize,
) -> Result<Vec<RawCell<'_>>, (Option<usize>, String)> {
    match data {
        None => Err((None, "is required".to_owned())),
        Some(Data::Bytes(bytes)) => decode(datatype, bytes, rows),
        Some(Data::Cells { count, .. }) if count != rows => {
            Err((None, format!("has {count} elements, and the shape says {rows}")))
        }
        Some(Data::Cells { cells, .. }) => {
            let misfit = |cell: &RawCell<'_>| matches!(cell, RawCell::Number(number) if !datatype.holds(*number));
            match cells.iter().position(misfit) {
                Some(row) => Err((Some(row), format!("is not {}", datatype.name()))),
                None => Ok(cells),
            }
        }
    }
}

/// Tensors have no null: NaN and the empty text stand for it where a field may be unknown.
fn is_unknown(cell: &RawCell<'_>) -> bool {
    match cell {
        RawCell::Number(number) => number.is_nan(),
        RawCell::Text(text) => text.is_empty(),
        _ => false,
    }
}

fn known(schema: &Schema) -> String {
    let mut names: Vec<&str> = Vec::new();
    for field in schema.forms().iter().flat_map(|form| &form.inputs) {
        if !names.contains(&field.name.as_str()) {
            names.push(&field.name);
        }
    }
    names.join(", ")
}
