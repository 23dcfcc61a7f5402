//! Learning trees with smartcore, and bringing them into flat arrays.
//!
//! smartcore keeps its trees private but writes them with serde: they are written to postcard and read back into the
//! mirrors below, whose fields have smartcore 0.7.0's order (the workspace pins that version; the test compares every
//! answer). This is the only room of table models that names the library. Trees are learnt on numbers of single
//! precision, so that thresholds of single precision send each of them the same way.

mod mirror;

use crate::artifact::ArtifactError;
use crate::model::trees::Ensemble;
use crate::workers::{in_parallel, threads};
use serde::{Deserialize, Serialize};
use smartcore::ensemble::random_forest_regressor::{RandomForestRegressor, RandomForestRegressorParameters};
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::xgboost::{XGRegressor, XGRegressorParameters};

/// A forest is learnt in this many parts, whatever the machine, so that its bytes do not depend on the machine.
const SHARDS: usize = 2;

/// Rows of numbers and what is to be learnt of each.
#[derive(Debug, Clone, Default)]
pub struct Lesson {
    /// Features of a row.
    pub width: usize,
    /// Row after row.
    pub values: Vec<f32>,
    /// One for each row.
    pub targets: Vec<f64>,
}

/// What kind of trees to learn, and how.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "estimator")]
pub enum Estimator {
    /// A random forest: the mean of trees that saw different rows and features.
    Forest {
        /// How many trees.
        trees: u16,
        /// Depth at most.
        depth: u16,
        /// Rows of a leaf at least.
        leaf: u16,
        /// Features tried at each split; 0 is a third of them.
        features: u16,
    },
    /// Boosted trees: each learns what those before it got wrong.
    Boosted {
        /// How many trees.
        trees: u16,
        /// Depth at most.
        depth: u16,
        /// Share of each tree's answer that is kept.
        rate: f64,
        /// Rows of a leaf at least.
        leaf: u16,
        /// Share of the rows that each tree sees.
        share: f64,
    },
}

/// Why nothing could be learnt.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// The rows are not what the learner needs.
    #[error("cannot learn: {0}")]
    Rows(&'static str),
    /// The library refused.
    #[error("smartcore cannot learn: {0}")]
    Library(String),
    /// What the library learnt cannot be brought over.
    #[error("what smartcore learnt cannot be read: {0}")]
    Transcribe(String),
    /// What was brought over is not an ensemble.
    #[error(transparent)]
    Structure(#[from] ArtifactError),
}

impl Lesson {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.targets.len()
    }

    /// One row.
    #[must_use]
    pub fn row(&self, index: usize) -> &[f32] {
        &self.values[index * self.width..(index + 1) * self.width]
    }

    /// The rows for which `wanted` holds.
    #[must_use]
    pub fn part(&self, wanted: impl Fn(usize) -> bool) -> Self {
        let chosen: Vec<usize> = (0..self.rows()).filter(|row| wanted(*row)).collect();
        let values = chosen.iter().flat_map(|row| self.row(*row)).copied().collect();
        Self { width: self.width, values, targets: chosen.iter().map(|row| self.targets[*row]).collect() }
    }

    /// smartcore panics or learns nonsense from what is not finite, and from a wrong shape.
    fn check(&self) -> Result<(), LearnError> {
        if self.rows() < 10 || self.width == 0 {
            return Err(LearnError::Rows("there are fewer than ten rows"));
        }
        if self.values.len() != self.rows() * self.width {
            return Err(LearnError::Rows("rows have different widths"));
        }
        if !self.values.iter().all(|value| value.is_finite()) || !self.targets.iter().all(|target| target.is_finite()) {
            return Err(LearnError::Rows("a number is not finite"));
        }
        Ok(())
    }

    fn matrix(&self) -> Result<DenseMatrix<f32>, LearnError> {
        // Columns lie together: both learners walk down columns.
        let mut columns = Vec::with_capacity(self.values.len());
        for column in 0..self.width {
            columns.extend(self.values.iter().skip(column).step_by(self.width));
        }
        DenseMatrix::new(self.rows(), self.width, columns, true)
            .map_err(|failed| LearnError::Library(failed.to_string()))
    }
}

/// Learns one ensemble. The same lesson, estimator and seed give the same ensemble on any number of cores.
///
/// # Errors
/// Rows that cannot be learnt from.
pub fn learn(lesson: &Lesson, estimator: Estimator, seed: u64) -> Result<Ensemble, LearnError> {
    lesson.check()?;
    let matrix = lesson.matrix()?;
    match estimator {
        Estimator::Forest { trees, .. } => {
            let sizes = [usize::from(trees).div_ceil(SHARDS), usize::from(trees) / SHARDS];
            let shards: Vec<usize> = sizes.into_iter().filter(|trees| *trees > 0).collect();
            let learnt = in_parallel(threads(), shards.len(), |shard| {
                forest(lesson, &matrix, estimator, shards[shard], seed.wrapping_add(1_000_003 * shard as u64))
            });
            let shards = learnt.into_iter().collect::<Result<Vec<_>, _>>()?;
            mirror::join_forests(&shards, lesson.width)
        }
        Estimator::Boosted { trees, depth, rate, leaf, share } => {
            let base = lesson.targets.iter().sum::<f64>() / lesson.rows() as f64;
            let parameters = XGRegressorParameters::default()
                .with_n_estimators(usize::from(trees))
                .with_max_depth(depth)
                .with_learning_rate(rate)
                .with_min_child_weight(usize::from(leaf))
                .with_base_score(base)
                .with_subsample(share)
                .with_seed(seed);
            let learnt = XGRegressor::fit(&matrix, &lesson.targets, parameters).map_err(refused)?;
            mirror::boosted(&learnt, lesson.width)
        }
    }
}

type Forest = RandomForestRegressor<f32, f64, DenseMatrix<f32>, Vec<f64>>;

fn forest(
    lesson: &Lesson,
    matrix: &DenseMatrix<f32>,
    estimator: Estimator,
    trees: usize,
    seed: u64,
) -> Result<Forest, LearnError> {
    let Estimator::Forest { depth, leaf, features, .. } = estimator else {
        return Err(LearnError::Rows("this estimator is no forest"));
    };
    let tried = if features == 0 { lesson.width.div_ceil(3) } else { usize::from(features).min(lesson.width) };
    let parameters = RandomForestRegressorParameters::default()
        .with_n_trees(trees)
        .with_max_depth(depth)
        .with_min_samples_leaf(usize::from(leaf))
        .with_m(tried)
        .with_seed(seed);
    RandomForestRegressor::fit(matrix, &lesson.targets, parameters).map_err(refused)
}

fn refused(failed: smartcore::error::Failed) -> LearnError {
    LearnError::Library(failed.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::trees::StoredTrees;

    /// A curved surface with noise that repeats.
    pub(super) fn surface(rows: usize) -> Lesson {
        let mut random = fastrand::Rng::with_seed(7);
        let mut lesson = Lesson { width: 4, ..Lesson::default() };
        for _ in 0..rows {
            let row: [f32; 4] = std::array::from_fn(|_| random.f32() * 10.0);
            let noise = random.f64();
            lesson.targets.push(f64::from(row[0] * row[1]) + f64::from(row[2]).sin() * 20.0 + noise);
            lesson.values.extend(row);
        }
        lesson
    }

    const FOREST: Estimator = Estimator::Forest { trees: 9, depth: 12, leaf: 3, features: 0 };
    const BOOSTED: Estimator = Estimator::Boosted { trees: 40, depth: 5, rate: 0.2, leaf: 2, share: 0.8 };

    #[test]
    fn runs_repeat_and_seeds_matter() {
        for estimator in [FOREST, BOOSTED] {
            let run = |seed| StoredTrees::from(&learn(&surface(300), estimator, seed).expect("learnt"));
            assert_eq!(run(5), run(5));
            assert_ne!(run(5), run(6));
        }
    }

    #[test]
    fn rows_that_would_make_the_library_panic_are_refused() {
        let check = |edit: &dyn Fn(&mut Lesson), expect: &str| {
            let mut lesson = surface(30);
            edit(&mut lesson);
            for estimator in [FOREST, BOOSTED] {
                let words = learn(&lesson, estimator, 0).expect_err("refused").to_string();
                assert!(words.contains(expect), "{words}");
            }
        };
        check(&|l| *l = Lesson::default(), "fewer than ten rows");
        check(&|l| l.width = 3, "different widths");
        check(&|l| l.values[5] = f32::NAN, "not finite");
        check(&|l| l.targets[5] = f64::INFINITY, "not finite");
    }
}
