//! Drawing pieces without state of their own.

pub mod chart;
pub mod clock;
pub mod pane;
pub mod spark;
pub mod table;
pub mod words;
