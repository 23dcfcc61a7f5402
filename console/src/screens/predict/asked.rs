//! A form made of a model's own fields: one entry each, its example filled in, its faults told while it is typed.

use predictor_wire::{Field, FieldType, Form, ModelMetadata};
use serde_json::{Map, Value};

use super::area::Area;
use crate::fields;
use crate::model::Catalog;

/// One field with what is typed into it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub field: Field,
    pub area: Area,
}

impl Entry {
    fn new(field: Field) -> Self {
        let example = fields::written(&field.example);
        let area = if field.field_type == FieldType::Text { Area::new(&example) } else { Area::line(&example) };
        Self { field, area }
    }

    /// What would be sent; `None` for nothing.
    pub(super) fn value(&self) -> Result<Option<Value>, String> {
        fields::parse(&self.field, self.area.text())
    }

    /// One of a closed set: chosen, not written.
    pub(super) fn is_choice(&self) -> bool {
        !self.field.choices.is_empty()
    }

    /// To the next choice; where it need not be given, nothing is a choice too.
    pub(super) fn cycle(&mut self, forward: bool) {
        let mut offers: Vec<&str> = self.field.choices.iter().map(String::as_str).collect();
        if !self.field.required || self.field.nullable {
            offers.push("");
        }
        let step = if forward { 1 } else { offers.len() - 1 };
        let at = offers.iter().position(|offer| *offer == self.area.text());
        let next = at.map_or(0, |at| (at + step) % offers.len());
        let next = offers.get(next).copied().unwrap_or_default().to_owned();
        self.area.set(&next);
    }

    /// To the next choice that begins with this letter.
    pub(super) fn jump(&mut self, letter: char) {
        let begins = |choice: &&String| choice.to_lowercase().starts_with(&letter.to_lowercase().to_string());
        let offers: Vec<&String> = self.field.choices.iter().filter(begins).collect();
        let at = offers.iter().position(|offer| *offer == self.area.text());
        if let Some(choice) = offers.get(at.map_or(0, |at| (at + 1) % offers.len())) {
            let choice = (*choice).clone();
            self.area.set(&choice);
        }
    }
}

/// One set of fields.
#[derive(Debug, Clone)]
struct Set {
    name: String,
    description: String,
    entries: Vec<Entry>,
}

/// What a model asks for, being filled in.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Name of the model.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its title, and what it predicts.
    pub title: String,
    /// The path names the version too, because there are several.
    names_version: bool,
    sets: Vec<Set>,
    at: usize,
    focus: usize,
}

impl Asked {
    /// The form of a model, filled with its examples.
    pub(super) fn of(model: &ModelMetadata, catalog: &Catalog) -> Self {
        let set = |form: Form| Set {
            name: form.name,
            description: form.description,
            entries: form.inputs.into_iter().map(Entry::new).collect(),
        };
        let target = match &model.target.unit {
            Some(unit) => format!("{}, {unit}", model.target.name),
            None => model.target.name.clone(),
        };
        let mut asked = Self {
            name: model.name.clone(),
            version: model.version.clone(),
            title: format!("{}: {target}", model.title),
            names_version: catalog.has_versions(&model.name),
            sets: fields::forms(model).into_iter().map(set).collect(),
            at: 0,
            focus: 0,
        };
        asked.fill_main(&model.example);
        asked
    }

    /// The same form, so that nothing need be made anew.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let fields = |asked: &Self| -> Vec<Field> {
            asked.sets.iter().flat_map(|set| &set.entries).map(|entry| entry.field.clone()).collect()
        };
        (&self.name, &self.version, self.names_version) == (&other.name, &other.version, other.names_version)
            && self.sets.len() == other.sets.len()
            && fields(self) == fields(other)
    }

    /// Takes over what stands in fields of the same name and type.
    pub(super) fn keep(&mut self, old: &Self) {
        for entry in self.sets.iter_mut().flat_map(|set| &mut set.entries) {
            let same = |known: &&Entry| {
                known.field.name == entry.field.name && known.field.field_type == entry.field.field_type
            };
            if let Some(known) = old.sets.iter().flat_map(|set| &set.entries).find(same) {
                entry.area = known.area.clone();
            }
        }
        self.at = old.at.min(self.sets.len().saturating_sub(1));
        self.focus = old.focus;
        self.clamp();
    }

    /// The fields in front.
    pub(super) fn entries(&self) -> &[Entry] {
        self.sets.get(self.at).map_or(&[], |set| &set.entries)
    }

    /// The field in focus.
    pub(super) fn entry(&self) -> Option<&Entry> {
        self.entries().get(self.focus)
    }

    /// The field in focus, to change it.
    pub(super) fn entry_mut(&mut self) -> Option<&mut Entry> {
        self.sets.get_mut(self.at)?.entries.get_mut(self.focus)
    }

    /// Number of the field in focus.
    pub(super) fn focus(&self) -> usize {
        self.focus
    }

    /// Puts another field in focus; goes round at the ends.
    pub(super) fn turn(&mut self, forward: bool) {
        let count = self.entries().len().max(1);
        self.focus = (self.focus + if forward { 1 } else { count - 1 }) % count;
    }

    /// Moves the focus so many fields, not beyond the ends.
    pub(super) fn go(&mut self, step: isize) {
        self.focus = self.focus.saturating_add_signed(step);
        self.clamp();
    }

    /// The field in focus is the last.
    pub(super) fn is_last(&self) -> bool {
        self.focus + 1 >= self.entries().len()
    }

    /// To the next set of fields; `false` where there is only one.
    pub(super) fn next_set(&mut self) -> bool {
        let several = self.sets.len() > 1;
        self.at = (self.at + 1) % self.sets.len().max(1);
        self.clamp();
        several
    }

    /// Which set of how many is in front, with its name and when to use it; `None` where there is only one.
    pub(super) fn set_words(&self) -> Option<String> {
        let set = self.sets.get(self.at).filter(|_| self.sets.len() > 1)?;
        let described = if set.description.is_empty() { String::new() } else { format!(": {}", set.description) };
        Some(format!("fields {} of {}, {}{described}", self.at + 1, self.sets.len(), set.name))
    }

    /// Faults of the fields in front: name and words.
    pub(super) fn faults(&self) -> Vec<(&str, String)> {
        let fault = |entry: &'_ Entry| entry.value().err();
        self.entries().iter().filter_map(|entry| Some((entry.field.name.as_str(), fault(entry)?))).collect()
    }

    /// Path of a prediction, below the base URL.
    pub(super) fn path(&self, explain: bool) -> String {
        let query = if explain { super::EXPLAIN } else { "" };
        let version = self.names_version.then_some(self.version.as_str());
        format!("{}/predict{query}", fields::model_path(&self.name, version))
    }

    /// The version that requests have to name.
    pub(super) fn asked_version(&self) -> Option<&str> {
        self.names_version.then_some(self.version.as_str())
    }

    /// The body as it stands; what cannot be read is left out.
    pub(super) fn body(&self) -> Map<String, Value> {
        let pair = |entry: &Entry| Some((entry.field.name.clone(), entry.value().ok()??));
        self.entries().iter().filter_map(pair).collect()
    }

    /// Fills the form from a body; `false`, and nothing is changed, when it does not fit any set of fields.
    pub(super) fn fill(&mut self, body: &Map<String, Value>) -> bool {
        let holds = |set: &Set| body.keys().all(|name| set.entries.iter().any(|entry| entry.field.name == *name));
        let plain = body.values().all(|value| !value.is_object() && !value.is_array());
        let forms: Vec<usize> = (0..self.sets.len()).filter(|at| holds(&self.sets[*at])).collect();
        let best = if forms.contains(&self.at) { Some(self.at) } else { forms.first().copied() };
        let Some(at) = best.filter(|_| plain && !body.is_empty()) else { return false };
        self.at = at;
        for entry in &mut self.sets[at].entries {
            entry.area.set(&body.get(&entry.field.name).map(fields::written).unwrap_or_default());
        }
        self.clamp();
        true
    }

    /// Puts a text into the first field that takes one.
    pub(super) fn put_text(&mut self, text: &str) {
        let mut entries = self.sets.iter_mut().flat_map(|set| &mut set.entries);
        if let Some(entry) = entries.find(|entry| entry.field.field_type == FieldType::Text) {
            entry.area.set(text);
        }
    }

    /// What stands in the first field that takes a text.
    pub(super) fn typed_text(&self) -> Option<String> {
        let is_text = |entry: &&Entry| entry.field.field_type == FieldType::Text;
        self.entries().iter().find(is_text).map(|entry| entry.area.text().to_owned())
    }

    /// The model's own example goes before those of its fields.
    fn fill_main(&mut self, example: &Map<String, Value>) {
        for entry in self.sets.first_mut().into_iter().flat_map(|set| &mut set.entries) {
            if let Some(value) = example.get(&entry.field.name) {
                entry.area.set(&fields::written(value));
            }
        }
    }

    fn clamp(&mut self) {
        self.focus = self.focus.min(self.entries().len().saturating_sub(1));
    }
}
