//! Names, samples and both formats.

use super::*;
use crate::catalog;
use crate::limits::Bounds;
use crate::schema::Input;
use crate::served;

fn counted() -> String {
    let metrics = Metrics::new();
    let models = served::Models::open(catalog::load("sentiment@2").expect("embedded").into(), &metrics);
    let shelf = models.now();
    let served = shelf.unnamed().expect("the only one");
    for _ in 0..150 {
        assert_eq!(served.judge(&Input::of_text("I loved this movie")).label(), 1);
    }
    metrics.requests.observe("POST", "/predict", 200, 80e-6);
    metrics.requests.observe("POST", "/predict", 200, 20.0);
    metrics.requests.observe("GET", "unmatched", 404, 1e-6);
    metrics.requests.observe("BREW", "unmatched", 418, 1e-6);
    metrics.in_flight.inc();
    metrics.exposition(&shelf, &Admission::new(Bounds::default()), 3).expect("encoded")
}

#[test]
fn both_formats_hold_the_same_samples() {
    let open = counted();
    let text = prometheus_text(&open);
    let samples =
        |text: &str| text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(samples(&open), samples(&text));
    for expect in [
        r#"http_requests_total{method="POST",route="/predict",status="200"} 2"#,
        r#"http_requests_total{method="GET",route="unmatched",status="404"} 1"#,
        r#"http_requests_total{method="other",route="unmatched",status="418"} 1"#,
        r#"http_request_duration_seconds_count{route="/predict"} 2"#,
        r#"http_request_duration_seconds_bucket{le="0.0001",route="/predict"} 1"#,
        r#"predictor_predictions_total{model="sentiment",version="2",label="positive"} 150"#,
        r#"predictor_predictions_total{model="sentiment",version="2",label="negative"} 0"#,
        r#"predictor_confidence_ratio_bucket{le="0.99",model="sentiment",version="2"} 150"#,
        r#"predictor_confidence_ratio_bucket{le="0.95",model="sentiment",version="2"} 0"#,
        r#"predictor_model_info{model="sentiment",version="2"} 1"#,
        r#"predictor_model_state{model="sentiment",version="2",state="ready"} 1"#,
        r#"predictor_model_state{model="sentiment",version="2",state="failed"} 0"#,
        r#"predictor_drift_rows{model="sentiment",version="2"} 150"#,
        "predictor_log_lines_dropped_total 3",
        "http_requests_in_flight 1",
        "predictor_requests_shed_total 0",
    ] {
        assert!(text.lines().any(|line| line == expect), "{expect} is missing in\n{text}");
    }
    assert!(text.contains(r#"predictor_drift_psi{model="sentiment",version="2",feature="tokens"} "#), "{text}");
    assert!(open.ends_with("# EOF\n") && !text.contains("# EOF") && !text.contains("# UNIT"));
}

#[test]
fn every_sample_belongs_to_a_declared_family_in_prometheus_text() {
    let text = prometheus_text(&counted());
    let declared: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap_or_default();
        let parts = ["", "_bucket", "_sum", "_count"];
        let family = parts.iter().find_map(|part| name.strip_suffix(part).filter(|name| declared.contains(name)));
        assert!(family.is_some(), "{name} has no TYPE");
    }
    assert!(declared.contains(&"http_requests_total") && declared.contains(&"process_cpu_seconds_total"));
}

#[test]
fn routes_are_named_once_each() {
    let known = crate::routes::ROUTES.iter().map(|route| route.path);
    for path in known {
        let metrics = Metrics::new();
        metrics.requests.observe("GET", path, 200, 0.0);
        let text = metrics.openmetrics().expect("encoded");
        assert!(text.contains(&format!("route=\"{path}\"")), "{path}");
    }
}
