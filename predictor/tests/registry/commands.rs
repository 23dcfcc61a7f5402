//! Each command on a directory: what it says, what it leaves behind, what it exits with.

use crate::program::{Place, committed};

#[test]
fn a_model_is_registered_approved_pulled_and_rejected() {
    let place = Place::directory();
    place.register("1");
    place.register("2");
    place.run(&["pull", "sentiment", "--out", "/nowhere/at/all"]).failed(1, "has no approved version");
    let out = place.run(&["approve", "sentiment@1", "--why", "first", "--by", "bob"]).done();
    assert_eq!(out, "sentiment@1: approved by bob, event 3\n");
    place.run(&["approve", "sentiment@2", "--why", "better"]).done();
    let pulled = place.path("pulled");
    let pulled_text = pulled.display().to_string();
    assert!(place.run(&["pull", "sentiment@approved", "--out", &pulled_text]).done().starts_with("sentiment@2: "));
    let bytes = |directory: &std::path::Path, file: &str| std::fs::read(directory.join(file)).expect("read");
    assert_eq!(bytes(&pulled, "manifest.json"), bytes(&place.path("artifact-2"), "manifest.json"));
    assert_eq!(bytes(&pulled, "weights.bin"), bytes(&committed("1"), "weights.bin"));
    place.run(&["pull", "sentiment@1", "--out", &pulled_text]).failed(1, "exists already");
    let out = place.run(&["reject", "sentiment@2", "--why", "too slow"]).done();
    assert_eq!(out, "sentiment@2: rejected by ann, event 5\n  approved is sentiment@1\n");
    let out = place.run(&["history", "sentiment"]).done();
    let words: Vec<_> = out.lines().skip(1).filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(words, ["registered", "registered", "approved", "approved", "rejected"]);
    assert!(out.contains("bob") && out.contains("too slow"), "{out}");
    let out = place.run(&["models"]).done();
    let state = |reference: &str| {
        let line = out.lines().rfind(|line| line.starts_with(reference)).expect("listed");
        line.split_whitespace().nth(1).expect("a state").to_owned()
    };
    assert_eq!((state("sentiment@1").as_str(), state("sentiment@2").as_str()), ("approved", "rejected"));
    let json: serde_json::Value = serde_json::from_str(&place.run(&["models", "--json"]).done()).expect("JSON");
    assert_eq!(json["registered"][0]["state"], "approved");
    assert_eq!(json["registered"][1]["decided"]["why"], "too slow");
    assert_eq!(json["registered"][1]["last_event"], 5);
    assert!(json["embedded"].as_array().is_some_and(|list| !list.is_empty()));
}

#[test]
fn the_gate_refuses_with_exit_code_three_and_the_history_knows() {
    let place = Place::directory();
    let poor = place.artifact("1", |manifest| {
        manifest["metrics"]["accuracy"] = 0.6.into();
        manifest["metrics"]["f1_macro"] = 0.5.into();
    });
    let end = place.run(&["register", &poor, "--note", "a try"]);
    end.failed(3, "the gate refused sentiment@1: accuracy 0.6000 is below 0.8; macro F1 0.5000 is below 0.7");
    assert!(end.out.contains("sentiment@1: refused in "), "{}", end.out);
    place.run(&["register", &poor]).failed(3, "the gate refused");
    place.run(&["approve", "sentiment@1", "--why", "please"]).failed(3, "add --override");
    let out = place.run(&["approve", "sentiment@1", "--why", "nothing better", "--override"]).done();
    assert_eq!(out, "sentiment@1: overridden by ann, event 2\n");
    let events: serde_json::Value =
        serde_json::from_str(&place.run(&["history", "sentiment", "--json"]).done()).expect("JSON");
    assert_eq!((&events[0]["gate"]["passed"], &events[1]["overridden"]), (&false.into(), &true.into()));
    assert_eq!((&events[0]["why"], &events[1]["why"]), (&"a try".into(), &"nothing better".into()));
    let lax = place.path("lax.toml");
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/thresholds.toml")).expect("read");
    std::fs::write(&lax, text + "\n[models.sentiment]\naccuracy = 0.5\nf1_macro = 0.5\n").expect("written");
    let next = place.artifact("2", |manifest| {
        manifest["metrics"]["accuracy"] = 0.6.into();
        manifest["metrics"]["f1_macro"] = 0.5.into();
    });
    place.run(&["register", &next, "--thresholds", &lax.display().to_string()]).done();
}

#[test]
fn conflicts_exit_with_four() {
    let place = Place::directory();
    place.register("1");
    assert!(
        place.run(&["register", &place.path("artifact-1").display().to_string()]).done().contains("already, by ann")
    );
    let other = Place::directory();
    let changed = other.artifact("1", |manifest| manifest["created"] = "2026-02-02T00:00:00.000Z".into());
    place.run(&["register", &changed]).failed(4, "with other contents, by ann at ");
    place.run(&["approve", "sentiment@1", "--why", "fine", "--by", "bob"]).done();
    place.run(&["approve", "sentiment@1", "--why", "fine"]).failed(4, "approved already, by bob at ");
    place.run(&["reject", "sentiment@1", "--why", "no", "--seen", "1"]).failed(4, "bob approved version 1 at ");
    place.run(&["reject", "sentiment@1", "--why", "no", "--seen", "2"]).done();
    place.run(&["approve", "sentiment@1", "--why", "yes"]).failed(3, "was rejected by ann");
}

#[test]
fn usage_and_failures_are_told_apart() {
    let place = Place::directory();
    place.run(&["history", "sentiment"]).failed(1, "store: No such file");
    place.register("1");
    place.run(&["history", "weather"]).failed(1, "has no model \"weather\"; it has sentiment");
    place.run(&["approve", "sentiment@7", "--why", "x"]).failed(1, "version 7 is not registered; there are 1");
    place.run(&["approve", "sentiment", "--why", "x"]).failed(2, "give NAME@VERSION");
    place.run(&["approve", "sentiment@1", "--why", " "]).failed(2, "a reason is needed");
    place.run(&["approve", "sentiment@1"]).failed(2, "--why");
    place.with("USER", "").run(&["approve", "sentiment@1", "--why", "x"]).failed(2, "give --by NAME");
    place.with("MODEL_STORE", "").run(&["history", "sentiment"]).failed(2, "which store?");
    place.with("MODEL_STORE", "gs://x").run(&["history", "sentiment"]).failed(1, "\"gs\" are not known");
    place.run(&["register", "/nowhere/at/all"]).failed(1, "cannot read /nowhere/at/all/manifest.json");
    assert!(place.with("MODEL_STORE", "").run(&["models"]).done().starts_with("MODEL "), "no store, no complaint");
    let broken = place.artifact("9", |manifest| manifest["format"] = 77.into());
    place.run(&["register", &broken]).failed(1, "artifact format 77 is not supported");
    let out = place.with("GITHUB_ACTOR", "octocat").run(&["reject", "sentiment@1", "--why", "x"]).done();
    assert!(out.starts_with("sentiment@1: rejected by octocat, event 2\n"), "{out}");
}

#[test]
fn what_others_wrote_cannot_steer_the_terminal() {
    let place = Place::directory();
    place.register("1");
    place.run(&["approve", "sentiment@1", "--why", "a\u{1b}[31mb", "--by", "e\u{7}ve"]).done();
    for arguments in [&["history", "sentiment"][..], &["models"], &["approve", "sentiment@1", "--why", "x"]] {
        let end = place.run(arguments);
        let text = end.out + &end.words;
        assert!(text.contains("ve") && !text.contains('\u{1b}') && !text.contains('\u{7}'), "{text:?}");
    }
}
