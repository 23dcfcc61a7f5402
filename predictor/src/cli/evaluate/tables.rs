//! Figures as aligned tables for a person.

use crate::evaluation::calibration::Calibration;
use crate::evaluation::residuals::Residuals;
use crate::evaluation::{ClassFigures, Evaluation};
use crate::judgement::Slice;
use std::io::{Result, Write};

/// All figures, and the confusion matrix if there is one.
pub(in crate::cli) fn write_table(
    out: &mut impl Write,
    title: &str,
    labels: &[String],
    found: &Evaluation,
) -> Result<()> {
    writeln!(out, "{title}: {} rows", found.rows)?;
    for (name, figure) in &found.figures {
        writeln!(out, "  {name:<18} {:>10}", number(*figure))?;
    }
    if found.confusion.is_empty() {
        return Ok(());
    }
    write!(out, "  {:<18}", "true \\ predicted")?;
    for label in labels {
        write!(out, " {label:>10}")?;
    }
    writeln!(out)?;
    for (label, row) in labels.iter().zip(&found.confusion) {
        write!(out, "  {label:<18}")?;
        for count in row {
            write!(out, " {count:>10}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

pub(super) fn write_classes(out: &mut impl Write, labels: &[String], classes: &[ClassFigures]) -> Result<()> {
    if classes.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {:<18} {:>10} {:>10} {:>10} {:>10}", "class", "precision", "recall", "f1", "support")?;
    for (label, class) in labels.iter().zip(classes) {
        let ClassFigures { precision, recall, f1, support } = class;
        writeln!(out, "  {label:<18} {precision:>10.4} {recall:>10.4} {f1:>10.4} {support:>10}")?;
    }
    Ok(())
}

pub(super) fn write_calibration(out: &mut impl Write, labels: &[String], found: &Calibration) -> Result<()> {
    let of = match labels {
        [_, second] => format!("probability of {second}"),
        _ => "confidence".to_owned(),
    };
    writeln!(
        out,
        "calibration of the {of}: expected error {:.4}, Brier score {:.4}",
        found.expected_calibration_error, found.brier_score
    )?;
    writeln!(out, "  {:<18} {:>10} {:>10} {:>10}", "between", "rows", "mean", "was so")?;
    for bin in found.bins.iter().filter(|bin| bin.rows > 0) {
        let between = format!("{:.1} and {:.1}", bin.low, bin.high);
        writeln!(out, "  {between:<18} {:>10} {:>10.4} {:>10.4}", bin.rows, bin.probability, bin.frequency)?;
    }
    Ok(())
}

pub(super) fn write_residuals(out: &mut impl Write, found: &Residuals) -> Result<()> {
    writeln!(out, "residuals (true minus predicted)")?;
    for name in ["min", "p05", "p25", "p50", "p75", "p95", "max"] {
        writeln!(out, "  {name:<18} {:>12}", number(found.quantiles.get(name).copied().unwrap_or_default()))?;
    }
    writeln!(out, "  {:<30} {:>6} {:>12} {:>12} {:>9}", "predicted between", "rows", "mean", "rmse", "coverage")?;
    for part in &found.deciles {
        let between = format!("{} and {}", number(part.low), number(part.high));
        let (mean, rmse) = (number(part.mean), number(part.rmse));
        writeln!(out, "  {between:<30} {:>6} {mean:>12} {rmse:>12} {:>9.4}", part.rows, part.coverage)?;
    }
    Ok(())
}

pub(super) fn write_slices(out: &mut impl Write, field: &str, slices: &[Slice]) -> Result<()> {
    const SHOWN: [&str; 5] = ["accuracy", "f1_macro", "log_loss", "rmse", "r2"];
    let names: Vec<&str> =
        SHOWN.into_iter().filter(|name| slices.iter().any(|slice| slice.figures.figures.contains_key(*name))).collect();
    write!(out, "by {field:<24} {:>6}", "rows")?;
    for name in &names {
        write!(out, " {name:>12}")?;
    }
    writeln!(out)?;
    for slice in slices {
        write!(out, "  {:<25} {:>6}", shown(&slice.value), slice.figures.rows)?;
        for name in &names {
            write!(out, " {:>12}", number(slice.figures.figure(name)))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Four decimals of a small number, two of a great one.
fn number(figure: f64) -> String {
    if figure.abs() >= 1000.0 { format!("{figure:.2}") } else { format!("{figure:.4}") }
}

/// Words of data never steer a terminal.
pub(in crate::cli) fn shown(words: &str) -> String {
    words.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}
