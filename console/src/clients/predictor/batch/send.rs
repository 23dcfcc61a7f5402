//! How rows travel: as lines (NDJSON), as one list, or each by itself, whichever the service understands.
//!
//! A prediction changes nothing, so what failed on the way is sent again a few times.

use std::time::Duration;

use predictor_wire::{BatchPrediction, Prediction, Problem};
use serde_json::{Map, Value};

use super::super::{Predictor, models::words_of};
use super::BatchRequest;
use crate::batch::BatchLine;
use crate::batch::rows::Found;
use crate::fields;
use crate::model::PredictionRequest;
use crate::model::prediction::Answer;

/// Pauses before what failed on the way is sent again, in milliseconds.
const AGAIN: [u64; 3] = [300, 1_000, 3_000];
/// A part takes longer than one prediction.
const PART_TIME: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Lines,
    List,
    Single,
}

type Row = Map<String, Value>;
type Judged = Result<Prediction<'static>, String>;

/// Why a part got no answers.
enum Lack {
    /// The service does not take it this way.
    OtherWay(String),
    /// It was too much at once.
    TooLarge,
    /// It will not work at all.
    Stop(String),
}

/// Sends rows of one model.
pub(super) struct Sender<'a> {
    predictor: &'a Predictor,
    /// URL of the model.
    url: String,
    timeout: Duration,
    /// The ways that are left, best first.
    ways: Vec<Way>,
}

impl<'a> Sender<'a> {
    pub(super) fn new(predictor: &'a Predictor, request: &BatchRequest, timeout: Duration, is_large: bool) -> Self {
        let path = fields::model_path(&request.model, request.version.as_deref());
        // One list is the plainest request; only a stream has an answer for each line of many.
        let ways =
            if is_large { vec![Way::Lines, Way::List, Way::Single] } else { vec![Way::List, Way::Lines, Way::Single] };
        Self { predictor, url: format!("{}{path}", request.base), timeout: timeout.max(PART_TIME), ways }
    }

    /// How rows are sent now.
    pub(super) fn way(&self) -> &'static str {
        match self.ways.first() {
            Some(Way::Lines) => "as NDJSON",
            Some(Way::List) => "as a list",
            _ => "one by one",
        }
    }

    /// Sends the good rows of a part. Answers what became of each row, and why to stop if there is no going on.
    pub(super) async fn send(&mut self, part: Vec<Found>) -> (Vec<BatchLine>, Option<String>) {
        let good: Vec<&Row> = part.iter().filter_map(|found| found.row.as_ref().ok()).collect();
        let mut judged = Vec::with_capacity(good.len());
        let mut stopped = None;
        let mut waiting = vec![&good[..]];
        while let Some(rows) = waiting.pop() {
            match self.judge(rows).await {
                _ if rows.is_empty() => {}
                Ok(answers) => judged.extend(answers),
                Err(Lack::TooLarge) if rows.len() > 1 => {
                    let (first, second) = rows.split_at(rows.len() / 2);
                    waiting.extend([second, first]);
                }
                Err(Lack::TooLarge) => judged.push(Err("is larger than the service takes".to_owned())),
                Err(Lack::OtherWay(words) | Lack::Stop(words)) => {
                    stopped = Some(words);
                    break;
                }
            }
        }
        let mut judged = judged.into_iter();
        let lines = part.into_iter().map_while(|found| {
            let answer = match found.row {
                Ok(_) => judged.next()?,
                Err(words) => Err(words),
            };
            Some(BatchLine { line: found.line, row: found.words, answer })
        });
        (lines.collect(), stopped)
    }

    /// In the first way that the service understands; that one is kept.
    async fn judge(&mut self, rows: &[&Row]) -> Result<Vec<Judged>, Lack> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        loop {
            let way = self.ways.first().copied().unwrap_or(Way::Single);
            let answers = match way {
                Way::Lines => self.as_lines(rows).await,
                Way::List => self.as_list(rows).await,
                Way::Single => self.singly(rows).await,
            };
            match answers {
                Err(Lack::OtherWay(_)) if self.ways.len() > 1 => drop(self.ways.remove(0)),
                other => return other,
            }
        }
    }

    async fn as_lines(&self, rows: &[&Row]) -> Result<Vec<Judged>, Lack> {
        let body = rows.iter().map(|row| json(row) + "\n").collect();
        let answer = self.post("/predict/batch", "application/x-ndjson", body).await?;
        let text = String::from_utf8_lossy(&answer.body);
        let judged: Vec<Judged> = text.lines().filter(|line| !line.trim().is_empty()).map(line_of).collect();
        complete(judged, rows, &answer)
    }

    async fn as_list(&self, rows: &[&Row]) -> Result<Vec<Judged>, Lack> {
        let list: Vec<String> = rows.iter().map(|row| json(row)).collect();
        let answer = self.post("/predict/batch", "application/json", format!("[{}]", list.join(","))).await?;
        let read = serde_json::from_slice::<BatchPrediction<'static>>(&answer.body);
        let read = read.map_err(|error| Lack::OtherWay(format!("its answer is not readable: {error}")))?;
        complete(read.predictions.into_iter().map(Ok).collect(), rows, &answer)
    }

    async fn singly(&self, rows: &[&Row]) -> Result<Vec<Judged>, Lack> {
        let mut judged = Vec::with_capacity(rows.len());
        for row in rows {
            match self.post("/predict", "application/json", json(row)).await {
                Ok(answer) => judged.push(serde_json::from_slice(&answer.body).map_err(|error| error.to_string())),
                Err(Lack::OtherWay(words)) => judged.push(Err(words)),
                Err(Lack::TooLarge) => judged.push(Err("is larger than the service takes".to_owned())),
                Err(stop) => return Err(stop),
            }
        }
        Ok(judged)
    }

    async fn post(&self, path: &str, kind: &str, body: String) -> Result<Answer, Lack> {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![header("content-type", kind), header("accept", kind)];
        let url = format!("{}{path}", self.url);
        let request = PredictionRequest { method: "POST".to_owned(), url, headers, body };
        let mut pauses = AGAIN.iter();
        loop {
            let came = self.predictor.send(&request, self.timeout).await;
            let words = match &came {
                Ok(answer) if !matches!(answer.status, 429 | 502..=504) => return sorted(came.unwrap_or_default()),
                Ok(answer) => words_of(answer),
                Err(words) => words.clone(),
            };
            let Some(pause) = pauses.next() else { return Err(Lack::Stop(words)) };
            tokio::time::sleep(Duration::from_millis(*pause)).await;
        }
    }
}

fn sorted(answer: Answer) -> Result<Answer, Lack> {
    match answer.status {
        200..=299 if answer.truncated => Err(Lack::TooLarge),
        200..=299 => Ok(answer),
        413 => Err(Lack::TooLarge),
        400 | 404 | 405 | 406 | 415 | 422 | 501 => Err(Lack::OtherWay(words_of(&answer))),
        _ => Err(Lack::Stop(words_of(&answer))),
    }
}

/// Answers that are not as many as the rows belong to nobody knows which.
fn complete(judged: Vec<Judged>, rows: &[&Row], answer: &Answer) -> Result<Vec<Judged>, Lack> {
    if judged.len() == rows.len() {
        return Ok(judged);
    }
    Err(Lack::OtherWay(format!("{} answers to {} rows, status {}", judged.len(), rows.len(), answer.status)))
}

/// One line of an answer: a prediction, or a problem in its place.
fn line_of(line: &str) -> Judged {
    if let Ok(found) = serde_json::from_str::<Prediction<'static>>(line) {
        return Ok(found);
    }
    let read = serde_json::from_str::<Value>(line).map_err(|error| format!("its answer is not readable: {error}"))?;
    let problem = read.get("problem").unwrap_or(&read);
    match serde_json::from_value::<Problem>(problem.clone()) {
        Ok(problem) => {
            let fields: Vec<String> = problem.errors.iter().map(|e| format!("{} {}", e.pointer, e.detail)).collect();
            let words = if fields.is_empty() { problem.detail.unwrap_or(problem.title) } else { fields.join("; ") };
            Err(crate::text::clean(&words).into_owned())
        }
        Err(error) => Err(format!("its answer is not readable: {error}")),
    }
}

fn json(row: &Row) -> String {
    serde_json::to_string(row).unwrap_or_default()
}
