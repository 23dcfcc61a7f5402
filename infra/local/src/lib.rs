//! .

pub mod scheduler;
