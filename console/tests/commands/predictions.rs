//! `qd predict` of models and files, against the predictor of a local stack.

use serde_json::Value;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn models_their_fields_and_files() {
    let stage = Stage::start().await;
    let models = stage.qd("predict --schema --json").await;
    let names: Vec<String> = models.json()["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| model["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(models.code == 0 && names.contains(&"sentiment".to_owned()), "{models:?}");

    let fields = stage.qd("predict --model sentiment --schema").await;
    assert!(fields.code == 0 && fields.out.starts_with("text\ttext\trequired"), "{fields:?}");

    let set = stage.qd("predict --model sentiment --set text=wonderful --explain 3").await;
    let answer: Value = serde_json::from_str(&set.out).unwrap();
    assert_eq!((set.code, answer["prediction"].as_str()), (0, Some("positive")), "{set:?}");
    assert!(answer["explanation"]["contributions"].as_array().unwrap().len() <= 3, "{set:?}");
    assert!(set.notes.contains("what moved it"), "{set:?}");

    let example = stage.qd("predict --model sentiment").await;
    assert!(example.code == 0 && example.notes.contains("the answer is about the example of sentiment"), "{example:?}");
    let plain = stage.qd("predict").await;
    assert!(plain.code == 0 && plain.notes.contains("fixed sample"), "{plain:?}");

    for (words, code, said) in [
        ("predict --model sentiment --set colour=red", 2, "its fields are text"),
        ("predict --model sentiment --set text", 2, "is not FIELD=VALUE"),
        ("predict --model sentiment --body {}", 2, "text is required; nothing was sent"),
        ("predict --model nothing", 3, "there is no model nothing; there are"),
        ("predict --model sentiment@99", 3, "there is no model sentiment@99"),
        ("predict --set text=a", 2, "--model"),
    ] {
        let ran = stage.qd(words).await;
        assert!(ran.code == code && ran.notes.contains(said), "{words}: {ran:?}");
    }
    file(&stage).await;
    stage.stack.shutdown().await;
}

async fn file(stage: &Stage) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (rows, out) = (path("rows.csv"), path("answers.ndjson"));
    std::fs::write(&rows, "text,stars\nwonderful,5\n\"terrible, really\",1\n").unwrap();
    let checked = stage.qd(&format!("predict --model sentiment --batch {rows} --check --json")).await;
    assert_eq!((checked.code, checked.json()["answered"].as_u64()), (0, Some(2)), "{checked:?}");
    assert_eq!(checked.json()["unusedFields"], serde_json::json!(["stars"]));

    let printed = stage.qd(&format!("predict --model sentiment --batch {rows}")).await;
    let lines: Vec<Value> = printed.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(printed.code, 0, "{printed:?}");
    assert_eq!((&lines[0]["line"], &lines[0]["answer"]["prediction"]), (&2.into(), &"positive".into()));
    assert_eq!((&lines[1]["line"], &lines[1]["answer"]["prediction"]), (&3.into(), &"negative".into()));

    let written = stage.qd(&format!("predict --model sentiment --batch {rows} --out {out}")).await;
    assert_eq!(written.code, 0, "{written:?}");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), printed.out);
    let again = stage.qd(&format!("predict --model sentiment --batch {rows} --out {out}")).await;
    assert!(again.code == 1 && again.notes.contains("exists; nothing was sent"), "{again:?}");

    let bad = path("bad.ndjson");
    std::fs::write(&bad, "{\"text\":\"fine\"}\n{\"text\":7}\n").unwrap();
    let partly = stage.qd(&format!("predict --model sentiment --batch {bad}")).await;
    assert!(partly.code == 1 && partly.notes.contains("line 2: text must be a string, not a number"), "{partly:?}");
    assert_eq!(partly.out.lines().count(), 2, "{partly:?}");
}
