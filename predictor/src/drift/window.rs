//! The last rows of a served model, as counters in a ring of slices: memory and the time of a row are constant.
//!
//! Counting takes no lock and no memory. Rows that are counted while the ring turns may land one slice off, which
//! no comparison can notice.

use super::Observation;
use super::quantile::chi_squared;
use super::report::{self, Compared};
use crate::artifact::{Distribution, Reference};
use crate::model::Model;
use predictor_wire::{DriftReport, DriftState, FeatureDrift};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// Rows that a window holds if nothing else is said.
pub const DEFAULT_ROWS: u64 = 2000;
/// Fewest rows of which something is said.
pub const LEAST_ROWS: u64 = 100;
/// How probable an alarm without drift may be, over all features of a model together.
pub const FALSE_ALARM: f64 = 0.01;
/// A drift ends when every index is below this share of its threshold, so that it does not begin and end all the time.
const ENDS_BELOW: f64 = 0.75;
/// The ring's parts: the oldest is emptied as a whole.
const SLICES: u64 = 8;

/// The window of one served model.
#[derive(Debug)]
pub struct Window {
    reference: Reference,
    /// Where each distribution's bins begin in a slice, and where the last ends.
    offsets: Vec<usize>,
    /// One more than [`SLICES`]: the one after that which is being filled is empty already.
    slices: Vec<Box<[AtomicU32]>>,
    /// The quantiles of the thresholds by degrees of freedom, once they were needed.
    quantiles: Vec<OnceLock<f64>>,
    slice_rows: u64,
    rows: AtomicU64,
    drifting: AtomicBool,
}

/// That a model began or ceased to drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It drifts from now on.
    Began,
    /// It does no longer.
    Ended,
}

impl Window {
    /// A window of at most `rows` rows, at least [`LEAST_ROWS`]; `None` for a model without a reference, and for 0 rows.
    #[must_use]
    pub fn of(model: &Model, rows: u64) -> Option<Self> {
        let reference = model.manifest().reference.clone().filter(|_| rows > 0)?;
        Some(Self::new(reference, rows))
    }

    /// A window beside a reference.
    #[must_use]
    pub fn new(reference: Reference, rows: u64) -> Self {
        let mut offsets = vec![0];
        for distribution in reference.distributions() {
            offsets.push(offsets.last().copied().unwrap_or_default() + distribution.counts.len() + 1);
        }
        let bins = offsets.last().copied().unwrap_or_default();
        let slice = || (0..bins).map(|_| AtomicU32::new(0)).collect();
        // A window is full with one slice less than it has at most: that must suffice for a verdict.
        let slice_rows = rows.max(LEAST_ROWS * SLICES / (SLICES - 1)).div_ceil(SLICES).min(u64::from(u32::MAX));
        let slices = (0..=SLICES).map(|_| slice()).collect();
        let most_bins = reference.distributions().map(|distribution| distribution.counts.len() + 1).max();
        let quantiles = (0..=most_bins.unwrap_or_default()).map(|_| OnceLock::new()).collect();
        let (rows, drifting) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { reference, offsets, slices, quantiles, slice_rows, rows, drifting }
    }

    /// Counts a row as [`Model::observe`] gives it.
    pub fn count(&self, seen: &[Observation]) {
        let row = self.rows.fetch_add(1, Ordering::Relaxed);
        let turn = row / self.slice_rows;
        let slice = |turn: u64| self.slices.get((turn % (SLICES + 1)) as usize);
        if row.is_multiple_of(self.slice_rows)
            && let Some(next) = slice(turn + 1)
        {
            next.iter().for_each(|bin| bin.store(0, Ordering::Relaxed));
        }
        let Some(slice) = slice(turn) else { return };
        for ((distribution, offset), seen) in self.reference.distributions().zip(&self.offsets).zip(seen) {
            if *seen == Observation::Unasked {
                continue;
            }
            if let Some(bin) = slice.get(offset + distribution.bin(*seen)) {
                bin.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Most rows that it holds.
    #[must_use]
    pub fn most_rows(&self) -> u64 {
        self.slice_rows * SLICES
    }

    /// Compares the window with the reference.
    #[must_use]
    pub fn compare(&self) -> Vec<Compared> {
        let level = 1.0 - FALSE_ALARM / self.reference.inputs.len().saturating_add(1) as f64;
        let quantile = |freedom: usize| match self.quantiles.get(freedom) {
            Some(known) => *known.get_or_init(|| chi_squared(level, freedom)),
            None => chi_squared(level, freedom),
        };
        let pairs = self.reference.distributions().zip(self.offsets.windows(2));
        let compare =
            |(of, ends): (&Distribution, &[usize])| report::compare(of, &self.counted(ends[0]..ends[1]), quantile);
        pairs.map(compare).collect()
    }

    /// Whether the model began or ceased to drift since this was asked last. Too few rows change nothing, and a
    /// feature that too few of the rows had is left out.
    pub fn turn(&self, compared: &[Compared]) -> Option<Turn> {
        let (known, drifts) = (self.drifting.load(Ordering::Relaxed), compared.iter().any(Compared::is_drift));
        let mut known_ones = compared.iter().filter(|feature| feature.psi.is_some()).peekable();
        let calm = known_ones.peek().is_some() && known_ones.all(|feature| feature.is_below(ENDS_BELOW));
        let (now, turn) = match (known, drifts, calm) {
            (false, true, _) => (true, Turn::Began),
            (true, _, true) => (false, Turn::Ended),
            _ => return None,
        };
        // Of several that ask at once, one tells.
        self.drifting.compare_exchange(known, now, Ordering::Relaxed, Ordering::Relaxed).is_ok().then_some(turn)
    }

    /// Whether the model drifts, as [`Window::turn`] found last.
    #[must_use]
    pub fn is_drifting(&self) -> bool {
        self.drifting.load(Ordering::Relaxed)
    }

    /// The comparison for callers.
    #[must_use]
    pub fn report(&self, model: &Model) -> DriftReport {
        let compared = self.compare();
        let mut features: Vec<FeatureDrift> =
            self.reference.distributions().zip(&compared).map(|(of, compared)| compared.to_wire(of)).collect();
        let output = features.pop();
        let drifted: Vec<&str> = features
            .iter()
            .chain(&output)
            .filter(|feature| feature.drifted)
            .map(|feature| feature.name.as_str())
            .collect();
        let rows = rows_of(&compared);
        let (state, detail) = match (rows < LEAST_ROWS, drifted.as_slice()) {
            (true, _) => (DriftState::TooFewRows, format!("{rows} rows have come; {LEAST_ROWS} are needed.")),
            (false, []) => (DriftState::Stable, "The window looks like the reference.".to_owned()),
            (false, names) => (DriftState::Drifted, format!("Unlike the reference: {}.", names.join(", "))),
        };
        DriftReport {
            state,
            detail,
            rows,
            window: self.most_rows(),
            reference_rows: self.reference.rows,
            threshold: compared.iter().filter_map(|compared| compared.threshold).reduce(f64::max),
            drifted: !drifted.is_empty(),
            features,
            output,
            ..unwatched(model)
        }
    }

    fn counted(&self, bins: std::ops::Range<usize>) -> Vec<u64> {
        let sum = |bin: usize| {
            let counts = self.slices.iter().filter_map(|slice| slice.get(bin));
            counts.map(|count| u64::from(count.load(Ordering::Relaxed))).sum()
        };
        bins.map(sum).collect()
    }

    /// The names of what is compared, the output's last.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.reference.distributions().map(|of: &Distribution| of.name.as_str())
    }
}

/// Rows in a window: those of the output, which every row has.
#[must_use]
pub fn rows_of(compared: &[Compared]) -> u64 {
    compared.last().map_or(0, |output| output.rows)
}

/// What is said of a model that is not watched.
#[must_use]
pub fn unwatched(model: &Model) -> DriftReport {
    let detail = match model.manifest().reference {
        Some(_) => "Watching is switched off; set DRIFT_WINDOW.",
        None => "The model's manifest holds no reference distributions; train it again.",
    };
    DriftReport {
        model: model.manifest().name.clone(),
        version: model.manifest().version.clone(),
        state: DriftState::Unwatched,
        detail: detail.to_owned(),
        rows: 0,
        window: 0,
        least_rows: LEAST_ROWS,
        reference_rows: model.manifest().reference.as_ref().map_or(0, |reference| reference.rows),
        false_alarm: FALSE_ALARM,
        threshold: None,
        drifted: false,
        features: Vec::new(),
        output: None,
    }
}

#[cfg(test)]
mod tests;
