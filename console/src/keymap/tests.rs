//! Tables and properties of the key table.

use std::collections::HashSet;

use super::*;

#[test]
fn a_key_means_one_thing_in_one_place() {
    let mut seen = HashSet::new();
    for binding in TABLE {
        for text in binding.keys {
            let key: Key = text.parse().unwrap();
            assert!(seen.insert((binding.place, key)), "{text} twice in {:?}", binding.place);
        }
    }
}

#[test]
fn the_table_alone_makes_no_conflict() {
    assert_eq!(Keymap::new(&BTreeMap::new()).1, []);
}

#[test]
fn no_scrolling_or_erasing_key_mutates() {
    let careless = ["ctrl-d", "ctrl-k", "ctrl-u", "backspace", "delete", "ctrl-x", "ctrl-h"];
    for binding in TABLE.iter().filter(|b| b.action.mutates()) {
        assert!(binding.keys.iter().all(|key| !careless.contains(key)), "{:?}", binding.action);
    }
}

#[test]
fn stop_deploy_and_roll_back_are_upper_case() {
    for binding in TABLE.iter().filter(|b| matches!(b.action, A::StopTask | A::RollBack | A::Deploy)) {
        let shouted = |key: &&'static str| key.chars().all(|c| c.is_ascii_uppercase()) || *key == "enter";
        assert!(binding.keys.iter().all(shouted), "{:?}", binding.keys);
    }
}

#[test]
fn presses_are_normalised() {
    let map = Keymap::default();
    for (code, modifiers, expected) in [
        (KeyCode::Char('G'), KeyModifiers::SHIFT, A::Bottom),
        (KeyCode::Char('G'), KeyModifiers::NONE, A::Bottom),
        (KeyCode::Char('D'), KeyModifiers::CONTROL, A::HalfPageDown),
        (KeyCode::Right, KeyModifiers::SHIFT, A::SortNextColumn),
        (KeyCode::Right, KeyModifiers::NONE, A::Open),
    ] {
        let places = [Place::List, Place::Everywhere];
        assert_eq!(map.action(&places, KeyEvent::new(code, modifiers)), Some(expected));
    }
}

#[test]
fn own_keys_replace_the_standard_ones_and_conflicts_are_told() {
    let changes = BTreeMap::from([
        ("refresh".to_owned(), vec!["f5".to_owned()]),
        ("no-such".to_owned(), vec!["x".to_owned()]),
        ("help".to_owned(), vec!["hyper-x".to_owned()]),
    ]);
    let (map, conflicts) = Keymap::new(&changes);
    let press = |code, modifiers| map.action(&[Place::Everywhere], KeyEvent::new(code, modifiers));
    assert_eq!(press(KeyCode::F(5), KeyModifiers::NONE), Some(A::Refresh));
    assert_eq!(press(KeyCode::Char('r'), KeyModifiers::CONTROL), None);
    assert_eq!(conflicts.len(), 2, "{conflicts:?}");
}

#[test]
fn the_special_place_wins() {
    let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
    let places = [Place::Images, Place::List, Place::Everywhere];
    assert_eq!(Keymap::default().action(&places, enter), Some(A::Deploy));
}

#[test]
fn a_key_that_means_something_elsewhere_is_told() {
    let changes = BTreeMap::from([("refresh".to_owned(), vec!["j".to_owned()])]);
    let told = Keymap::new(&changes).1;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].0.contains("down in Lists"), "{told:?}");
}
