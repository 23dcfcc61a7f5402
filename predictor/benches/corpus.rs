//! Long reviews made up from nothing, to measure training where no public set of that size may be shipped.
//!
//! Words are numbers in letters. Their frequencies follow Zipf's law (exponent 1, with Mandelbrot's shift) over a
//! vocabulary of 100,000; every sixteenth word is one of 2,000 that lean to a label, so that there is something to learn
//! and no way to be always right. The same seed gives the same bytes.

use std::io::{self, Write};

const VOCABULARY: usize = 100_000;
const TELLING: u64 = 2_000;
const SHIFT: f64 = 2.7;
/// How often a telling word is of its review's own label.
const HONESTY: f64 = 0.68;

/// Writes `reviews` lines of `review TAB 0|1`, of 80 to 380 words each and 230 on average.
pub fn write(out: &mut impl Write, reviews: usize, seed: u64) -> io::Result<()> {
    let mut random = fastrand::Rng::with_seed(seed);
    let ranks = Ranks::new();
    let mut line = String::with_capacity(4096);
    for _ in 0..reviews {
        let positive = random.bool();
        line.clear();
        for position in 0..random.usize(80..=380) {
            if position > 0 {
                line.push_str(if position % 15 == 0 { ". " } else { " " });
            }
            match random.u8(..16) {
                0 => push_telling(&mut line, positive, &mut random),
                _ => push_word(&mut line, 0, ranks.draw(random.f64())),
            }
        }
        writeln!(out, "{line}\t{}", u8::from(positive))?;
    }
    Ok(())
}

fn push_telling(line: &mut String, positive: bool, random: &mut fastrand::Rng) {
    let honest = random.f64() < HONESTY;
    let side = 1 + u64::from(positive == honest);
    push_word(line, side, random.u64(..TELLING / 2));
}

/// A word of its own for each kind and number; common words are short.
fn push_word(line: &mut String, kind: u64, number: u64) {
    const SYLLABLES: [&str; 16] =
        ["ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu", "za"];
    let mut rest = number * 3 + kind;
    loop {
        line.push_str(SYLLABLES[(rest % 16) as usize]);
        rest /= 16;
        if rest == 0 {
            return;
        }
    }
}

/// Cumulative frequencies of the ranks.
struct Ranks(Vec<f64>);

impl Ranks {
    fn new() -> Self {
        let mut sum = 0.0;
        let mut cumulative = Vec::with_capacity(VOCABULARY);
        for rank in 1..=VOCABULARY {
            sum += 1.0 / (rank as f64 + SHIFT);
            cumulative.push(sum);
        }
        Self(cumulative)
    }

    fn draw(&self, share: f64) -> u64 {
        let whole = self.0.last().copied().unwrap_or_default();
        self.0.partition_point(|sum| *sum < share * whole) as u64
    }
}
