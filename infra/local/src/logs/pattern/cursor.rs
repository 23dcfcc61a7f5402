//! A place in a pattern's text.

use super::PatternError;

/// Reads a text from left to right.
pub(super) struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes `word` when it is next.
    pub(super) fn take(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes `word` and the space around it, or says that it is missing.
    pub(super) fn expect(&mut self, word: &str) -> Result<(), PatternError> {
        self.skip_space();
        if !self.take(word) {
            return Err(PatternError::Syntax(format!("'{word}' is missing before '{}'", self.rest)));
        }
        self.skip_space();
        Ok(())
    }

    /// Takes characters as long as they are wanted.
    pub(super) fn while_is(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|character| !wanted(character)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Takes a text in quotation marks; a backslash keeps the next character as it is.
    pub(super) fn quoted(&mut self) -> Result<String, PatternError> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices();
        let mut escaped = false;
        characters.next();
        for (place, character) in characters {
            match character {
                _ if escaped => {
                    text.push(character);
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' => {
                    self.rest = &self.rest[place + 1..];
                    return Ok(text);
                }
                _ => text.push(character),
            }
        }
        Err(PatternError::Syntax("a quotation mark is missing".to_owned()))
    }

    /// Takes what stands between two percent signs.
    pub(super) fn between_percents(&mut self) -> Result<&'a str, PatternError> {
        let inner = self.rest.get(1..).unwrap_or_default();
        let end = inner.find('%').ok_or_else(|| PatternError::Syntax("a percent sign is missing".to_owned()))?;
        self.rest = &inner[end + 1..];
        Ok(&inner[..end])
    }
}
