//! A world of households: how much does this one want to put aside each month?
//!
//! What decides: income, the share of it that is left after all spending, age (most at about 45), and children. The wish
//! is a share of the income, with noise that grows with it.

use super::{Ceiling, Dice};
use std::io::{self, Write};

const HEADER: &str = "Income,Age,Dependents,Rent,Groceries,Transport,Utilities,Healthcare,Education,Entertainment,Miscellaneous,Desired_Savings";
/// Deviation of the wish's logarithm.
const NOISE: f64 = 0.12;

/// A household in the order of the header.
struct Household {
    income: f64,
    age: u32,
    dependents: u32,
    /// Rent, groceries, transport, utilities, healthcare, education, entertainment, miscellaneous.
    spending: [f64; 8],
}

/// Writes `rows` rows below a header.
///
/// # Errors
/// The writer's.
pub fn write(rows: usize, seed: u64, out: &mut impl Write) -> io::Result<Ceiling> {
    let mut dice = Dice::new(seed);
    let (mut sum, mut squares, mut noise) = (0.0, 0.0, 0.0);
    writeln!(out, "{HEADER}")?;
    for _ in 0..rows {
        let household = draw(&mut dice);
        let expected = wish(&household);
        // A lognormal factor with mean one.
        let wanted = cents(expected * (NOISE * dice.normal() - NOISE * NOISE / 2.0).exp());
        (sum, squares) = (sum + wanted, squares + wanted * wanted);
        noise += (wanted - expected) * (wanted - expected);
        let spending = household.spending.map(|part| format!("{part:.2}")).join(",");
        let Household { income, age, dependents, .. } = household;
        writeln!(out, "{income:.2},{age},{dependents},{spending},{wanted:.2}")?;
    }
    let all = rows.max(1) as f64;
    let spread = squares - sum * sum / all;
    let r2 = if spread > 0.0 { 1.0 - noise / spread } else { 0.0 };
    Ok(Ceiling { rows, figures: vec![("rmse", (noise / all).sqrt()), ("r2", r2)] })
}

fn draw(dice: &mut Dice) -> Household {
    let age = dice.whole(18, 75);
    let years = f64::from(age);
    let likely_children = if (25..56).contains(&age) { [3.0, 3.0, 3.0, 1.5, 0.5] } else { [7.0, 2.0, 1.0, 0.3, 0.1] };
    let dependents = dice.weighted(&likely_children) as u32;
    let children = f64::from(dependents);
    let career = 1.0 - ((years - 48.0) / 45.0).powi(2) * 0.6;
    let income = cents(3_600.0 * career * (0.5 * dice.normal()).exp());
    let mut part = |typical: f64, spread: f64| cents(typical * (spread * dice.normal()).exp());
    let rent = part(0.24 * income, 0.3);
    let groceries = part(45.0 * income.powf(0.25) * (1.0 + 0.25 * children), 0.2);
    let transport = part(0.07 * income, 0.4);
    let utilities = part(90.0 + 0.02 * income, 0.25);
    let healthcare = part(25.0 + years * 1.8, 0.5);
    let education = if dependents == 0 { 0.0 } else { part(0.03 * income * children.sqrt(), 0.5) };
    let entertainment = part(0.05 * income, 0.5);
    let miscellaneous = part(0.03 * income, 0.5);
    let spending = [rent, groceries, transport, utilities, healthcare, education, entertainment, miscellaneous];
    Household { income, age, dependents, spending }
}

/// The mean wish of households like this one.
fn wish(household: &Household) -> f64 {
    let income = household.income;
    let left = ((income - household.spending.iter().sum::<f64>()) / income).clamp(-0.2, 0.8);
    let middle = ((f64::from(household.age) - 45.0) / 15.0).powi(2);
    let share = 0.05 + 0.30 * left + 0.07 * (-middle / 2.0).exp() - 0.015 * f64::from(household.dependents)
        + 0.03 * ((income - 5_000.0) / 2_500.0).tanh();
    income * share.clamp(0.01, 0.5)
}

fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_is_worth_learning() {
        let mut bytes = Vec::new();
        let ceiling = write(20_000, 1, &mut bytes).expect("written");
        let r2 = ceiling.figures.iter().find(|(name, _)| *name == "r2").expect("a figure").1;
        assert!((0.93..0.99).contains(&r2), "{ceiling:?}");
    }

    #[test]
    fn rows_hold_eleven_fields_and_the_wish() {
        let run = |seed| {
            let mut bytes = Vec::new();
            write(200, seed, &mut bytes).expect("written");
            String::from_utf8(bytes).expect("text")
        };
        assert_eq!(run(3), run(3));
        assert_ne!(run(3), run(4));
        for line in run(3).lines().skip(1) {
            let numbers: Vec<f64> = line.split(',').map(|cell| cell.parse().expect("a number")).collect();
            assert_eq!(numbers.len(), 12);
            assert!(numbers.iter().all(|number| *number >= 0.0), "{line}");
        }
    }
}
