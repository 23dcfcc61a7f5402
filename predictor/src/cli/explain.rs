//! `predictor explain`: one prediction, and what moved it.

use super::Failure;
use super::evaluate::shown;
use super::given::Given;
use crate::catalog;
use predictor_wire::{Contribution, Explanation, Predicted, Prediction};
use std::io::Write;
use unicode_width::UnicodeWidthStr;

/// Columns of a bar to each side.
const REACH: usize = 16;
const WIDEST_NAME: usize = 40;

#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    /// NAME or NAME@VERSION of an embedded model, or the directory of an artifact
    model: String,
    #[command(flatten)]
    given: Given,
    /// Contributions to list at most
    #[arg(long, default_value_t = 12)]
    top: usize,
    /// Write one JSON object, as the service answers
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(super) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let model = catalog::load(&self.model)?;
        let input = self.given.read(&model)?;
        let explanation = model.explain(&input, self.top);
        let answer = model.answer(&model.predict(&input), Some(explanation));
        if self.json {
            serde_json::to_writer_pretty(&mut *out, &answer)?;
            writeln!(out)?;
            return Ok(());
        }
        Ok(write(out, &answer)?)
    }
}

fn write(out: &mut impl Write, answer: &Prediction<'_>) -> std::io::Result<()> {
    let unit = answer.unit.as_deref().map_or_else(String::new, |unit| format!(" {unit}"));
    write!(out, "{}@{}: ", answer.model, answer.version)?;
    match &answer.prediction {
        Predicted::Label(label) => write!(out, "{}", shown(label))?,
        Predicted::Number(number) => write!(out, "{number}{unit}")?,
    }
    if let Some(confidence) = answer.confidence {
        write!(out, ", {:.1} %", 100.0 * confidence)?;
    }
    if let Some(interval) = &answer.interval {
        write!(out, ", {:.0} % between {} and {}", 100.0 * interval.level, interval.low, interval.high)?;
    }
    writeln!(out)?;
    match &answer.explanation {
        Some(explanation) => write_bars(out, explanation),
        None => Ok(()),
    }
}

fn write_bars(out: &mut impl Write, found: &Explanation) -> std::io::Result<()> {
    let named: Vec<(String, f64)> = found.contributions.iter().map(|part| (name(part), part.contribution)).collect();
    let mut rows = named;
    if found.rest != 0.0 {
        rows.push(("(all others)".to_owned(), found.rest));
    }
    let widest = rows.iter().map(|(name, _)| name.width()).max().unwrap_or(0).clamp(14, WIDEST_NAME);
    let most = rows.iter().map(|(_, moved)| moved.abs()).fold(0.0, f64::max);
    let raw = found.baseline + rows.iter().map(|(_, moved)| moved).sum::<f64>();
    let places = if most.max(found.baseline.abs()) >= 1000.0 { 0 } else { 4 };
    writeln!(out, "  {} {:>13.places$}  {}", padded("starts from", widest), found.baseline, found.unit)?;
    for (name, moved) in &rows {
        writeln!(out, "  {} {moved:>+13.places$}  {}", padded(name, widest), bar(*moved, most))?;
    }
    writeln!(out, "  {} {raw:>13.places$}", padded("ends at", widest))
}

fn name(part: &Contribution) -> String {
    let value = part.value.as_ref().map_or_else(String::new, |value| match value.as_str() {
        Some(text) => format!(" = {text}"),
        None => format!(" = {value}"),
    });
    shown(&format!("{}{value}", part.feature))
}

/// To the left of the middle what speaks against, to the right what speaks for.
fn bar(moved: f64, most: f64) -> String {
    let length = if most > 0.0 { (moved.abs() / most * REACH as f64).round() as usize } else { 0 };
    let full = "█".repeat(length.min(REACH));
    if moved < 0.0 { format!("{full:>REACH$}│") } else { format!("{:>REACH$}│{full}", "") }
}

/// Padded or cut to a width of columns.
fn padded(name: &str, width: usize) -> String {
    let mut cut = String::new();
    for character in name.chars() {
        if cut.width() + 1 >= width && name.width() > width {
            cut.push('…');
            break;
        }
        cut.push(character);
    }
    let room = width.saturating_sub(cut.width());
    cut + &" ".repeat(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_go_both_ways_and_rows_align() {
        let part =
            |feature: &str, contribution| Contribution { feature: feature.to_owned(), value: None, contribution };
        let found = Explanation {
            unit: "log odds".to_owned(),
            baseline: 0.5,
            contributions: vec![part("good", 2.0), part("\u{1b}[2J良い", -1.0), part(&"long ".repeat(20), 0.0)],
            rest: 0.25,
        };
        let mut out = Vec::new();
        write_bars(&mut out, &found).expect("written");
        let text = String::from_utf8(out).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 6);
        assert!(lines[1].ends_with("+2.0000                  │████████████████"), "{text}");
        assert!(lines[2].ends_with("-1.0000          ████████│") && !text.contains('\u{1b}'), "{text}");
        assert!(lines[5].ends_with("1.7500"), "{text}");
        let column = |line: &str| line.find('│').map(|at| line[..at].width());
        assert!(lines[1..5].iter().all(|line| column(line) == column(lines[1])), "{text}");
    }
}
