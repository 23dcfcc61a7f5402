//! `predictor predict`: predictions without a service, of one case or of a file of them.
//!
//! The same path as the service's: schema, model, answer. A row that is refused has its faults in its place.

use super::Failure;
use super::given::Given;
use crate::catalog;
use crate::model::Model;
use crate::schema::{Input, RawRow};
use crate::workers::{in_parallel, threads};
use predictor_wire::{FieldProblem, Problem};
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// Rows that are read before they are answered.
const ROOM: usize = 4096;
/// Rows that one thread answers at a time.
const CHUNK: usize = 256;

#[derive(Debug, clap::Args)]
pub(super) struct Predict {
    /// NAME or NAME@VERSION of an embedded model, or the directory of an artifact
    model: String,
    /// Rows: CSV with a header if its name ends so, else a JSON object a line; `-` is standard input
    #[arg(value_name = "FILE")]
    rows: Option<PathBuf>,
    #[command(flatten)]
    given: Given,
    /// Add what moved each prediction: this many contributions
    #[arg(long, value_name = "N", default_value_t = 0)]
    explain: usize,
    /// The rows are CSV, whatever the file is called
    #[arg(long, requires = "rows")]
    csv: bool,
}

/// How many rows there were.
#[derive(Debug, Default, PartialEq, Eq)]
struct Answered {
    count: usize,
    refused: usize,
}

/// A row as it stands in its file, with its line.
enum Line {
    Json(u64, String),
    Csv(u64, Vec<(String, String)>),
    Broken(u64, String),
    /// The rows cannot be read on.
    Unreadable(u64, String),
}

impl Predict {
    pub(super) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let model = catalog::load(&self.model)?;
        let Some(rows) = &self.rows else {
            let input = self.given.read(&model)?;
            writeln!(out, "{}", self.answer(&model, &input)?)?;
            return Ok(());
        };
        if self.given.is_some() {
            return Err("give one case, or a file of rows, not both".into());
        }
        let is_csv = self.csv || rows.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let reader = open(rows)?;
        let Answered { count, refused } = match is_csv {
            true => self.answer_all(&model, csv_lines(reader)?, out)?,
            false => self.answer_all(&model, json_lines(reader), out)?,
        };
        if count == 0 {
            let wanted = if is_csv { "a header and rows below it" } else { "a JSON object a line" };
            writeln!(std::io::stderr(), "{} has no rows; {wanted} would be answered", rows.display())?;
        }
        match refused {
            0 => Ok(()),
            1 => Err("1 row was refused; its faults are in its place".into()),
            more => Err(format!("{more} rows were refused; their faults are in their place").into()),
        }
    }

    fn answer(&self, model: &Model, input: &Input<'_>) -> Result<String, Failure> {
        let explanation = (self.explain > 0).then(|| model.explain(input, self.explain));
        Ok(serde_json::to_string(&model.answer(&model.predict(input), explanation))?)
    }

    fn answer_all(
        &self,
        model: &Model,
        mut lines: impl Iterator<Item = Line>,
        out: &mut impl Write,
    ) -> Result<Answered, Failure> {
        let mut out = std::io::BufWriter::new(out);
        let mut answered = Answered::default();
        loop {
            let rows: Vec<Line> = lines.by_ref().take(ROOM).collect();
            if rows.is_empty() {
                out.flush()?;
                return Ok(answered);
            }
            answered.count += rows.len();
            let chunks: Vec<&[Line]> = rows.chunks(CHUNK).collect();
            let answers = in_parallel(threads(), chunks.len(), |chunk| {
                chunks[chunk].iter().map(|line| self.answer_line(model, line)).collect::<Vec<_>>()
            });
            for answer in answers.into_iter().flatten() {
                let (text, fine) = answer.map_err(|error| error.to_string())?;
                answered.refused += usize::from(!fine);
                writeln!(out, "{text}")?;
            }
        }
    }

    /// The answer and whether it is a prediction.
    fn answer_line(&self, model: &Model, line: &Line) -> Result<(String, bool), String> {
        let schema = model.schema();
        let (number, checked) = match line {
            Line::Json(number, text) => match serde_json::from_str::<RawRow<'_>>(text) {
                Ok(row) => (*number, schema.check(row, "")),
                Err(error) => {
                    return Ok((problem(*number, 400, "Malformed request", error.to_string(), Vec::new()), false));
                }
            },
            Line::Csv(number, pairs) => {
                let pairs = pairs.iter().map(|(name, text)| (Cow::from(name.as_str()), Cow::from(text.as_str())));
                (*number, schema.check_texts(pairs, ""))
            }
            Line::Unreadable(number, reason) => {
                return Err(format!("the rows cannot be read from line {number} on: {reason}"));
            }
            Line::Broken(number, reason) => {
                return Ok((problem(*number, 400, "Malformed request", reason.clone(), Vec::new()), false));
            }
        };
        match checked {
            Ok(input) => self.answer(model, &input).map(|text| (text, true)).map_err(|error| error.to_string()),
            Err(faults) => Ok((problem(number, 422, "Invalid input", super::given::words(&faults), faults), false)),
        }
    }
}

/// As the service words it in the place of a line.
fn problem(line: u64, status: u16, title: &str, detail: String, errors: Vec<FieldProblem>) -> String {
    let problem =
        Problem { kind: "about:blank".to_owned(), title: title.to_owned(), status, detail: Some(detail), errors };
    serde_json::json!({"line": line, "problem": problem}).to_string()
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(std::io::stdin())));
    }
    let file = File::open(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(Box::new(BufReader::new(file)))
}

fn json_lines(reader: impl BufRead) -> impl Iterator<Item = Line> {
    let numbered = reader.split(b'\n').zip(1..);
    numbered.filter_map(|(line, number)| match line.map(String::from_utf8) {
        Ok(Ok(text)) if text.trim().is_empty() => None,
        Ok(Ok(text)) => Some(Line::Json(number, text)),
        Ok(Err(_)) => Some(Line::Broken(number, "the line is not UTF-8".to_owned())),
        Err(error) => Some(Line::Unreadable(number, error.to_string())),
    })
}

fn csv_lines(reader: impl BufRead) -> Result<impl Iterator<Item = Line>, Failure> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(reader);
    let header: Vec<String> =
        reader.headers().map_err(|error| format!("the header: {error}"))?.iter().map(str::to_owned).collect();
    let mut before = 1;
    Ok(reader.into_records().map(move |record| match record {
        Ok(record) => {
            before = record.position().map_or(before + 1, csv::Position::line);
            Line::Csv(before, header.iter().cloned().zip(record.iter().map(str::to_owned)).collect())
        }
        Err(error) => {
            before = error.position().map_or(before + 1, csv::Position::line);
            if error.is_io_error() {
                return Line::Unreadable(before, error.to_string());
            }
            Line::Broken(before, error.to_string())
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_ends_it() {
        struct Failing;
        impl std::io::Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("torn"))
            }
        }
        let wanted =
            Predict { model: "sentiment".to_owned(), rows: None, given: Given::default(), explain: 0, csv: false };
        let model = catalog::load("sentiment").expect("a model");
        let lines = json_lines(BufReader::new(Failing));
        let words = wanted.answer_all(&model, lines, &mut Vec::new()).expect_err("it ends").to_string();
        assert_eq!(words, "the rows cannot be read from line 1 on: torn");
    }

    fn all(model: &str, lines: impl Iterator<Item = Line>) -> (Vec<serde_json::Value>, usize) {
        let given = Given::default();
        let wanted = Predict { model: model.to_owned(), rows: None, given, explain: 1, csv: false };
        let mut out = Vec::new();
        let answered = wanted.answer_all(&catalog::load(model).expect("a model"), lines, &mut out).expect("answered");
        let Answered { count, refused } = answered;
        assert_eq!(count, out.iter().filter(|byte| **byte == b'\n').count());
        let text = String::from_utf8(out).expect("UTF-8");
        (text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect(), refused)
    }

    #[test]
    fn every_line_has_an_answer_in_its_place() {
        let rows = b"{\"text\": \"a great day\"}\n\nnonsense\n{\"words\": 1}\n\xff\n{\"text\": \"awful\"}".as_slice();
        let (answers, refused) = all("sentiment@2", json_lines(rows));
        assert_eq!((answers.len(), refused), (5, 3));
        assert_eq!((&answers[0]["prediction"], &answers[4]["prediction"]), (&"positive".into(), &"negative".into()));
        assert_eq!(answers[0]["explanation"]["contributions"].as_array().map(Vec::len), Some(1));
        assert_eq!((&answers[1]["line"], &answers[1]["problem"]["status"]), (&3.into(), &400.into()));
        assert_eq!(answers[2]["problem"]["errors"][0]["pointer"], "/text");
        assert_eq!(answers[3]["line"], 5);
    }

    #[test]
    fn csv_is_read_by_its_header() {
        let rows = "id,text\n1,a great day\n2\n3,\"awful, really\"\n".as_bytes();
        let (answers, refused) = all("sentiment@2", csv_lines(rows).expect("a header"));
        assert_eq!((answers.len(), refused), (3, 1));
        assert_eq!((&answers[0]["prediction"], &answers[2]["prediction"]), (&"positive".into(), &"negative".into()));
        assert_eq!(answers[1]["line"], 3);
    }
}
