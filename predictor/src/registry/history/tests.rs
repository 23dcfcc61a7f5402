//! The fold as tables, and against a plain reading of its definition for arbitrary events.

use super::*;
use crate::registry::gate::Basis;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// `+1` registers version 1, `?1` does and the gate refuses it, `a1` approves, `r1` rejects.
fn event(history: &History, step: &str) -> Event {
    let (kind, version) = step.split_at(1);
    let verdict = |passed: bool| Verdict {
        passed,
        basis: Basis::Manifest,
        figures: BTreeMap::new(),
        compared_with: None,
        better: false,
        reasons: if passed { Vec::new() } else { vec!["too bad".to_owned(), "too small".to_owned()] },
    };
    let what = match kind {
        "+" => What::Registered { gate: verdict(true) },
        "?" => What::Registered { gate: verdict(false) },
        "a" => What::Approved { overridden: false },
        _ => What::Rejected,
    };
    let (who, why) = ("ann".to_owned(), "because".to_owned());
    let draft = Draft { who, why, version: version.to_owned(), digest: format!("d{version}"), what };
    let sequence = history.last() + 1;
    Event::numbered(draft, sequence, format!("id{sequence}"), format!("t{sequence}"))
}

fn history(steps: &str) -> History {
    let mut history = History::default();
    for step in steps.split_whitespace() {
        let next = event(&history, step);
        history.push(next).expect("a possible event");
    }
    history
}

#[test]
fn states_follow_from_events() {
    let check = |steps: &str, expect: &str| {
        let history = history(steps);
        let found: Vec<_> =
            history.versions().map(|found| format!("{}:{}", found.registered.version, found.state.word())).collect();
        assert_eq!(found.join(" "), expect, "{steps}");
    };
    check("", "");
    check("+1 ?2", "1:registered 2:refused");
    check("+1 a1", "1:approved");
    check("+1 +2 a1 a2", "1:superseded 2:approved");
    check("+1 +2 a1 a2 r2", "1:approved 2:rejected");
    check("+1 +2 a1 a2 a1", "1:approved 2:superseded");
    check("+1 +2 a1 a2 r1", "1:rejected 2:approved");
    check("+1 a1 r1", "1:rejected");
    check("+1 a1 r1 a1", "1:approved");
    check("?1 a1", "1:approved");
    check("?1 r1", "1:rejected");
    check("+1 +2 +3 a3 a1 a2 r2 r1", "1:rejected 2:rejected 3:approved");
}

#[test]
fn what_may_happen_next() {
    let approve = |steps: &str, version: &str, overriding: bool, expect: &str| {
        let end = history(steps).approve(version, overriding, "bob", "good");
        let found = end.map_or_else(|refusal| refusal.to_string(), |draft| format!("{:?}", draft.what));
        assert!(found.contains(expect), "{steps}: {found}");
    };
    approve("+1", "1", false, "Approved { overridden: false }");
    approve("+1", "1", true, "Approved { overridden: false }");
    approve("+1 a1", "1", false, "version 1 is approved already, by ann at t2: because");
    approve("+1 +2 a1 a2", "1", false, "Approved { overridden: false }");
    approve("?1", "1", false, "the gate refused version 1: too bad; too small; add --override");
    approve("?1", "1", true, "Approved { overridden: true }");
    approve("+1 r1", "1", false, "version 1 was rejected by ann at t2: because; add --override");
    approve("+1 r1", "1", true, "Approved { overridden: true }");
    approve("+1 +2", "9", false, "version 9 is not registered; there are 1, 2");
    approve("", "9", true, "version 9 is not registered; no version is");
    let reject = |steps: &str, expect: &str| {
        let end = history(steps).reject("1", "bob", "bad");
        let found = end.map_or_else(|refusal| refusal.to_string(), |draft| format!("{:?}", draft.what));
        assert!(found.contains(expect), "{steps}: {found}");
    };
    reject("+1", "Rejected");
    reject("+1 a1", "Rejected");
    reject("?1", "Rejected");
    reject("+1 r1", "version 1 is rejected already, by ann at t2: because");
    let registered = history("+1");
    assert_eq!(registered.registration("2", "d2"), Ok(None));
    assert_eq!(registered.registration("1", "d1").expect("the same").expect("known").state, State::Registered);
    let words = registered.registration("1", "other").expect_err("taken").to_string();
    assert!(words.contains("with other contents, by ann at t1; choose another version"), "{words}");
}

#[test]
fn events_that_cannot_have_happened_are_refused() {
    let check = |edit: &dyn Fn(&mut Event), expect: &str| {
        let mut history = history("+1 a1");
        let mut next = event(&history, "r1");
        edit(&mut next);
        let words = history.push(next).expect_err("broken").to_string();
        assert!(words.starts_with("event 3 ") && words.contains(expect), "{words}");
        assert_eq!(history.last(), 2, "nothing was taken in");
    };
    check(&|event| event.sequence = 4, "is numbered 4");
    check(&|event| event.format = 2, "has format 2, this program reads 1");
    check(&|event| event.version = "7".to_owned(), "which is not registered");
    check(&|event| event.version = "../7".to_owned(), "impossible name");
    check(&|event| event.digest = "other".to_owned(), "other contents of version 1");
    check(&|next| next.what = event(&History::default(), "+1").what, "registers version 1 again");
}

#[test]
fn decisions_since_are_found() {
    let history = history("+1 a1 +2 r1 +3");
    let found = |seen: u64| history.decision_after(seen).map(|event| event.sequence);
    assert_eq!([found(0), found(1), found(3), found(4), found(9)], [Some(4), Some(4), Some(4), None, None]);
}

#[test]
fn events_keep_their_written_form() {
    let history = history("?1 a1 r1");
    let written: Vec<_> = history.events().iter().map(|event| serde_json::to_value(event).expect("JSON")).collect();
    assert_eq!(
        written[0],
        serde_json::json!({
            "format": 1, "sequence": 1, "id": "id1", "at": "t1", "who": "ann", "why": "because", "version": "1",
            "digest": "d1", "event": "registered",
            "gate": {"passed": false, "basis": "manifest", "figures": {}, "reasons": ["too bad", "too small"]},
        })
    );
    assert_eq!((&written[1]["event"], &written[2]["event"]), (&"approved".into(), &"rejected".into()));
    for (value, event) in written.into_iter().zip(history.events()) {
        assert_eq!(&serde_json::from_value::<Event>(value).expect("an event"), event);
    }
}

/// "The newest approval event, whose version is not since rejected", word for word.
fn approved_by_definition(events: &[Event]) -> Option<&str> {
    let rejected_since = |approval: &Event| {
        let later = events.iter().filter(|event| event.sequence > approval.sequence);
        later.clone().any(|event| event.version == approval.version && event.what == What::Rejected)
    };
    let mut approvals = events.iter().rev().filter(|event| matches!(event.what, What::Approved { .. }));
    approvals.find(|approval| !rejected_since(approval)).map(|event| event.version.as_str())
}

proptest! {
    #[test]
    fn any_steps_keep_the_definition(steps in prop::collection::vec(("[+?ar]", 1_u8..5), 0..40)) {
        let mut history = History::default();
        for (kind, version) in steps {
            let before = history.clone();
            let next = event(&history, &format!("{kind}{version}"));
            if history.push(next).is_err() {
                prop_assert_eq!(&history, &before);
            }
            let approved: Vec<_> = history.versions().filter(|found| found.state == State::Approved).collect();
            prop_assert!(approved.len() <= 1);
            let found = history.approved().map(|found| found.registered.version.as_str());
            prop_assert_eq!(history.approvals().first().map(|event| event.version.as_str()), found);
            prop_assert_eq!(found, approved_by_definition(history.events()));
            for version in ["1", "2", "3", "4"] {
                // What is allowed can be taken in, and does what it says.
                if let Ok(draft) = history.approve(version, true, "x", "y") {
                    let mut next = history.clone();
                    let event = Event::numbered(draft, next.last() + 1, String::new(), String::new());
                    prop_assert!(next.push(event).is_ok());
                    prop_assert_eq!(next.approved().map(|found| found.registered.version.clone()), Some(version.to_owned()));
                }
                if let Ok(draft) = history.reject(version, "x", "y") {
                    let mut next = history.clone();
                    let event = Event::numbered(draft, next.last() + 1, String::new(), String::new());
                    prop_assert!(next.push(event).is_ok());
                    prop_assert_ne!(next.approved().map(|found| found.registered.version.clone()), Some(version.to_owned()));
                }
            }
        }
    }
}
