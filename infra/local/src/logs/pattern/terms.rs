//! Terms in unstructured logs: `all of these`, `"a phrase"`, `?any ?of ?these`, `-none`, `%regex%`. Case matters.

use regex::Regex;

use super::PatternError;
use super::comparison::regex;
use super::cursor::Cursor;

/// The terms of a pattern.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    all: Vec<Term>,
    any: Vec<Term>,
    none: Vec<Term>,
}

#[derive(Clone, Debug)]
enum Term {
    Text(String),
    Regex(Regex),
}

impl Terms {
    pub(super) fn parse(text: &str) -> Result<Self, PatternError> {
        let mut terms = Self::default();
        let mut cursor = Cursor::new(text);
        cursor.skip_space();
        while !cursor.at_end() {
            let list = match cursor.peek() {
                Some('?') => &mut terms.any,
                Some('-') => &mut terms.none,
                _ => &mut terms.all,
            };
            cursor.while_is({
                let sign = cursor.peek();
                move |character| Some(character) == sign && "?-".contains(character)
            });
            list.push(term(&mut cursor)?);
            cursor.skip_space();
        }
        Ok(terms)
    }

    /// As in AWS, `?` terms do not count when there are other terms.
    pub(super) fn matches(&self, message: &str) -> bool {
        if self.all.is_empty() && self.none.is_empty() {
            return self.any.iter().any(|term| term.is_in(message));
        }
        self.all.iter().all(|term| term.is_in(message)) && !self.none.iter().any(|term| term.is_in(message))
    }
}

impl Term {
    fn is_in(&self, message: &str) -> bool {
        match self {
            Self::Text(text) => message.contains(text.as_str()),
            Self::Regex(regex) => regex.is_match(message),
        }
    }
}

fn term(cursor: &mut Cursor<'_>) -> Result<Term, PatternError> {
    match cursor.peek() {
        Some('"') => cursor.quoted().map(Term::Text),
        Some('%') => cursor.between_percents().and_then(regex).map(Term::Regex),
        _ => {
            let word = cursor.while_is(|character| !character.is_whitespace());
            let lawful = |character: char| character.is_alphanumeric() || character == '_';
            if word.is_empty() || !word.chars().all(lawful) {
                return Err(PatternError::Term(word.to_owned()));
            }
            Ok(Term::Text(word.to_owned()))
        }
    }
}
