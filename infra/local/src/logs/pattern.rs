//! The filter pattern language of CloudWatch Logs ("Filter pattern syntax" in the user guide): terms, JSON conditions,
//! and columns of space-delimited logs. Pure: a pattern and a message in, yes or no out.

mod columns;
mod comparison;
mod cursor;
mod json;
mod logic;
mod selector;
mod terms;

pub use selector::Selector;

/// A pattern that is ready to be matched.
#[derive(Clone, Debug)]
pub struct Pattern {
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Everything,
    Terms(terms::Terms),
    Json(json::Condition),
    Columns(columns::Columns),
}

/// Why a pattern cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A term without quotation marks holds something else than letters, digits and underscores.
    #[error("Invalid character(s) in term '{0}'")]
    Term(String),
    /// A regular expression holds what AWS does not support, or is none.
    #[error("Invalid filter pattern: the regular expression '{0}' is not supported")]
    Regex(String),
    /// Anything else; told is what was expected.
    #[error("Invalid filter pattern: {0}")]
    Syntax(String),
}

impl Pattern {
    /// Reads a pattern; an empty one matches everything.
    ///
    /// # Errors
    /// A [`PatternError`] that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let text = text.trim();
        let kind = match text.chars().next() {
            None => Kind::Everything,
            Some('{') => Kind::Json(json::Condition::parse(text)?),
            Some('[') => Kind::Columns(columns::Columns::parse(text)?),
            Some(_) => Kind::Terms(terms::Terms::parse(text)?),
        };
        Ok(Self { kind })
    }

    /// Whether a message matches.
    #[must_use]
    pub fn matches(&self, message: &str) -> bool {
        match &self.kind {
            Kind::Everything => true,
            Kind::Terms(terms) => terms.matches(message),
            Kind::Json(condition) => condition.matches(message),
            Kind::Columns(columns) => columns.matches(message),
        }
    }
}

#[cfg(test)]
mod tests;
