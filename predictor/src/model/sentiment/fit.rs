//! L2-regularised logistic regression on sparse rows, minimised by smartcore's L-BFGS.
//!
//! smartcore's own logistic regression wants a dense matrix; its optimiser takes any objective, so the sparse one is
//! given to it here. The only file of this kind that names the library.

use smartcore::optimization::FunctionOrder;
use smartcore::optimization::first_order::FirstOrderOptimizer;
use smartcore::optimization::first_order::lbfgs::LBFGS;
use smartcore::optimization::line_search::Backtracking;
use std::cell::RefCell;

/// Rows whose features are present or absent; a present feature has its column's scale as value.
#[derive(Debug)]
pub struct Design<'a> {
    /// Columns present in each row, ascending.
    pub rows: &'a [Vec<u32>],
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

/// Minimises `Σ ln(1 + exp(-y·z)) + penalty/2 · ‖w‖²` over `w` and an intercept that is not penalised.
#[must_use]
pub fn logistic(design: &Design<'_>, penalty: f64) -> Coefficients {
    let objective = Objective { design, penalty, margins: RefCell::default() };
    let value = |point: &Vec<f64>| objective.value(point);
    let gradient = |slope: &mut Vec<f64>, point: &Vec<f64>| objective.gradient(slope, point);
    let start = vec![0.0; design.scales.len() + 1];
    let optimiser = LBFGS { max_iter: 200, g_atol: 1e-3, f_reltol: 1e-7, ..LBFGS::default() };
    let search = Backtracking { order: FunctionOrder::THIRD, ..Backtracking::default() };
    let mut columns = optimiser.optimize(&value, &gradient, &start, &search).x;
    let intercept = columns.pop().unwrap_or_default();
    Coefficients { columns, intercept }
}

struct Objective<'a> {
    design: &'a Design<'a>,
    penalty: f64,
    /// The last point and its margins: the optimiser asks for value and slope of the same point.
    margins: RefCell<(Vec<f64>, Vec<f64>)>,
}

impl Objective<'_> {
    fn value(&self, point: &[f64]) -> f64 {
        let Some((_, weights)) = point.split_last() else { return 0.0 };
        self.update_margins(point);
        let margins = self.margins.borrow();
        let losses = margins.1.iter().zip(self.design.labels).map(|(margin, label)| {
            let signed = if *label { *margin } else { -margin };
            // ln(1 + exp(-s)) without overflow.
            (-signed).max(0.0) + (-signed.abs()).exp().ln_1p()
        });
        losses.sum::<f64>() + 0.5 * self.penalty * weights.iter().map(|weight| weight * weight).sum::<f64>()
    }

    fn gradient(&self, slope: &mut Vec<f64>, point: &[f64]) {
        self.update_margins(point);
        slope.clear();
        slope.extend(point.iter().map(|weight| weight * self.penalty));
        let intercept = point.len() - 1;
        slope[intercept] = 0.0;
        let margins = self.margins.borrow();
        for ((row, label), margin) in self.design.rows.iter().zip(self.design.labels).zip(&margins.1) {
            let probability = 1.0 / (1.0 + (-margin).exp());
            let residual = probability - f64::from(u8::from(*label));
            for column in row {
                let column = *column as usize;
                slope[column] += residual * self.design.scales[column];
            }
            slope[intercept] += residual;
        }
    }

    fn update_margins(&self, point: &[f64]) {
        let mut cached = self.margins.borrow_mut();
        if cached.0 == point {
            return;
        }
        let intercept = point.last().copied().unwrap_or_default();
        let scaled: Vec<f64> = point.iter().zip(self.design.scales).map(|(weight, scale)| weight * scale).collect();
        let margin = |row: &Vec<u32>| intercept + row.iter().map(|column| scaled[*column as usize]).sum::<f64>();
        cached.1 = self.design.rows.iter().map(margin).collect();
        cached.0 = point.to_vec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slope_at(design: &Design<'_>, penalty: f64, found: &Coefficients) -> f64 {
        let objective = Objective { design, penalty, margins: RefCell::default() };
        let point = [found.columns.clone(), vec![found.intercept]].concat();
        let mut slope = Vec::new();
        objective.gradient(&mut slope, &point);
        slope.iter().map(|part| part.abs()).fold(0.0, f64::max)
    }

    #[test]
    fn an_intercept_alone_is_the_log_odds() {
        let rows = vec![Vec::new(); 4];
        let design = Design { rows: &rows, labels: &[true, true, true, false], scales: &[] };
        let found = logistic(&design, 1.0);
        assert!((found.intercept - 3.0_f64.ln()).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn the_minimum_is_flat_and_the_penalty_shrinks() {
        let rows = vec![vec![0], vec![0, 1], vec![1], vec![1, 2], vec![2]];
        let design = Design { rows: &rows, labels: &[true, true, false, false, true], scales: &[1.0, -0.5, 2.0] };
        let loose = logistic(&design, 0.01);
        let tight = logistic(&design, 10.0);
        assert!(slope_at(&design, 0.01, &loose) < 0.01 && slope_at(&design, 10.0, &tight) < 0.01);
        assert!(loose.columns[0] > tight.columns[0] && tight.columns[0] > 0.0);
        assert!(loose.columns[1] > 0.0, "a negative scale turns the sign round");
    }

    #[test]
    fn slope_is_the_derivative_of_value() {
        let rows = vec![vec![0, 1], vec![1], vec![0]];
        let design = Design { rows: &rows, labels: &[true, false, false], scales: &[0.7, -1.3] };
        let objective = Objective { design: &design, penalty: 0.4, margins: RefCell::default() };
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
}
