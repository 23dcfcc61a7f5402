//! A list of rows: selection by identity, filter, sort, marks. Pure; drawn by `widgets::table`.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::action::Action;
use crate::filter::Filter;
use crate::state::Scope;
use crate::theme::{Meaning, Status};

/// A row of a list.
pub trait Row {
    /// Identity that survives refresh, sort and filter: an ARN, a name, a digest.
    fn id(&self) -> String;
    /// How it fares; ill rows come first and "faults only" keeps them.
    fn status(&self) -> Status;
}

/// How wide a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Exactly so many cells.
    Fixed(u16),
    /// At least so many; takes a share of what is left. Cut in the middle: names differ at their ends.
    Grow(u16),
    /// The same for sentences, which are cut at their end.
    Prose(u16),
}

/// One column of a list of `R`.
pub struct Column<R> {
    /// Heading, upper case.
    pub title: &'static str,
    /// Width in cells.
    pub width: Width,
    /// Numbers are set flush right.
    pub right: bool,
    /// 0 stays always; a higher number goes earlier when the window is narrow.
    pub drop: u8,
    /// What is shown.
    pub cell: fn(&R, &Scope) -> Cell,
    /// What it is sorted by.
    pub sort: fn(&R, &Scope) -> SortKey,
}

/// Text of a cell in pieces of one meaning each. Untrusted text is cleaned by whoever makes the cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell(pub Vec<(String, Meaning)>);

impl Cell {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self(vec![(text.into(), Meaning::Text)])
    }

    /// Text with a meaning.
    pub fn of(text: impl Into<String>, meaning: Meaning) -> Self {
        Self(vec![(text.into(), meaning)])
    }

    /// All pieces joined.
    #[must_use]
    pub fn plain(&self) -> String {
        self.0.iter().map(|(text, _)| text.as_str()).collect()
    }
}

/// What a column sorts by. Missing values come last in either direction.
#[derive(Debug, Clone, PartialEq)]
pub enum SortKey {
    /// Alphabetical, case ignored.
    Text(String),
    /// By value.
    Number(f64),
    /// No value.
    Missing,
}

impl SortKey {
    /// Text key.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_lowercase())
    }

    /// Number key, if there is one.
    pub fn number(value: Option<impl Into<f64>>) -> Self {
        value.map_or(Self::Missing, |v| Self::Number(v.into()))
    }

    fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let turn = |order: Ordering| if descending { order.reverse() } else { order };
        match (self, other) {
            (Self::Missing, Self::Missing) => Ordering::Equal,
            (Self::Missing, _) => Ordering::Greater,
            (_, Self::Missing) => Ordering::Less,
            (Self::Number(a), Self::Number(b)) => turn(a.total_cmp(b)),
            (Self::Text(a), Self::Text(b)) => turn(a.cmp(b)),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

/// State of one list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    selected: Option<String>,
    /// Where the selection was, for when its row has gone.
    hint: usize,
    /// First row in view.
    pub offset: usize,
    /// Column index and descending; `None`: ill rows first, then as given.
    pub sort: Option<(usize, bool)>,
    /// What the user typed after `/`.
    pub filter: String,
    /// Only rows with a fault.
    pub faults_only: bool,
    /// Marked rows.
    pub marks: BTreeSet<String>,
    /// Show all columns, however narrow the window.
    pub wide: bool,
}

impl Table {
    /// A list that begins sorted by this column.
    #[must_use]
    pub fn sorted(column: usize, descending: bool) -> Self {
        Self { sort: Some((column, descending)), ..Self::default() }
    }

    /// A list that begins filtered.
    #[must_use]
    pub fn filtered(filter: String) -> Self {
        Self { filter, ..Self::default() }
    }

    /// Rows that pass, in order.
    #[must_use]
    pub fn arrange<R: Row>(&self, rows: Vec<R>, columns: &[Column<R>], scope: &Scope) -> Vec<R> {
        let filter = Filter::parse(&self.filter).0;
        let passes = |row: &R| {
            let cells = || columns.iter().map(|c| (c.title, (c.cell)(row, scope).plain())).collect::<Vec<_>>();
            (!self.faults_only || row.status().is_fault()) && (matches!(filter, Filter::All) || filter.passes(&cells()))
        };
        let mut rows: Vec<R> = rows.into_iter().filter(passes).collect();
        match self.sort.and_then(|(index, descending)| Some((columns.get(index)?, descending))) {
            Some((column, descending)) => {
                let mut keyed: Vec<(SortKey, R)> =
                    rows.into_iter().map(|row| ((column.sort)(&row, scope), row)).collect();
                keyed.sort_by(|(a, _), (b, _)| a.compare(b, descending));
                rows = keyed.into_iter().map(|(_, row)| row).collect();
            }
            None => rows.sort_by_key(|row| !row.status().is_fault()),
        }
        rows
    }

    /// Index of the selection among `rows`; when its row has gone, the one that took its place.
    #[must_use]
    pub fn current<R: Row>(&self, rows: &[R]) -> Option<usize> {
        let held = self.selected.as_ref().and_then(|id| rows.iter().position(|row| row.id() == *id));
        held.or_else(|| (!rows.is_empty()).then(|| self.hint.min(rows.len() - 1)))
    }

    /// The selected row.
    #[must_use]
    pub fn selection<'a, R: Row>(&self, rows: &'a [R]) -> Option<&'a R> {
        rows.get(self.current(rows)?)
    }

    /// Selects by identity.
    pub fn select(&mut self, id: impl Into<String>) {
        self.selected = Some(id.into());
    }

    /// Takes a list action; `false` when it is none. `page` is the number of rows in view.
    pub fn update<R: Row>(&mut self, action: Action, rows: &[R], columns: &[Column<R>], page: usize) -> bool {
        let page = page.max(1);
        match action {
            Action::Down => self.go(rows, page, 1),
            Action::Up => self.go(rows, page, -1),
            Action::HalfPageDown => self.go(rows, page, as_step(page / 2)),
            Action::HalfPageUp => self.go(rows, page, -as_step(page / 2)),
            Action::PageDown => self.go(rows, page, as_step(page)),
            Action::PageUp => self.go(rows, page, -as_step(page)),
            Action::Top => self.go(rows, page, isize::MIN / 2),
            Action::Bottom => self.go(rows, page, isize::MAX / 2),
            Action::SortNextColumn => self.turn_sort(columns.len(), 1),
            Action::SortPreviousColumn => self.turn_sort(columns.len(), columns.len()),
            Action::SortDirection => self.sort = Some(self.sort.map_or((0, true), |(c, d)| (c, !d))),
            Action::FaultsOnly => self.faults_only = !self.faults_only,
            Action::ToggleWide => self.wide = !self.wide,
            Action::ClearMarks => self.marks.clear(),
            Action::Mark => {
                if let Some(id) = self.selection(rows).map(Row::id)
                    && !self.marks.remove(&id)
                {
                    self.marks.insert(id);
                }
                self.go(rows, page, 1);
            }
            _ => return false,
        }
        true
    }

    /// First row in view so that the selection is visible in `page` rows.
    #[must_use]
    pub fn first_in_view(&self, current: usize, count: usize, page: usize) -> usize {
        let page = page.max(1);
        let last_start = count.saturating_sub(page);
        let lowest = (current + 1).saturating_sub(page);
        self.offset.clamp(lowest, current.max(lowest)).min(last_start)
    }

    fn go<R: Row>(&mut self, rows: &[R], page: usize, by: isize) {
        let Some(current) = self.current(rows) else { return };
        let target = current.saturating_add_signed(by).min(rows.len() - 1);
        self.selected = Some(rows[target].id());
        self.hint = target;
        self.offset = self.first_in_view(target, rows.len(), page);
    }

    fn turn_sort(&mut self, columns: usize, by: usize) {
        // One state more than columns: back to "ill rows first".
        let states = columns + 1;
        let now = self.sort.map_or(columns, |(column, _)| column);
        let next = (now + if by == 1 { 1 } else { states - 1 }) % states;
        self.sort = (next < columns).then_some((next, false));
    }
}

fn as_step(rows: usize) -> isize {
    isize::try_from(rows.max(1)).unwrap_or(isize::MAX)
}

#[cfg(test)]
mod tests;
