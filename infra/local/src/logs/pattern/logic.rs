//! `&&`, `||` and parentheses over any kind of condition.

use super::PatternError;
use super::cursor::Cursor;

const MAX_DEPTH: usize = 40;

/// Conditions put together.
#[derive(Clone, Debug)]
pub(super) enum Tree<L> {
    Leaf(L),
    All(Vec<Tree<L>>),
    Any(Vec<Tree<L>>),
}

impl<L> Tree<L> {
    /// Reads a tree whose leaves `leaf` reads.
    pub(super) fn parse(
        cursor: &mut Cursor<'_>,
        leaf: fn(&mut Cursor<'_>) -> Result<L, PatternError>,
    ) -> Result<Self, PatternError> {
        Self::any(cursor, leaf, 0)
    }

    /// Whether it holds when `holds` judges the leaves.
    pub(super) fn holds(&self, holds: &dyn Fn(&L) -> bool) -> bool {
        match self {
            Self::Leaf(leaf) => holds(leaf),
            Self::All(parts) => parts.iter().all(|part| part.holds(holds)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(holds)),
        }
    }

    fn any(
        cursor: &mut Cursor<'_>,
        leaf: fn(&mut Cursor<'_>) -> Result<L, PatternError>,
        depth: usize,
    ) -> Result<Self, PatternError> {
        let mut parts = vec![Self::all(cursor, leaf, depth)?];
        while joined_by(cursor, "||") {
            parts.push(Self::all(cursor, leaf, depth)?);
        }
        Ok(single_or(parts, Self::Any))
    }

    fn all(
        cursor: &mut Cursor<'_>,
        leaf: fn(&mut Cursor<'_>) -> Result<L, PatternError>,
        depth: usize,
    ) -> Result<Self, PatternError> {
        let mut parts = vec![Self::unit(cursor, leaf, depth)?];
        while joined_by(cursor, "&&") {
            parts.push(Self::unit(cursor, leaf, depth)?);
        }
        Ok(single_or(parts, Self::All))
    }

    fn unit(
        cursor: &mut Cursor<'_>,
        leaf: fn(&mut Cursor<'_>) -> Result<L, PatternError>,
        depth: usize,
    ) -> Result<Self, PatternError> {
        cursor.skip_space();
        if !cursor.take("(") {
            return leaf(cursor).map(Self::Leaf);
        }
        if depth >= MAX_DEPTH {
            return Err(PatternError::Syntax("the parentheses are nested too deeply".to_owned()));
        }
        let inner = Self::any(cursor, leaf, depth + 1)?;
        cursor.expect(")")?;
        Ok(inner)
    }
}

fn joined_by(cursor: &mut Cursor<'_>, word: &str) -> bool {
    cursor.skip_space();
    cursor.take(word)
}

fn single_or<L>(mut parts: Vec<Tree<L>>, many: fn(Vec<Tree<L>>) -> Tree<L>) -> Tree<L> {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            many(parts)
        }
        None => many(parts),
    }
}
