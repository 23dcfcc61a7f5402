//! Ensembles of regression trees in flat arrays: a base value plus the sum of what each tree says of a row.
//!
//! Forests and boosted trees are learnt elsewhere and brought into this form, which a row passes in a few microseconds
//! without taking memory. Trees are kept in preorder, so a child always lies behind its parent: no walk can loop.

mod stored;

pub use stored::StoredTrees;

use crate::artifact::ArtifactError;

/// Trees of one ensemble, at most.
pub const MOST_TREES: usize = 10_000;
/// Knots of one ensemble, at most.
pub const MOST_KNOTS: usize = 8_000_000;
/// Features of a row, at most.
pub const MOST_FEATURES: usize = 4_096;
/// Marks a leaf in the place of a feature.
const LEAF: u16 = u16::MAX;
/// Trees that are walked side by side.
const TOGETHER: usize = 8;

/// One knot of a tree as it is given to [`Ensemble::plant`], in preorder: a knot, all of its left side, all of its right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knot {
    /// Feature and threshold: a row goes left if its feature is at most the threshold. A leaf has none.
    pub split: Option<(u16, f32)>,
    /// What the tree says of a row that is here; of a leaf, the answer; of a knot above, the mean of what lies below.
    pub value: f32,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    threshold: f32,
    value: f32,
    /// Index of the right child, of a leaf its own; the left child is the next node.
    right: u32,
    feature: u16,
}

/// Trees whose answers are added up.
#[derive(Debug, Clone)]
pub struct Ensemble {
    width: usize,
    base: f64,
    roots: Vec<u32>,
    nodes: Vec<Node>,
}

impl Ensemble {
    /// An ensemble over rows of `width` features that answers `base` until trees are planted.
    ///
    /// # Errors
    /// A width or base that no genuine ensemble has.
    pub fn new(width: usize, base: f64) -> Result<Self, ArtifactError> {
        if width == 0 || width > MOST_FEATURES {
            return Err(ArtifactError::Structure("the number of features is out of range"));
        }
        if !base.is_finite() {
            return Err(ArtifactError::Structure("a base value is not a finite number"));
        }
        Ok(Self { width, base, roots: Vec::new(), nodes: Vec::new() })
    }

    /// Adds one tree, given in preorder.
    ///
    /// # Errors
    /// Knots that are not exactly one tree, a feature outside of the row, a number that is not finite, or too many.
    pub fn plant(&mut self, knots: impl IntoIterator<Item = Knot>) -> Result<(), ArtifactError> {
        let refused = ArtifactError::Structure;
        if self.roots.len() == MOST_TREES {
            return Err(refused("it has too many trees"));
        }
        let root = self.nodes.len();
        // Knots whose right side has not begun yet.
        let mut open: Vec<usize> = Vec::new();
        let mut complete = false;
        for knot in knots {
            let index = self.nodes.len();
            if complete || index >= MOST_KNOTS {
                return Err(refused("a tree goes on after its end"));
            }
            let here = u32::try_from(index).map_err(|_| refused("it has too many knots"))?;
            self.nodes.push(node(knot, self.width, here)?);
            if knot.split.is_some() {
                open.push(index);
            } else if let Some(parent) = open.pop() {
                self.nodes[parent].right = u32::try_from(index + 1).map_err(|_| refused("it has too many knots"))?;
            } else {
                complete = true;
            }
        }
        if !complete {
            return Err(refused("a tree ends early"));
        }
        self.roots.push(u32::try_from(root).map_err(|_| refused("it has too many knots"))?);
        Ok(())
    }

    /// How many features a row has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many trees there are.
    #[must_use]
    pub fn tree_count(&self) -> usize {
        self.roots.len()
    }

    /// How many knots and leaves all trees have.
    #[must_use]
    pub fn knot_count(&self) -> usize {
        self.nodes.len()
    }

    /// The sum over all trees for one row. A feature that is missing or not a number goes right.
    #[must_use]
    pub fn raw(&self, row: &[f32]) -> f64 {
        self.raw_of_first(row, self.roots.len())
    }

    /// Like [`Ensemble::raw`], of the first `trees` trees: what a boosted ensemble said when it had only those.
    #[must_use]
    pub fn raw_of_first(&self, row: &[f32], trees: usize) -> f64 {
        let row = &row[..row.len().min(self.width)];
        let (groups, rest) = self.roots[..trees.min(self.roots.len())].as_chunks::<TOGETHER>();
        let mut sum = 0.0;
        for group in groups {
            sum = self.leaves(*group, row).into_iter().fold(sum, |sum, leaf| sum + self.value(leaf));
        }
        for root in rest {
            let [leaf] = self.leaves([*root], row);
            sum += self.value(leaf);
        }
        self.base + sum
    }

    /// Adds each feature's part in the answer for one row to `parts`, and returns what the trees say before they know
    /// anything of the row: that plus all parts is [`Ensemble::raw`].
    ///
    /// A step from a knot to its child changes the value by an amount that is credited to the knot's feature
    /// (path attribution, after Saabas 2014).
    pub fn attribute(&self, row: &[f32], parts: &mut [f64]) -> f64 {
        let row = &row[..row.len().min(self.width)];
        let mut baseline = self.base;
        for root in &self.roots {
            let mut at = *root as usize;
            baseline += f64::from(self.nodes[at].value);
            while self.nodes[at].feature != LEAF {
                let (node, child) = (&self.nodes[at], self.next(at as u32, row) as usize);
                if let Some(part) = parts.get_mut(usize::from(node.feature)) {
                    *part += f64::from(self.nodes[child].value) - f64::from(node.value);
                }
                at = child;
            }
        }
        baseline
    }

    /// Walks down several trees side by side, so that the processor fetches the knots of one while it waits for another's.
    fn leaves<const TREES: usize>(&self, mut at: [u32; TREES], row: &[f32]) -> [u32; TREES] {
        let mut walking = true;
        while walking {
            walking = false;
            for at in &mut at {
                let next = self.next(*at, row);
                walking |= next != *at;
                *at = next;
            }
        }
        at
    }

    /// The child to which a row goes; a leaf leads to itself.
    fn next(&self, at: u32, row: &[f32]) -> u32 {
        let node = &self.nodes[at as usize];
        let left = row.get(usize::from(node.feature)).is_some_and(|value| *value <= node.threshold);
        if left { at + 1 } else { node.right }
    }

    fn value(&self, leaf: u32) -> f64 {
        f64::from(self.nodes[leaf as usize].value)
    }
}

fn node(knot: Knot, width: usize, here: u32) -> Result<Node, ArtifactError> {
    let refused = ArtifactError::Structure;
    let (feature, threshold) = match knot.split {
        Some((feature, _)) if usize::from(feature) >= width => {
            return Err(refused("a tree asks for an unknown feature"));
        }
        Some(split) => split,
        None => (LEAF, 0.0),
    };
    if !threshold.is_finite() || !knot.value.is_finite() {
        return Err(refused("a tree holds a number that is not finite"));
    }
    // A row has no feature of a leaf's number, so every row goes right, which is the leaf itself.
    Ok(Node { threshold, value: knot.value, right: here, feature })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn split(feature: u16, threshold: f32, value: f32) -> Knot {
        Knot { split: Some((feature, threshold)), value }
    }

    pub(super) fn leaf(value: f32) -> Knot {
        Knot { split: None, value }
    }

    /// Two trees over two features.
    pub(super) fn small() -> Ensemble {
        let mut ensemble = Ensemble::new(2, 10.0).expect("a width");
        let deep = [split(0, 1.0, 2.0), split(1, 5.0, 1.0), leaf(0.5), leaf(1.5), leaf(3.0)];
        ensemble.plant(deep).expect("a tree");
        ensemble.plant([leaf(-0.25)]).expect("a tree");
        ensemble
    }

    #[test]
    fn rows_find_their_leaves() {
        let check = |row: &[f32], expect: f64| assert!((small().raw(row) - expect).abs() < 1e-12, "{row:?}");
        check(&[1.0, 5.0], 10.25);
        check(&[1.0, 5.1], 11.25);
        check(&[1.1, 0.0], 12.75);
        check(&[f32::NAN, 0.0], 12.75);
        check(&[0.0, f32::INFINITY], 11.25);
        check(&[], 12.75);
        check(&[0.0; 70_000], 10.25);
        assert_eq!((small().tree_count(), small().knot_count(), small().width()), (2, 6, 2));
        assert!((small().raw_of_first(&[1.0, 5.0], 1) - 10.5).abs() < 1e-12);
        assert!((small().raw_of_first(&[1.0, 5.0], 0) - 10.0).abs() < 1e-12);
    }

    #[test]
    fn parts_and_baseline_are_the_answer() {
        for row in [[1.0, 5.0], [0.0, 9.0], [7.0, 7.0]] {
            let mut parts = [0.0; 2];
            let baseline = small().attribute(&row, &mut parts);
            assert!((baseline - 11.75).abs() < 1e-12);
            assert!((baseline + parts.iter().sum::<f64>() - small().raw(&row)).abs() < 1e-12);
        }
        let mut parts = [0.0; 2];
        small().attribute(&[1.0, 5.1], &mut parts);
        assert_eq!(parts, [-1.0, 0.5]);
    }

    #[test]
    fn what_is_not_a_tree_is_refused() {
        let check = |knots: &[Knot], expect: &str| {
            let mut ensemble = Ensemble::new(2, 0.0).expect("a width");
            let words = ensemble.plant(knots.iter().copied()).expect_err("refused").to_string();
            assert!(words.contains(expect), "{words}");
        };
        check(&[], "ends early");
        check(&[split(0, 1.0, 0.0), leaf(1.0)], "ends early");
        check(&[leaf(1.0), leaf(1.0)], "after its end");
        check(&[split(0, 1.0, 0.0), leaf(1.0), leaf(1.0), leaf(1.0)], "after its end");
        check(&[split(2, 1.0, 0.0), leaf(1.0), leaf(1.0)], "unknown feature");
        check(&[split(LEAF, 1.0, 0.0), leaf(1.0), leaf(1.0)], "unknown feature");
        check(&[split(0, f32::NAN, 0.0), leaf(1.0), leaf(1.0)], "not finite");
        check(&[leaf(f32::INFINITY)], "not finite");
        assert!(Ensemble::new(0, 0.0).is_err());
        assert!(Ensemble::new(MOST_FEATURES + 1, 0.0).is_err());
        assert!(Ensemble::new(1, f64::NAN).is_err());
    }
}
