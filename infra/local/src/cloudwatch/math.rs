//! Metric math, as far as an operator's screen needs it: arithmetic, comparisons, SUM, AVG, MIN, MAX, ABS, CEIL, FLOOR,
//! IF, FILL, PERIOD and METRICS. SEARCH and anomaly bands are not here.

mod functions;
mod parse;

use std::collections::BTreeMap;

use parse::Term;

/// Expressions that refer to expressions may go this deep; a circle ends here too.
const MAX_DEPTH: usize = 16;

/// FILL makes at most this many datapoints, the newest ones.
const MAX_FILLED: i64 = 100_800;

/// A time series.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Series {
    pub(super) period_ms: i64,
    pub(super) points: BTreeMap<i64, f64>,
}

/// What an expression may look at.
pub(super) struct Context<'a> {
    pub(super) stats: &'a BTreeMap<String, Series>,
    pub(super) expressions: &'a BTreeMap<&'a str, &'a str>,
    /// Start and end of the request, epoch milliseconds.
    pub(super) times: (i64, i64),
    pub(super) asked_period_ms: Option<i64>,
}

/// A value of metric math.
#[derive(Clone, Debug, PartialEq)]
enum Operand {
    Number(f64),
    One(Series),
    Many(Vec<Series>),
    Text(String),
}

/// Whether a text can be the id of a query.
pub(super) fn is_id(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        && text.len() <= 255
}

impl Context<'_> {
    /// The series that the expression with this id stands for.
    pub(super) fn expression(&self, id: &str) -> Result<Vec<Series>, String> {
        match self.named(id, 0)? {
            Operand::One(series) => Ok(vec![series]),
            Operand::Many(many) => Ok(many),
            Operand::Number(_) | Operand::Text(_) => {
                Err("The expression must return a time series or an array of time series.".to_owned())
            }
        }
    }

    fn named(&self, id: &str, depth: usize) -> Result<Operand, String> {
        if depth > MAX_DEPTH {
            return Err("The expression refers to itself or is nested too deeply.".to_owned());
        }
        if let Some(series) = self.stats.get(id) {
            return Ok(Operand::One(series.clone()));
        }
        let text = self.expressions.get(id).ok_or_else(|| format!("There is no query with the id '{id}'."))?;
        self.value(&parse::parse(text)?, depth)
    }

    fn value(&self, term: &Term, depth: usize) -> Result<Operand, String> {
        match term {
            Term::Number(number) => Ok(Operand::Number(*number)),
            Term::Text(text) => Ok(Operand::Text(text.clone())),
            Term::Id(id) => self.named(id, depth + 1),
            Term::List(items) => self.list(items, depth),
            Term::Negative(inner) => {
                functions::pairwise(&Operand::Number(0.0), &self.value(inner, depth)?, &|zero, value| zero - value)
            }
            Term::Operation(sign, left, right) => {
                let (left, right) = (self.value(left, depth)?, self.value(right, depth)?);
                functions::pairwise(&left, &right, functions::operation(*sign))
            }
            Term::Call(name, arguments) => self.function(name, arguments, depth),
        }
    }

    fn list(&self, items: &[Term], depth: usize) -> Result<Operand, String> {
        let mut all = Vec::new();
        for item in items {
            match self.value(item, depth)? {
                Operand::One(series) => all.push(series),
                Operand::Many(many) => all.extend(many),
                Operand::Number(_) | Operand::Text(_) => return Err("A list may only hold time series.".to_owned()),
            }
        }
        Ok(Operand::Many(all))
    }

    fn function(&self, name: &str, arguments: &[Term], depth: usize) -> Result<Operand, String> {
        if name == "FILL" {
            return self.fill(arguments, depth);
        }
        let values: Vec<Operand> =
            arguments.iter().map(|argument| self.value(argument, depth)).collect::<Result<_, _>>()?;
        match (name, &values[..]) {
            ("METRICS", []) => Ok(Operand::Many(self.stats.values().cloned().collect())),
            ("METRICS", [Operand::Text(part)]) => {
                let wanted = self.stats.iter().filter(|(id, _)| id.contains(part.as_str()));
                Ok(Operand::Many(wanted.map(|(_, series)| series.clone()).collect()))
            }
            ("PERIOD", [Operand::One(series)]) => Ok(Operand::Number(series.period_ms as f64 / 1000.0)),
            ("IF", [condition, yes, no]) => functions::choose(condition, yes, no),
            (_, [value]) => functions::one_argument(name, value),
            _ => Err(format!("The function {name} is not known here or has the wrong number of arguments.")),
        }
    }

    fn fill(&self, arguments: &[Term], depth: usize) -> Result<Operand, String> {
        let [series, filler] = arguments else { return Err("FILL needs a metric and a filler.".to_owned()) };
        let filler = match filler {
            Term::Id(word) if word == "REPEAT" => functions::Filler::Repeat,
            Term::Id(word) if word == "LINEAR" => functions::Filler::Linear,
            other => match self.value(other, depth)? {
                Operand::Number(number) => functions::Filler::Number(number),
                Operand::One(series) => functions::Filler::Other(series),
                Operand::Many(_) | Operand::Text(_) => return Err("FILL cannot fill with this.".to_owned()),
            },
        };
        match self.value(series, depth)? {
            Operand::One(series) => Ok(Operand::One(self.filled(&series, &filler))),
            Operand::Many(many) => Ok(Operand::Many(many.iter().map(|series| self.filled(series, &filler)).collect())),
            Operand::Number(_) | Operand::Text(_) => Err("FILL needs a metric and a filler.".to_owned()),
        }
    }

    fn filled(&self, series: &Series, filler: &functions::Filler) -> Series {
        let period_ms = self.asked_period_ms.unwrap_or(series.period_ms).max(1_000);
        let earliest_ms = self.times.1 - MAX_FILLED * period_ms;
        let start_ms = self.times.0.max(earliest_ms).div_euclid(period_ms) * period_ms;
        functions::fill(series, filler, start_ms, self.times.1, period_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: &[(i64, f64)]) -> Series {
        Series { period_ms: 60_000, points: points.iter().map(|(minute, value)| (minute * 60_000, *value)).collect() }
    }

    fn evaluate(text: &str) -> Result<Vec<Series>, String> {
        let stats = BTreeMap::from([
            ("m1".to_owned(), series(&[(0, 1.0), (1, 2.0), (2, 4.0)])),
            ("m2".to_owned(), series(&[(0, 10.0), (2, 0.0)])),
        ]);
        let expressions = BTreeMap::from([("e", text), ("half", "m1 / 2"), ("loop", "loop + 1")]);
        let context = Context { stats: &stats, expressions: &expressions, times: (0, 240_000), asked_period_ms: None };
        context.expression("e")
    }

    #[track_caller]
    fn check(text: &str, expect: &[(i64, f64)]) {
        assert_eq!(evaluate(text), Ok(vec![series(expect)]), "{text}");
    }

    #[test]
    fn expressions() {
        check("m1 + m2", &[(0, 11.0), (2, 4.0)]);
        check("100 * m1 / m2", &[(0, 10.0)]);
        check("-m1 + 2 ^ 2 ^ 0", &[(0, 1.0), (1, 0.0), (2, -2.0)]);
        check("(m1 + 1) * 2 - half", &[(0, 3.5), (1, 5.0), (2, 8.0)]);
        check("SUM(METRICS())", &[(0, 11.0), (1, 2.0), (2, 4.0)]);
        check("SUM(METRICS(\"m2\"))", &[(0, 10.0), (2, 0.0)]);
        check("MAX([m1, m2])", &[(0, 10.0), (1, 2.0), (2, 4.0)]);
        check("m1 / MAX(m1)", &[(0, 0.25), (1, 0.5), (2, 1.0)]);
        check("m1 / PERIOD(m1) * 60", &[(0, 1.0), (1, 2.0), (2, 4.0)]);
        check("FILL(m2, 7)", &[(0, 10.0), (1, 7.0), (2, 0.0), (3, 7.0)]);
        check("FILL(m2, REPEAT)", &[(0, 10.0), (1, 10.0), (2, 0.0), (3, 0.0)]);
        check("FILL(m2, LINEAR)", &[(0, 10.0), (1, 5.0), (2, 0.0)]);
        check("m1 >= 2", &[(0, 0.0), (1, 1.0), (2, 1.0)]);
        check("IF(m1 > 1, m1, 0)", &[(0, 0.0), (1, 2.0), (2, 4.0)]);
        assert_eq!(evaluate("METRICS() * 1").map(|many| many.len()), Ok(2));
    }

    #[test]
    fn what_cannot_be_told() {
        for text in ["", "1", "m1 +", "m9", "loop", "(m1", "SEARCH('x', 'Sum')", "NOPE(m1)", "m1 $ 2", "[1]"] {
            assert!(evaluate(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_expression_panics(text in "[m12e+*/()\\[\\],\" A-Z^-]{0,40}") {
            let _ = evaluate(&text);
        }
    }
}
