//! `= "text*"`, `!= %regex%`, `> 3`: a value held against an operand.

use regex::{Regex, RegexBuilder};

use super::PatternError;
use super::cursor::Cursor;

const REGEX_BYTES: usize = 1 << 20;
/// What may stand in a regular expression besides letters and digits.
const REGEX_SIGNS: &str = "_#=@/;,-: ^$?[]{}|\\*+.";

/// A relation and what stands on its right.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    relation: Relation,
    operand: Operand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Debug)]
enum Operand {
    Text(Wildcard),
    Number(f64, Wildcard),
    Regex(Regex),
}

/// A text in which `*` stands for anything.
#[derive(Clone, Debug)]
struct Wildcard {
    pieces: Vec<String>,
}

const RELATIONS: [(&str, Relation); 6] = [
    ("!=", Relation::NotEqual),
    ("<=", Relation::LessOrEqual),
    (">=", Relation::GreaterOrEqual),
    ("=", Relation::Equal),
    ("<", Relation::Less),
    (">", Relation::Greater),
];

impl Comparison {
    /// Reads a comparison; `None` when no relation is next.
    pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Option<Self>, PatternError> {
        cursor.skip_space();
        let Some((sign, relation)) = RELATIONS.into_iter().find(|(sign, _)| cursor.take(sign)) else {
            return Ok(None);
        };
        cursor.skip_space();
        let operand = operand(cursor)?;
        let numeric = matches!(operand, Operand::Number(..));
        if !numeric && !matches!(relation, Relation::Equal | Relation::NotEqual) {
            return Err(PatternError::Syntax(format!("'{sign}' needs a number")));
        }
        Ok(Some(Self { relation, operand }))
    }

    /// Whether a value holds: its text, and its number if it is one.
    pub(super) fn holds(&self, text: &str, number: Option<f64>) -> bool {
        match self.relation {
            Relation::Equal => self.equals(text, number),
            Relation::NotEqual => !self.equals(text, number),
            relation => match (number, &self.operand) {
                (Some(value), Operand::Number(limit, _)) => ordered(relation, value, *limit),
                _ => false,
            },
        }
    }

    fn equals(&self, text: &str, number: Option<f64>) -> bool {
        match (&self.operand, number) {
            (Operand::Number(wanted, _), Some(value)) => *wanted == value,
            (Operand::Number(_, words) | Operand::Text(words), _) => words.matches(text),
            (Operand::Regex(regex), _) => regex.is_match(text),
        }
    }
}

fn ordered(relation: Relation, value: f64, limit: f64) -> bool {
    match relation {
        Relation::Less => value < limit,
        Relation::LessOrEqual => value <= limit,
        Relation::Greater => value > limit,
        Relation::GreaterOrEqual => value >= limit,
        Relation::Equal | Relation::NotEqual => false,
    }
}

fn operand(cursor: &mut Cursor<'_>) -> Result<Operand, PatternError> {
    match cursor.peek() {
        Some('"') => cursor.quoted().map(|text| Operand::Text(Wildcard::new(&text))),
        Some('%') => cursor.between_percents().and_then(regex).map(Operand::Regex),
        _ => {
            let word = cursor.while_is(|character| !character.is_whitespace() && !"()[]{}&|,\"".contains(character));
            if word.is_empty() {
                return Err(PatternError::Syntax("a value is missing".to_owned()));
            }
            let words = Wildcard::new(word);
            Ok(word
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
                .map_or_else(|| Operand::Text(words.clone()), |number| Operand::Number(number, words.clone())))
        }
    }
}

/// Compiles a regular expression of the kind that AWS allows.
pub(super) fn regex(text: &str) -> Result<Regex, PatternError> {
    let unsupported = || PatternError::Regex(text.to_owned());
    let lawful = |character: char| character.is_ascii_alphanumeric() || REGEX_SIGNS.contains(character);
    if text.is_empty() || !text.chars().all(lawful) {
        return Err(unsupported());
    }
    RegexBuilder::new(text).size_limit(REGEX_BYTES).build().map_err(|_| unsupported())
}

impl Wildcard {
    fn new(text: &str) -> Self {
        Self { pieces: text.split('*').map(ToOwned::to_owned).collect() }
    }

    fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = &self.pieces[..] else {
            return self.pieces.first().is_some_and(|only| only == text);
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        for piece in middle {
            match rest.find(piece.as_str()) {
                Some(place) => rest = &rest[place + piece.len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}
