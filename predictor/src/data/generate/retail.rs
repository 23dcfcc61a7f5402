//! A world of supermarket baskets: how price-sensitive is the customer behind this line of a receipt?
//!
//! What decides: how dear the article is beside others of its department (the more below the usual price, the more
//! sensitive), which department and group it is, the kind of shop and of shopping trip, a little the region, and how
//! many pieces are bought. Departments differ in their usual price and some are far more common than others.

use super::{Ceiling, Dice};
use std::io::{self, Write};

/// The classes, least sensitive first.
pub const CLASSES: [&str; 3] = ["Low", "Medium", "High"];

const HEADER: &str =
    "BASKET_SIZE,BASKET_TYPE,STORE_REGION,STORE_FORMAT,SPEND,QUANTITY,PROD_CODE_20,PROD_CODE_30,PRICE_SENSITIVITY";
const WORLD: u64 = 0x5245_5441_494c;
const GROUPS: usize = 30;
const DEPARTMENTS: usize = 240;
const REGIONS: [&str; 10] = ["E01", "E02", "E03", "N01", "N02", "N03", "S01", "S02", "S03", "W01"];
/// With how much each makes its customers more sensitive.
const FORMATS: [(&str, f64); 4] = [("LS", -0.4), ("MS", 0.1), ("SS", 0.9), ("XLS", -0.8)];
const TYPES: [(&str, f64); 4] = [("Full Shop", -0.5), ("Top Up", 0.2), ("Small Shop", 0.9), ("XX", 0.0)];
const SIZES: [&str; 3] = ["S", "M", "L"];
/// Scale of the noise: that of a logistic distribution.
const NOISE: f64 = 0.25;
/// Where a sensitivity is no longer low, and where it is high.
const CUTS: [f64; 2] = [-0.9, 1.2];

struct World {
    departments: Vec<Department>,
    weights: Vec<f64>,
    regions: Vec<f64>,
}

struct Department {
    group: usize,
    usual_price: f64,
    effect: f64,
}

impl World {
    fn new() -> Self {
        let mut dice = Dice::new(WORLD);
        let groups: Vec<f64> = (0..GROUPS).map(|_| 0.7 * dice.normal()).collect();
        let mut department = |_| {
            let group = dice.whole(0, GROUPS as u32 - 1) as usize;
            let usual_price = (0.7 + 0.7 * dice.normal()).exp();
            Department { group, usual_price, effect: groups[group] + 0.8 * dice.normal() }
        };
        let departments = (0..DEPARTMENTS).map(&mut department).collect();
        let regions = REGIONS.iter().map(|_| 0.3 * dice.normal()).collect();
        let weights = (0..DEPARTMENTS).map(|rank| 1.0 / (rank as f64 + 8.0)).collect();
        Self { departments, weights, regions }
    }
}

/// Writes `rows` rows below a header.
///
/// # Errors
/// The writer's.
pub fn write(rows: usize, seed: u64, out: &mut impl Write) -> io::Result<Ceiling> {
    let (world, mut dice) = (World::new(), Dice::new(seed));
    let mut confusion = [[0_usize; 3]; 3];
    writeln!(out, "{HEADER}")?;
    for _ in 0..rows {
        let (line, chances) = draw(&world, &mut dice);
        let truth = dice.weighted(&chances);
        let best = (0..3).max_by(|a, b| chances[*a].total_cmp(&chances[*b])).unwrap_or(0);
        confusion[truth][best] += 1;
        writeln!(out, "{line},{}", CLASSES[truth])?;
    }
    Ok(ceiling(rows, &confusion))
}

/// A row without its class, and how likely each class is.
fn draw(world: &World, dice: &mut Dice) -> (String, [f64; 3]) {
    let number = dice.weighted(&world.weights);
    let department = &world.departments[number];
    let region = dice.whole(0, REGIONS.len() as u32 - 1) as usize;
    let (format, format_effect) = FORMATS[dice.weighted(&[4.0, 3.0, 2.0, 2.0])];
    let size = dice.weighted(&[3.0, 4.0, 3.0]);
    let (kind, kind_effect) =
        TYPES[dice.weighted(&[[0.3, 2.0, 6.0, 0.4], [2.0, 5.0, 1.0, 0.3], [7.0, 1.0, 0.2, 0.2]][size])];
    let quantity = 1 + (dice.share().powi(3) * (3.0 + 2.0 * size as f64)) as u32;
    let price = department.usual_price * (0.5 * dice.normal()).exp();
    let spend = (price * f64::from(quantity) * 100.0).round().max(5.0) / 100.0;
    // From here on only what is written counts, so that the best possible model is possible.
    let dearness = (spend / f64::from(quantity) / department.usual_price).ln();
    let sensitivity = department.effect + format_effect + kind_effect + world.regions[region] - 3.0 * dearness
        + 0.25 * (f64::from(quantity) - 1.0);
    let below = |cut: f64| 1.0 / (1.0 + ((sensitivity - cut) / NOISE).exp());
    let (low, not_high) = (below(CUTS[0]), below(CUTS[1]));
    let line = format!(
        "{},{kind},{},{format},{spend:.2},{quantity},DEP{:05},G{:05}",
        SIZES[size],
        REGIONS[region],
        number + 1,
        department.group + 1
    );
    (line, [low, not_high - low, 1.0 - not_high])
}

fn ceiling(rows: usize, confusion: &[[usize; 3]; 3]) -> Ceiling {
    let count = |cells: [usize; 3]| cells.iter().sum::<usize>() as f64;
    let hits: usize = (0..3).map(|class| confusion[class][class]).sum();
    let f1 = |class: usize| {
        let (occurs, said) = (count(confusion[class]), count([0, 1, 2].map(|truth| confusion[truth][class])));
        2.0 * confusion[class][class] as f64 / (occurs + said).max(1.0)
    };
    let most = (0..3).map(|class| count(confusion[class])).fold(0.0, f64::max);
    let all = rows.max(1) as f64;
    let figures = vec![
        ("accuracy", hits as f64 / all),
        ("f1_macro", (f1(0) + f1(1) + f1(2)) / 3.0),
        ("majority_accuracy", most / all),
    ];
    Ceiling { rows, figures }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_is_worth_learning() {
        let mut bytes = Vec::new();
        let ceiling = write(20_000, 1, &mut bytes).expect("written");
        let figure = |name: &str| ceiling.figures.iter().find(|(known, _)| *known == name).expect("a figure").1;
        assert!((0.86..0.93).contains(&figure("accuracy")), "{ceiling:?}");
        assert!((0.86..0.93).contains(&figure("f1_macro")), "{ceiling:?}");
        assert!((0.34..0.5).contains(&figure("majority_accuracy")), "{ceiling:?}");
    }

    #[test]
    fn seeds_draw_rows_and_repeat() {
        let run = |seed| {
            let mut bytes = Vec::new();
            write(50, seed, &mut bytes).expect("written");
            String::from_utf8(bytes).expect("text")
        };
        assert_eq!(run(3), run(3));
        assert_ne!(run(3), run(4));
        assert_eq!(run(3).lines().count(), 51);
        assert!(run(3).lines().all(|line| line.split(',').count() == 9));
    }
}
