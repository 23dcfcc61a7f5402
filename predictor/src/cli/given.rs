//! One case as a person gives it on the command line: a text, fields with values, or a file with a JSON object.

use super::Failure;
use crate::judgement::takes_text;
use crate::model::Model;
use crate::schema::{Input, RawRow};
use predictor_wire::FieldProblem;
use std::borrow::Cow;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Default, clap::Args)]
pub(super) struct Given {
    /// The text, for a model of texts
    #[arg(long, conflicts_with_all = ["set", "input"])]
    text: Option<String>,
    /// A field with its value; may be repeated. Fields that are not given are taken as a request would have them
    #[arg(long, value_name = "FIELD=VALUE", value_parser = pair, conflicts_with = "input")]
    set: Vec<(String, String)>,
    /// A file with the fields as a JSON object; `-` is standard input
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

impl Given {
    /// Whether anything was given.
    pub(super) fn is_some(&self) -> bool {
        self.text.is_some() || !self.set.is_empty() || self.input.is_some()
    }

    /// The case, checked as a request is. Without anything given, the model's own example.
    pub(super) fn read(&self, model: &Model) -> Result<Input<'static>, Failure> {
        let schema = model.schema();
        let checked = if let Some(text) = &self.text {
            if !takes_text(model) {
                return Err(format!("{} takes no text; give its fields with --set", model.reference()).into());
            }
            Ok(Input::of_text(text.clone()))
        } else if let Some(path) = &self.input {
            let text = read_text(path)?;
            let row: RawRow<'_> =
                serde_json::from_str(&text).map_err(|error| format!("{} is not JSON: {error}", path.display()))?;
            schema.check(row, "").map(Input::into_owned)
        } else if self.set.is_empty() {
            writeln!(std::io::stderr(), "nothing was given: the answer is to the model's own example")?;
            let example = schema.forms().first().map(predictor_wire::Form::example).unwrap_or_default();
            schema.check_map(&example).map(Input::into_owned)
        } else {
            let pairs = self.set.iter().map(|(name, text)| (Cow::from(name.as_str()), Cow::from(text.as_str())));
            schema.check_texts(pairs, "").map(Input::into_owned)
        };
        checked.map_err(|faults| words(&faults).into())
    }
}

/// Faults for a person.
pub(super) fn words(faults: &[FieldProblem]) -> String {
    let each = |fault: &FieldProblem| format!("{} {}", fault.pointer.trim_start_matches('/'), fault.detail);
    faults.iter().map(each).collect::<Vec<_>>().join("; ")
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(text)
}

fn pair(given: &str) -> Result<(String, String), String> {
    let (name, value) = given.split_once('=').ok_or("must be FIELD=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}
