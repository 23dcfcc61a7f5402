//! `/predict`: POST judges the text in a JSON body; GET judges `?text=`, or a fixed sample without it.

mod input;

use super::{MODEL_VERSION, answer, at, get_or_head, json, with};
use crate::body::{self, require_json};
use crate::problem::Problem;
use crate::service::Service;
use bytes::Buf;
use futures_util::Stream;
use predictor_wire::{ScoreAnswer, Sentiment, SentimentAnswer};
use std::convert::Infallible;
use std::sync::Arc;
use warp::http::HeaderMap;
use warp::reply::Response;
use warp::{Filter, Rejection};

/// What `GET /predict` judges when it is given no text.
const SAMPLE: &str = "I loved this movie";

/// Longer texts take milliseconds and are judged away from the threads that serve connections.
const SHORT_TEXT: usize = 32 << 10;

pub(super) fn post(service: &Arc<Service>) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    at("/predict")
        .and(warp::post())
        .and(with(service))
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(|service, headers, body| async move { answer(judge_body(service, headers, body).await) })
}

pub(super) fn get(service: &Arc<Service>) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    let query = warp::query::raw().or_else(|_| async { Ok::<_, Infallible>((String::new(),)) });
    at("/predict")
        .and(get_or_head())
        .and(with(service))
        .and(query)
        .then(|service, query: String| async move { answer(judge_query(service, &query).await) })
}

async fn judge_body<S, B, E>(service: Arc<Service>, headers: HeaderMap, stream: S) -> Result<Response, Problem>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    require_json(&headers)?;
    let body = body::read(stream, &headers, service.limits).await?;
    let text = input::text_of_body(&body)?;
    let score = judge(&service, text).await?;
    let manifest = service.model.manifest();
    let sentiment = if score >= 0.5 { Sentiment::Positive } else { Sentiment::Negative };
    let (model, version) = (manifest.name.clone(), manifest.version.clone());
    Ok(stamped(&service, json(&SentimentAnswer { sentiment, score, model, version })))
}

async fn judge_query(service: Arc<Service>, query: &str) -> Result<Response, Problem> {
    let text = input::text_of_query(query)?.unwrap_or_else(|| SAMPLE.to_owned());
    let score = judge(&service, text.into()).await?;
    Ok(stamped(&service, json(&ScoreAnswer { score })))
}

async fn judge(service: &Arc<Service>, text: std::borrow::Cow<'_, str>) -> Result<f64, Problem> {
    let score = if text.len() <= SHORT_TEXT {
        service.model.score(&text)
    } else {
        let (service, text) = (Arc::clone(service), text.into_owned());
        let judged = tokio::task::spawn_blocking(move || service.model.score(&text)).await;
        judged.map_err(|_| Problem::internal())?
    };
    service.metrics.observe_prediction(score >= 0.5);
    Ok(score)
}

fn stamped(service: &Service, mut response: Response) -> Response {
    response.headers_mut().insert(MODEL_VERSION, service.model.version_header());
    response
}
