//! The one table of keys. Dispatch, hints, help, the README's table and `keys.toml` all read it; a key exists nowhere else.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::action::Action;
use crate::action::Action as A;

pub mod table;

pub use table::TABLE;

/// Where a binding holds. A screen lists its places, most special first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each names the screen or part of the screen it stands for")]
pub enum Place {
    Everywhere,
    List,
    Text,
    Clusters,
    Services,
    Service,
    Task,
    Logs,
    Metrics,
    Images,
    Rollout,
    Predict,
    Batch,
    Dialog,
}

impl Place {
    /// Heading in help and in the README.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::List => "Lists",
            Self::Text => "Texts",
            Self::Clusters => "Clusters",
            Self::Services => "Services",
            Self::Service => "One service",
            Self::Task => "One task",
            Self::Logs => "Logs",
            Self::Metrics => "Metrics and alarms",
            Self::Images => "Images",
            Self::Rollout => "Rollout",
            Self::Predict => "Predict",
            Self::Batch => "Predictions from a file",
            Self::Dialog => "Dialogs",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// Where it holds.
    pub place: Place,
    /// Keys as help shows them: `ctrl-d`, `G`, `pgdn`.
    pub keys: &'static [&'static str],
    /// What they mean.
    pub action: Action,
    /// What it does, in a few words, for help.
    pub words: &'static str,
    /// One word for the hint line; empty keeps it out.
    pub hint: &'static str,
    /// Hints with a higher number come first when space is short.
    pub priority: u8,
}

/// A key with its modifiers, normalised so that equal presses compare equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        let mut modifiers = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let mut code = event.code;
        if let KeyCode::Char(c) = code {
            // Terminals report an upper-case letter with and without SHIFT; the letter alone says it.
            modifiers.remove(KeyModifiers::SHIFT);
            // ctrl-\ and its kin arrive as control characters on some terminals.
            if modifiers.contains(KeyModifiers::CONTROL) {
                code = KeyCode::Char(c.to_ascii_lowercase());
            }
        }
        if code == KeyCode::BackTab {
            modifiers.remove(KeyModifiers::SHIFT);
        }
        Self { code, modifiers }
    }
}

/// A key name that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a key; write for example ctrl-d, G, enter, pgdn, f5")]
pub struct UnknownKey(pub String);

impl std::str::FromStr for Key {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((prefix, tail)) = rest.split_once('-').filter(|(_, tail)| !tail.is_empty()) {
            modifiers |= match prefix {
                "ctrl" => KeyModifiers::CONTROL,
                "alt" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => return Err(UnknownKey(text.to_owned())),
            };
            rest = tail;
        }
        let code = named(rest).ok_or_else(|| UnknownKey(text.to_owned()))?;
        Ok(Self { code, modifiers })
    }
}

fn named(name: &str) -> Option<KeyCode> {
    let mut characters = name.chars();
    if let (Some(c), None) = (characters.next(), characters.next()) {
        return Some(KeyCode::Char(c));
    }
    Some(match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "space" => KeyCode::Char(' '),
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "backspace" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        _ => KeyCode::F(name.strip_prefix('f')?.parse().ok().filter(|n| (1..=12).contains(n))?),
    })
}

/// Keys to actions, after the user's changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Keymap {
    by_place: HashMap<(Place, Key), Action>,
    keys_of: BTreeMap<(Place, Action), Vec<String>>,
}

/// Something in `keys.toml` that could not be taken; the rest of the file still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyConflict(pub String);

impl fmt::Display for KeyConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Default for Keymap {
    fn default() -> Self {
        Self::new(&BTreeMap::new()).0
    }
}

impl Keymap {
    /// The table with the user's keys in place of the standard ones.
    #[must_use]
    pub fn new(changes: &BTreeMap<String, Vec<String>>) -> (Self, Vec<KeyConflict>) {
        let mut map = Self { by_place: HashMap::new(), keys_of: BTreeMap::new() };
        let mut conflicts = Vec::new();
        for name in changes.keys().filter(|name| !TABLE.iter().any(|b| b.action.name() == **name)) {
            conflicts.push(KeyConflict(format!("keys.toml: no action is called “{name}”; `?` lists them")));
        }
        for binding in TABLE {
            let own = changes.get(&binding.action.name());
            let keys: Vec<String> = match own {
                Some(keys) => keys.clone(),
                None => binding.keys.iter().map(|key| (*key).to_owned()).collect(),
            };
            for text in &keys {
                map.bind(binding, text, own.is_some(), &mut conflicts);
            }
            map.keys_of.insert((binding.place, binding.action), keys);
        }
        conflicts.extend(map.shadowed(changes));
        (map, conflicts)
    }

    /// Changed keys that mean something else in a place which wins, or loses, against theirs.
    fn shadowed(&self, changes: &BTreeMap<String, Vec<String>>) -> Vec<KeyConflict> {
        let mut told = Vec::new();
        for binding in TABLE.iter().filter(|b| changes.contains_key(&b.action.name())) {
            for text in &changes[&binding.action.name()] {
                let Ok(key) = text.parse::<Key>() else { continue };
                let elsewhere = self.by_place.iter().filter(|((place, k), action)| {
                    *k == key
                        && **action != binding.action
                        && (*place == Place::Everywhere || binding.place == Place::Everywhere)
                });
                let mut others: Vec<String> =
                    elsewhere.map(|((place, _), action)| format!("{} in {}", action.name(), place.title())).collect();
                others.sort();
                if !others.is_empty() {
                    let name = binding.action.name();
                    told.push(KeyConflict(format!("keys.toml: {text} for {name} also means {}", others.join(", "))));
                }
            }
        }
        told
    }

    fn bind(&mut self, binding: &Binding, text: &str, changed: bool, conflicts: &mut Vec<KeyConflict>) {
        match text.parse::<Key>() {
            Err(error) => conflicts.push(KeyConflict(format!("keys.toml: {}: {error}", binding.action.name()))),
            Ok(key) => {
                let before = self.by_place.get(&(binding.place, key)).copied();
                match before {
                    Some(other) if other != binding.action && !changed => conflicts.push(KeyConflict(format!(
                        "keys.toml: {text} already means {} in {}; {} has lost it",
                        other.name(),
                        binding.place.title(),
                        binding.action.name()
                    ))),
                    _ => {
                        self.by_place.insert((binding.place, key), binding.action);
                    }
                }
            }
        }
    }

    /// What a press means where `places` hold, most special first.
    #[must_use]
    pub fn action(&self, places: &[Place], press: KeyEvent) -> Option<Action> {
        let key = Key::from(press);
        places.iter().find_map(|place| self.by_place.get(&(*place, key)).copied())
    }

    /// Keys of an action at a place, as shown to people.
    #[must_use]
    pub fn keys(&self, place: Place, action: Action) -> &[String] {
        self.keys_of.get(&(place, action)).map_or(&[], Vec::as_slice)
    }

    /// Hints for `places`: key and word, most important first. `shown` leaves out what cannot be done now.
    #[must_use]
    pub fn hints(&self, places: &[Place], shown: impl Fn(Action) -> bool) -> Vec<(String, &'static str)> {
        let mut rows: Vec<&Binding> =
            TABLE.iter().filter(|b| places.contains(&b.place) && !b.hint.is_empty() && shown(b.action)).collect();
        rows.sort_by_key(|b| std::cmp::Reverse(b.priority));
        // A key that a more special place takes for something else is no key of this binding here.
        let means = |key: &&String, b: &Binding| {
            let key = key.parse::<Key>().ok();
            places.iter().find_map(|place| self.by_place.get(&(*place, key?)).copied()) == Some(b.action)
        };
        let hint =
            |b: &&Binding| Some((self.keys(b.place, b.action).iter().find(|key| means(key, b))?.clone(), b.hint));
        rows.iter().filter_map(hint).collect()
    }

    /// The whole table for help: place, keys, words.
    #[must_use]
    pub fn help(&self) -> Vec<(Place, String, &'static str)> {
        let row = |b: &Binding| (b.place, self.keys(b.place, b.action).join(" "), b.words);
        TABLE.iter().map(row).collect()
    }
}

/// The key table as Markdown, for the README.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| where | keys | what |\n|---|---|---|\n");
    for (place, keys, words) in Keymap::default().help() {
        let keys: Vec<String> = keys.split(' ').map(|key| format!("`{}`", key.replace('|', "\\|"))).collect();
        text.push_str(&format!("| {} | {} | {words} |\n", place.title(), keys.join(" ")));
    }
    text
}

#[cfg(test)]
mod tests;
