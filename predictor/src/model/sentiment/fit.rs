//! L2-regularised logistic regression on sparse rows, minimised by smartcore's L-BFGS.
//!
//! smartcore's own logistic regression wants a dense matrix; its optimiser takes any objective, so the sparse one is
//! given to it here. The only file of this kind that names the library.
//!
//! Sums run over shards of a fixed number of rows and are added up in the order of the shards, so that the minimum has
//! the same bits on any number of threads.

use super::logistic_link;
use super::rows::Rows;
use crate::workers::in_parallel;
use smartcore::optimization::FunctionOrder;
use smartcore::optimization::first_order::FirstOrderOptimizer;
use smartcore::optimization::first_order::lbfgs::LBFGS;
use smartcore::optimization::line_search::Backtracking;
use std::cell::RefCell;
use std::ops::Range;

/// Rows of a shard.
const SHARD: usize = 4096;
/// Entries from which threads are worth their start.
const MANY_ENTRIES: usize = 500_000;

/// Rows whose features are present or absent; a present feature has its column's scale as value.
#[derive(Debug)]
pub struct Design<'a> {
    /// Columns present in each row.
    pub rows: &'a Rows,
    /// Label of each row.
    pub labels: &'a [bool],
    /// Value of each column where present.
    pub scales: &'a [f64],
}

/// The minimiser: a coefficient for each column, and the intercept.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficients {
    /// One for each column.
    pub columns: Vec<f64>,
    /// Added to every row.
    pub intercept: f64,
}

/// How to fit.
#[derive(Debug, Clone, Copy)]
pub struct Fit {
    /// Weight of the squared coefficients.
    pub penalty: f64,
    /// Relative change of the objective at which to stop.
    pub tolerance: f64,
    /// Threads to sum on; does not change the result.
    pub threads: usize,
}

impl Fit {
    /// To the end, for a model that is kept.
    #[must_use]
    pub fn exact(penalty: f64, threads: usize) -> Self {
        Self { penalty, tolerance: 1e-7, threads }
    }

    /// Close enough to judge by, where there are many rows.
    #[must_use]
    pub fn close(penalty: f64) -> Self {
        Self { penalty, tolerance: 1e-5, threads: 1 }
    }

    /// As far as a comparison of settings needs.
    #[must_use]
    pub fn draft(penalty: f64) -> Self {
        Self { penalty, tolerance: 1e-4, threads: 1 }
    }

    /// Minimises `Σ ln(1 + exp(-y·z)) + penalty/2 · ‖w‖²` over `w` and an intercept that is not penalised.
    #[must_use]
    pub fn logistic(&self, design: &Design<'_>, start: Option<&Coefficients>) -> Coefficients {
        let threads = if design.rows.entries() < MANY_ENTRIES { 1 } else { self.threads };
        let objective = Objective { design, penalty: self.penalty, threads, seen: RefCell::default() };
        let value = |point: &Vec<f64>| objective.value(point);
        let gradient = |slope: &mut Vec<f64>, point: &Vec<f64>| objective.gradient(slope, point);
        let start = match start {
            Some(start) => [start.columns.as_slice(), &[start.intercept]].concat(),
            None => vec![0.0; design.scales.len() + 1],
        };
        let optimiser = LBFGS { max_iter: 200, g_atol: 1e-3, f_reltol: self.tolerance, ..LBFGS::default() };
        let search = Backtracking { order: FunctionOrder::THIRD, ..Backtracking::default() };
        let mut columns = optimiser.optimize(&value, &gradient, &start, &search).x;
        let intercept = columns.pop().unwrap_or_default();
        Coefficients { columns, intercept }
    }
}

struct Objective<'a> {
    design: &'a Design<'a>,
    penalty: f64,
    threads: usize,
    seen: RefCell<Seen>,
}

/// The last point with what was computed there: the optimiser asks for value and slope of the same point, some twice.
#[derive(Default)]
struct Seen {
    point: Vec<f64>,
    margins: Vec<f64>,
    slope: Option<Vec<f64>>,
}

impl Objective<'_> {
    fn value(&self, point: &[f64]) -> f64 {
        let Some((_, weights)) = point.split_last() else { return 0.0 };
        self.move_to(point);
        let seen = self.seen.borrow();
        let losses = seen.margins.iter().zip(self.design.labels).map(|(margin, label)| {
            let signed = if *label { *margin } else { -margin };
            // ln(1 + exp(-s)) without overflow.
            (-signed).max(0.0) + (-signed.abs()).exp().ln_1p()
        });
        losses.sum::<f64>() + 0.5 * self.penalty * weights.iter().map(|weight| weight * weight).sum::<f64>()
    }

    fn gradient(&self, slope: &mut Vec<f64>, point: &[f64]) {
        self.move_to(point);
        let mut seen = self.seen.borrow_mut();
        let found = match seen.slope.take() {
            Some(found) => found,
            None => self.slope(point, &seen.margins),
        };
        slope.clone_from(&found);
        seen.slope = Some(found);
    }

    fn slope(&self, point: &[f64], margins: &[f64]) -> Vec<f64> {
        let mut slope: Vec<f64> = point.iter().map(|weight| weight * self.penalty).collect();
        if let Some(intercept) = slope.last_mut() {
            *intercept = 0.0;
        }
        let (design, shards) = (self.design, self.design.shards());
        if let [only] = &shards[..] {
            design.add_slope(only.clone(), margins, &mut slope);
            return slope;
        }
        let parts = in_parallel(self.threads, shards.len(), |shard| {
            let mut part = vec![0.0; slope.len()];
            design.add_slope(shards[shard].clone(), margins, &mut part);
            part
        });
        for part in parts {
            slope.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        slope
    }

    fn move_to(&self, point: &[f64]) {
        let mut seen = self.seen.borrow_mut();
        if seen.point == point {
            return;
        }
        let (design, shards) = (self.design, self.design.shards());
        let intercept = point.last().copied().unwrap_or_default();
        let scaled: Vec<f64> = point.iter().zip(design.scales).map(|(weight, scale)| weight * scale).collect();
        let margin = |row| intercept + design.rows.row(row).iter().map(|column| scaled[*column as usize]).sum::<f64>();
        let parts =
            in_parallel(self.threads, shards.len(), |shard| shards[shard].clone().map(margin).collect::<Vec<f64>>());
        *seen = Seen { point: point.to_vec(), margins: parts.concat(), slope: None };
    }
}

impl Design<'_> {
    fn add_slope(&self, rows: Range<usize>, margins: &[f64], slope: &mut [f64]) {
        let intercept = slope.len() - 1;
        for row in rows {
            let residual = logistic_link(margins[row]) - f64::from(u8::from(self.labels[row]));
            for column in self.rows.row(row) {
                let column = *column as usize;
                slope[column] += residual * self.scales[column];
            }
            slope[intercept] += residual;
        }
    }

    fn shards(&self) -> Vec<Range<usize>> {
        let rows = self.rows.len();
        (0..rows).step_by(SHARD).map(|start| start..(start + SHARD).min(rows)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objective<'a>(design: &'a Design<'a>, penalty: f64) -> Objective<'a> {
        Objective { design, penalty, threads: 1, seen: RefCell::default() }
    }

    fn slope_at(design: &Design<'_>, penalty: f64, found: &Coefficients) -> f64 {
        let point = [found.columns.clone(), vec![found.intercept]].concat();
        let mut slope = Vec::new();
        objective(design, penalty).gradient(&mut slope, &point);
        slope.iter().map(|part| part.abs()).fold(0.0, f64::max)
    }

    #[test]
    fn an_intercept_alone_is_the_log_odds() {
        let rows: Rows = vec![Vec::new(); 4].into_iter().collect();
        let design = Design { rows: &rows, labels: &[true, true, true, false], scales: &[] };
        let found = Fit::exact(1.0, 1).logistic(&design, None);
        assert!((found.intercept - 3.0_f64.ln()).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn the_minimum_is_flat_and_the_penalty_shrinks() {
        let rows: Rows = [vec![0], vec![0, 1], vec![1], vec![1, 2], vec![2]].into_iter().collect();
        let design = Design { rows: &rows, labels: &[true, true, false, false, true], scales: &[1.0, -0.5, 2.0] };
        let loose = Fit::exact(0.01, 1).logistic(&design, None);
        let tight = Fit::exact(10.0, 1).logistic(&design, None);
        assert!(slope_at(&design, 0.01, &loose) < 0.01 && slope_at(&design, 10.0, &tight) < 0.01);
        assert!(loose.columns[0] > tight.columns[0] && tight.columns[0] > 0.0);
        assert!(loose.columns[1] > 0.0, "a negative scale turns the sign round");
        let again = Fit::exact(0.01, 1).logistic(&design, Some(&tight));
        assert!((again.columns[0] - loose.columns[0]).abs() < 1e-2, "another start leads to the same minimum");
    }

    #[test]
    fn slope_is_the_derivative_of_value() {
        let rows: Rows = [vec![0, 1], vec![1], vec![0]].into_iter().collect();
        let design = Design { rows: &rows, labels: &[true, false, false], scales: &[0.7, -1.3] };
        let objective = objective(&design, 0.4);
        let point = vec![0.3, -0.2, 0.1];
        let mut slope = Vec::new();
        objective.gradient(&mut slope, &point);
        for (index, part) in slope.iter().enumerate() {
            let moved = |step: f64| {
                let mut point = point.clone();
                point[index] += step;
                objective.value(&point)
            };
            let expect = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!((part - expect).abs() < 1e-6, "{index}: {part} {expect}");
        }
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let mut random = fastrand::Rng::with_seed(5);
        let mut row = || (0..50_u32).map(|block| block * 20 + random.u32(..20)).collect::<Vec<_>>();
        let rows: Rows = (0..11_000).map(|_| row()).collect();
        assert!(rows.entries() > MANY_ENTRIES);
        let labels: Vec<bool> = (0..rows.len()).map(|index| rows.row(index)[0].is_multiple_of(3)).collect();
        let scales: Vec<f64> = (0..1000).map(|column| 0.5 + f64::from(column % 7)).collect();
        let design = Design { rows: &rows, labels: &labels, scales: &scales };
        let of = |threads| Fit { penalty: 1.0, tolerance: 1e-3, threads }.logistic(&design, None);
        assert_eq!(of(1), of(3));
    }
}
