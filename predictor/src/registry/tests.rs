//! The registry on a directory: races, crashes half-way, and stores that somebody else has written into.

use super::*;
use crate::catalog;
use crate::store::Location;
use gate::Basis;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Barrier};

const ANN: By<'static> = By { who: "ann", why: "looks good" };
const BOB: By<'static> = By { who: "bob", why: "mine is better" };

struct Home {
    directory: tempfile::TempDir,
    registry: Registry,
}

fn home() -> Home {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = Store::open(Location::Directory(directory.path().to_owned())).expect("it opens");
    Home { registry: Registry::new(store), directory }
}

fn verdict(passed: bool) -> Verdict {
    let reasons = if passed { Vec::new() } else { vec!["too bad".to_owned()] };
    Verdict { passed, basis: Basis::Manifest, figures: BTreeMap::new(), compared_with: None, better: false, reasons }
}

/// The committed model under another version.
fn parts(version: &str) -> Parts {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/sentiment/1");
    let mut parts = Parts::read(&place).expect("a committed artifact");
    let mut manifest: serde_json::Value = serde_json::from_slice(&parts.manifest).expect("JSON");
    manifest["version"] = version.into();
    parts.manifest = serde_json::to_vec_pretty(&manifest).expect("JSON");
    parts
}

async fn registered(home: &Home, versions: &[&str]) {
    for version in versions {
        let end = home.registry.register("sentiment", version, &parts(version), &verdict(true), ANN).await;
        assert!(end.expect("registered").1);
    }
}

#[tokio::test]
async fn a_version_goes_in_is_approved_and_comes_out() {
    let home = home();
    registered(&home, &["1", "2"]).await;
    let registry = &home.registry;
    let approved = registry.approve("sentiment", "2", false, ANN, None).await.expect("approved");
    assert_eq!((approved.sequence, approved.who.as_str(), approved.why.as_str()), (3, "ann", "looks good"));
    let history = registry.history("sentiment").await.expect("read");
    let version = history.approved().expect("approved");
    let fetched = registry.fetch("sentiment", version.registered).await.expect("fetched");
    assert_eq!(fetched, parts("2"));
    assert_eq!(registry.names().await.expect("listed"), ["sentiment"]);
    assert_eq!(registry.history("weather").await.expect("read"), History::default());
    let words = registry.approve("sentiment", "2", false, BOB, None).await.expect_err("twice");
    assert!(words.is_conflict() && words.to_string().contains("approved already, by ann at "), "{words}");
}

#[tokio::test]
async fn the_same_contents_are_registered_once() {
    let home = home();
    registered(&home, &["1"]).await;
    let (event, is_new) =
        home.registry.register("sentiment", "1", &parts("1"), &verdict(false), BOB).await.expect("the same");
    assert!(!is_new && event.who == "ann", "what was registered first counts");
    let other = Parts { manifest: [&parts("1").manifest[..], b"\n"].concat(), ..parts("1") };
    let words = home.registry.register("sentiment", "1", &other, &verdict(true), BOB).await.expect_err("taken");
    assert!(words.is_conflict() && words.to_string().contains("by ann at "), "{words}");
    for (name, version) in [("../x", "1"), ("sentiment", "a/b"), ("sentiment", "approved"), (".x", "1"), ("", "1")] {
        let words = home.registry.register(name, version, &parts("1"), &verdict(true), ANN).await.expect_err("refused");
        assert!(words.to_string().contains("is not a "), "{words}");
    }
}

#[tokio::test]
async fn an_upload_that_broke_off_is_taken_up_again() {
    let home = home();
    let whole = parts("1");
    let weights = "models/sentiment/versions/1/weights.bin";
    home.registry.store().create(weights, whole.weights.clone()).await.expect("written");
    assert_eq!(home.registry.history("sentiment").await.expect("read").last(), 0);
    registered(&home, &["1"]).await;
    home.registry.store().create("models/sentiment/versions/2/weights.bin", b"other".to_vec()).await.expect("written");
    let words = home.registry.register("sentiment", "2", &parts("2"), &verdict(true), ANN).await.expect_err("taken");
    assert!(words.is_conflict() && words.to_string().contains("choose another version"), "{words}");
}

#[tokio::test]
async fn a_store_that_fails_is_not_a_version_that_is_taken() {
    let home = home();
    let folder = home.directory.path().join("models/sentiment/versions/1");
    std::fs::create_dir_all(&folder).expect("made");
    // Taken, and unreadable even for root: a link that leads to itself.
    std::os::unix::fs::symlink("weights.bin", folder.join("weights.bin")).expect("linked");
    let error = home.registry.register("sentiment", "1", &parts("1"), &verdict(true), ANN).await.expect_err("unread");
    assert!(!error.is_conflict() && error.may_pass(), "{error}");
    assert!(error.to_string().starts_with("cannot read "), "{error}");
    let larger = [&parts("2").weights[..], b"more"].concat();
    home.registry.store().create("models/sentiment/versions/2/weights.bin", larger).await.expect("written");
    let error = home.registry.register("sentiment", "2", &parts("2"), &verdict(true), ANN).await.expect_err("taken");
    assert!(error.is_conflict(), "{error}");
}

/// Both have read the same history before either writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_approve_at_once_one_wins() {
    let home = home();
    registered(&home, &["1", "2"]).await;
    let gate = Arc::new(Barrier::new(2));
    let approve = |version: &'static str, by: By<'static>| {
        let (registry, gate) = (home.registry.clone(), Arc::clone(&gate));
        tokio::spawn(async move {
            let waited = std::sync::atomic::AtomicBool::new(false);
            let draft = |history: &History| {
                if !waited.swap(true, std::sync::atomic::Ordering::Relaxed) {
                    tokio::task::block_in_place(|| gate.wait());
                }
                history.approve(version, false, by.who, by.why).map(Step::Take)
            };
            registry.decide("sentiment", by, None, draft).await
        })
    };
    let (ann, bob) = (approve("1", ANN), approve("2", BOB));
    let ends = [ann.await.expect("no panic"), bob.await.expect("no panic")];
    let won: Vec<_> = ends.iter().filter_map(|end| end.as_ref().ok()).collect();
    let lost: Vec<_> = ends.iter().filter_map(|end| end.as_ref().err()).collect();
    assert_eq!((won.len(), lost.len()), (1, 1));
    let words = lost[0].to_string();
    let expect =
        format!("sentiment: {} approved version {} at {}: {}", won[0].who, won[0].version, won[0].at, won[0].why);
    assert!(words.starts_with(&expect) && lost[0].is_conflict(), "{words}");
    assert_eq!(home.registry.history("sentiment").await.expect("read").last(), 3);
}

#[tokio::test]
async fn registrations_give_way_and_do_not_disturb_a_decision() {
    let home = home();
    registered(&home, &["1"]).await;
    let mut writers = tokio::task::JoinSet::new();
    for number in 10..20 {
        let registry = home.registry.clone();
        writers.spawn(async move {
            let version = number.to_string();
            registry.register("sentiment", &version, &parts(&version), &verdict(true), BOB).await.map(|_| ())
        });
    }
    let approved = home.registry.approve("sentiment", "1", false, ANN, None).await;
    assert!(writers.join_all().await.into_iter().all(|end| end.is_ok()));
    approved.expect("approved");
    let history = home.registry.history("sentiment").await.expect("read");
    assert_eq!((history.last(), history.versions().count()), (12, 11));
}

#[tokio::test]
async fn who_looked_before_a_decision_must_look_again() {
    let home = home();
    registered(&home, &["1", "2"]).await;
    let registry = &home.registry;
    registry.reject("sentiment", "1", BOB, Some(2)).await.expect("the first to decide");
    let words = registry.approve("sentiment", "2", false, ANN, Some(2)).await.expect_err("too late");
    assert!(words.to_string().starts_with("sentiment: bob rejected version 1 at ") && words.is_conflict(), "{words}");
    registry.approve("sentiment", "2", false, ANN, Some(3)).await.expect("after looking again");
    let words = registry.approve("sentiment", "1", false, ANN, None).await.expect_err("rejected");
    assert!(words.is_gate() && words.to_string().contains("rejected by bob"), "{words}");
    let event = registry.approve("sentiment", "1", true, ANN, None).await.expect("overridden");
    assert_eq!(event.what, What::Approved { overridden: true });
    let long = "x".repeat(LONGEST_WORDS + 1);
    assert!(registry.reject("sentiment", "1", By { who: "ann", why: &long }, None).await.is_err());
}

#[tokio::test]
async fn an_event_whose_answer_was_lost_is_known_again() {
    let home = home();
    registered(&home, &["1"]).await;
    let draft = |history: &History| history.approve("1", false, ANN.who, ANN.why).map(Step::Take);
    let append = |seen| home.registry.append_as("own".to_owned(), "sentiment", Some(seen), draft);
    let (first, _) = append(None).await.expect("appended");
    let (again, is_new) = append(Some(1)).await.expect("the same, and no conflict with itself");
    assert!(is_new && again == first);
    assert_eq!(home.registry.history("sentiment").await.expect("read").last(), 2);
}

#[tokio::test]
async fn what_somebody_else_wrote_is_refused_in_words() {
    let check = async |file: &str, edit: &dyn Fn(&str) -> String, expect: &str| {
        let home = home();
        registered(&home, &["1"]).await;
        let place = home.directory.path().join("models/sentiment").join(file);
        let text = std::fs::read_to_string(&place).unwrap_or_default();
        std::fs::create_dir_all(place.parent().expect("a parent")).expect("made");
        std::fs::write(&place, edit(&text)).expect("written");
        let history = home.registry.history("sentiment").await;
        let end = match history {
            Ok(history) => {
                let version = history.find("1").expect("registered");
                home.registry.fetch("sentiment", version.registered).await.map(|_| ())
            }
            Err(error) => Err(error),
        };
        let words = end.expect_err("refused").to_string();
        assert!(words.contains(expect), "{file}: {words}");
    };
    check("events/00000001.json", &|_| "{".to_owned(), "00000001.json is damaged: EOF").await;
    check("events/00000003.json", &|_| "{}".to_owned(), "00000003.json is damaged: missing field").await;
    check("events/00000001.json", &|text| text.replace("\"sequence\": 1", "\"sequence\": 5"), "event 1 is numbered 5")
        .await;
    check("events/00000001.json", &|text| text.replace("\"format\": 1", "\"format\": 9"), "has format 9").await;
    check("events/00000001.json", &|text| text.replace("\"registered\"", "\"praised\""), "unknown variant `praised`")
        .await;
    check("events/00000001.json", &|_| " ".repeat(70_000), "more than the 65536 that are allowed").await;
    check("versions/1/manifest.json", &|text| text.replace("\"1\"", "\"2\""), "its digest is not that of").await;
    check("versions/1/weights.bin", &|_| String::new(), "does not match its manifest").await;
    let home = home();
    registered(&home, &["1"]).await;
    std::fs::remove_file(home.directory.path().join("models/sentiment/versions/1/weights.bin")).expect("removed");
    std::fs::write(home.directory.path().join("models/sentiment/events/notes.txt"), "passed over").expect("written");
    let history = home.registry.history("sentiment").await.expect("read");
    let words = home.registry.fetch("sentiment", &history.events()[0]).await.expect_err("missing");
    assert!(words.to_string().contains("weights.bin is damaged: it is missing") && !words.may_pass(), "{words}");
    assert!(catalog::load("sentiment").is_ok(), "none of this concerns embedded models");
}
