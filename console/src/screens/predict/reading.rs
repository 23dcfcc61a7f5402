//! A model's answer as a picture: probabilities as bars, a number within its interval, what moved it as signed bars.

use predictor_wire::{Contribution, Explanation, Interval, Prediction};

use super::answer::meaning_of;
use super::json::Pieces;
use crate::predicted::{amount, interval_words, model_words, number, signed, value_words};
use crate::text::clean;
use crate::theme::Meaning;
use crate::widgets::words::{cut_end, cut_middle, width as cells_of};

/// Longest name beside a bar, in cells.
const LONGEST_NAME: usize = 30;
/// Widest bar, in cells: longer ones say no more.
const WIDEST_BAR: usize = 40;
/// Labels that are drawn; a model with more has a list of them below.
const MOST_LABELS: usize = 12;
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// How there is to draw.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Cells of a line.
    pub width: usize,
    /// Without box and block characters.
    pub ascii: bool,
    /// With what moved the answer.
    pub explained: bool,
}

/// The answer, line by line, with an empty line at its end.
pub(super) fn lines(read: &Prediction<'_>, room: Room) -> Vec<Pieces> {
    let meaning = meaning_of(&read.prediction);
    let by = vec![(value_words(read), meaning), (format!(", {}", model_words(read)), Meaning::Text)];
    let mut lines = vec![by];
    lines.extend(probabilities(read, room));
    if let Some(interval) = &read.interval {
        lines.extend(within(read, interval, room));
    }
    if let Some(explanation) = read.explanation.as_ref().filter(|_| room.explained) {
        lines.push(Vec::new());
        lines.extend(explained(explanation, room));
    }
    lines.push(Vec::new());
    lines
}

fn probabilities(read: &Prediction<'_>, room: Room) -> Vec<Pieces> {
    let Some(all) = &read.probabilities else { return Vec::new() };
    let mut shares: Vec<(String, f64)> = all.0.iter().map(|(label, share)| (name(label), *share)).collect();
    if shares.len() > MOST_LABELS {
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        shares.truncate(MOST_LABELS);
    }
    let names = shares.iter().map(|(name, _)| cells_of(name)).max().unwrap_or(0);
    let bar_cells = room.width.saturating_sub(names + 12).min(WIDEST_BAR);
    let best = shares.iter().map(|(_, share)| *share).fold(0.0, f64::max);
    let line = |(name, share): (String, f64)| {
        let meaning = if share >= best { meaning_of(&read.prediction) } else { Meaning::Muted };
        vec![
            (format!("  {} ", pad(&name, names)), Meaning::Text),
            (pad(&bar(share, bar_cells, room.ascii), bar_cells), meaning),
            (format!(" {:5.1} %", share * 100.0), Meaning::Text),
        ]
    };
    shares.into_iter().map(line).collect()
}

/// `  210,300 ├────────●──────┤ 530,000`
fn within(read: &Prediction<'_>, interval: &Interval, room: Room) -> Vec<Pieces> {
    let predictor_wire::Predicted::Number(value) = read.prediction else { return Vec::new() };
    let (low, high) = (number(interval.low), number(interval.high));
    let [left, line, right, mark] = if room.ascii { ["|", "-", "|", "*"] } else { ["├", "─", "┤", "●"] };
    let cells = room.width.saturating_sub(cells_of(&low) + cells_of(&high) + 8).min(WIDEST_BAR);
    let mut pieces = vec![(format!("  {low} "), Meaning::Text)];
    let span = interval.high - interval.low;
    if cells >= 5 && span.is_finite() && span > 0.0 {
        let share = ((value - interval.low) / span).clamp(0.0, 1.0);
        let at = whole((share * (cells - 1) as f64).round());
        pieces.push((format!("{left}{}", line.repeat(at)), Meaning::Muted));
        pieces.push((mark.to_owned(), meaning_of(&read.prediction)));
        pieces.push((format!("{}{right}", line.repeat(cells - 1 - at)), Meaning::Muted));
    } else {
        pieces.push(("to".to_owned(), Meaning::Muted));
    }
    pieces.push((format!(" {high}"), Meaning::Text));
    let words = format!("  {}", interval_words(interval, read.unit.as_deref()));
    vec![pieces, vec![(words, Meaning::Muted)]]
}

fn explained(explanation: &Explanation, room: Room) -> Vec<Pieces> {
    let moved: f64 = explanation.contributions.iter().map(|c| c.contribution).sum::<f64>() + explanation.rest;
    let unit = Some(explanation.unit.as_str());
    let mut lines = vec![vec![
        ("what moved it".to_owned(), Meaning::Title),
        (
            format!("  from {} to {}", number(explanation.baseline), amount(explanation.baseline + moved, unit)),
            Meaning::Muted,
        ),
    ]];
    let rest = Contribution { feature: "all others".to_owned(), value: None, contribution: explanation.rest };
    let has_rest = explanation.rest != 0.0;
    let all: Vec<&Contribution> = explanation.contributions.iter().chain(has_rest.then_some(&rest)).collect();
    let greatest = all.iter().map(|c| c.contribution.abs()).filter(|size| size.is_finite()).fold(0.0, f64::max);
    let names: Vec<String> = all.iter().map(|c| named(c)).collect();
    let name_cells = names.iter().map(|name| cells_of(name)).max().unwrap_or(0).min(room.width / 2);
    let numbers: Vec<String> = all.iter().map(|c| signed(c.contribution, room.ascii)).collect();
    let number_cells = numbers.iter().map(|text| cells_of(text)).max().unwrap_or(0);
    let half = (room.width.saturating_sub(name_cells + number_cells + 6) / 2).min(WIDEST_BAR / 2);
    for ((found, name), figure) in all.iter().zip(names).zip(numbers) {
        let share = if greatest > 0.0 { (found.contribution.abs() / greatest).clamp(0.0, 1.0) } else { 0.0 };
        let (left, right) = if found.contribution < 0.0 { (share, 0.0) } else { (0.0, share) };
        let axis = if room.ascii { "|" } else { "│" };
        lines.push(vec![
            (format!("  {} ", pad(&cut_middle(&name, name_cells), name_cells)), Meaning::Text),
            (leftward(left, half, room.ascii), Meaning::Accent),
            (axis.to_owned(), Meaning::Muted),
            (pad(&bar(right, half, room.ascii), half), Meaning::Accent),
            (format!(" {figure:>number_cells$}"), Meaning::Text),
        ]);
    }
    lines
}

fn named(found: &Contribution) -> String {
    let value = found.value.as_ref().map(crate::fields::written).filter(|value| !value.is_empty());
    let feature = name(&found.feature);
    match value {
        Some(value) => format!("{feature} = {}", cut_end(&clean(&value), LONGEST_NAME / 2)),
        None => feature,
    }
}

fn name(text: &str) -> String {
    cut_middle(&clean(text), LONGEST_NAME)
}

/// A bar from left to right; in eighths of a cell where the terminal has them.
pub(super) fn bar(share: f64, cells: usize, ascii: bool) -> String {
    if ascii {
        return "#".repeat(whole((share * cells as f64).round()).min(cells));
    }
    let eighths = whole((share * cells as f64 * 8.0).round()).min(cells * 8);
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

/// A bar that grows from right to left, in half cells: there are no finer ones in this direction.
fn leftward(share: f64, cells: usize, ascii: bool) -> String {
    let halves = whole((share * cells as f64 * 2.0).round()).min(cells * 2);
    let drawn = match (ascii, halves % 2) {
        (true, _) => "#".repeat(halves.div_ceil(2)),
        (false, 0) => "█".repeat(halves / 2),
        (false, _) => format!("▐{}", "█".repeat(halves / 2)),
    };
    format!("{}{drawn}", " ".repeat(cells.saturating_sub(cells_of(&drawn))))
}

fn pad(text: &str, cells: usize) -> String {
    format!("{text}{}", " ".repeat(cells.saturating_sub(cells_of(text))))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of cells, not negative")]
fn whole(number: f64) -> usize {
    if number.is_finite() { number.clamp(0.0, 1e6) as usize } else { 0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::predicted::read;

    fn plain(body: &str, ascii: bool) -> String {
        let lines = lines(&read(body.as_bytes()).unwrap(), Room { width: 60, ascii, explained: true });
        let line = |pieces: &Pieces| pieces.iter().map(|(text, _)| text.as_str()).collect::<String>();
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    const HOUSE: &str = r#"{"model":"housing","version":"1","prediction":412000.0,"unit":"USD",
        "interval":{"level":0.9,"low":212000.0,"high":612000.0},
        "explanation":{"unit":"USD","baseline":206000.0,"rest":-6000.0,"contributions":[
            {"feature":"median_income","value":8.3,"contribution":240000.0},
            {"feature":"ocean_proximity","value":"INLAND","contribution":-28000.0}]}}"#;

    #[test]
    fn a_number_stands_within_its_interval_and_is_explained() {
        assert_eq!(
            plain(HOUSE, true),
            "412,000 USD, housing@1\n\
             \x20 212,000 |-------------------*------------------| 612,000\n\
             \x20 90 % within 212,000 to 612,000 USD\n\n\
             what moved it  from 206,000 to 412,000 USD\n\
             \x20 median_income = 8.3                 |########### +240,000\n\
             \x20 ocean_proximity = INLAND          ##|             -28,000\n\
             \x20 all others                         #|              -6,000\n"
        );
    }

    #[test]
    fn labels_are_bars() {
        let text = plain(
            r#"{"model":"retail","version":"1","prediction":"Low","confidence":0.75,"probabilities":{"Low":0.75,"Medium":0.25,"High":0}}"#,
            false,
        );
        assert!(text.contains("  Low    ██████████████████████████████            75.0 %"), "{text}");
        assert!(text.contains("  High                                              0.0 %"), "{text}");
    }

    proptest! {
        #[test]
        fn no_numbers_break_it(
            low in any::<f64>(), high in any::<f64>(), value in any::<f64>(), moved in any::<f64>(),
            width in 0_usize..200, ascii in any::<bool>(), feature in any::<String>(),
        ) {
            let mut found = read(HOUSE.as_bytes()).unwrap();
            found.prediction = predictor_wire::Predicted::Number(value);
            found.interval = Some(Interval { level: 0.9, low, high });
            if let Some(explanation) = &mut found.explanation {
                explanation.contributions[0].contribution = moved;
                explanation.contributions[0].feature = feature;
            }
            for line in lines(&found, Room { width, ascii, explained: true }) {
                for (text, _) in line {
                    prop_assert!(text.chars().all(|c| !c.is_control()));
                    prop_assert!(cells_of(&text) < 200);
                }
            }
        }
    }
}
