//! Distributions in the data that a model was judged on: made in training, kept in the manifest, checked on load.

use crate::artifact::{Distribution, Reference};

/// Bins that numbers are counted in, if they differ enough: each holds about as many rows.
const BINS: usize = 10;
/// More bins than any training run of this program makes.
const MOST_BINS: usize = 1000;

/// One watched value of a case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Observation {
    /// The form in which the case came does not ask for it: says nothing, and is not counted.
    Unasked,
    /// It was asked for, and there is none.
    Missing,
    /// A number; one that is not finite counts as missing.
    Number(f64),
    /// A word, by its position in [`Watched::labels`]; their number, or more, for every other word.
    Word(usize),
}

/// Something that is watched of every case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Its name: a field, or something derived.
    pub name: String,
    /// The words that it can be; empty for numbers.
    pub labels: Vec<String>,
}

impl Watched {
    /// A number.
    #[must_use]
    pub fn number(name: impl Into<String>) -> Self {
        Self { name: name.into(), labels: Vec::new() }
    }

    /// One of some words, or another.
    #[must_use]
    pub fn word(name: impl Into<String>, labels: &[String]) -> Self {
        Self { name: name.into(), labels: labels.to_vec() }
    }
}

impl Reference {
    /// Counts rows as [`crate::model::Model::observe`] gives them: one observation for each of `watched`, the output last.
    ///
    /// Give rows that were not learnt from, each with the outcome of a model that had not seen it (out of fold): a model
    /// is surer of its training rows, and a text model knows all their words, so those would make every new row look strange.
    #[must_use]
    pub fn of(watched: &[Watched], rows: &[Vec<Observation>]) -> Self {
        let column = |index: usize| rows.iter().filter_map(move |row| row.get(index).copied());
        let mut inputs: Vec<Distribution> =
            watched.iter().enumerate().map(|(index, watched)| distribution(watched, column(index))).collect();
        let output = inputs.pop().unwrap_or_else(|| distribution(&Watched::number("output"), std::iter::empty()));
        Self { rows: rows.len() as u64, inputs, output }
    }

    /// All distributions, the output's last.
    pub fn distributions(&self) -> impl Iterator<Item = &Distribution> {
        self.inputs.iter().chain([&self.output])
    }

    /// Why this cannot be the reference of a model that watches these; `None` if it can.
    #[must_use]
    pub fn fault(&self, watched: &[Watched]) -> Option<&'static str> {
        if self.inputs.len() + 1 != watched.len() {
            return Some("the reference does not have the model's features");
        }
        self.distributions().zip(watched).find_map(|(distribution, watched)| {
            if distribution.name != watched.name || distribution.labels != watched.labels {
                return Some("a reference distribution is of another feature");
            }
            distribution.fault(self.rows)
        })
    }
}

impl Distribution {
    /// The bin of an observation; the one behind the last for a missing value.
    #[must_use]
    pub fn bin(&self, seen: Observation) -> usize {
        match seen {
            Observation::Number(number) if number.is_finite() => self.edges.partition_point(|edge| *edge <= number),
            Observation::Word(word) => word.min(self.labels.len()),
            _ => self.counts.len(),
        }
        .min(self.counts.len())
    }

    /// What a bin holds, for people.
    #[must_use]
    pub fn bin_name(&self, bin: usize) -> String {
        if bin >= self.counts.len() {
            return "missing".to_owned();
        }
        if !self.labels.is_empty() {
            return self.labels.get(bin).map_or_else(|| "other".to_owned(), Clone::clone);
        }
        match (bin.checked_sub(1).and_then(|below| self.edges.get(below)), self.edges.get(bin)) {
            (None, None) => "any".to_owned(),
            (None, Some(above)) => format!("< {above}"),
            (Some(below), None) => format!("≥ {below}"),
            (Some(below), Some(above)) => format!("{below} to {above}"),
        }
    }

    fn fault(&self, rows: u64) -> Option<&'static str> {
        let bins = if self.labels.is_empty() { self.edges.len() } else { self.labels.len() } + 1;
        if self.counts.len() != bins || bins > MOST_BINS || (!self.edges.is_empty() && !self.labels.is_empty()) {
            return Some("a reference distribution has another number of bins");
        }
        let ascend = self.edges.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascend || !self.edges.iter().all(|edge| edge.is_finite()) {
            return Some("the edges of a reference distribution do not ascend");
        }
        let counted = self.counts.iter().try_fold(self.missing, |sum, count| sum.checked_add(*count));
        (counted != Some(rows)).then_some("a reference distribution does not count every row")
    }
}

fn distribution(watched: &Watched, seen: impl Iterator<Item = Observation> + Clone) -> Distribution {
    let edges = if watched.labels.is_empty() { edges(seen.clone()) } else { Vec::new() };
    let bins = if watched.labels.is_empty() { edges.len() } else { watched.labels.len() } + 1;
    let (name, labels) = (watched.name.clone(), watched.labels.clone());
    let mut distribution = Distribution { name, edges, labels, counts: vec![0; bins], missing: 0 };
    for seen in seen {
        match distribution.bin(seen) {
            bin if bin < bins => distribution.counts[bin] += 1,
            _ => distribution.missing += 1,
        }
    }
    distribution
}

/// Quantiles that leave a tenth of the rows between them; fewer if many rows are equal.
fn edges(seen: impl Iterator<Item = Observation>) -> Vec<f64> {
    let number = |seen| if let Observation::Number(number) = seen { Some(number) } else { None };
    let mut numbers: Vec<f64> = seen.filter_map(number).filter(|number| number.is_finite()).collect();
    numbers.sort_by(f64::total_cmp);
    let Some(least) = numbers.first().copied() else { return Vec::new() };
    let at = |part: usize| numbers.get(numbers.len() * part / BINS).copied().map(shortened);
    // An edge at the least number would leave nothing below it.
    let mut edges: Vec<f64> = (1..BINS).filter_map(at).filter(|edge| *edge > least).collect();
    edges.dedup();
    match numbers.iter().find(|number| **number > least) {
        _ if !edges.is_empty() => edges,
        Some(next) => vec![shortened(*next)],
        None => around(least),
    }
}

/// Edges around the only number there is, so that any other is seen.
fn around(only: f64) -> Vec<f64> {
    let near = (only.abs() * 1e-6).max(1e-9);
    vec![if shortened(only) == only { only } else { shortened(only - near) }, shortened(only + near)]
}

/// Eight digits say all that an edge needs, and survive JSON unchanged.
fn shortened(number: f64) -> f64 {
    format!("{number:.7e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(numbers: impl IntoIterator<Item = f64>) -> Vec<Vec<Observation>> {
        numbers.into_iter().map(|number| vec![Observation::Number(number), Observation::Word(0)]).collect()
    }

    fn watched() -> Vec<Watched> {
        vec![Watched::number("size"), Watched::word("label", &["no".to_owned(), "yes".to_owned()])]
    }

    #[test]
    fn numbers_are_cut_at_quantiles() {
        let found = Reference::of(&watched(), &numbers((0..1000).map(f64::from)));
        let size = &found.inputs[0];
        assert_eq!(size.edges, [100.0, 200.0, 300.0, 400.0, 500.0, 600.0, 700.0, 800.0, 900.0]);
        assert_eq!((size.counts.clone(), size.missing), (vec![100; 10], 0));
        assert_eq!((found.rows, found.output.counts.clone()), (1000, vec![1000, 0, 0]));
        assert_eq!(found.fault(&watched()), None);
    }

    #[test]
    fn equal_numbers_share_a_bin() {
        let check = |given: Vec<f64>, edges: &[f64], counts: &[u64]| {
            let found = Reference::of(&watched(), &numbers(given));
            assert_eq!((found.inputs[0].edges.as_slice(), found.inputs[0].counts.as_slice()), (edges, counts));
            assert_eq!(found.fault(&watched()), None);
        };
        check(vec![3.0; 50], &[3.0, 3.000_003], &[0, 50, 0]);
        check([vec![0.0; 95], vec![2.0; 5]].concat(), &[2.0], &[95, 5]);
        check(vec![0.1 + 0.2; 9], &[0.299_999_7, 0.300_000_3], &[0, 9, 0]);
        check([vec![0.0; 80], vec![1.0; 20]].concat(), &[1.0], &[80, 20]);
        check([vec![1.0; 20], vec![2.0; 40], vec![5.0; 40]].concat(), &[2.0, 5.0], &[20, 40, 40]);
        check(Vec::new(), &[], &[0]);
    }

    #[test]
    fn words_and_gaps_have_bins() {
        let rows = [Observation::Word(0), Observation::Word(1), Observation::Word(7), Observation::Missing];
        let rows: Vec<_> = rows.iter().map(|seen| vec![Observation::Number(f64::NAN), *seen]).collect();
        let found = Reference::of(&watched(), &rows);
        assert_eq!((found.output.counts.clone(), found.output.missing), (vec![1, 1, 1], 1));
        assert_eq!((found.inputs[0].counts.clone(), found.inputs[0].missing), (vec![0], 4));
        let names: Vec<_> = (0..4).map(|bin| found.output.bin_name(bin)).collect();
        assert_eq!(names, ["no", "yes", "other", "missing"]);
    }

    #[test]
    fn bins_have_names() {
        let size = &Reference::of(&watched(), &numbers([0.5, 1.5, 2.5])).inputs[0];
        let names: Vec<_> = (0..4).map(|bin| size.bin_name(bin)).collect();
        assert_eq!(names, ["< 1.5", "1.5 to 2.5", "≥ 2.5", "missing"]);
        let bins = [0.5, 1.5, 2.4, 9.0, f64::NAN].map(|number| size.bin(Observation::Number(number)));
        assert_eq!(bins, [0, 1, 1, 2, 3]);
    }

    #[test]
    fn what_cannot_be_a_reference_is_refused() {
        let check = |edit: &dyn Fn(&mut Reference), expect: &str| {
            let mut reference = Reference::of(&watched(), &numbers((0..100).map(f64::from)));
            edit(&mut reference);
            let fault = reference.fault(&watched()).expect("refused");
            assert!(fault.contains(expect), "{fault}");
        };
        check(&|reference| reference.inputs.clear(), "features");
        check(&|reference| reference.inputs[0].name.push('x'), "another feature");
        check(&|reference| reference.output.labels.clear(), "another feature");
        check(&|reference| reference.inputs[0].counts.push(0), "number of bins");
        check(&|reference| reference.inputs[0].edges[3] = 0.0, "ascend");
        check(&|reference| reference.inputs[0].edges[8] = f64::INFINITY, "ascend");
        check(&|reference| reference.output.missing = 1, "every row");
        check(&|reference| reference.output.missing = u64::MAX, "every row");
    }
}
