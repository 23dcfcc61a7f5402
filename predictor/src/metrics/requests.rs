//! Requests by method, route and status, and their times. Counting looks nothing up in a map: the places of known
//! routes, methods and statuses are kept.

use super::histogram::Histogram;
use super::spread::Counter;
use crate::routes::{ROUTES, UNMATCHED};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::{Registry, Unit};
use std::sync::OnceLock;

/// Upper bounds of the latency buckets in seconds: a prediction costs some tens of microseconds.
const BUCKETS: [f64; 16] =
    [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Methods as metrics name them; a caller may invent more, which are all called `other`.
const METHODS: [&str; 8] = ["POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "other"];
/// Statuses whose counters are kept; others are looked up.
const STATUSES: [u16; 16] = [200, 422, 503, 404, 400, 304, 202, 401, 403, 405, 408, 409, 413, 415, 499, 500];

type Kept = [[OnceLock<Counter>; STATUSES.len()]; METHODS.len()];

/// The metrics of requests.
#[derive(Debug)]
pub struct Requests {
    counters: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    routes: Vec<RouteRequests>,
}

#[derive(Debug)]
struct RouteRequests {
    route: &'static str,
    durations: OnceLock<Histogram>,
    kept: Kept,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: &'static str,
}

impl Default for Requests {
    fn default() -> Self {
        let routes = ROUTES.iter().map(|route| route.path).chain([UNMATCHED]);
        let routes = routes.map(|route| RouteRequests { route, durations: OnceLock::new(), kept: Kept::default() });
        Self {
            counters: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(&BUCKETS)),
            routes: routes.collect(),
        }
    }
}

impl Requests {
    /// Makes the metrics known.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("http_requests", "Requests answered, by method, route and status", self.counters.clone());
        let help = "Time from the end of a request's headers to the beginning of its answer";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, self.durations.clone());
    }

    /// Counts an answered request that took so many seconds. The method may be any; routes are those of [`ROUTES`].
    pub fn observe(&self, method: &str, route: &'static str, status: u16, seconds: f64) {
        let at_method = METHODS.iter().position(|known| *known == method).unwrap_or(METHODS.len() - 1);
        let method = METHODS[at_method];
        let make = || self.counters.get_or_create_owned(&RequestLabels { method, route, status });
        let Some(known) = self.routes.iter().find(|known| known.route == route) else {
            make().inc();
            return;
        };
        match STATUSES.iter().position(|known| *known == status) {
            Some(at_status) => known.kept[at_method][at_status].get_or_init(make).inc(),
            None => make().inc(),
        };
        let durations = known.durations.get_or_init(|| self.durations.get_or_create_owned(&RouteLabels { route }));
        durations.observe(seconds);
    }
}
