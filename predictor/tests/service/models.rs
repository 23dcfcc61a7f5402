//! What the service says about its models.

use crate::client::get;
use crate::refusals::is_problem;
use crate::running::Running;

#[test]
fn figures_and_facts_have_their_shapes() {
    let server = Running::start();
    let one = get(server.port, "/v1/models/sentiment").json();
    assert_eq!(get(server.port, "/v1/models/sentiment/versions/2").json(), one);
    let info = get(server.port, "/model/info").json();
    assert_eq!((&info["model_name"], &info["model_version"]), (&"sentiment".into(), &"2".into()));
    assert_eq!((&info["inputs"], &info["metrics"]), (&one["inputs"], &one["metrics"]));
    for path in ["/model/metrics", "/v1/models/sentiment/metrics", "/v1/models/sentiment/versions/2/metrics"] {
        let figures = get(server.port, path).json();
        assert_eq!((&figures["model"], &figures["model_version"]), (&"sentiment".into(), &"2".into()), "{path}");
        assert_eq!(figures["metrics"], one["metrics"]);
        assert!(figures["metrics"]["accuracy"].as_f64().is_some_and(|accuracy| accuracy > 0.8));
    }
    for path in ["/v1/models/none", "/v1/models/sentiment/versions/9/metrics", "/model/info?model=none"] {
        is_problem(&get(server.port, path), 404, path);
    }
    is_problem(&get(server.port, "/v1/models/%ff"), 400, "a bad name");
}
