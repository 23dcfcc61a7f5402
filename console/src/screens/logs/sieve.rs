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

/// What filters and search find in a line. Kept with the line, so that a change looks only for what is new in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sifted {
    /// Some filter hides it.
    hidden: bool,
    /// All filters that narrow find something.
    passes: bool,
    /// The filter being typed finds something.
    drafted: bool,
    /// The search finds something.
    hit: bool,
}

impl Sifted {
    fn count(&mut self, filter: &Filter, matches: bool) {
        if filter.hides {
            self.hidden |= matches;
        } else {
            self.passes &= matches;
        }
    }
}

/// How filters have changed.
enum Change {
    None,
    Adopted,
    Other,
}

fn change(before: &[Filter], now: &[Filter], draft: Option<&Filter>) -> Change {
    let same = |a: &[Filter], b: &[Filter]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is(b));
    match now.split_last() {
        _ if same(before, now) => Change::None,
        Some((last, rest)) if same(before, rest) && draft.is_some_and(|draft| draft.is(last)) => Change::Adopted,
        _ => Change::Other,
    }
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

    /// Looks for the same, to the same end.
    fn is(&self, other: &Self) -> bool {
        let test = match (&self.test, &other.test) {
            (Test::Text(a), Test::Text(b)) => a.as_str() == b.as_str(),
            (Test::Field(..), Test::Field(..)) | (Test::Level { .. }, Test::Level { .. }) => true,
            _ => false,
        };
        test && self.text == other.text && self.hides == other.hides
    }

    /// Finds nothing where `other` finds nothing: plain text that holds the other's plain text.
    fn narrows(&self, other: &Self) -> bool {
        let plain = |filter: &Self| matches!(&filter.test, Test::Text(p) if p.as_str() == filter.text && regex::escape(&filter.text) == filter.text);
        plain(self) && plain(other) && self.text.contains(&other.text)
    }

    /// Renews what a filter finds after it has changed from `before` to `now`.
    fn find_again(before: Option<&Self>, now: Option<&Self>, text: &str, level: Option<Level>, found: &mut bool) {
        *found = match (before, now) {
            (_, None) => false,
            (Some(before), Some(now)) if now.is(before) => *found,
            (Some(before), Some(now)) if !*found && now.narrows(before) => false,
            (_, Some(now)) => now.matches(text, level),
        };
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

    /// Looks at a line with everything.
    #[must_use]
    pub(super) fn sift(&self, text: &str, level: Option<Level>) -> Sifted {
        let mut sifted = Sifted { passes: true, ..Sifted::default() };
        for filter in &self.filters {
            sifted.count(filter, filter.matches(text, level));
        }
        sifted.drafted = self.draft.as_ref().is_some_and(|filter| filter.matches(text, level));
        sifted.hit = self.search.as_ref().is_some_and(|filter| filter.matches(text, level));
        sifted
    }

    /// What follows from what was found out.
    #[must_use]
    pub(super) fn judge(&self, sifted: Sifted) -> Judgement {
        let mut passed = if self.off { Sifted { passes: true, ..Sifted::default() } } else { sifted };
        if let Some(draft) = &self.draft {
            passed.count(draft, sifted.drafted);
        }
        Judgement { hidden: passed.hidden, wanted: passed.passes && !passed.hidden, hit: sifted.hit }
    }

    /// Looks at a line again after `before` has become this; no more than the difference needs.
    pub(super) fn sift_again(&self, before: &Self, text: &str, level: Option<Level>, sifted: &mut Sifted) {
        match change(&before.filters, &self.filters, before.draft.as_ref()) {
            Change::None => {}
            // The filter that was being typed has joined the others: its finding is known.
            Change::Adopted => {
                if let Some(filter) = self.filters.last() {
                    sifted.count(filter, sifted.drafted);
                }
            }
            Change::Other => {
                (sifted.hidden, sifted.passes) = (false, true);
                for filter in &self.filters {
                    sifted.count(filter, filter.matches(text, level));
                }
            }
        }
        Filter::find_again(before.draft.as_ref(), self.draft.as_ref(), text, level, &mut sifted.drafted);
        Filter::find_again(before.search.as_ref(), self.search.as_ref(), text, level, &mut sifted.hit);
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
        sieve.judge(sieve.sift(text, Level::of(text))).wanted
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
        assert!(!sieve.judge(sieve.sift("y", None)).wanted);
        sieve.off = true;
        assert!(sieve.judge(sieve.sift("y", None)).wanted);
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
