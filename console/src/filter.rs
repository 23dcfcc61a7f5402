//! The filter of a list: `text` (regular expression, case ignored), `!text` (inverse), `-f text` (fuzzy), `column=value`.

use regex::{Regex, RegexBuilder};

/// What the user typed, understood.
#[derive(Debug, Clone)]
pub enum Filter {
    /// Everything passes.
    All,
    /// Some visible column matches.
    Matches(Regex),
    /// No visible column matches.
    Without(Regex),
    /// The letters appear in this order.
    Fuzzy(String),
    /// The named column contains the value.
    Column(String, String),
}

impl Filter {
    /// Reads the text; an invalid regular expression is taken literally and reported.
    pub fn parse(text: &str) -> (Self, Option<String>) {
        let text = text.trim();
        if text.is_empty() || text == "!" {
            return (Self::All, None);
        }
        if let Some(letters) = text.strip_prefix("-f ") {
            return (Self::Fuzzy(letters.trim().to_lowercase()), None);
        }
        if let Some((column, value)) = text.split_once('=')
            && column.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '/')
            && !column.is_empty()
        {
            return (Self::Column(column.to_lowercase(), value.to_lowercase()), None);
        }
        match text.strip_prefix('!') {
            Some(rest) => wrap(rest, Self::Without),
            None => wrap(text, Self::Matches),
        }
    }

    /// Whether a row passes; `cells` are its columns as (title, text).
    #[must_use]
    pub fn passes(&self, cells: &[(&str, String)]) -> bool {
        let any = |pattern: &Regex| cells.iter().any(|(_, text)| pattern.is_match(text));
        match self {
            Self::All => true,
            Self::Matches(pattern) => any(pattern),
            Self::Without(pattern) => !any(pattern),
            Self::Fuzzy(letters) => cells.iter().any(|(_, text)| in_order(letters, &text.to_lowercase())),
            Self::Column(name, value) => cells
                .iter()
                .any(|(title, text)| title.to_lowercase().starts_with(name) && text.to_lowercase().contains(value)),
        }
    }
}

fn wrap(text: &str, make: fn(Regex) -> Filter) -> (Filter, Option<String>) {
    match build(text) {
        Ok(pattern) => (make(pattern), None),
        Err(error) => {
            let literal = build(&regex::escape(text)).map_or(Filter::All, make);
            (literal, Some(error))
        }
    }
}

/// Compiles a pattern that ignores case; the error is one line.
pub fn build(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text).case_insensitive(true).size_limit(1 << 20).build().map_err(|error| {
        let words = error.to_string();
        let last = words.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        format!("not a regular expression ({last}); taken literally")
    })
}

fn in_order(letters: &str, text: &str) -> bool {
    let mut rest = text.chars();
    letters.chars().filter(|c| !c.is_whitespace()).all(|wanted| rest.any(|c| c == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_mean_what_k9s_users_expect() {
        let row = [("NAME", "api-prod".to_owned()), ("IMAGE", "1.4.2".to_owned())];
        for (text, passes) in [
            ("", true),
            ("API", true),
            ("^api-.*d$", true),
            ("worker", false),
            ("!worker", true),
            ("!api", false),
            ("-f apd", true),
            ("-f dpa", false),
            ("image=1.4", true),
            ("name=1.4", false),
            ("im=1.4", true),
        ] {
            assert_eq!(Filter::parse(text).0.passes(&row), passes, "{text}");
        }
    }

    #[test]
    fn a_broken_expression_is_literal_and_says_so() {
        let (filter, problem) = Filter::parse("a[");
        assert!(problem.unwrap().contains("literally"));
        assert!(filter.passes(&[("X", "xa[y".to_owned())]));
    }
}
