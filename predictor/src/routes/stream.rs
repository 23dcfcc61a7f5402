//! Lines of JSON in, lines of JSON out (`application/x-ndjson`), of any number, while they arrive.
//!
//! Memory is bounded: work stops while the client does not read, and ends when it leaves. A bad line is answered in its
//! place and the stream goes on; what breaks the stream itself is answered in a last line. An answer that is not whole
//! breaks its connection: a clean end always means that every line was answered.

mod lines;
#[cfg(test)]
mod tests;

use super::answer::versioned;
use super::call::{Body, Call};
use super::compress::accepts_gzip;
use super::input::row_of_body;
use super::judge::{Voice, judge_here};
use crate::body::gzip::{Compressor, Expander};
use crate::body::{self, Encoding};
use crate::problem::Problem;
use crate::served::Served;
use bytes::Bytes;
use futures_util::stream::poll_fn;
use futures_util::{Stream, StreamExt};
use lines::{Line, Lines, Parcel};
use predictor_wire::Problem as Words;
use serde::Serialize;
use std::io;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::timeout;
use warp::Reply;
use warp::http::HeaderValue;
use warp::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use warp::reply::Response;

/// Name of the form.
pub(super) const NDJSON: &str = "application/x-ndjson";
/// Bytes that are judged at once.
const PARCEL: usize = 16 << 10;
/// So few bytes are judged on the thread that serves the connection.
const FEW: usize = 2 << 10;
/// A client that takes no answers for so long is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What stands in the place of an answer.
#[derive(Serialize)]
struct BadLine {
    line: u64,
    problem: Words,
}

/// Answers with a stream that is fed by a task of its own.
///
/// # Errors
/// 415 for a compression that is not understood.
pub(super) fn answer(call: Call, served: Arc<Served>, voice: Voice, most: usize) -> Result<Response, Problem> {
    let encoding = body::encoding(&call.headers)?;
    let compressed = accepts_gzip(&call.headers);
    let (answers, sent) = mpsc::channel(1);
    let judge = Judge { served: Arc::clone(&served), voice, most, limit: call.service.limits.bytes };
    let work = Work {
        lines: Lines::new(call.service.limits.bytes),
        expander: (encoding == Encoding::Gzip).then(Expander::default),
        answers,
        compressor: compressed.then(Compressor::default),
        judge,
        patience: PATIENCE,
    };
    tokio::spawn(work.run(call.body, call.service.limits.time));
    let mut response = warp::reply::stream(until_end(sent)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(NDJSON));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    // A proxy in between that collects the answer would defeat the purpose.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    if compressed {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(versioned(&served, response))
}

/// What the work of a stream hands over.
enum Part {
    Answers(Bytes),
    /// Nothing comes after this, and nothing is missing.
    End,
}

/// The answers as a body; one that fails if the work ended without saying so.
fn until_end(mut sent: mpsc::Receiver<Part>) -> impl Stream<Item = io::Result<Bytes>> {
    let mut is_over = false;
    poll_fn(move |context| {
        if is_over {
            return Poll::Ready(None);
        }
        let part = ready!(sent.poll_recv(context));
        is_over = !matches!(part, Some(Part::Answers(_)));
        Poll::Ready(match part {
            Some(Part::Answers(answers)) => Some(Ok(answers)),
            Some(Part::End) => None,
            None => Some(Err(io::Error::other("the answers break off"))),
        })
    })
}

/// One stream under way.
struct Work {
    lines: Lines,
    expander: Option<Expander>,
    answers: mpsc::Sender<Part>,
    compressor: Option<Compressor>,
    judge: Judge,
    /// How long the answers may wait to be taken.
    patience: Duration,
}

/// Why a stream ends before its client's last line.
enum End {
    /// Nobody takes the answers, or there are none: the judging failed.
    Lost,
    /// Something is wrong with what was sent.
    Broken(Problem),
}

impl Work {
    async fn run(mut self, body: Body, time: Duration) {
        // Who leaves needs no words, and finds no end where there is none.
        if self.answer(body, time).await.is_ok() {
            let _ = self.pass(Part::End).await;
        }
    }

    async fn answer(&mut self, body: Body, time: Duration) -> Result<(), End> {
        match self.read(body, time).await {
            Err(End::Broken(problem)) => {
                // What ended before the fault is not at fault.
                self.answer_whole_lines().await?;
                let mut out = Vec::new();
                write_problem(&mut out, self.lines.number(), problem);
                self.send(out).await?;
            }
            outcome => outcome?,
        }
        match self.compressor.take() {
            Some(compressor) => self.pass(Part::Answers(compressor.end().into())).await,
            None => Ok(()),
        }
    }

    /// `time` is what each line may take to arrive after the one before, without the time that its answers take.
    async fn read(&mut self, mut body: Body, time: Duration) -> Result<(), End> {
        let (mut line, mut waited) = (self.lines.number(), Duration::ZERO);
        loop {
            let since = Instant::now();
            let part = timeout(time.saturating_sub(waited), body.next()).await;
            waited += since.elapsed();
            let part = part.map_err(|_| End::Broken(Problem::too_slow()))?;
            let Some(part) = part else { break };
            let part = part
                .map_err(|_| End::Broken(Problem::malformed("The body broke off or is not framed as HTTP demands.")))?;
            for piece in part.chunks(PARCEL) {
                self.take(piece).await?;
            }
            if self.lines.number() != line {
                (line, waited) = (self.lines.number(), Duration::ZERO);
            }
        }
        if let Some(expander) = self.expander.take() {
            let lines = &mut self.lines;
            expander
                .end(|part| {
                    lines.push(part);
                    Ok(())
                })
                .map_err(End::Broken)?;
        }
        self.lines.end();
        self.answer_whole_lines().await
    }

    async fn take(&mut self, piece: &[u8]) -> Result<(), End> {
        let Some(mut expander) = self.expander.take() else {
            self.lines.push(piece);
            return self.answer_whole_lines().await;
        };
        // One byte may expand to a thousand, so that answers are sent between small steps.
        for step in piece.chunks(64) {
            let lines = &mut self.lines;
            expander
                .push(step, |part| {
                    lines.push(part);
                    Ok(())
                })
                .map_err(End::Broken)?;
            if self.lines.closed_bytes() > PARCEL {
                self.answer_whole_lines().await?;
            }
        }
        self.expander = Some(expander);
        self.answer_whole_lines().await
    }

    /// Judges the lines that have ended.
    async fn answer_whole_lines(&mut self) -> Result<(), End> {
        if self.answers.is_closed() {
            return Err(End::Lost);
        }
        let Some(parcel) = self.lines.take() else { return Ok(()) };
        let answers = if parcel.size() <= FEW {
            self.judge.parcel(&parcel)
        } else {
            let judge = self.judge.clone();
            let judged = tokio::task::spawn_blocking(move || judge.parcel(&parcel));
            judged.await.map_err(|_| End::Lost)?
        };
        self.send(answers).await
    }

    async fn send(&mut self, answers: Vec<u8>) -> Result<(), End> {
        if answers.is_empty() {
            return Ok(());
        }
        let answers = match &mut self.compressor {
            Some(compressor) => compressor.push(&answers),
            None => answers,
        };
        self.pass(Part::Answers(answers.into())).await
    }

    async fn pass(&self, part: Part) -> Result<(), End> {
        match timeout(self.patience, self.answers.send(part)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Lost),
        }
    }
}

/// How lines are judged.
#[derive(Clone)]
struct Judge {
    served: Arc<Served>,
    voice: Voice,
    most: usize,
    limit: usize,
}

impl Judge {
    fn parcel(&self, parcel: &Parcel) -> Vec<u8> {
        let mut out = Vec::with_capacity(parcel.size());
        for (number, line) in parcel.lines() {
            let outcome = match line {
                Line::Whole(text) if text.trim_ascii().is_empty() => continue,
                Line::Whole(text) => self.line(text, &mut out),
                Line::TooLong => Err(Problem::line_too_long(self.limit)),
            };
            match outcome {
                Ok(()) => out.push(b'\n'),
                Err(problem) => write_problem(&mut out, number, problem),
            }
        }
        out
    }

    fn line(&self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Problem> {
        let schema = self.served.model.schema();
        let row = row_of_body(text, schema)?;
        let input = schema.check(row, "").map_err(Problem::fields)?;
        self.voice.write(out, &self.served, judge_here(&self.served, &input, self.most));
        Ok(())
    }
}

fn write_problem(out: &mut Vec<u8>, line: u64, problem: Problem) {
    // Writing JSON of these types to memory cannot fail.
    let _ = serde_json::to_writer(&mut *out, &BadLine { line, problem: problem.into_body() });
    out.push(b'\n');
}
