//! The same commands on S3: a foreign server decides who comes first.

use crate::moto::Moto;
use crate::program::committed;
use std::process::Stdio;

#[test]
fn a_model_lives_in_a_bucket() {
    let moto = Moto::start();
    let place = moto.store("models-one");
    place.register("1");
    place.register("2");
    place.run(&["approve", "sentiment@2", "--why", "better"]).done();
    let out = place.run(&["models"]).done();
    assert!(out.contains("\ns3://models-one/some/prefix\n") && out.contains("approved"), "{out}");
    let pulled = place.path("pulled");
    assert!(
        place.run(&["pull", "sentiment", "--out", &pulled.display().to_string()]).done().starts_with("sentiment@2: ")
    );
    let bytes = |directory: &std::path::Path, file: &str| std::fs::read(directory.join(file)).expect("read");
    assert_eq!(bytes(&pulled, "manifest.json"), bytes(&place.path("artifact-2"), "manifest.json"));
    assert_eq!(bytes(&pulled, "weights.bin"), bytes(&committed("1"), "weights.bin"));
    let history = place.run(&["history", "sentiment"]).done();
    assert_eq!(history.lines().count(), 4, "{history}");
    let changed = crate::program::Place::directory();
    let changed = changed.artifact("1", |manifest| manifest["created"] = "2026-02-02T00:00:00.000Z".into());
    place.run(&["register", &changed]).failed(4, "with other contents, by ann at ");
}

#[test]
fn of_many_who_decide_at_once_one_wins() {
    let moto = Moto::start();
    let place = moto.store("models-two");
    let versions = ["1", "2", "3", "4"];
    versions.iter().for_each(|version| place.register(version));
    // Real processes, all of which have seen the four registrations and no decision.
    let children: Vec<_> = versions
        .iter()
        .map(|version| {
            let (reference, by) = (format!("sentiment@{version}"), format!("person-{version}"));
            let arguments = ["approve", &reference, "--why", "mine", "--by", &by, "--seen", "4"];
            place.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
        })
        .collect();
    let ends: Vec<_> = children.into_iter().map(|child| child.wait_with_output().expect("it ends")).collect();
    let winners: Vec<_> = ends.iter().filter(|end| end.status.success()).collect();
    assert_eq!(winners.len(), 1, "{ends:?}");
    let won = String::from_utf8_lossy(&winners[0].stdout).into_owned();
    let (version, who) = won.split_once(": approved by ").expect("words");
    let version = version.strip_prefix("sentiment@").expect("a version");
    let who = who.split(',').next().expect("a name");
    for lost in ends.iter().filter(|end| !end.status.success()) {
        let words = String::from_utf8_lossy(&lost.stderr).into_owned();
        assert_eq!(lost.status.code(), Some(4), "{words}");
        assert!(words.contains(&format!("{who} approved version {version} at 20")), "{words}");
    }
    assert_eq!(place.run(&["history", "sentiment"]).done().lines().count(), 6);
}

#[test]
fn many_registrations_at_once_all_come_in() {
    let moto = Moto::start();
    let place = moto.store("models-three");
    let artifacts: Vec<_> = (1..=6).map(|version| place.artifact(&version.to_string(), |_| ())).collect();
    let children: Vec<_> = artifacts
        .iter()
        .map(|artifact| place.command(&["register", artifact]).stdout(Stdio::null()).spawn().expect("it starts"))
        .collect();
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    assert_eq!(place.run(&["history", "sentiment"]).done().lines().count(), 7);
}

#[test]
fn what_is_wrong_with_the_bucket_is_said() {
    let moto = Moto::start();
    let missing = moto.without_bucket("no-such-bucket");
    let place = "s3://no-such-bucket/some/prefix/models/sentiment/events";
    missing.run(&["history", "sentiment"]).failed(1, &format!("cannot list {place}: NoSuchBucket"));
    missing.run(&["history", "sentiment"]).failed(1, "make the bucket, or correct its name");
    let artifact = missing.artifact("1", |_| ());
    missing.run(&["register", &artifact]).failed(1, "NoSuchBucket");
    let place = moto.store("models-four");
    place.register("1");
    let half = place.with("AWS_ACCESS_KEY_ID", "");
    half.run(&["history", "sentiment"]).failed(1, "set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    half.with("AWS_SECRET_ACCESS_KEY", "").run(&["history", "sentiment"]).failed(1, "S3 needs credentials");
    let nobody = place.with("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1");
    nobody.run(&["history", "sentiment"]).failed(1, "is the endpoint right, and is there a network?");
    nobody.run(&["history", "sentiment"]).failed(1, "http://127.0.0.1:1");
    let open = place.with("AWS_ENDPOINT_URL_S3", "http://store.example");
    open.run(&["history", "sentiment"]).failed(1, "is not encrypted");
    let aws = place.with("AWS_ENDPOINT_URL_S3", "");
    aws.run(&["history", "sentiment"]).failed(1, "set AWS_REGION");
    moto.demand_known_credentials();
    place.run(&["history", "sentiment"]).failed(1, "InvalidAccessKeyId");
    place.run(&["history", "sentiment"]).failed(1, "the credentials are wrong");
}
