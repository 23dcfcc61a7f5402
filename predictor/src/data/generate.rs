//! Tables that are made up, for models whose reference systems use data without a clear licence.
//!
//! Each generator is a small world with known rules and known noise. The world is fixed; the seed chooses which rows of
//! it are drawn, so that two seeds give two samples of the same world. Because the rules are known, the generator can
//! say how well the best possible model would do on exactly the rows that it wrote: figures of a learnt model mean
//! something beside those. `docs/generated-data.md` describes both worlds for people.

pub mod retail;
pub mod savings;

mod dice;

use dice::Dice;

/// How well the best possible model does on rows that were written, which knows the rules but not the noise.
#[derive(Debug, Clone, PartialEq)]
pub struct Ceiling {
    /// Rows written.
    pub rows: usize,
    /// Names as scikit-learn has them, with their values.
    pub figures: Vec<(&'static str, f64)>,
}
