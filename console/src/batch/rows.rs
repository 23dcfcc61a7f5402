//! Rows of a file: a JSON list, a JSON object on each line, or CSV whose header names the fields.
//!
//! Holds one row at a time where the format allows it, and says where each row stands. Knows no files: it reads what it
//! is given.

use std::io::{self, BufRead, Read};

use predictor_wire::Form;
use serde_json::{Map, Value};

use crate::fields::{self, Fault};
use crate::text::clean;

/// Longest line, in bytes.
const LONGEST_LINE: u64 = 1 << 20;
/// Largest JSON list, in bytes: it has to be read whole.
pub const LARGEST_LIST: u64 = 32 << 20;
/// Names under which a JSON object may hold its rows.
const ROWS: [&str; 3] = ["rows", "items", "instances"];

/// How a file holds its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `[{…}, …]`, or `{"rows": […]}`.
    List,
    /// `{…}` on each line.
    Lines,
    /// A header, then records.
    Csv,
}

impl Format {
    /// By the ending of a file's name.
    ///
    /// # Errors
    /// In words, for an ending that says nothing.
    pub fn of(file: &str) -> Result<Self, String> {
        let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
        match ending.as_str() {
            "json" => Ok(Self::List),
            "ndjson" | "jsonl" => Ok(Self::Lines),
            "csv" => Ok(Self::Csv),
            _ => {
                Err("the name must end with .json (a list), .ndjson (an object a line) or .csv (with a header)".into())
            }
        }
    }

    /// What is counted: `line`, or `row` of a list.
    #[must_use]
    pub fn counts(self) -> &'static str {
        if self == Self::List { "row" } else { "line" }
    }
}

/// One row with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Line, or number of the row in a list, from 1.
    pub line: u64,
    /// Bytes of the file up to its end, as far as they are counted.
    pub bytes: u64,
    /// A few words of it, clean.
    pub words: String,
    /// Its fields, or why it cannot be sent.
    pub row: Result<Map<String, Value>, String>,
}

/// Reads all rows; `take` gets each and answers whether to go on. Answers the names that are no field.
///
/// # Errors
/// In words, when the file as a whole cannot be read.
pub fn read(
    input: &mut dyn BufRead,
    format: Format,
    forms: &[Form],
    take: &mut dyn FnMut(Found) -> bool,
) -> Result<Vec<String>, String> {
    match format {
        Format::List => list(input, forms, take),
        Format::Lines => lines(input, forms, take),
        Format::Csv => csv(input, forms, take),
    }
}

fn list(input: &mut dyn BufRead, forms: &[Form], take: &mut dyn FnMut(Found) -> bool) -> Result<Vec<String>, String> {
    let mut text = String::new();
    input.take(LARGEST_LIST + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > LARGEST_LIST {
        let most = LARGEST_LIST >> 20;
        return Err(format!("a JSON list may have {most} MiB; write one object a line into an .ndjson file"));
    }
    let size = text.len() as u64;
    let read: Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| format!("not JSON: {error}"))?;
    drop(text);
    let rows = match read {
        Value::Array(rows) => rows,
        Value::Object(mut whole) => match ROWS.iter().find_map(|name| whole.remove(*name)) {
            Some(Value::Array(rows)) => rows,
            _ => return Err("holds no list of rows".to_owned()),
        },
        _ => return Err("holds no list of rows".to_owned()),
    };
    let (count, mut unused) = (rows.len() as u64, Unused::default());
    for (index, row) in rows.into_iter().enumerate() {
        let line = index as u64 + 1;
        let found = object(row, forms, &mut unused);
        let words = found.0;
        if !take(Found { line, bytes: size * line / count.max(1), words, row: found.1 }) {
            break;
        }
    }
    Ok(unused.0)
}

fn lines(input: &mut dyn BufRead, forms: &[Form], take: &mut dyn FnMut(Found) -> bool) -> Result<Vec<String>, String> {
    let (mut line, mut bytes, mut unused) = (0, 0, Unused::default());
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let count = one_line(input, &mut buffer).map_err(|error| error.to_string())?;
        if count == 0 {
            return Ok(unused.0);
        }
        line += 1;
        bytes += count;
        let text = buffer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&buffer).trim_ascii();
        if text.is_empty() {
            continue;
        }
        let (words, row) = match serde_json::from_slice::<Value>(text) {
            _ if count > LONGEST_LINE => (String::new(), Err("the line is longer than 1 MiB".to_owned())),
            Ok(value) => object(value, forms, &mut unused),
            Err(error) => (few(&String::from_utf8_lossy(text)), Err(format!("not JSON: {}", place(&error)))),
        };
        if !take(Found { line, bytes, words, row }) {
            return Ok(unused.0);
        }
    }
}

/// Reads a line; what is beyond the longest is passed over. Answers how long it was.
fn one_line(input: &mut dyn BufRead, buffer: &mut Vec<u8>) -> io::Result<u64> {
    let mut count = Read::take(&mut *input, LONGEST_LINE + 1).read_until(b'\n', buffer)? as u64;
    while count > LONGEST_LINE && buffer.last() != Some(&b'\n') {
        buffer.clear();
        let more = Read::take(&mut *input, LONGEST_LINE).read_until(b'\n', buffer)? as u64;
        if more == 0 {
            break;
        }
        count += more;
    }
    Ok(count)
}

fn csv(input: &mut dyn BufRead, forms: &[Form], take: &mut dyn FnMut(Found) -> bool) -> Result<Vec<String>, String> {
    let mut reader = ::csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let names: Vec<&str> = header.iter().map(|name| name.trim_start_matches('\u{feff}').trim()).collect();
    let mut unused = Unused::default();
    names.iter().for_each(|name| unused.note(name, forms));
    if names.iter().all(|name| unused.0.iter().any(|known| known == name)) {
        return Err(format!("no column is a field of the model; the header is {}", few(&names.join(", "))));
    }
    let mut record = ::csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(unused.0),
            Ok(true) => {}
            Err(error) if error.is_io_error() => return Err(error.to_string()),
            Err(_) => {
                let row = Err("is not UTF-8".to_owned());
                if !take(Found { line, bytes: reader.position().byte(), words: String::new(), row }) {
                    return Ok(unused.0);
                }
                continue;
            }
        }
        let line = record.position().map_or(line, ::csv::Position::line);
        let row = if record.len() == names.len() {
            let pairs: Vec<(&str, &str)> = names.iter().copied().zip(record.iter()).collect();
            fields::read_texts(forms, &pairs).map_err(|faults| in_words(&faults))
        } else {
            Err(format!("has {} values, the header {}", record.len(), names.len()))
        };
        let words = few(&record.iter().collect::<Vec<_>>().join(", "));
        if !take(Found { line, bytes: reader.position().byte(), words, row }) {
            return Ok(unused.0);
        }
    }
}

fn object(value: Value, forms: &[Form], unused: &mut Unused) -> (String, Result<Map<String, Value>, String>) {
    let Value::Object(row) = value else { return (few(&value.to_string()), Err("is not an object".to_owned())) };
    let words = few(&summary(&row));
    row.keys().for_each(|name| unused.note(name, forms));
    let checked = fields::check(forms, &row).map_err(|faults| in_words(&faults));
    (words, checked.map(|()| row))
}

/// The values of a row, in their order.
#[must_use]
pub fn summary(row: &Map<String, Value>) -> String {
    row.values().map(fields::written).collect::<Vec<_>>().join(", ")
}

/// Names that are no field of any form; not more of them than a line can hold.
#[derive(Default)]
struct Unused(Vec<String>);

impl Unused {
    fn note(&mut self, name: &str, forms: &[Form]) {
        let is_field = forms.iter().flat_map(|form| &form.inputs).any(|field| field.name == name);
        if !is_field && self.0.len() < 20 && !self.0.iter().any(|known| known == name) {
            self.0.push(name.to_owned());
        }
    }
}

fn few(text: &str) -> String {
    let head: String = text.chars().take(160).collect();
    clean(&head.replace('\n', " ")).into_owned()
}

fn in_words(faults: &[Fault]) -> String {
    clean(&faults.iter().map(Fault::words).collect::<Vec<_>>().join("; ")).into_owned()
}

/// A JSON error without its line, which is always 1 here.
fn place(error: &serde_json::Error) -> String {
    let words = error.to_string();
    words.split(" at line ").next().map_or(words.clone(), |head| format!("{head} at column {}", error.column()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn forms() -> Vec<Form> {
        let field = |name: &str, kind: &str, required: bool| {
            serde_json::from_value(
                json!({"name": name, "type": kind, "description": "", "required": required, "example": 1}),
            )
            .unwrap()
        };
        let inputs = vec![field("rooms", "number", true), field("near", "category", false)];
        vec![Form { name: "main".into(), description: String::new(), inputs }]
    }

    fn check(format: Format, text: &str, expect: &[(u64, &str)]) {
        let mut found = Vec::new();
        let read = read(&mut text.as_bytes(), format, &forms(), &mut |row| {
            found.push((row.line, row.row.map_or_else(|words| words, |row| Value::Object(row).to_string())));
            true
        });
        read.unwrap();
        let found: Vec<(u64, &str)> = found.iter().map(|(line, words)| (*line, words.as_str())).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn each_format_is_read_with_its_places() {
        check(
            Format::List,
            r#"[{"rooms":1},{"rooms":"x"},7]"#,
            &[(1, r#"{"rooms":1}"#), (2, "rooms must be a number, not a string"), (3, "is not an object")],
        );
        check(Format::List, r#"{"rows":[{"rooms":1}]}"#, &[(1, r#"{"rooms":1}"#)]);
        check(
            Format::Lines,
            "\u{feff}{\"rooms\":1}\n\n{oops\r\n{}",
            &[(1, r#"{"rooms":1}"#), (3, "not JSON: key must be a string at column 2"), (4, "rooms is required")],
        );
        check(
            Format::Csv,
            "rooms,near,price\n1,\"a\nb\",9\nx,,\n2\n3,,4",
            &[
                (2, r#"{"rooms":1,"near":"a\nb"}"#),
                (4, "rooms must be a number"),
                (5, "has 1 values, the header 3"),
                (6, r#"{"rooms":3}"#),
            ],
        );
    }

    #[test]
    fn what_is_no_file_of_rows_is_told() {
        let refused = |format, text: &str| read(&mut text.as_bytes(), format, &forms(), &mut |_| true).unwrap_err();
        assert!(refused(Format::List, "{").contains("not JSON"));
        assert!(refused(Format::List, "7").contains("no list"));
        assert!(refused(Format::Csv, "a,b\n1,2").contains("no column is a field"));
        let unused = read(&mut "rooms,price\n1,2".as_bytes(), Format::Csv, &forms(), &mut |_| true).unwrap();
        assert_eq!(unused, ["price"]);
        assert!(Format::of("a.txt").is_err() && Format::of("A.JSONL") == Ok(Format::Lines));
    }

    #[test]
    fn a_line_without_end_is_passed_over_in_bounded_memory() {
        let text = format!("{}\n{{\"rooms\":1}}\n", "x".repeat(5_000_000));
        let mut lines = Vec::new();
        read(&mut text.as_bytes(), Format::Lines, &forms(), &mut |row| {
            lines.push((row.line, row.row.is_ok()));
            true
        })
        .unwrap();
        assert_eq!(lines, [(1, false), (2, true)]);
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in prop::collection::vec(any::<u8>(), 0..200), format in 0_u8..3) {
            let format = [Format::List, Format::Lines, Format::Csv][usize::from(format)];
            let _ = read(&mut &bytes[..], format, &forms(), &mut |_| true);
        }
    }
}
