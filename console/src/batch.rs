//! Many predictions from a file: what is asked, what is told while it runs, and the count of it all. Pure.

pub mod rows;
mod tally;

pub use tally::Tally;

use predictor_wire::Prediction;

/// A file of rows, for one model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BatchRequest {
    /// Base URL of the service, without a slash at its end.
    pub base: String,
    /// Name of the model.
    pub model: String,
    /// Version; `None` leaves the choice to the service.
    pub version: Option<String>,
    /// Path of the file.
    pub file: String,
    /// Send it; otherwise it is only checked.
    pub send: bool,
    /// Where the answers are written, a line each.
    pub out: Out,
}

/// Where the answers of a batch are written. Never over a file that exists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Out {
    /// To no file.
    #[default]
    Nowhere,
    /// Beside the file of rows, under the first name that is free.
    Beside,
    /// There; it is an error if that exists.
    At(String),
}

/// What is new in a batch under way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BatchNews {
    /// `housing@1`
    pub model: String,
    /// Unit of a number that is predicted.
    pub unit: Option<String>,
    /// `line`, or `row` where the file has no lines of its own.
    pub counts: &'static str,
    /// Rows read so far.
    pub rows: u64,
    /// Bytes read so far, and of the whole file.
    pub bytes: (u64, u64),
    /// Columns or members that are no field of the model and so not sent.
    pub unused: Vec<String>,
    /// Rows that are new since the last news: refused ones while checking, all while sending.
    pub lines: Vec<BatchLine>,
    /// Everything so far.
    pub tally: Tally,
    /// Milliseconds since the beginning.
    pub elapsed_ms: f64,
    /// How rows were sent: `as NDJSON`, `one by one`.
    pub way: &'static str,
    /// Where answers are.
    pub out: Option<String>,
    /// Why it ended before the end of the file.
    pub stopped: Option<String>,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchLine {
    /// Its place in the file, from 1.
    pub line: u64,
    /// Its values in a few words.
    pub row: String,
    /// The answer, or in words why there is none.
    pub answer: Result<Prediction<'static>, String>,
}

/// Name of the file for the answers: beside `file`, its ending replaced; numbered from the second try on.
#[must_use]
pub fn out_of(file: &str, attempt: u32) -> String {
    let folder = file.rfind('/').map_or(0, |at| at + 1);
    let stem = file[folder..].rfind('.').filter(|at| *at > 0).map_or(file, |at| &file[..folder + at]);
    match attempt {
        0 | 1 => format!("{stem}.predictions.ndjson"),
        number => format!("{stem}.predictions-{number}.ndjson"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_stand_beside_their_file() {
        for (file, out) in [
            ("a.csv", "a.predictions.ndjson"),
            ("/x.y/houses", "/x.y/houses.predictions.ndjson"),
            ("d/b.tar.json", "d/b.tar.predictions.ndjson"),
            (".hidden", ".hidden.predictions.ndjson"),
        ] {
            assert_eq!(out_of(file, 1), out);
        }
        assert_eq!(out_of("a.csv", 3), "a.predictions-3.ndjson");
    }
}
