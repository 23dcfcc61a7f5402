//! Pictures of an evaluation as self-contained SVG: no script, no outside font; light, or dark where the viewer is.
//!
//! [`canvas`] writes shapes, [`frame`] draws axes; the pictures themselves are in [`labels`] and [`numbers`].

pub mod canvas;
pub mod frame;
pub mod labels;
pub mod numbers;

use crate::judgement::Judgement;
use predictor_wire::Target;

/// A picture with the name of its file, without ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// File name without ending.
    pub name: &'static str,
    /// The SVG document.
    pub svg: String,
}

/// All pictures that a judgement gives; `title` names model and data.
#[must_use]
pub fn pictures(judgement: &Judgement, target: &Target, title: &str) -> Vec<Picture> {
    match judgement {
        Judgement::Labels(rows) => labels::pictures(rows, target, title),
        Judgement::Numbers(rows) => numbers::pictures(rows, target, title),
    }
}
