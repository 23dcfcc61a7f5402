//! smartcore 0.7.0's trees as it writes them, field by field in its order, and the way from them to flat arrays.

use super::{Forest, LearnError};
use crate::model::trees::{Ensemble, Knot};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::xgboost::XGRegressor;

#[derive(Deserialize)]
struct ForestMirror {
    forest: Option<BaseForest>,
}

#[derive(Deserialize)]
struct BaseForest {
    trees: Option<Vec<BaseTree>>,
    _features: Option<u64>,
    _samples: Option<Vec<Vec<bool>>>,
}

#[derive(Deserialize)]
struct BaseTree {
    nodes: Vec<BaseNode>,
    _parameters: Option<TreeParameters>,
    _depth: u16,
    _root_mass: f64,
}

#[derive(Deserialize)]
struct TreeParameters {
    _max_depth: Option<u16>,
    _min_samples_leaf: u64,
    _min_samples_split: u64,
    _seed: Option<u64>,
    _splitter: Splitter,
}

#[derive(Deserialize)]
enum Splitter {
    Random,
    Best,
}

#[derive(Deserialize)]
struct BaseNode {
    output: f64,
    split_feature: u64,
    split_value: Option<f64>,
    _split_score: Option<f64>,
    true_child: Option<u64>,
    false_child: Option<u64>,
}

#[derive(Deserialize)]
struct BoostedMirror {
    trees: Option<Vec<BoostedNode>>,
    parameters: Option<BoostedParameters>,
}

#[derive(Deserialize)]
struct BoostedNode {
    left: Option<Box<BoostedNode>>,
    right: Option<Box<BoostedNode>>,
    value: f64,
    threshold: f64,
    split_feature: u64,
    _split_score: f64,
}

#[derive(Deserialize)]
struct BoostedParameters {
    _n_estimators: u64,
    _max_depth: u16,
    learning_rate: f64,
    _min_child_weight: u64,
    _lambda: f64,
    _gamma: f64,
    base_score: f64,
}

/// One ensemble of all trees of all forests, each tree with the same weight.
pub(super) fn join_forests(forests: &[Forest], width: usize) -> Result<Ensemble, LearnError> {
    let mut trees = Vec::new();
    for forest in forests {
        let mirror: ForestMirror = through_postcard(forest)?;
        trees.extend(mirror.forest.and_then(|forest| forest.trees).unwrap_or_default());
    }
    let mut ensemble = Ensemble::new(width, 0.0)?;
    for tree in &trees {
        ensemble.plant(forest_knots(tree, 1.0 / trees.len() as f64)?)?;
    }
    Ok(ensemble)
}

/// The ensemble of a boosted regressor.
pub(super) fn boosted(
    learnt: &XGRegressor<f32, f64, DenseMatrix<f32>, Vec<f64>>,
    width: usize,
) -> Result<Ensemble, LearnError> {
    let mirror: BoostedMirror = through_postcard(learnt)?;
    let (Some(trees), Some(parameters)) = (mirror.trees, mirror.parameters) else {
        return Err(LearnError::Transcribe("it holds no trees".to_owned()));
    };
    let mut ensemble = Ensemble::new(width, parameters.base_score)?;
    for tree in &trees {
        let mut knots = Vec::new();
        push_boosted(tree, parameters.learning_rate, &mut knots);
        ensemble.plant(knots)?;
    }
    Ok(ensemble)
}

fn through_postcard<T: DeserializeOwned>(learnt: &impl Serialize) -> Result<T, LearnError> {
    let words = |error: postcard::Error| LearnError::Transcribe(error.to_string());
    let bytes = postcard::to_allocvec(learnt).map_err(words)?;
    // What follows the mirrored fields is not read: parameters that do not matter here.
    postcard::take_from_bytes(&bytes).map(|(mirror, _)| mirror).map_err(words)
}

fn forest_knots(tree: &BaseTree, weight: f64) -> Result<Vec<Knot>, LearnError> {
    let lost = || LearnError::Transcribe("a tree names a node that it does not have".to_owned());
    let mut knots = Vec::with_capacity(tree.nodes.len());
    let mut waiting = vec![0_u64];
    while let Some(index) = waiting.pop() {
        let node = usize::try_from(index).ok().and_then(|index| tree.nodes.get(index)).ok_or_else(lost)?;
        if knots.len() == tree.nodes.len() {
            return Err(lost());
        }
        let split = match (node.true_child, node.false_child, node.split_value) {
            (Some(left), Some(right), Some(threshold)) => {
                waiting.extend([right, left]);
                Some((feature(node.split_feature), single_at_most(threshold)))
            }
            _ => None,
        };
        knots.push(Knot { split, value: (node.output * weight) as f32 });
    }
    Ok(knots)
}

/// Recursion is as deep as the tree, which the estimator bounds.
fn push_boosted(node: &BoostedNode, rate: f64, knots: &mut Vec<Knot>) {
    let sides = node.left.as_ref().zip(node.right.as_ref());
    let split = sides.map(|_| (feature(node.split_feature), single_at_most(node.threshold)));
    knots.push(Knot { split, value: (node.value * rate) as f32 });
    if let Some((left, right)) = sides {
        push_boosted(left, rate, knots);
        push_boosted(right, rate, knots);
    }
}

/// Features beyond this type's range become one that no row has, which planting refuses.
fn feature(index: u64) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

/// The largest number of single precision that is not above `threshold`: any number of single precision is at most the
/// one if it is at most the other.
fn single_at_most(threshold: f64) -> f32 {
    let nearest = threshold as f32;
    if f64::from(nearest) > threshold { nearest.next_down() } else { nearest }
}

#[cfg(test)]
mod tests {
    use super::super::tests::surface;
    use super::super::{Estimator, Lesson, forest};
    use super::*;
    use smartcore::xgboost::XGRegressorParameters;

    /// Splits that were taken differently would be off by whole leaves; rounding is a millionth.
    fn same_answers(lesson: &Lesson, ensemble: &Ensemble, theirs: impl Iterator<Item = f64>) {
        let mut judged = 0;
        for (row, expect) in theirs.enumerate() {
            let found = ensemble.raw(lesson.row(row));
            assert!((found - expect).abs() <= 1e-5 * (1.0 + expect.abs()), "row {row}: {found} instead of {expect}");
            judged += 1;
        }
        assert_eq!(judged, lesson.rows());
    }

    #[test]
    fn forests_answer_as_the_library_does() {
        let lesson = surface(2000);
        let matrix = lesson.matrix().expect("a matrix");
        for leaf in [1, 5] {
            let estimator = Estimator::Forest { trees: 0, depth: 30, leaf, features: 2 };
            let learnt = forest(&lesson, &matrix, estimator, 20, 3).expect("learnt");
            let theirs = learnt.predict(&matrix).expect("predicted");
            let ours = join_forests(&[learnt], lesson.width).expect("brought over");
            assert_eq!(ours.tree_count(), 20);
            same_answers(&lesson, &ours, theirs.into_iter());
        }
    }

    #[test]
    fn boosted_trees_answer_as_the_library_does() {
        let lesson = surface(1500);
        let matrix = lesson.matrix().expect("a matrix");
        let parameters = XGRegressorParameters::default().with_n_estimators(60).with_max_depth(6).with_subsample(0.7);
        let learnt = XGRegressor::fit(&matrix, &lesson.targets, parameters).expect("learnt");
        let theirs = learnt.predict(&matrix).expect("predicted");
        let ours = boosted(&learnt, lesson.width).expect("brought over");
        assert_eq!(ours.tree_count(), 60);
        same_answers(&lesson, &ours, theirs.into_iter().map(f64::from));
    }

    #[test]
    fn thresholds_split_single_numbers_as_before() {
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..10_000 {
            let low = (random.f32() - 0.5) * 1e6;
            let high = low.next_up();
            let threshold = f64::midpoint(f64::from(low), f64::from(high));
            for value in [low.next_down(), low, high, high.next_up()] {
                assert_eq!(value <= single_at_most(threshold), f64::from(value) <= threshold);
            }
        }
    }
}
