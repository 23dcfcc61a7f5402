//! `qd verify`: what was deployed runs and answers; what does not is told, and rolled back where that is asked for.

use serde_json::Value;

use crate::stage::{Stage, run};

const RIGHT: &str = r#"{"model":"sentiment","body":{"text":"wonderful"},"expect":{"label":"positive","probability":0.6}}
{"name":"house","model":"housing@1","body":HOUSE,"expect":{"number":200000,"tolerance":200000,"model":"housing"}}

{"path":"/predict","body":{"text":"terrible"},"expect":{"label":"negative"}}
{"path":"/nowhere","expect":{"status":404}}
"#;
const WRONG: &str = "{\"model\":\"sentiment\",\"body\":{\"text\":\"wonderful\"},\"expect\":{\"label\":\"negative\"}}\n";

/// Saved predictions in a folder of their own.
struct Files(tempfile::TempDir);

impl Files {
    async fn new(stage: &Stage) -> Self {
        let fields = stage.qd("predict --model housing --schema --json").await.json();
        let right = RIGHT.replace("HOUSE", &fields["example"].to_string());
        let files = Self(tempfile::tempdir().unwrap());
        std::fs::write(files.path("right"), right).unwrap();
        std::fs::write(files.path("wrong"), WRONG).unwrap();
        files
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }
}

async fn digest(stage: &Stage, tag: &str) -> String {
    let images = stage.qd("images --json").await.json();
    let has = |image: &&Value| image["tags"].as_array().unwrap().iter().any(|known| known == tag);
    let found = images["images"].as_array().unwrap().iter().find(has).unwrap().clone();
    found["digest"].as_str().unwrap().to_owned()
}

async fn revision(stage: &Stage) -> Value {
    stage.qd("services --json").await.json()["services"][0]["taskDefinition"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_deployment_is_verified_and_a_bad_one_goes_back() {
    let stage = Stage::start().await;
    let files = Files::new(&stage).await;
    let (old, new) = (digest(&stage, "1.1.0").await, digest(&stage, "1.1.1").await);
    let before = revision(&stage).await;
    assert_eq!(stage.qd("deploy --tag 1.1.1 --no-replace --yes --wait").await.code, 0);
    let deployed = revision(&stage).await;
    let audited = stage.audit();

    let good = stage.qd(&format!("verify --digest {new} --predictions {}", files.path("right"))).await;
    assert_eq!(good.code, 0, "{good:?}");
    let last = "VERIFIED: 2 of 2 running tasks are predictor:3 with the image, 4 of 4 predictions are as expected";
    assert_eq!(good.out.lines().last(), Some(last), "{good:?}");
    assert!(good.out.contains("line 2: house\tok\t"), "{good:?}");

    let json = stage.qd(&format!("verify --digest {new} --predictions {} --json", files.path("right"))).await.json();
    assert_eq!((&json["verified"], &json["exitCode"], &json["rollback"]), (&true.into(), &0.into(), &Value::Null));
    assert_eq!(json["tasks"][1]["digest"], new.as_str());
    assert_eq!(json["predictions"][3]["status"], 404);

    let other = stage.qd(&format!("verify --digest {old}")).await;
    assert!(other.code == 6 && other.out.contains(&format!("WRONG\truns {new}, not {old}")), "{other:?}");
    assert!(other.notes.contains("qd rollback predictor goes back"), "{other:?}");
    let wrong = stage.qd(&format!("verify --predictions {} --json", files.path("wrong"))).await;
    assert_eq!((wrong.code, &wrong.json()["predictions"][0]["ok"]), (6, &false.into()), "{wrong:?}");
    assert_eq!((revision(&stage).await, stage.audit()), (deployed, audited), "a look changes nothing");

    let back = stage.qd(&format!("verify --predictions {} --rollback --yes", files.path("wrong"))).await;
    assert_eq!(back.code, 7, "{back:?}");
    assert!(back.out.contains("WRONG\tpositive, "), "{back:?}");
    assert_eq!(
        back.out.lines().last(),
        Some("ROLLED BACK: predictor:3 was not verified; it was rolled back"),
        "{back:?}"
    );
    assert_eq!(revision(&stage).await, before);

    let json = stage.qd(&format!("verify --digest {new} --rollback --yes --json")).await;
    assert_eq!((json.code, json.out.lines().count()), (7, 1), "{json:?}");
    assert_eq!(json.json()["rollback"]["result"]["deployment"]["verdict"], "SUCCESSFUL", "{json:?}");
    stage.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_verified_is_refused_and_left_alone() {
    let stage = Stage::start().await;
    let files = Files::new(&stage).await;
    let (right, bad, empty) = (files.path("right"), files.path("bad"), files.path("empty"));
    std::fs::write(&bad, format!("{WRONG}{{\"model\":\"sentiment\"}}\nnonsense\n")).unwrap();
    std::fs::write(&empty, "\n\n").unwrap();
    for (words, code, said) in [
        ("verify --digest latest".to_owned(), 2, "is no image digest"),
        (format!("verify --predictions {}", files.path("none")), 2, "No such file"),
        (format!("verify --predictions {bad}"), 2, "line 2: missing field `expect`; line 3: expected"),
        (format!("verify --predictions {empty}"), 2, "holds no prediction"),
        ("verify --container nope".to_owned(), 2, "there is no container \"nope\""),
        ("verify --timeout soon".to_owned(), 2, "no span of time"),
        ("verify --rollback".to_owned(), 2, "nobody is here to confirm"),
        ("verify --rollback --yes --readonly".to_owned(), 4, "read-only"),
        ("verify nope".to_owned(), 3, "there is no service nope"),
        (format!("verify --predictions {right} --predictor-url http://127.0.0.1:1"), 6, "connection refused"),
    ] {
        let ran = stage.qd(&words).await;
        assert!(ran.code == code && format!("{}{}", ran.out, ran.notes).contains(said), "{words}: {ran:?}");
    }
    assert_eq!(stage.audit(), "");

    assert_eq!(stage.qd("deploy --tag 1.2.1-unhealthy --yes").await.code, 0);
    let busy = stage.qd("verify --rollback --yes").await;
    assert!(busy.code == 1 && busy.notes.contains("the rollout of predictor:3 is under way"), "{busy:?}");
    assert!(busy.notes.contains("qd wait predictor follows it"), "{busy:?}");
    let second = stage.qd("deploy --tag 1.1.1 --no-replace --yes").await;
    assert!(second.code == 1 && second.notes.contains("under way in predictor; nothing was changed"), "{second:?}");
    assert_eq!(stage.qd("rollback --yes --wait").await.code, 0);

    assert_eq!(stage.qd("scale 0 --yes").await.code, 0);
    assert_eq!(stage.qd("wait").await.code, 7);
    let idle = stage.qd("verify").await;
    assert!(idle.code == 3 && idle.notes.contains("qd scale 1 predictor starts one"), "{idle:?}");

    let first = stage.qd("deploy --tag 1.1.1 --from-zero 1 --yes --wait").await;
    assert!(first.code == 0 && first.notes.contains(", 0 -> 1 tasks"), "{first:?}");
    let running = stage.qd("verify").await;
    assert!(running.code == 0 && running.out.contains("1 of 1 running tasks"), "{running:?}");
    let second = stage.qd("deploy --tag 1.1.0 --from-zero 5 --dry-run").await;
    assert!(second.json()["UpdateService"].get("desiredCount").is_none(), "only from zero: {second:?}");
    stage.stack.shutdown().await;
}

#[tokio::test]
async fn mistakes_are_found_before_anything_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    for (words, code) in [("verify --digest sha256:12", 2), ("verify --predictions /nowhere/x", 2)] {
        let ran = run(folder.path(), Some("http://127.0.0.1:1"), words).await;
        assert_eq!(ran.code, code, "{words}: {ran:?}");
    }
}
