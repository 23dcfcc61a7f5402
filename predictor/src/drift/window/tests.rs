//! Drift that is there is seen, drift that is not there is not, at the rates that were promised.

use super::*;
use crate::drift::Watched;

/// Numbers that look normally distributed, each run the same.
struct Draw(fastrand::Rng);

impl Draw {
    fn normal(&mut self) -> f64 {
        // Irwin-Hall: twelve uniform numbers have variance one.
        (0..12).map(|_| self.0.f64()).sum::<f64>() - 6.0
    }

    fn word(&mut self, shares: &[f64]) -> usize {
        let drawn = self.0.f64();
        let mut sum = 0.0;
        shares
            .iter()
            .position(|share| {
                sum += share;
                drawn < sum
            })
            .unwrap_or(shares.len())
    }

    /// Four features and the output: two of numbers, whole numbers, words of which some are rare.
    fn row(&mut self, shift: f64, shares: &[f64]) -> Vec<Observation> {
        let size = self.normal() + shift;
        let skewed = (self.normal() * 0.8).exp();
        let rooms = self.0.u32(1..6);
        let gap = if self.0.f64() < 0.02 { Observation::Missing } else { Observation::Number(f64::from(rooms)) };
        let word = Observation::Word(self.word(shares));
        vec![Observation::Number(size), Observation::Number(skewed), gap, word, Observation::Number(size + skewed)]
    }
}

const SHARES: [f64; 4] = [0.5, 0.3, 0.197, 0.003];

fn watched() -> Vec<Watched> {
    let words = ["S", "M", "L", "XL"].map(str::to_owned);
    let mut watched: Vec<Watched> = ["size", "skewed", "rooms"].map(Watched::number).into();
    watched.push(Watched::word("format", &words));
    watched.push(Watched::number("price"));
    watched
}

fn reference(draw: &mut Draw, rows: usize) -> Reference {
    let rows: Vec<_> = (0..rows).map(|_| draw.row(0.0, &SHARES)).collect();
    Reference::of(&watched(), &rows)
}

/// What a window of so many rows with a shift and a mix of words says: which features drifted.
fn drifted(draw: &mut Draw, reference: &Reference, rows: usize, shift: f64, shares: &[f64]) -> Vec<usize> {
    let window = Window::new(reference.clone(), rows as u64);
    (0..rows).for_each(|_| window.count(&draw.row(shift, shares)));
    let compared = window.compare();
    (0..compared.len()).filter(|index| compared[*index].is_drift()).collect()
}

#[test]
fn without_drift_alarms_are_as_rare_as_promised() {
    let mut draw = Draw(fastrand::Rng::with_seed(7));
    for (rows, trials) in [(120, 1500), (1000, 500), (2000, 400)] {
        let alarms = (0..trials)
            .filter(|trial| {
                // A new reference now and then: its own chance is part of the promise.
                let reference = reference(&mut Draw(fastrand::Rng::with_seed(trial / 25)), 4000);
                !drifted(&mut draw, &reference, rows, 0.0, &SHARES).is_empty()
            })
            .count();
        let rate = alarms as f64 / f64::from(u32::try_from(trials).expect("small"));
        assert!(rate <= 2.0 * FALSE_ALARM, "{rows} rows: {alarms} of {trials} windows");
    }
}

#[test]
fn a_small_shift_is_seen_at_a_thousand_rows() {
    let mut draw = Draw(fastrand::Rng::with_seed(11));
    let reference = reference(&mut draw, 16_000);
    let seen = (0..100).filter(|_| drifted(&mut draw, &reference, 1000, 0.2, &SHARES).contains(&0)).count();
    assert!(seen >= 90, "{seen} of 100");
}

#[test]
fn another_mix_of_words_is_seen() {
    let mut draw = Draw(fastrand::Rng::with_seed(13));
    let reference = reference(&mut draw, 16_000);
    let check = |draw: &mut Draw, shares: &[f64]| {
        let seen = (0..20).filter(|_| drifted(draw, &reference, 1000, 0.0, shares).contains(&3)).count();
        assert!(seen >= 18, "{shares:?}: {seen} of 20");
    };
    check(&mut draw, &[0.4, 0.4, 0.197, 0.003]);
    // A word that was never seen, in three of a hundred rows.
    check(&mut draw, &[0.48, 0.29, 0.197, 0.003]);
    check(&mut draw, &[0.8, 0.2, 0.0, 0.0]);
}

#[test]
fn gaps_where_there_were_none_are_seen() {
    let mut draw = Draw(fastrand::Rng::with_seed(17));
    let window = Window::new(reference(&mut draw, 16_000), 1000);
    for row in 0..1000 {
        let mut seen = draw.row(0.0, &SHARES);
        if row % 25 == 0 {
            seen[0] = Observation::Missing;
        }
        window.count(&seen);
    }
    assert!(window.compare()[0].is_drift());
}

#[test]
fn what_a_form_does_not_ask_for_is_no_gap() {
    let mut draw = Draw(fastrand::Rng::with_seed(37));
    let window = Window::new(reference(&mut draw, 16_000), 800);
    let mut feed = |rows: usize, shares: &[f64], asked: bool| {
        for _ in 0..rows {
            let mut seen = draw.row(0.0, shares);
            if !asked {
                (seen[0], seen[3]) = (Observation::Unasked, Observation::Unasked);
            }
            window.count(&seen);
        }
        let compared = window.compare();
        (window.turn(&compared), compared)
    };
    let (turn, compared) = feed(700, &SHARES, false);
    assert!(turn.is_none() && compared.iter().all(|feature| !feature.is_drift()), "{compared:?}");
    assert_eq!((compared[3].rows, compared[3].psi, rows_of(&compared)), (0, None, 700));
    let (turn, compared) = feed(300, &[0.1, 0.1, 0.8, 0.0], true);
    assert!(turn == Some(Turn::Began) && compared[3].is_drift(), "rows that have it are still judged");
    let (turn, compared) = feed(900, &SHARES, false);
    assert_eq!((turn, compared[3].rows), (Some(Turn::Ended), 0), "a feature that no row has does not hold it up");
}

#[test]
fn a_constant_that_changes_is_seen() {
    let watched = [Watched::number("share"), Watched::number("output")];
    let row = |share: f64| vec![Observation::Number(share), Observation::Number(0.0)];
    let window = Window::new(Reference::of(&watched, &vec![row(0.0); 3000]), 500);
    (0..500).for_each(|_| window.count(&row(0.0)));
    assert!(window.compare().iter().all(|feature| !feature.is_drift() && feature.is_below(ENDS_BELOW)));
    (0..20).for_each(|_| window.count(&row(0.4)));
    assert!(window.compare()[0].is_drift() && !window.compare()[1].is_drift());
}

#[test]
fn too_few_rows_say_so() {
    let mut draw = Draw(fastrand::Rng::with_seed(19));
    let window = Window::new(reference(&mut draw, 500), 2000);
    for _ in 0..LEAST_ROWS - 1 {
        window.count(&draw.row(9.0, &SHARES));
    }
    let compared = window.compare();
    assert!(compared.iter().all(|feature| feature.psi.is_none() && !feature.is_drift() && !feature.is_below(9.9)));
    assert_eq!(window.turn(&compared), None);
    window.count(&draw.row(9.0, &SHARES));
    assert!(window.compare()[0].is_drift());
}

#[test]
fn a_drift_begins_once_and_ends_when_the_window_has_moved_on() {
    let mut draw = Draw(fastrand::Rng::with_seed(23));
    let window = Window::new(reference(&mut draw, 16_000), 800);
    let feed = |draw: &mut Draw, rows: usize, shift: f64| {
        (0..rows).for_each(|_| window.count(&draw.row(shift, &SHARES)));
        window.turn(&window.compare())
    };
    assert_eq!(feed(&mut draw, 800, 0.0), None);
    assert_eq!(feed(&mut draw, 400, 1.0), Some(Turn::Began));
    assert_eq!(feed(&mut draw, 400, 1.0), None);
    assert!(window.is_drifting());
    assert_eq!(feed(&mut draw, 400, 0.0), None, "half of the window is still strange");
    assert_eq!(feed(&mut draw, 600, 0.0), Some(Turn::Ended));
}

#[test]
fn the_window_slides_and_never_holds_more_than_it_may() {
    let window = Window::new(reference(&mut Draw(fastrand::Rng::with_seed(29)), 500), 800);
    let row = vec![Observation::Number(0.0); 5];
    for counted in 1..5000_u64 {
        window.count(&row);
        let held = window.compare()[0].rows;
        assert!(held <= 800 && held >= counted.min(700), "{held} of {counted}");
    }
    assert!(Window::new(window.reference.clone(), 1).most_rows() * 7 / 8 >= LEAST_ROWS, "small ones can judge");
}

#[test]
fn rows_from_many_threads_are_all_counted() {
    let window = Window::new(reference(&mut Draw(fastrand::Rng::with_seed(31)), 500), 1 << 20);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..10_000).for_each(|_| window.count(&[Observation::Number(1.0); 5])));
        }
    });
    assert!(window.compare().iter().all(|feature| feature.rows == 40_000));
}
