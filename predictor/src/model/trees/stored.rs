//! How an ensemble is written: what cannot be computed again, one array for each kind of number.
//!
//! Because knots are in preorder, which of them are leaves says everything about the shape; there are no indices that
//! could be wrong. Every ensemble that is read passes [`Ensemble::plant`].

use super::{Ensemble, Knot, LEAF, MOST_KNOTS, MOST_TREES};
use crate::artifact::ArtifactError;
use serde::{Deserialize, Serialize};

/// The written form of an [`Ensemble`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredTrees {
    width: u16,
    base: f64,
    /// Knots of each tree.
    sizes: Vec<u32>,
    /// Of each knot, 0 for a leaf or one more than its feature.
    features: Vec<u16>,
    /// Of each knot that is not a leaf.
    thresholds: Vec<f32>,
    /// Of each knot.
    values: Vec<f32>,
}

impl From<&Ensemble> for StoredTrees {
    fn from(ensemble: &Ensemble) -> Self {
        let ends = ensemble.roots.iter().skip(1).copied().chain([ensemble.nodes.len() as u32]);
        let inner = ensemble.nodes.iter().filter(|node| node.feature != LEAF);
        Self {
            width: ensemble.width as u16,
            base: ensemble.base,
            sizes: ensemble.roots.iter().zip(ends).map(|(root, end)| end - root).collect(),
            features: ensemble.nodes.iter().map(|node| node.feature.wrapping_add(1)).collect(),
            thresholds: inner.map(|node| node.threshold).collect(),
            values: ensemble.nodes.iter().map(|node| node.value).collect(),
        }
    }
}

impl TryFrom<StoredTrees> for Ensemble {
    type Error = ArtifactError;

    fn try_from(stored: StoredTrees) -> Result<Self, ArtifactError> {
        let refused = ArtifactError::Structure;
        let knots = stored.features.len();
        let planned = stored.sizes.iter().map(|size| u64::from(*size)).sum::<u64>();
        if planned != knots as u64 || stored.values.len() != knots {
            return Err(refused("the numbers of knots do not fit"));
        }
        if knots > MOST_KNOTS || stored.sizes.len() > MOST_TREES {
            return Err(refused("it has too many knots"));
        }
        if stored.features.iter().filter(|feature| **feature != 0).count() != stored.thresholds.len() {
            return Err(refused("the numbers of thresholds do not fit"));
        }
        let mut thresholds = stored.thresholds.iter();
        let mut all = stored.features.iter().zip(&stored.values).map(|(feature, value)| {
            let split = feature.checked_sub(1).and_then(|feature| Some((feature, *thresholds.next()?)));
            Knot { split, value: *value }
        });
        let mut ensemble = Self::new(usize::from(stored.width), stored.base)?;
        ensemble.nodes.reserve_exact(knots);
        for size in &stored.sizes {
            ensemble.plant(all.by_ref().take(*size as usize))?;
        }
        Ok(ensemble)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::small;
    use super::*;
    use proptest::prelude::*;

    fn bytes() -> Vec<u8> {
        postcard::to_allocvec(&StoredTrees::from(&small())).expect("written")
    }

    fn read(bytes: &[u8]) -> Option<Ensemble> {
        let stored: StoredTrees = postcard::from_bytes(bytes).ok()?;
        Ensemble::try_from(stored).ok()
    }

    /// A damaged ensemble may say anything, but it says something, and soon.
    fn harmless(ensemble: &Ensemble) -> bool {
        let mut parts = vec![0.0; ensemble.width()];
        let row = vec![1.0; ensemble.width()];
        ensemble.attribute(&row, &mut parts);
        !ensemble.raw(&row).is_nan() && !ensemble.raw(&[]).is_nan()
    }

    #[test]
    fn the_written_form_round_trips() {
        let back = read(&bytes()).expect("read");
        assert_eq!(StoredTrees::from(&back), StoredTrees::from(&small()));
        for row in [[1.0, 5.0], [1.0, 6.0], [2.0, 0.0]] {
            assert_eq!(back.raw(&row), small().raw(&row));
        }
    }

    #[test]
    fn numbers_that_do_not_fit_are_refused() {
        let check = |edit: &dyn Fn(&mut StoredTrees), expect: &str| {
            let mut stored = StoredTrees::from(&small());
            edit(&mut stored);
            let words = Ensemble::try_from(stored).expect_err("refused").to_string();
            assert!(words.contains(expect), "{words}");
        };
        check(&|s| s.sizes[0] = 4, "knots do not fit");
        check(&|s| s.sizes = vec![u32::MAX; 3], "knots do not fit");
        check(&|s| s.sizes = vec![4, 2], "ends early");
        check(&|s| s.sizes = vec![6], "after its end");
        check(&|s| s.sizes.push(0), "ends early");
        check(&|s| s.values.truncate(2), "knots do not fit");
        check(&|s| s.thresholds.truncate(1), "thresholds do not fit");
        check(&|s| s.features[0] = 3, "unknown feature");
        check(&|s| s.features[0] = u16::MAX, "unknown feature");
        check(&|s| s.width = 0, "out of range");
        check(&|s| s.base = f64::NAN, "finite");
    }

    #[test]
    fn a_length_with_nothing_behind_it_takes_no_memory() {
        // Width 2, a base of eight bytes, then 2^60 sizes.
        let hostile = [&[2, 0, 0, 0, 0, 0, 0, 0, 0][..], &[0x80; 8], &[0x10]].concat();
        assert!(read(&hostile).is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Some(ensemble) = read(&bytes) {
                prop_assert!(harmless(&ensemble));
            }
        }

        #[test]
        fn any_damage_is_harmless_or_refused(at in 0_usize..200, bit in 0_u32..8, cut in 0_usize..60) {
            let mut bytes = bytes();
            let length = bytes.len();
            bytes[at % length] ^= 1 << bit;
            bytes.truncate(length - cut.min(length - 1));
            if let Some(ensemble) = read(&bytes) {
                prop_assert!(harmless(&ensemble));
            }
        }
    }
}
