//! A prediction for each row of a file: answers to standard output or to a file as they come, then the count.

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::super::failure::{Failure, exit};
use super::super::output::Output;
use super::super::prepare::Prepared;
use super::{Options, named};
use crate::batch::{BatchLine, BatchNews, BatchRequest, Out};
use crate::effect::Request;
use crate::event::{Event, Facts, Outcome};
use crate::predicted::{amount, value_words};

/// Refused rows that are told one by one.
const TOLD: u64 = 20;

pub(super) async fn run(
    prepared: &Prepared,
    base: String,
    (model, file): (&str, &str),
    options: &Options,
    output: &mut Output<'_>,
) -> Result<u8, Failure> {
    let (model, version) = named(model);
    let request = BatchRequest {
        base,
        model: model.to_owned(),
        version: version.map(str::to_owned),
        file: file.to_owned(),
        send: !options.check,
        out: options.out.clone().map_or(Out::Nowhere, Out::At),
    };
    let sends_lines = request.send && options.out.is_none();
    let (sender, mut events) = mpsc::channel(4);
    let asking = prepared.clients.answer(Request::Batch(request), sender);
    let listening = async {
        let mut told = 0;
        while let Some(event) = events.recv().await {
            let Event::Reply(reply) = event else { continue };
            let (news, is_last) = match reply.outcome {
                Outcome::Part(Facts::Batch(news)) => (news, false),
                Outcome::Done { facts: Facts::Batch(news), .. } => (news, true),
                Outcome::Failed(problem) => return Err(Failure::from(problem)),
                _ => continue,
            };
            tell(&news, sends_lines, &mut told, output)?;
            if is_last {
                return end(&news, options.check, output);
            }
        }
        Err(Failure::new(exit::ERROR, "the file was not read to its end"))
    };
    tokio::pin!(asking);
    tokio::select! {
        ended = listening => ended,
        // Nobody can listen any more once the last answer was given.
        () = async { (&mut asking).await; std::future::pending().await } => Ok(exit::ERROR),
    }
}

fn tell(news: &BatchNews, sends_lines: bool, told: &mut u64, output: &mut Output<'_>) -> Result<(), Failure> {
    for line in &news.lines {
        if sends_lines {
            print(line, output)?;
        }
        let Err(words) = &line.answer else { continue };
        *told += 1;
        if *told <= TOLD {
            output.note(&format!("{} {}: {words}", news.counts, line.line));
        } else if *told == TOLD + 1 {
            output.note("more rows are refused; the count is at the end");
        }
    }
    Ok(())
}

/// One answer: a JSON object for a program, a few words for a person.
fn print(line: &BatchLine, output: &mut Output<'_>) -> Result<(), Failure> {
    if output.tty && !output.json {
        return match &line.answer {
            Ok(answer) => output.line(&format!("{:>8}  {:<28}  {}", line.line, value_words(answer), line.row)),
            Err(_) => Ok(()),
        };
    }
    let value = match &line.answer {
        Ok(answer) => json!({"line": line.line, "answer": answer}),
        Err(words) => json!({"line": line.line, "problem": words}),
    };
    // One object a line, on a terminal too.
    output.line(&super::super::output::escaped(&value.to_string()))
}

fn end(news: &BatchNews, only_checked: bool, output: &mut Output<'_>) -> Result<u8, Failure> {
    let tally = &news.tally;
    let good = if only_checked { "good" } else { "answered" };
    output.note(&format!("{}: {} rows, {} {good}, {} refused", news.model, news.rows, tally.answered, tally.refused));
    if !news.unused.is_empty() {
        output.note(&format!("not fields of this model: {}", news.unused.join(", ")));
    }
    for (label, count) in tally.labels() {
        output.note(&format!("  {count:>8}  {label}"));
    }
    if let Some(([least, low, median, high, greatest], _)) = tally.quantiles() {
        let of = |value| amount(value, news.unit.as_deref());
        let words = [of(least), of(low), of(median), of(high), of(greatest)].join(", ");
        output.note(&format!("  least, quartiles, greatest: {words}"));
    }
    if !only_checked {
        #[allow(clippy::cast_precision_loss, reason = "a rate")]
        let rate = news.rows as f64 / (news.elapsed_ms.max(0.001) / 1_000.0);
        output.note(&format!("  {:.0} ms, {rate:.0} rows/s, sent {}", news.elapsed_ms, news.way));
    }
    if let Some(out) = &news.out {
        output.note(&format!("  answers are in {out}"));
    }
    if output.json && (only_checked || news.out.is_some()) {
        output.print_json(&as_json(news))?;
    }
    match &news.stopped {
        Some(why) => Err(Failure::new(exit::ERROR, format!("stopped before the end of the file: {why}"))),
        None if tally.refused > 0 => Ok(exit::ERROR),
        None => Ok(exit::OK),
    }
}

fn as_json(news: &BatchNews) -> Value {
    let labels: serde_json::Map<String, Value> =
        news.tally.labels().into_iter().map(|(label, count)| (label.to_owned(), Value::from(count))).collect();
    json!({
        "model": news.model, "rows": news.rows, "answered": news.tally.answered, "refused": news.tally.refused,
        "labels": labels, "quantiles": news.tally.quantiles().map(|(five, _)| five), "unit": news.unit,
        "elapsedMs": news.elapsed_ms, "unusedFields": news.unused, "out": news.out, "stopped": news.stopped,
    })
}
