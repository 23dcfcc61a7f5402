//! `qd predict`: one test prediction.

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
use crate::model::{Prediction, PredictionRequest};

/// Options of `qd predict`.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// Text to judge; sent as {"text": …}
    #[arg(conflicts_with = "body")]
    pub text: Option<String>,
    /// JSON body, or @FILE, or @- for standard input
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
}

pub(crate) async fn run(prepared: &Prepared, options: &Options, output: &mut Output<'_>) -> Result<u8, Failure> {
    let body = body(options)?;
    let base = base_url(prepared).await?;
    let request = request(&base, options, body)?;
    let (prediction, _) = only!(&prepared.clients, Request::Predict(request), Facts::Prediction);
    if let Err(error) = prepared.clients.remember_prediction(&prediction) {
        output.note(&format!("the history could not be written: {error}"));
    }
    print(&prediction, output)
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
        return Ok(url.clone());
    }
    let id = place::service(prepared, None).await?;
    let service = ask::service(&prepared.clients, &id).await?;
    prepared.config.predictor_of(&service).ok_or_else(|| {
        let hint = format!(
            "Tag the service with {PREDICTOR_URL_TAG}, set predictors.\"{}/{}\" in config.toml, or give --predictor-url.",
            id.cluster, id.service
        );
        Failure::usage(format!("the predictor behind {} is not known", id.service)).with_hint(hint)
    })
}

fn request(base: &str, options: &Options, body: String) -> Result<PredictionRequest, Failure> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for header in &options.headers {
        let pair = header
            .split_once(':')
            .ok_or_else(|| Failure::usage(format!("{header:?} is no header; write NAME: VALUE")))?;
        headers.push((pair.0.trim().to_owned(), pair.1.trim().to_owned()));
    }
    let has_type = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if !body.is_empty() && !has_type {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    let method =
        options.method.clone().unwrap_or_else(|| if body.is_empty() { "GET".to_owned() } else { "POST".to_owned() });
    let url = format!("{}/{}", base.trim_end_matches('/'), options.path.trim_start_matches('/'));
    Ok(PredictionRequest { method, url, headers, body })
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
