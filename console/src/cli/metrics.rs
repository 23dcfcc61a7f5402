//! `qd metrics`

use clap::Args;
use serde_json::{Value, json};

use super::ask::{self, only};
use super::failure::{Failure, exit};
use super::output::{Output, rfc3339};
use super::place;
use super::prepare::Prepared;
use super::span::parse_span;
use crate::effect::Request;
use crate::event::Facts;
use crate::model::Series;
use crate::model::time::MINUTE;

/// Options of `qd metrics`.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// The service; not needed when there is only one
    pub name: Option<String>,
    /// How far back
    #[arg(long, default_value = "1h", value_name = "SPAN")]
    pub since: String,
}

pub(crate) async fn run(prepared: &Prepared, options: &Options, output: &mut Output<'_>) -> Result<u8, Failure> {
    let span = parse_span(&options.since).map_err(Failure::usage)?;
    let minutes = u32::try_from(span / MINUTE).unwrap_or(u32::MAX).clamp(1, 15 * 24 * 60);
    let id = place::service(prepared, options.name.as_deref()).await?;
    let service = ask::service(&prepared.clients, &id).await?;
    let target_group = service.load_balancers.first().map(|balancer| balancer.target_group.clone());
    let request = Request::Metrics { service: id.clone(), target_group, minutes };
    let (metrics, partial) = only!(&prepared.clients, request, Facts::Metrics);
    let rows: Vec<Vec<String>> = metrics.values().map(row).collect();
    let point = |p: &crate::model::Point| json!({"at": rfc3339(p.at), "value": p.value});
    let series = |s: &Series| {
        let points: Vec<Value> = s.points.iter().map(point).collect();
        json!({"label": s.label, "unit": s.unit, "periodSeconds": s.period / 1_000, "points": points})
    };
    let all: Vec<Value> = metrics.values().map(series).collect();
    let document = json!({"cluster": id.cluster, "service": id.service, "series": all, "partial": partial});
    output.list(&["MEASURE", "NOW", "AVERAGE", "LEAST", "MOST", "UNIT", "POINTS"], &rows, &document)?;
    if let Some(partial) = partial {
        output.note(&format!("partial: {partial}"));
    }
    Ok(exit::OK)
}

fn row(series: &Series) -> Vec<String> {
    let values: Vec<f64> = series.points.iter().map(|point| point.value).collect();
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    let average = (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    vec![
        series.label.clone(),
        shown(series.last()),
        shown(average),
        shown(values.iter().copied().reduce(f64::min)),
        shown(values.iter().copied().reduce(f64::max)),
        series.unit.clone(),
        values.len().to_string(),
    ]
}
