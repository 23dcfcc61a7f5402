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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::table::plan::{category, number};
    use crate::schema::Cell;
    use predictor_wire::Form;
    use std::path::PathBuf;

    fn read(text: &str, labels: &[&str]) -> Result<Vec<Case>, DataError> {
        let home = tempfile::tempdir().expect("a temporary directory");
        let path = home.path().join("rows.csv");
        std::fs::write(&path, text).expect("written");
        let table = Table::read(&[path]).expect("a table");
        let size = category("size", "", &["S", "M"], "S");
        let inputs = vec![number("spend", "", 0.0, 10.0, 1.0), predictor_wire::Field { required: false, ..size }];
        let schema = Schema::new(vec![Form { name: String::new(), description: String::new(), inputs }]);
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        cases(&table, &schema, &Target { name: "y".to_owned(), unit: None, labels })
    }

    #[test]
    fn rows_become_cases() {
        let found = read("y,extra,size,spend\nno,1,S,2.5\nyes,1,,3\n", &["no", "yes"]).expect("cases");
        let expect = [(vec![Cell::Number(2.5), Cell::Choice(0)], 0.0), (vec![Cell::Number(3.0), Cell::Missing], 1.0)];
        assert_eq!(found.iter().map(|case| (case.input.cells.clone(), case.truth)).collect::<Vec<_>>(), expect);
        assert_eq!(found[0].key, "no,1,S,2.5");
    }

    #[test]
    fn faults_name_line_and_column() {
        let check = |text: &str, labels: &[&str], expect: &str| {
            let words = read(text, labels).expect_err("refused").to_string();
            assert!(words.ends_with(expect), "{words}");
        };
        check(
            "spend,size,y\n1,S,1\n11,L,2\n",
            &[],
            "rows.csv:3: spend must be at most 10; size must be one of \"S\", \"M\"",
        );
        check("spend,size,y\nlots,S,1\n", &[], "rows.csv:2: spend must be a number");
        check("spend,size,y\n1,S,\n", &[], "rows.csv:2: y is missing");
        check("spend,size,y\n1,S,maybe\n", &["no", "yes"], "rows.csv:2: y must be one of no, yes");
        check("spend,size,y\n1,S,inf\n", &[], "rows.csv:2: y must be a number");
        check("spend,y\n1,2\n", &[], "there is no column \"size\"; there are spend, y");
        let missing = Table::read(&[PathBuf::from("/nowhere/rows.csv")]).expect_err("absent").to_string();
        assert!(missing.starts_with("cannot read /nowhere/rows.csv"), "{missing}");
    }
}
