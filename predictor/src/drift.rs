//! Whether the cases that arrive still look like those that a model was judged on.
//!
//! A model says what is watched of a case; training keeps the distributions ([`mod@reference`]), a running service keeps a
//! sliding window of counters ([`window`]), and [`report`] compares the two by the population stability index. Nothing
//! of a case is kept, only counts of bins.

pub mod quantile;
pub mod reference;
pub mod report;
pub mod window;

pub use reference::{Observation, Watched};
pub use window::Window;
