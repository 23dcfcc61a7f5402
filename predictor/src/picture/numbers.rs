//! Pictures of numbers: predicted beside true, and how far off along the predicted number.

use super::Picture;
use super::canvas::{Anchor, Canvas};
use super::frame::{Frame, range, short};
use crate::evaluation::residuals::Residuals;
use crate::evaluation::{Estimated, Evaluation};
use predictor_wire::Target;

const EDGES: [f64; 4] = [76.0, 44.0, 536.0, 404.0];
const WIDTH: f64 = 560.0;
/// Points drawn at most; every n-th row if there are more.
const MOST_POINTS: usize = 2500;

/// All of them.
#[must_use]
pub fn pictures(rows: &[Estimated], target: &Target, title: &str) -> Vec<Picture> {
    let (Some(figures), Some(residuals)) = (Evaluation::of_numbers(rows), Residuals::of(rows)) else {
        return Vec::new();
    };
    let shown: Vec<&Estimated> = rows.iter().step_by(rows.len().div_ceil(MOST_POINTS)).collect();
    vec![
        Picture { name: "fit", svg: fit(&shown, &figures, target, title) },
        Picture { name: "residuals", svg: residuals_over(&shown, &residuals, target, title) },
    ]
}

fn fit(shown: &[&Estimated], figures: &Evaluation, target: &Target, title: &str) -> String {
    let all = range(shown.iter().flat_map(|row| [row.truth, row.value]));
    let frame = Frame { edges: EDGES, across: all, up: all };
    let mut canvas = Canvas::new(WIDTH, 476.0, title);
    frame.draw(&mut canvas, &format!("true {}", named(target)), "predicted");
    let points: Vec<_> = shown.iter().map(|row| frame.place(row.truth, row.value)).collect();
    canvas.dots(&points, 2.0, "c0", 0.35);
    canvas.line(frame.place(all.0, all.0), frame.place(all.1, all.1), "ideal");
    let foot = format!(
        "{} rows, RMSE {}, R² {:.4}; {:.1} % of true values within their interval",
        figures.rows,
        short(figures.figure("rmse")),
        figures.figure("r2"),
        100.0 * figures.figure("interval_coverage")
    );
    canvas.text((WIDTH / 2.0, 464.0), Anchor::Middle, "faint", &foot);
    canvas.finish()
}

fn residuals_over(shown: &[&Estimated], found: &Residuals, target: &Target, title: &str) -> String {
    let (low, high) = range(shown.iter().map(|row| row.truth - row.value));
    let reach = low.abs().max(high.abs());
    let frame = Frame { edges: EDGES, across: range(shown.iter().map(|row| row.value)), up: (-reach, reach) };
    let mut canvas = Canvas::new(WIDTH, 476.0, title);
    frame.draw(&mut canvas, &format!("predicted {}", named(target)), "true minus predicted");
    let points: Vec<_> = shown.iter().map(|row| frame.place(row.value, row.truth - row.value)).collect();
    canvas.dots(&points, 2.0, "c0", 0.35);
    canvas.line(frame.place(frame.across.0, 0.0), frame.place(frame.across.1, 0.0), "ideal");
    let means: Vec<_> =
        found.deciles.iter().map(|decile| frame.place(f64::midpoint(decile.low, decile.high), decile.mean)).collect();
    canvas.path(&means, "l1");
    canvas.dots(&means, 4.0, "c1", 1.0);
    let foot = format!(
        "half of the rows between {} and {}; orange: mean of each tenth of the rows",
        short(found.quantiles["p25"]),
        short(found.quantiles["p75"])
    );
    canvas.text((WIDTH / 2.0, 464.0), Anchor::Middle, "faint", &foot);
    canvas.finish()
}

fn named(target: &Target) -> String {
    let unit = target.unit.as_ref().map_or_else(String::new, |unit| format!(" in {unit}"));
    format!("{}{unit}", target.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_drawn_and_stays_small() {
        let target = Target { name: "price".to_owned(), unit: Some("USD".to_owned()), labels: Vec::new() };
        let row = |at: u32| {
            let truth = f64::from(at % 977) * 100.0;
            Estimated { truth, value: truth + f64::from(at % 13), low: truth - 1.0, high: truth + 5.0 }
        };
        for count in [1, 2, 20_000] {
            let found = pictures(&(0..count).map(row).collect::<Vec<_>>(), &target, "a model");
            assert_eq!(found.iter().map(|picture| picture.name).collect::<Vec<_>>(), ["fit", "residuals"]);
            assert!(found.iter().all(|picture| picture.svg.len() < 200_000 && !picture.svg.contains("NaN")));
        }
        assert!(pictures(&[], &target, "").is_empty());
    }
}
