//! Which lines are shown and which are highlighted: filters and search, as typed and as understood.

use regex::Regex;

use super::json;
use super::level::Level;
use crate::filter;

/// Lines on either side of a match that can be shown with it; `+` goes from one to the next.
pub(super) const CONTEXTS: [usize; 4] = [0, 2, 5, 20];

/// What a filter looks for.
#[derive(Debug, Clone)]
enum Test {
    /// A regular expression, case ignored.
    Text(Regex),
    /// A JSON or logfmt field contains a value.
    Field(String, Regex),
    /// A level, or one at least as grave.
    Level { level: Level, or_worse: bool },
}

/// One filter.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    /// As typed.
    pub(super) text: String,
    /// Hides what it matches; otherwise it shows only what it matches.
    pub(super) hides: bool,
    /// Why it was taken literally.
    pub(super) objection: Option<String>,
    test: Test,
}

/// What was found out about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Judgement {
    /// Some filter hides it: it is not shown, not even as context.
    pub(super) hidden: bool,
    /// It is what the filters look for.
    pub(super) wanted: bool,
    /// The search finds something in it.
    pub(super) hit: bool,
}

/// Everything that is searched for.
#[derive(Debug, Clone, Default)]
pub(super) struct Sieve {
    /// Filters in the order in which they were typed.
    pub(super) filters: Vec<Filter>,
    /// The filter that is being typed.
    pub(super) draft: Option<Filter>,
    /// Filters are switched off for now.
    pub(super) off: bool,
    /// Lines shown on either side of a match.
    pub(super) context: usize,
    /// What is highlighted.
    pub(super) search: Option<Filter>,
}

impl Filter {
    /// `pattern`, `key=value`, `level=error`, `level>=warn`; `None` for nothing.
    #[must_use]
    pub(super) fn parse(text: &str, hides: bool) -> Option<Self> {
        let (test, objection) =
            level_test(text).or_else(|| field_test(text)).map_or_else(|| pattern(text), |t| (t, None));
        (!text.is_empty()).then(|| Self { text: text.to_owned(), hides, objection, test })
    }

    /// A search: always a pattern.
    #[must_use]
    pub(super) fn search(text: &str) -> Option<Self> {
        let (test, objection) = pattern(text);
        (!text.is_empty()).then(|| Self { text: text.to_owned(), hides: false, objection, test })
    }

    /// Exactly this text.
    #[must_use]
    pub(super) fn literal(text: &str) -> Option<Self> {
        let (test, objection) = pattern(&regex::escape(text));
        (!text.is_empty()).then(|| Self { text: text.to_owned(), hides: false, objection, test })
    }

    /// The pattern to highlight.
    #[must_use]
    pub(super) fn pattern(&self) -> Option<&Regex> {
        match &self.test {
            Test::Text(pattern) | Test::Field(_, pattern) => Some(pattern),
            Test::Level { .. } => None,
        }
    }

    fn matches(&self, text: &str, level: Option<Level>) -> bool {
        match &self.test {
            Test::Text(pattern) => pattern.is_match(text),
            Test::Level { level: wanted, or_worse: true } => level.is_some_and(|level| level >= *wanted),
            Test::Level { level: wanted, or_worse: false } => level == Some(*wanted),
            Test::Field(key, value) => value.is_match(text) && has_field(text, key, value),
        }
    }
}

fn pattern(text: &str) -> (Test, Option<String>) {
    match filter::build(text) {
        Ok(pattern) => (Test::Text(pattern), None),
        Err(objection) => {
            let literal = filter::build(&regex::escape(text)).unwrap_or_else(|_| never());
            (Test::Text(literal), Some(objection))
        }
    }
}

/// Matches nothing; for a literal too long to compile.
fn never() -> Regex {
    Regex::new(r"\A\z.").expect("a constant pattern compiles")
}

fn level_test(text: &str) -> Option<Test> {
    let rest = text.strip_prefix("level")?;
    let (or_worse, word) = match rest.strip_prefix(">=") {
        Some(word) => (true, word),
        None => (false, rest.strip_prefix('=')?),
    };
    Level::named(word.trim()).map(|level| Test::Level { level, or_worse })
}

fn field_test(text: &str) -> Option<Test> {
    let (key, value) = text.split_once('=')?;
    let is_key =
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '@'));
    let value = filter::build(&regex::escape(value)).ok().filter(|_| is_key && !value.is_empty())?;
    Some(Test::Field(key.to_owned(), value))
}

fn has_field(text: &str, key: &str, value: &Regex) -> bool {
    if json::is_object(text) {
        return json::field(text, |name| name == key).is_some_and(|found| value.is_match(found));
    }
    text.match_indices(key).any(|(at, _)| {
        let begins = at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric();
        let rest = text[at + key.len()..].strip_prefix('=');
        begins && rest.is_some_and(|rest| value.is_match(rest.split_whitespace().next().unwrap_or_default()))
    })
}

impl Sieve {
    /// Filters that count now, the one being typed included.
    pub(super) fn active(&self) -> impl Iterator<Item = &Filter> {
        self.filters.iter().filter(|_| !self.off).chain(&self.draft)
    }

    /// Looks at a line.
    #[must_use]
    pub(super) fn judge(&self, text: &str, level: Option<Level>) -> Judgement {
        let hidden = self.active().any(|filter| filter.hides && filter.matches(text, level));
        let wanted = !hidden && self.active().all(|filter| filter.hides || filter.matches(text, level));
        let hit = self.search.as_ref().is_some_and(|search| search.matches(text, level));
        Judgement { hidden, wanted, hit }
    }

    /// The next number of context lines.
    pub(super) fn more_context(&mut self) {
        let at = CONTEXTS.iter().position(|lines| *lines == self.context).unwrap_or(0);
        self.context = CONTEXTS[(at + 1) % CONTEXTS.len()];
    }

    /// What the filters are, for the title: `only /timeout/ · hide /health/ · ±2 lines`.
    #[must_use]
    pub(super) fn words(&self) -> String {
        let word = |filter: &Filter| format!("{} /{}/", if filter.hides { "hide" } else { "only" }, filter.text);
        let mut words: Vec<String> = self.filters.iter().chain(&self.draft).map(word).collect();
        if self.off && !self.filters.is_empty() {
            words.push("(filters off)".to_owned());
        }
        if self.context > 0 {
            words.push(format!("±{} lines", self.context));
        }
        crate::text::clean(&words.join(" · ")).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(filters: &[(&str, bool)], text: &str) -> bool {
        let filters = filters.iter().filter_map(|(text, hides)| Filter::parse(text, *hides)).collect();
        let sieve = Sieve { filters, ..Sieve::default() };
        sieve.judge(text, Level::of(text)).wanted
    }

    #[test]
    fn filters_narrow_and_hide() {
        let json = r#"{"level":"error","status":503,"path":"/predict","message":"level=info"}"#;
        for (filters, text, shown) in [
            (&[("time", false)][..], "Timeout", true),
            (&[("time", false), ("out", false)], "timeout", true),
            (&[("time", false), ("lunch", false)], "timeout", false),
            (&[("health", true)], "GET /health", false),
            (&[("health", true)], "GET /predict", true),
            (&[("get", false), ("health", true)], "GET /health", false),
            (&[("a[", false)], "xa[y", true),
            (&[("level=error", false)], json, true),
            (&[("level=info", false)], json, false),
            (&[("level>=warn", false)], json, true),
            (&[("level>=warn", false)], "INFO x", false),
            (&[("status=503", false)], json, true),
            (&[("status=predict", false)], json, false),
            (&[("path=PRED", false)], json, true),
            (&[("status=503", false)], "level=warn status=503 x", true),
            (&[("status=503", false)], "substatus=503", false),
            (&[("status=503", true)], json, false),
            (&[], "anything", true),
        ] {
            assert_eq!(wanted(filters, text), shown, "{filters:?} {text}");
        }
    }

    #[test]
    fn filters_that_are_off_hide_nothing_and_are_not_lost() {
        let mut sieve = Sieve { filters: Filter::parse("x", false).into_iter().collect(), ..Sieve::default() };
        assert!(!sieve.judge("y", None).wanted);
        sieve.off = true;
        assert!(sieve.judge("y", None).wanted);
        assert_eq!(sieve.words(), "only /x/ · (filters off)");
    }

    #[test]
    fn context_goes_round() {
        let mut sieve = Sieve::default();
        let seen: Vec<usize> = (0..5)
            .map(|_| {
                sieve.more_context();
                sieve.context
            })
            .collect();
        assert_eq!(seen, [2, 5, 20, 0, 2]);
    }
}
