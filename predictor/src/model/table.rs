//! Tables of numbers and categories to a number or a class.

pub mod learn;
