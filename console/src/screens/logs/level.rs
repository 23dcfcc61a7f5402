//! How grave a line is: from a JSON or logfmt field, else from a word at its beginning. Reads a bounded part of a line.

use super::json;
use crate::theme::Meaning;

/// Bytes of a line in which a level is looked for.
const LOOKED_AT: usize = 4_096;
/// Bytes in which a bare word counts as a level; further on it is prose.
const WORDS_WITHIN: usize = 200;

/// Gravity of a line, lightest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are the documentation")]
pub(super) enum Level {
    Trace,
    Debug,
    Info,
    Warning,
    Error,
    Fatal,
}

impl Level {
    /// The level that loggers call `word`, case ignored; numbers are those of bunyan and pino.
    #[must_use]
    pub(super) fn named(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "trace" | "trc" | "verbose" | "10" => Self::Trace,
            "debug" | "dbg" | "20" => Self::Debug,
            "info" | "inf" | "information" | "informational" | "notice" | "30" => Self::Info,
            "warn" | "warning" | "wrn" | "40" => Self::Warning,
            "error" | "err" | "severe" | "50" => Self::Error,
            "fatal" | "critical" | "crit" | "alert" | "emerg" | "emergency" | "panic" | "60" => Self::Fatal,
            _ => return None,
        })
    }

    /// Level of a line, if it says one.
    #[must_use]
    pub(super) fn of(text: &str) -> Option<Self> {
        let head = json::prefix(text, LOOKED_AT);
        if json::is_object(head) {
            return json::field(head, json::is_level).and_then(Self::named);
        }
        if head.contains('\u{1b}') { Self::of_words(&crate::text::clean(head)) } else { Self::of_words(head) }
    }

    /// Counts as an error for `e`, `E` and the error count.
    #[must_use]
    pub(super) fn is_error(self) -> bool {
        self >= Self::Error
    }

    /// Five cells at most.
    #[must_use]
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warning => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }

    /// How it is coloured.
    #[must_use]
    pub(super) fn meaning(self) -> Meaning {
        match self {
            Self::Trace | Self::Debug => Meaning::Muted,
            Self::Info => Meaning::Text,
            Self::Warning => Meaning::Warning,
            Self::Error | Self::Fatal => Meaning::Danger,
        }
    }

    fn of_words(head: &str) -> Option<Self> {
        logfmt(head).or_else(|| {
            let head = json::prefix(head, WORDS_WITHIN);
            bare_word(head).or_else(|| {
                let speaks = ["panicked at", "Traceback (most recent call last)", "Exception in thread"];
                speaks.iter().any(|words| head.contains(words)).then_some(Self::Error)
            })
        })
    }
}

/// `level=warn`, `lvl=eror`, `severity="error"`
fn logfmt(head: &str) -> Option<Level> {
    ["level=", "lvl=", "severity="].iter().find_map(|key| {
        let at = head.find(key)?;
        let begins = at == 0 || head.as_bytes()[at - 1].is_ascii_whitespace();
        let value = head.get(at + key.len()..)?.trim_start_matches('"');
        let end = value.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(value.len());
        begins.then(|| Level::named(&value[..end])).flatten()
    })
}

/// `ERROR …`, `[warn] …`, `error: …`, `ValueError: …`
fn bare_word(head: &str) -> Option<Level> {
    let mut from = 0;
    for token in head.split(|c: char| !c.is_ascii_alphanumeric()) {
        let (at, next) = (from, from + token.len());
        from = next + head[next..].chars().next().map_or(0, char::len_utf8);
        if token.len() < 3 || !token.bytes().all(|b| b.is_ascii_alphabetic()) {
            continue;
        }
        let after = head.as_bytes().get(next).copied();
        let before = at.checked_sub(1).map(|at| head.as_bytes()[at]);
        let shouted = token.bytes().all(|b| b.is_ascii_uppercase());
        let framed =
            after == Some(b':') || matches!((before, after), (Some(b'[' | b'<' | b'('), Some(b']' | b'>' | b')')));
        if (shouted || framed)
            && let Some(level) = Level::named(token)
        {
            return Some(level);
        }
        if after == Some(b':') && (token.ends_with("Error") || token.ends_with("Exception")) {
            return Some(Level::Error);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_found_where_loggers_write_them() {
        use Level::{Debug, Error, Fatal, Info, Trace, Warning};
        for (text, level) in [
            (r#"{"ts":"x","level":"error","message":"m"}"#, Some(Error)),
            (r#"{"a":{"level":"debug"},"severity":"WARNING"}"#, Some(Warning)),
            (r#"{"level":30,"msg":"pino"}"#, Some(Info)),
            (r#"{"message":"level error"}"#, None),
            (r#"{"level":"#, None),
            ("time=1 level=warn msg=x", Some(Warning)),
            (r#"lvl="info" msg=x"#, Some(Info)),
            ("2026-11-20 12:00:00 ERROR failed", Some(Error)),
            ("\u{1b}[31mERROR\u{1b}[0m failed", Some(Error)),
            ("2026-11-20T12:00:00Z  INFO app: an error: was handled", Some(Info)),
            ("[debug] x", Some(Debug)),
            ("error: no such file", Some(Error)),
            ("ValueError: bad", Some(Error)),
            ("thread 'main' panicked at src/main.rs:1:1", Some(Error)),
            ("CRITICAL disk", Some(Fatal)),
            ("TRACE x", Some(Trace)),
            ("no error here", None),
            ("sublevel=error", None),
            ("日本語 ERROR", Some(Error)),
            ("", None),
        ] {
            assert_eq!(Level::of(text), level, "{text}");
        }
    }
}
