//! Pictures of labels: which are taken for which, whether probabilities mean what they say, and the ROC curve.

use super::Picture;
use super::canvas::{Anchor, Canvas};
use super::frame::Frame;
use crate::evaluation::calibration::Calibration;
use crate::evaluation::curve::roc;
use crate::evaluation::{Classified, Evaluation};
use predictor_wire::Target;

const SIDE: f64 = 460.0;
const EDGES: [f64; 4] = [70.0, 44.0, 436.0, 404.0];
const COLOURS: usize = 3;

/// All of them.
#[must_use]
pub fn pictures(rows: &[Classified], target: &Target, title: &str) -> Vec<Picture> {
    let Some(figures) = Evaluation::of_classes(target.labels.len(), rows) else { return Vec::new() };
    let mut found = vec![Picture { name: "confusion", svg: confusion(&figures, target, title) }];
    if let Some(calibration) = Calibration::of(rows) {
        found.push(Picture { name: "calibration", svg: reliability(&calibration, target, title) });
    }
    found.push(Picture { name: "roc", svg: curves(rows, target, title) });
    found
}

fn confusion(figures: &Evaluation, target: &Target, title: &str) -> String {
    let count = target.labels.len().max(1);
    let (left, top, room) = (120.0, 72.0, 300.0);
    let side = room / count as f64;
    let mut canvas = Canvas::new(SIDE, top + room + 40.0, title);
    canvas.text((left + room / 2.0, 44.0), Anchor::Middle, "faint", "predicted");
    canvas.upward((24.0, top + room / 2.0), "true");
    for (at, label) in target.labels.iter().enumerate() {
        let middle = (at as f64 + 0.5) * side;
        canvas.text((left + middle, 64.0), Anchor::Middle, "", label);
        canvas.text((left - 8.0, top + middle + 4.0), Anchor::End, "", label);
    }
    for (truth, row) in figures.confusion.iter().enumerate() {
        let whole = row.iter().sum::<usize>().max(1) as f64;
        for (said, rows) in row.iter().enumerate() {
            let share = *rows as f64 / whole;
            let (x, y) = (left + said as f64 * side, top + truth as f64 * side);
            canvas.block((x + 1.0, y + 1.0), (side - 2.0, side - 2.0), "cell", 0.06 + 0.9 * share);
            let over = if share > 0.5 { "over" } else { "" };
            let middle = (x + side / 2.0, y + side / 2.0);
            canvas.text(middle, Anchor::Middle, &format!("on {over}"), &rows.to_string());
            canvas.text((middle.0, middle.1 + 18.0), Anchor::Middle, over, &format!("{:.1} %", 100.0 * share));
        }
    }
    let foot =
        format!("{} rows, accuracy {:.4}; shares are of the true label", figures.rows, figures.figure("accuracy"));
    canvas.text((SIDE / 2.0, top + room + 26.0), Anchor::Middle, "faint", &foot);
    canvas.finish()
}

fn reliability(found: &Calibration, target: &Target, title: &str) -> String {
    let mut canvas = Canvas::new(SIDE, 540.0, title);
    let frame = Frame { edges: EDGES, across: (0.0, 1.0), up: (0.0, 1.0) };
    let of = match target.labels.as_slice() {
        [_, second] => format!("probability of {second}"),
        _ => "confidence in the predicted label".to_owned(),
    };
    frame.draw(&mut canvas, "", "how often it was so");
    canvas.line(frame.place(0.0, 0.0), frame.place(1.0, 1.0), "ideal");
    let seen: Vec<_> = found.bins.iter().filter(|bin| bin.rows > 0).collect();
    let points: Vec<_> = seen.iter().map(|bin| frame.place(bin.probability, bin.frequency)).collect();
    canvas.path(&points, "l0");
    canvas.dots(&points, 4.0, "c0", 1.0);
    let most = found.bins.iter().map(|bin| bin.rows).max().unwrap_or(0).max(1) as f64;
    let (left, right) = (EDGES[0], EDGES[2]);
    for bin in &found.bins {
        let (x, width) = (left + bin.low * (right - left), (bin.high - bin.low) * (right - left));
        let height = 52.0 * bin.rows as f64 / most;
        canvas.block((x + 1.0, 486.0 - height), (width - 2.0, height), "c0", 0.5);
    }
    canvas.line((left, 486.0), (right, 486.0), "axis");
    canvas.upward((left - 46.0, 460.0), "rows");
    canvas.text((f64::midpoint(left, right), 506.0), Anchor::Middle, "faint", &of);
    let foot = format!(
        "expected calibration error {:.4}, Brier score {:.4}",
        found.expected_calibration_error, found.brier_score
    );
    canvas.text((SIDE / 2.0, 526.0), Anchor::Middle, "faint", &foot);
    canvas.finish()
}

fn curves(rows: &[Classified], target: &Target, title: &str) -> String {
    let mut canvas = Canvas::new(SIDE, SIDE + 4.0, title);
    let frame = Frame { edges: EDGES, across: (0.0, 1.0), up: (0.0, 1.0) };
    frame.draw(&mut canvas, "false positive rate", "true positive rate");
    canvas.line(frame.place(0.0, 0.0), frame.place(1.0, 1.0), "ideal");
    let labels = if target.labels.len() == 2 { 1..2 } else { 0..target.labels.len() };
    for (line, label) in labels.enumerate() {
        let scored: Vec<_> = rows
            .iter()
            .map(|row| (row.truth == label, row.probabilities.get(label).copied().unwrap_or_default()))
            .collect();
        let points: Vec<_> = roc(&scored).into_iter().map(|(alarms, hits)| frame.place(alarms, hits)).collect();
        let colour = line % COLOURS;
        canvas.path(&points, &format!("l{colour}"));
        let area = crate::evaluation::roc_auc(&scored).map_or("none".to_owned(), |area| format!("{area:.4}"));
        let words = format!("{}: area {area}", target.labels[label]);
        let y = EDGES[3] - 12.0 - 18.0 * line as f64;
        canvas.block((EDGES[2] - 190.0, y - 9.0), (10.0, 10.0), &format!("c{colour}"), 1.0);
        canvas.text((EDGES[2] - 174.0, y), Anchor::Start, "", &words);
    }
    canvas.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_drawn_for_two_labels_and_for_three() {
        for labels in [2, 3] {
            let names = ["Low", "Medium", "High & <odd>"];
            let target = Target {
                name: "level".to_owned(),
                unit: None,
                labels: names[3 - labels..].iter().map(|name| (*name).to_owned()).collect(),
            };
            let row = |at: usize| {
                let mut probabilities = vec![0.2; labels];
                probabilities[(at / 2) % labels] = 1.0 - 0.2 * (labels - 1) as f64;
                Classified { truth: at % labels, label: (at / 2) % labels, probabilities }
            };
            let rows: Vec<Classified> = (0..60).map(row).collect();
            let found = pictures(&rows, &target, "a model");
            assert_eq!(
                found.iter().map(|picture| picture.name).collect::<Vec<_>>(),
                ["confusion", "calibration", "roc"]
            );
            for picture in found {
                assert!(picture.svg.starts_with("<svg ") && picture.svg.ends_with("</svg>\n"));
                assert!(!picture.svg.contains("NaN") && !picture.svg.contains("inf"), "{}", picture.name);
                assert!(!picture.svg.contains("<odd>"));
            }
        }
        assert!(pictures(&[], &Target { name: String::new(), unit: None, labels: Vec::new() }, "").is_empty());
    }
}
