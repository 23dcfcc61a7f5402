//! `GET /health`: the process lives and its loop turns. Says nothing about readiness.

use super::{at, get_or_head, json};
use predictor_wire::Health;
use warp::reply::Response;
use warp::{Filter, Rejection};

pub(super) fn get() -> impl Filter<Extract = (Response,), Error = Rejection> + Clone {
    at("/health").and(get_or_head()).map(|| json(&Health { status: "ok".to_owned() }))
}
