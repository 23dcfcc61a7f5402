//! What is watched of a text for drift: its length, how much of it the model knows, and how much of it is not in ASCII.
//!
//! Words themselves are never kept: counts and shares tell a change of language, length or subject.

use super::Sentiment;
use crate::drift::{Observation, Watched};
use crate::text::keys_and_tokens;

/// A text, scored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Read {
    /// Probability that it is favourable, rounded to six decimals.
    pub score: f64,
    tokens: usize,
    ngrams: usize,
    known: usize,
}

/// What is watched, in the order of [`Read::observe`].
#[must_use]
pub fn watched() -> Vec<Watched> {
    ["tokens", "known_share", "non_ascii_share"].map(Watched::number).into()
}

impl Sentiment {
    /// Scores a text and notes what can be watched of it.
    #[must_use]
    pub fn read(&self, text: &str) -> Read {
        let (keys, tokens) = keys_and_tokens(text, self.ngrams);
        let (probability, known) = self.weigh(&keys);
        Read { score: (probability * 1e6).round() / 1e6, tokens, ngrams: keys.len(), known }
    }

    /// Appends what is watched of a text.
    pub fn observe(&self, text: &str, seen: &mut Vec<Observation>) {
        self.read(text).observe(text, seen);
    }
}

impl Read {
    /// Appends what is watched of the text that was read. A text without words has no share of known ones.
    pub fn observe(&self, text: &str, seen: &mut Vec<Observation>) {
        let share = |part: usize, whole: usize| match whole {
            0 => Observation::Missing,
            _ => Observation::Number(part as f64 / whole as f64),
        };
        // In UTF-8 every character has one byte that is not a continuation.
        let count = |is: fn(u8) -> bool| text.bytes().filter(|byte| is(*byte)).count();
        let (characters, foreign) = match text.is_ascii() {
            true => (text.len(), 0),
            false => (count(|byte| byte & 0xc0 != 0x80), count(|byte| byte >= 0xc0)),
        };
        seen.extend([
            Observation::Number(self.tokens as f64),
            share(self.known, self.ngrams),
            share(foreign, characters),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_knowledge_and_script_are_watched() {
        let model = Sentiment::of(2, 0.0, [("good", 1.0), ("bad", -1.0)]);
        let check = |text: &str, expect: [f64; 3]| {
            let mut seen = Vec::new();
            model.observe(text, &mut seen);
            let numbers: Vec<_> =
                seen.iter().map(|seen| if let Observation::Number(number) = seen { *number } else { -1.0 }).collect();
            assert_eq!(numbers, expect, "{text:?}");
            assert_eq!(seen.len(), watched().len());
        };
        check("", [0.0, -1.0, -1.0]);
        check("good", [1.0, 1.0, 0.0]);
        check("good soup", [2.0, 1.0 / 3.0, 0.0]);
        check("схема", [1.0, 0.0, 1.0]);
        check("süß", [1.0, 0.0, 2.0 / 3.0]);
        check("🙂!", [1.0, 0.0, 0.5]);
    }
}
