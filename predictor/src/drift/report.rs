//! The population stability index of a window, and how large chance alone makes it.
//!
//! PSI = Σ (p − q) ln (p / q) over the bins, with p the window's and q the reference's shares. Without drift,
//! PSI / (1/n + 1/m) is nearly chi-squared with one degree of freedom less than bins (Yurdakul 2018, "Statistical
//! properties of population stability index"), so the threshold is that distribution's quantile, for any n and m.

use super::window::LEAST_ROWS;
use crate::artifact::Distribution;
use predictor_wire::{BinShare, FeatureDrift};

/// Rows expected in a bin from which the approximation holds (Cochran's rule).
const ENOUGH: f64 = 5.0;

/// One feature, compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Rows in the window.
    pub rows: u64,
    /// The index; `None` for too few rows.
    pub psi: Option<f64>,
    /// What chance alone exceeds rarely; `None` for too few rows.
    pub threshold: Option<f64>,
    /// Rows in the window by bin, missing values last.
    pub counts: Vec<u64>,
}

/// Bins that are compared as one.
#[derive(Debug, Clone, Copy, Default)]
struct Pool {
    reference: f64,
    window: f64,
}

impl Compared {
    /// Whether the index exceeds its threshold.
    #[must_use]
    pub fn is_drift(&self) -> bool {
        self.psi.zip(self.threshold).is_some_and(|(psi, threshold)| psi > threshold)
    }

    /// Whether the index is below a share of its threshold. Not known is not below.
    #[must_use]
    pub fn is_below(&self, share: f64) -> bool {
        self.psi.zip(self.threshold).is_some_and(|(psi, threshold)| psi <= threshold * share)
    }

    /// The comparison for callers.
    #[must_use]
    pub fn to_wire(&self, of: &Distribution) -> FeatureDrift {
        let reference = of.counts.iter().chain([&of.missing]);
        let total = reference.clone().sum::<u64>().max(1) as f64;
        let window = self.rows.max(1) as f64;
        let shares = reference.zip(&self.counts).enumerate().filter(|(_, (of, found))| **of + **found > 0);
        let share = |(bin, (of_reference, found)): (usize, (&u64, &u64))| BinShare {
            bin: of.bin_name(bin),
            reference: rounded(*of_reference as f64 / total),
            window: rounded(*found as f64 / window),
        };
        FeatureDrift {
            name: of.name.clone(),
            psi: self.psi.map(rounded),
            threshold: self.threshold.map(rounded),
            drifted: self.is_drift(),
            bins: shares.map(share).collect(),
        }
    }
}

/// Compares counts by bin, missing values last, with a reference; `quantile` gives the chi-squared quantile of the
/// threshold by degrees of freedom.
#[must_use]
pub fn compare(of: &Distribution, counts: &[u64], quantile: impl Fn(usize) -> f64) -> Compared {
    let rows: u64 = counts.iter().sum();
    let unknown = Compared { rows, psi: None, threshold: None, counts: counts.to_vec() };
    let reference_rows = of.counts.iter().sum::<u64>() + of.missing;
    if rows < LEAST_ROWS || reference_rows < LEAST_ROWS {
        return unknown;
    }
    let (n, m) = (rows as f64, reference_rows as f64);
    let pools = pools(of, counts, n / m);
    let psi = pools.iter().map(|pool| pool.index(n, m)).sum();
    let threshold = (1.0 / n + 1.0 / m) * quantile(pools.len().saturating_sub(1));
    Compared { psi: Some(psi), threshold: Some(threshold), ..unknown }
}

impl Pool {
    fn plus(self, other: Self) -> Self {
        Self { reference: self.reference + other.reference, window: self.window + other.window }
    }

    /// What it adds to the index. Half a row stands for none, as no logarithm can. A pool that is expected to be all but
    /// empty adds something only if it is not: that it is emptier says nothing.
    fn index(self, n: f64, m: f64) -> f64 {
        let (p, q) = (self.window.max(0.5) / n, self.reference.max(0.5) / m);
        if self.reference * n / m < ENOUGH && p <= q.max(ENOUGH / 10.0 / n) {
            return 0.0;
        }
        (p - q) * (p / q).ln()
    }
}

/// Bins with too few expected rows for the approximation are compared together: neighbours among numbers; the rare ones
/// among words, gaps, and numbers beside the only one that there was.
fn pools(of: &Distribution, counts: &[u64], scale: f64) -> Vec<Pool> {
    let pool = |(reference, window): (&u64, &u64)| Pool { reference: *reference as f64, window: *window as f64 };
    let bins: Vec<Pool> = of.counts.iter().chain([&of.missing]).zip(counts).map(pool).collect();
    let is_enough = |pool: &Pool| pool.reference * scale >= ENOUGH;
    let (missing, values) = bins.split_last().map_or((Pool::default(), &[][..]), |(last, rest)| (*last, rest));
    let neighbours = if of.labels.is_empty() { neighbours(values, is_enough) } else { Vec::new() };
    let (mut kept, rest) = match neighbours.len() {
        // One bin of numbers, as one of words, can only be told from all that is rare.
        0 | 1 => values.iter().partition::<Vec<Pool>, _>(|pool| is_enough(pool)),
        _ => (neighbours, Vec::new()),
    };
    let mut rare = rest.into_iter().fold(Pool::default(), Pool::plus);
    if is_enough(&missing) {
        kept.push(missing);
    } else {
        rare = rare.plus(missing);
    }
    if rare.reference + rare.window > 0.0 {
        kept.push(rare);
    }
    kept
}

/// Bins of numbers, joined from the lowest upwards until each has enough.
fn neighbours(values: &[Pool], is_enough: impl Fn(&Pool) -> bool) -> Vec<Pool> {
    let mut kept: Vec<Pool> = Vec::with_capacity(values.len());
    let mut open = Pool::default();
    for pool in values {
        open = open.plus(*pool);
        if is_enough(&open) {
            kept.push(std::mem::take(&mut open));
        }
    }
    if let Some(last) = kept.last_mut() {
        *last = last.plus(open);
    }
    kept
}

/// Six decimals say more than any window can tell.
fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}
