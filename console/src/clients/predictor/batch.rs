//! A file of rows, checked and sent in parts: one part in memory, one on the wire, the answers in the rows' order.
//!
//! Sends nothing that the model's schema refuses. Never writes over a file.

mod out;
mod send;

use std::fs::File;
use std::io::BufReader;
use std::time::{Duration, Instant};

use predictor_wire::{Form, ModelMetadata};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::super::gate::Answer;
use super::super::problem::own;
use super::super::{paths, report::Reporter};
use super::Predictor;
use crate::batch::rows::{self, Format, Found};
use crate::batch::{BatchLine, BatchNews, BatchRequest, Out};
use crate::event::Facts;
use crate::fields;
use crate::model::{ApiProblem, ProblemKind};
use out::Written;
use send::Sender;

/// Rows of one part. A service takes so many at once without being asked for more.
const PART_ROWS: usize = 500;
/// Bytes of one part, as far as its rows are counted.
const PART_BYTES: u64 = 256 * 1024;

/// Checks the file, and sends it if that is asked. Each part of it is told to `reporter`; the answer has the end.
pub(crate) async fn run(
    predictor: &Predictor,
    request: &BatchRequest,
    timeout: Duration,
    reporter: &Reporter,
) -> Answer<BatchNews> {
    let format = Format::of(&request.file).map_err(|words| refused(request, words))?;
    let version = request.version.as_deref();
    let model = predictor.model(&request.base, (&request.model, version), timeout).await?;
    let path = paths::expanded(&request.file);
    let file = File::open(&path).map_err(|error| refused(request, error.to_string()))?;
    let size = file.metadata().map_or(0, |known| known.len());
    let (mut parts, reading) = read(file, format, fields::forms(&model));
    let batch = Batch::new(predictor, request, &model, timeout, (format, size));
    let mut batch = batch.map_err(|words| refused(request, words))?;
    while let Some(part) = parts.recv().await {
        batch.take(part).await.map_err(|words| refused(request, words))?;
        if batch.news.stopped.is_some() {
            break;
        }
        reporter.part(Facts::Batch(Box::new(batch.tell()))).await;
    }
    drop(parts);
    let unused = reading.await.map_err(|error| refused(request, error.to_string()))?;
    batch.news.unused = unused.map_err(|words| refused(request, words))?;
    Ok(batch.tell())
}

fn refused(request: &BatchRequest, words: String) -> ApiProblem {
    let words = crate::text::clean(&words).into_owned();
    own(ProblemKind::Invalid, "batch", format!("{}: {words}", request.file), None)
}

type Reading = JoinHandle<Result<Vec<String>, String>>;

/// Reads the file where waiting for a disk holds nobody up; stops when nobody takes its parts any more.
fn read(file: File, format: Format, forms: Vec<Form>) -> (mpsc::Receiver<Vec<Found>>, Reading) {
    let (sender, parts) = mpsc::channel(1);
    let reading = tokio::task::spawn_blocking(move || {
        let (mut part, mut begun) = (Vec::new(), 0);
        let mut input = BufReader::new(file);
        let unused = rows::read(&mut input, format, &forms, &mut |found| {
            let bytes = found.bytes;
            part.push(found);
            if part.len() < PART_ROWS && bytes - begun < PART_BYTES {
                return true;
            }
            begun = bytes;
            sender.blocking_send(std::mem::take(&mut part)).is_ok()
        });
        if !part.is_empty() {
            let _ = sender.blocking_send(part);
        }
        unused
    });
    (parts, reading)
}

/// A batch under way.
struct Batch<'a> {
    sender: Option<Sender<'a>>,
    out: Option<Written>,
    begun: Instant,
    news: BatchNews,
}

impl<'a> Batch<'a> {
    fn new(
        predictor: &'a Predictor,
        request: &'a BatchRequest,
        model: &ModelMetadata,
        timeout: Duration,
        (format, size): (Format, u64),
    ) -> Result<Self, String> {
        let out = match (&request.out, request.send) {
            (Out::Nowhere, _) | (_, false) => None,
            (out, true) => Some(Written::create(out, &request.file)?),
        };
        let news = BatchNews {
            model: format!("{}@{}", model.name, model.version),
            unit: model.target.unit.clone(),
            counts: format.counts(),
            bytes: (0, size),
            out: out.as_ref().map(|out| out.name.clone()),
            ..BatchNews::default()
        };
        let sender = request.send.then(|| Sender::new(predictor, request, timeout, size > PART_BYTES));
        Ok(Self { sender, out, begun: Instant::now(), news })
    }

    /// Takes in the next rows: sends the good ones.
    async fn take(&mut self, part: Vec<Found>) -> Result<(), String> {
        self.news.rows += part.len() as u64;
        self.news.bytes.0 = part.last().map_or(self.news.bytes.0, |last| last.bytes);
        let lines = match &mut self.sender {
            None => checked(part, &mut self.news),
            Some(sender) => {
                let (lines, stopped) = sender.send(part).await;
                self.news.way = sender.way();
                self.news.stopped = stopped;
                lines
            }
        };
        for line in &lines {
            match &line.answer {
                Ok(answer) => self.news.tally.count(answer),
                Err(_) => self.news.tally.refuse(),
            }
        }
        if let Some(out) = &mut self.out {
            out.write(&lines).map_err(|error| format!("{}: {error}", out.name))?;
        }
        self.news.lines.extend(lines);
        Ok(())
    }

    /// What is new since the last time.
    fn tell(&mut self) -> BatchNews {
        self.news.elapsed_ms = self.begun.elapsed().as_secs_f64() * 1_000.0;
        let lines = std::mem::take(&mut self.news.lines);
        BatchNews { lines, ..self.news.clone() }
    }
}

/// Without sending: only what is wrong is worth a line.
fn checked(part: Vec<Found>, news: &mut BatchNews) -> Vec<BatchLine> {
    let mut bad = Vec::new();
    for found in part {
        match found.row {
            Ok(_) => news.tally.pass(),
            Err(words) => bad.push(BatchLine { line: found.line, row: found.words, answer: Err(words) }),
        }
    }
    bad
}
