//! Patterns for space-delimited logs: `[ip, user, ..., status = 4*, bytes > 1000]`.

use super::PatternError;
use super::comparison::Comparison;
use super::cursor::Cursor;
use super::logic::Tree;

/// The columns before and after an ellipsis; without one, all of them are before.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    before: Vec<Column>,
    after: Option<Vec<Column>>,
}

/// A column: its name, which only documents, and what is asked of it.
type Column = Tree<Option<Comparison>>;

impl Columns {
    pub(super) fn parse(text: &str) -> Result<Self, PatternError> {
        let mut columns = Self::default();
        let mut cursor = Cursor::new(text);
        cursor.expect("[")?;
        loop {
            cursor.skip_space();
            if cursor.take("...") {
                if columns.after.replace(Vec::new()).is_some() {
                    return Err(PatternError::Syntax("there may be only one ellipsis".to_owned()));
                }
            } else {
                let column = Tree::parse(&mut cursor, test)?;
                columns.after.as_mut().unwrap_or(&mut columns.before).push(column);
            }
            cursor.skip_space();
            if !cursor.take(",") {
                break;
            }
        }
        cursor.expect("]")?;
        if !cursor.at_end() {
            return Err(PatternError::Syntax("something follows the closing bracket".to_owned()));
        }
        Ok(columns)
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        let fields = fields(message);
        let after = self.after.as_deref().unwrap_or_default();
        let enough = match self.after {
            Some(_) => fields.len() >= self.before.len() + after.len(),
            None => fields.len() == self.before.len(),
        };
        enough
            && fields.iter().zip(&self.before).all(|(field, column)| holds(column, field))
            && fields.iter().rev().zip(after.iter().rev()).all(|(field, column)| holds(column, field))
    }
}

fn holds(column: &Column, field: &str) -> bool {
    let number = field.parse::<f64>().ok();
    column.holds(&|test| test.as_ref().is_none_or(|comparison| comparison.holds(field, number)))
}

fn test(cursor: &mut Cursor<'_>) -> Result<Option<Comparison>, PatternError> {
    cursor.skip_space();
    let name = cursor.while_is(|character| character.is_alphanumeric() || "_-.".contains(character));
    let comparison = Comparison::parse(cursor)?;
    if name.is_empty() && comparison.is_none() {
        return Err(PatternError::Syntax("the name of a column is missing".to_owned()));
    }
    Ok(comparison)
}

/// Fields are separated by spaces; what stands in quotation marks or brackets is one field.
fn fields(message: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut rest = message.trim_start();
    while let Some(first) = rest.chars().next() {
        let close = match first {
            '"' => Some('"'),
            '[' => Some(']'),
            _ => None,
        };
        let enclosed = close.and_then(|close| rest[1..].find(close).map(|end| (&rest[1..=end], &rest[end + 2..])));
        let (field, next) = enclosed.unwrap_or_else(|| {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            rest.split_at(end)
        });
        fields.push(field);
        rest = next.trim_start();
    }
    fields
}
