//! `predictor evaluate`: how good a model is on labelled data, in figures and pictures.

mod tables;

pub(super) use tables::{shown, write_table};

use super::Failure;
use crate::catalog;
use crate::data::cases::Case;
use crate::evaluation::calibration::Calibration;
use crate::evaluation::residuals::Residuals;
use crate::evaluation::{ClassFigures, Evaluation};
use crate::judgement::{Judgement, Slice, read_cases};
use crate::model::Model;
use crate::picture::pictures;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(super) struct Evaluate {
    /// NAME or NAME@VERSION of an embedded model, or the directory of an artifact
    #[arg(value_name = "MODEL", required_unless_present = "model")]
    named: Option<String>,
    /// The same; if both are given, the model must have the first one's name
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    #[command(flatten)]
    rows: Rows,
    /// Figures on parts of the rows too, by this field: by word, or by quarters of a number; may be repeated
    #[arg(long, value_name = "FIELD")]
    slice: Vec<String>,
    /// Write pictures as SVG into this directory, over those that are there
    #[arg(long, value_name = "DIR")]
    svg: Option<PathBuf>,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// Which rows to judge by.
#[derive(Debug, clap::Args)]
pub(super) struct Rows {
    /// Labelled files: lines `text TAB 0|1` for a model of texts, CSV with a header for the others
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    data: Vec<PathBuf>,
    /// Judge all rows, not only the fold that the model did not learn from: for other data than its training data
    #[arg(long)]
    all_rows: bool,
}

/// All that is found out about a model.
struct Found {
    figures: Evaluation,
    classes: Vec<ClassFigures>,
    calibration: Option<Calibration>,
    residuals: Option<Residuals>,
    slices: Vec<(String, Vec<Slice>)>,
}

impl Evaluate {
    pub(super) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let model = self.load()?;
        let all = read_cases(&model, &self.rows.data)?;
        let cases = self.rows.wanted(&model, &all)?;
        let judgement = Judgement::of(&model, &cases);
        let found = self.find(&model, &cases, &judgement)?;
        if let Some(folder) = &self.svg {
            let title = format!("{}, {}", model.reference(), self.rows.name());
            write_pictures(folder, &pictures(&judgement, &model.manifest().target, &title))?;
        }
        if self.json {
            serde_json::to_writer_pretty(&mut *out, &found.json(&model, self.rows.name()))?;
            writeln!(out)?;
            return Ok(());
        }
        let title = format!("{} on {}", model.reference(), self.rows.name());
        Ok(found.write(out, &title, &model.manifest().target.labels)?)
    }

    fn load(&self) -> Result<Model, Failure> {
        let wanted = self.model.as_ref().or(self.named.as_ref()).map(String::as_str).unwrap_or_default();
        let model = catalog::load(wanted)?;
        let name = &model.manifest().name;
        match &self.named {
            Some(named) if self.model.is_some() && named != name && *named != model.reference() => {
                Err(format!("--model {wanted} is {}, not {named:?}", model.reference()).into())
            }
            _ => Ok(model),
        }
    }

    fn find(&self, model: &Model, cases: &[&Case], judgement: &Judgement) -> Result<Found, Failure> {
        let manifest = model.manifest();
        let figures = judgement.figures(&manifest.target).ok_or("there are no rows to judge by")?;
        let slices = self.slice.iter().map(|field| {
            let slices = judgement.slices(manifest, cases, field);
            let slices =
                slices.ok_or_else(|| format!("{field:?} is no category or number of {}", model.reference()))?;
            Ok((field.clone(), slices))
        });
        Ok(Found {
            classes: if figures.confusion.is_empty() { Vec::new() } else { figures.classes() },
            calibration: judgement.calibration(),
            residuals: judgement.residuals(),
            slices: slices.collect::<Result<_, String>>()?,
            figures,
        })
    }
}

impl Rows {
    /// Files of the rows.
    pub(super) fn files(&self) -> &[PathBuf] {
        &self.data
    }

    /// What the rows are called.
    pub(super) fn name(&self) -> &'static str {
        if self.all_rows { "all rows" } else { "the test fold" }
    }

    /// The rows to judge a model by: those of its test fold, unless all are wanted.
    pub(super) fn wanted<'c>(&self, model: &Model, all: &'c [Case]) -> Result<Vec<&'c Case>, Failure> {
        let fold = model.manifest().recipe.test_fold;
        let wanted: Vec<&Case> = all.iter().filter(|case| self.all_rows || case.fold == fold).collect();
        if wanted.is_empty() {
            return Err(format!("the data has no rows in {}; add --all-rows", self.name()).into());
        }
        Ok(wanted)
    }
}

impl Found {
    fn json(&self, model: &Model, rows: &str) -> Value {
        let manifest = model.manifest();
        let mut object = Map::new();
        object.insert("model".to_owned(), manifest.name.clone().into());
        object.insert("version".to_owned(), manifest.version.clone().into());
        object.insert("rows".to_owned(), rows.trim_start_matches("the ").into());
        object.insert("metrics".to_owned(), json!(self.figures));
        if !self.classes.is_empty() {
            let class = |(label, class): (&String, &ClassFigures)| {
                json!({
                    "label": label, "precision": class.precision, "recall": class.recall, "f1": class.f1,
                    "support": class.support,
                })
            };
            let classes: Vec<Value> = manifest.target.labels.iter().zip(&self.classes).map(class).collect();
            object.insert("classes".to_owned(), classes.into());
        }
        if let Some(calibration) = &self.calibration {
            object.insert("calibration".to_owned(), json!(calibration));
        }
        if let Some(residuals) = &self.residuals {
            object.insert("residuals".to_owned(), json!(residuals));
        }
        if !self.slices.is_empty() {
            let slice = |slice: &Slice| json!({"value": slice.value, "metrics": slice.figures});
            let field = |(field, slices): &(String, Vec<Slice>)| {
                (field.clone(), slices.iter().map(slice).collect::<Vec<_>>().into())
            };
            object.insert("slices".to_owned(), Value::Object(self.slices.iter().map(field).collect()));
        }
        object.into()
    }

    fn write(&self, out: &mut impl Write, title: &str, labels: &[String]) -> std::io::Result<()> {
        tables::write_table(out, title, labels, &self.figures)?;
        tables::write_classes(out, labels, &self.classes)?;
        if let Some(calibration) = &self.calibration {
            tables::write_calibration(out, labels, calibration)?;
        }
        if let Some(residuals) = &self.residuals {
            tables::write_residuals(out, residuals)?;
        }
        for (field, slices) in &self.slices {
            tables::write_slices(out, field, slices)?;
        }
        Ok(())
    }
}

fn write_pictures(folder: &Path, pictures: &[crate::picture::Picture]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| format!("cannot write into {}: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(failed)?;
    for picture in pictures {
        std::fs::write(folder.join(format!("{}.svg", picture.name)), &picture.svg).map_err(failed)?;
    }
    Ok(())
}
