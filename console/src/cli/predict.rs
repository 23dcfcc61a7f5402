//! `qd predict`: one test prediction, of a text or of a model's fields; many from a file; what a model asks for.

mod asked;
mod batch;
mod schema;

use clap::Args;
use serde_json::{Value, json};

use super::ask::{self, only};
use super::failure::{Failure, exit};
use super::output::Output;
use super::place;
use super::prepare::Prepared;
use crate::config::PREDICTOR_URL_TAG;
use crate::effect::Request;
use crate::event::Facts;
use crate::model::prediction::{Answer, Outcome};
use crate::model::{Prediction, PredictionRequest, Service};
use crate::predicted;

/// Options of `qd predict`.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// Text to judge; sent as {"text": …}, or as the text of the model
    #[arg(conflicts_with = "body")]
    pub text: Option<String>,
    /// JSON body, or @FILE, or @- for standard input; with --model, the model's fields
    #[arg(long, value_name = "JSON")]
    pub body: Option<String>,
    /// Path below the predictor's base URL
    #[arg(long, default_value = "/predict")]
    pub path: String,
    /// HTTP method; POST when there is something to send
    #[arg(long)]
    pub method: Option<String>,
    /// Header as NAME: VALUE; may be repeated
    #[arg(long = "header", value_name = "HEADER")]
    pub headers: Vec<String>,
    /// Model to ask, as NAME or NAME@VERSION; without --set, --body or a text its own example is sent
    #[arg(long, value_name = "NAME[@VERSION]", conflicts_with_all = ["path", "method"])]
    pub model: Option<String>,
    /// One field of the model; may be repeated
    #[arg(long, value_name = "FIELD=VALUE", requires = "model", conflicts_with = "batch")]
    pub set: Vec<String>,
    /// Take what is not given from the model's example
    #[arg(long, requires = "model", conflicts_with = "batch")]
    pub example: bool,
    /// Say what moved the answer: the N features that moved it most
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "10", requires = "model", conflicts_with = "batch")]
    pub explain: Option<u32>,
    /// Print the fields that the model asks for; without --model, all models
    #[arg(long, conflicts_with_all = ["text", "body", "set", "batch", "path", "method"])]
    pub schema: bool,
    /// A prediction for each row of a file: .json (a list), .ndjson or .csv
    #[arg(long, value_name = "FILE", requires = "model", conflicts_with_all = ["text", "body"])]
    pub batch: Option<String>,
    /// Write the answers of --batch to this new file, a JSON object a line
    #[arg(long, value_name = "FILE", requires = "batch")]
    pub out: Option<String>,
    /// Check the file of --batch and send nothing
    #[arg(long, requires = "batch")]
    pub check: bool,
}

pub(crate) async fn run(prepared: &Prepared, options: &Options, output: &mut Output<'_>) -> Result<u8, Failure> {
    let base = base_url(prepared).await?;
    if options.schema {
        return schema::print(prepared, &base, options.model.as_deref(), output).await;
    }
    if let (Some(model), Some(file)) = (&options.model, &options.batch) {
        return batch::run(prepared, base, (model, file), options, output).await;
    }
    let request = match &options.model {
        Some(model) => asked::request(prepared, &base, model, options, output).await?,
        None => plain(&base, options, output)?,
    };
    let (prediction, _) = only!(&prepared.clients, Request::Predict(request), Facts::Prediction);
    if let Err(error) = prepared.clients.remember_prediction(&prediction) {
        output.note(&format!("the history could not be written: {error}"));
    }
    print(&prediction, output)
}

/// A text, or a request that is written out.
fn plain(base: &str, options: &Options, output: &mut Output<'_>) -> Result<PredictionRequest, Failure> {
    let body = body(options)?;
    if body.is_empty() && options.path == "/predict" && options.method.is_none() {
        output.note("no text was given: the answer is about a fixed sample of the service's own");
    }
    request(base, options, body)
}

/// `NAME` or `NAME@VERSION`.
pub(super) fn named(model: &str) -> (&str, Option<&str>) {
    model.split_once('@').map_or((model, None), |(name, version)| (name, Some(version)))
}

fn body(options: &Options) -> Result<String, Failure> {
    match (&options.text, &options.body) {
        (Some(text), _) => Ok(json!({ "text": text }).to_string()),
        (None, Some(body)) => match body.strip_prefix('@') {
            Some("-") => Ok(std::io::read_to_string(std::io::stdin())?),
            Some(file) => std::fs::read_to_string(file).map_err(|error| Failure::usage(format!("{file}: {error}"))),
            None => Ok(body.clone()),
        },
        (None, None) => Ok(String::new()),
    }
}

async fn base_url(prepared: &Prepared) -> Result<String, Failure> {
    if let Some(url) = &prepared.config.predictor_url {
        return Ok(url.trim().trim_end_matches('/').to_owned());
    }
    let id = place::service(prepared, None).await?;
    let service = ask::service(&prepared.clients, &id).await?;
    base_of(prepared, &service)
}

/// Where the predictor behind a service answers: flag, configuration, tag on the service.
///
/// # Errors
/// When none of them tells.
pub(super) fn base_of(prepared: &Prepared, service: &Service) -> Result<String, Failure> {
    let url = prepared.config.predictor_of(service).map(|url| url.trim().trim_end_matches('/').to_owned());
    let id = &service.id;
    url.filter(|url| !url.is_empty()).ok_or_else(|| {
        let hint = format!(
            "Tag the service with {PREDICTOR_URL_TAG}, set predictors.\"{}/{}\" in config.toml, or give --predictor-url.",
            id.cluster, id.service
        );
        Failure::usage(format!("the predictor behind {} is not known", id.service)).with_hint(hint)
    })
}

/// The request to a path below the base URL: POST when there is something to send, unless told otherwise.
pub(super) fn to(
    base: &str,
    path: &str,
    method: Option<&str>,
    mut headers: Vec<(String, String)>,
    body: String,
) -> PredictionRequest {
    let has_type = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if !body.is_empty() && !has_type {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    let method = method.unwrap_or(if body.is_empty() { "GET" } else { "POST" }).to_owned();
    let url = format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'));
    PredictionRequest { method, url, headers, body }
}

fn request(base: &str, options: &Options, body: String) -> Result<PredictionRequest, Failure> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for header in &options.headers {
        let pair = header
            .split_once(':')
            .ok_or_else(|| Failure::usage(format!("{header:?} is no header; write NAME: VALUE")))?;
        headers.push((pair.0.trim().to_owned(), pair.1.trim().to_owned()));
    }
    Ok(to(base, &options.path, options.method.as_deref(), headers, body))
}

fn print(prediction: &Prediction, output: &mut Output<'_>) -> Result<u8, Failure> {
    let answer = match &prediction.outcome {
        Outcome::Answered(answer) => answer,
        Outcome::Failed(words) => {
            let code = if words.starts_with("no answer within") { exit::TIMEOUT } else { exit::ERROR };
            return Err(Failure::new(
                code,
                format!("{} {}: {words}", prediction.request.method, prediction.request.url),
            ));
        }
    };
    let parsed: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let text = String::from_utf8_lossy(&answer.body);
    if output.json {
        let body = parsed.unwrap_or_else(|| Value::String(text.into_owned()));
        output.print_json(&json!({
            "status": answer.status, "firstByteMs": answer.first_byte_ms, "totalMs": answer.total_ms,
            "truncated": answer.truncated, "body": body,
        }))?;
        return Ok(code_of(answer));
    }
    output.note(&format!("{} in {:.1} ms (first byte {:.1} ms)", answer.status, answer.total_ms, answer.first_byte_ms));
    if let Some(read) = predicted::read(&answer.body) {
        let lines = asked::words(&read);
        // A person reads the words; a program reads the answer itself.
        if output.tty {
            lines.iter().try_for_each(|line| output.line(line))?;
            return Ok(code_of(answer));
        }
        lines.iter().for_each(|line| output.note(line));
    }
    let pretty = parsed.map(|value| format!("{value:#}"));
    for line in pretty.as_deref().unwrap_or(&text).lines() {
        output.line(line)?;
    }
    Ok(code_of(answer))
}

fn code_of(answer: &Answer) -> u8 {
    match answer.status {
        200..=299 => exit::OK,
        404 => exit::NOT_FOUND,
        401 | 403 => exit::DENIED,
        _ => exit::ERROR,
    }
}
