//! The list of models to choose from: every version that the service has in memory.

use predictor_wire::{ModelMetadata, ModelState, Task};

use super::{Intent, Part, Predict, say};
use crate::action::Action;
use crate::state::Scope;
use crate::table::{Cell, Column, Row, SortKey, Width};
use crate::text::clean;
use crate::theme::{Meaning, Status};

/// Figures by which models are told apart, the most telling first.
const FIGURES: [&str; 6] = ["accuracy", "f1_macro", "f1", "rmse", "r2", "mae"];

/// One model in the list.
#[derive(Debug, Clone, Copy)]
pub(super) struct ModelRow<'a>(pub &'a ModelMetadata);

impl Row for ModelRow<'_> {
    fn id(&self) -> String {
        format!("{}@{}", self.0.name, self.0.version)
    }

    fn status(&self) -> Status {
        // The service's own order is kept.
        Status::Unknown
    }
}

type TextOf<'a> = (fn(&ModelRow<'a>, &Scope) -> Cell, fn(&ModelRow<'a>, &Scope) -> SortKey);

/// The columns.
pub(super) fn columns<'a>() -> Vec<Column<ModelRow<'a>>> {
    let column = |title, width, drop, (cell, sort): TextOf<'a>| Column { title, width, right: false, drop, cell, sort };
    vec![
        column("MODEL", Width::Grow(22), 0, (|row, _| model(row), |row, _| SortKey::text(&row.id()))),
        column("STATE", Width::Fixed(8), 0, (|row, _| state(row), |row, _| SortKey::text(&state(row).plain()))),
        column(
            "PREDICTS",
            Width::Prose(30),
            0,
            (|row, _| predicts(row), |row, _| SortKey::text(&predicts(row).plain())),
        ),
        column("JUDGED", Width::Prose(26), 2, (|row, _| judged(row), |row, _| SortKey::text(&judged(row).plain()))),
        column("TRAINED", Width::Fixed(10), 1, (|row, _| created(row), |row, _| SortKey::text(&row.0.created))),
    ]
}

fn model(row: &ModelRow<'_>) -> Cell {
    let mut pieces = vec![(clean(&row.id()).into_owned(), Meaning::Title)];
    if row.0.default {
        pieces.push((" default".to_owned(), Meaning::Muted));
    }
    Cell(pieces)
}

fn state(row: &ModelRow<'_>) -> Cell {
    match row.0.state {
        ModelState::Ready => Cell::of("ready", Meaning::Good),
        ModelState::Loading => Cell::of("loading", Meaning::Busy),
        ModelState::Failed => Cell::of("failed", Meaning::Danger),
        ModelState::Unloaded => Cell::of("unloaded", Meaning::Muted),
    }
}

fn predicts(row: &ModelRow<'_>) -> Cell {
    let target = &row.0.target;
    let how = match row.0.task {
        Task::Classification => target.labels.join(", "),
        Task::Regression => target.unit.clone().unwrap_or_default(),
    };
    let words = if how.is_empty() { target.name.clone() } else { format!("{}: {how}", target.name) };
    Cell::text(clean(&words))
}

fn judged(row: &ModelRow<'_>) -> Cell {
    let known = FIGURES.iter().filter_map(|name| Some((*name, *row.0.metrics.get(*name)?)));
    let words: Vec<String> =
        known.take(2).map(|(name, value)| format!("{name} {}", crate::predicted::number(value))).collect();
    Cell::of(words.join(", "), Meaning::Muted)
}

fn created(row: &ModelRow<'_>) -> Cell {
    Cell::of(clean(&row.0.created).chars().take(10).collect::<String>(), Meaning::Muted)
}

impl Predict {
    /// The models, in the order that the user wants.
    pub(super) fn model_rows<'a>(&self, scope: &'a Scope) -> Vec<ModelRow<'a>> {
        let models = self.catalog(scope).map_or(&[][..], |catalog| catalog.models());
        self.models.arrange(models.iter().map(ModelRow).collect(), &columns(), scope)
    }

    pub(super) fn begin_choosing(&mut self, scope: &Scope) -> Vec<Intent> {
        let count = self.catalog(scope).map_or(0, |catalog| catalog.models().len());
        if count == 0 {
            return say("the service tells of no models");
        }
        self.part = Part::Request;
        self.form.raw = false;
        self.choosing = true;
        if let Some(asked) = &self.form.asked {
            self.models.select(format!("{}@{}", asked.name, asked.version));
        }
        Vec::new()
    }

    /// An action while the models are listed.
    pub(super) fn choose(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        let rows = self.model_rows(scope);
        if action == Action::Open {
            let chosen = self.models.selection(&rows).map(|row| row.0);
            if let (Some(model), Some(catalog)) = (chosen, self.catalog(scope)) {
                self.form.choose(model, catalog);
            }
            self.choosing = false;
            return Vec::new();
        }
        let mut table = self.models.clone();
        table.update(action, &rows, &columns(), scope.body_rows() / 2);
        self.models = table;
        Vec::new()
    }
}
