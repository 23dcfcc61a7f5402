//! Where subcommands print: tables for people, tab-separated lines for programs, JSON for both.

use std::io::{BufRead, IsTerminal, Write};

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::failure::Failure;
use crate::clients::now;
use crate::model::Timestamp;
use crate::text::clean;
pub(crate) use crate::text::escape_json as escaped;
use crate::verdict::Tone;

/// Standard streams and how to use them.
pub struct Output<'a> {
    /// Results.
    pub out: &'a mut dyn Write,
    /// Notes, questions, failures.
    pub notes: &'a mut dyn Write,
    /// Answers to questions, when a person can give them.
    pub answers: Option<&'a mut dyn BufRead>,
    /// Results as JSON.
    pub json: bool,
    /// Results are read by a person at a terminal.
    pub tty: bool,
    /// Colours are welcome.
    pub colour: bool,
}

impl<'a> Output<'a> {
    /// The process's own streams. No colour when the output is no terminal or `NO_COLOR` is set.
    pub fn standard(
        out: &'a mut dyn Write,
        notes: &'a mut dyn Write,
        answers: &'a mut dyn BufRead,
        json: bool,
    ) -> Self {
        let tty = std::io::stdout().is_terminal();
        let can_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        Self { out, notes, answers: can_ask.then_some(answers), json, tty, colour: tty && !no_colour && !dumb }
    }

    /// A list: a table with a head on a terminal, tab-separated lines elsewhere. `as_json` is the same as JSON.
    pub(crate) fn list(&mut self, head: &[&str], rows: &[Vec<String>], as_json: &Value) -> Result<(), Failure> {
        if self.json {
            return self.print_json(as_json);
        }
        let cells: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| clean(cell).into_owned()).collect()).collect();
        if !self.tty {
            for row in &cells {
                writeln!(self.out, "{}", row.join("\t"))?;
            }
            return Ok(());
        }
        let head: Vec<String> = head.iter().map(|title| (*title).to_owned()).collect();
        let width = |column: usize| {
            let cells = cells.iter().chain([&head]).filter_map(|row| row.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        for row in [&head].into_iter().chain(&cells) {
            writeln!(self.out, "{}", aligned(row, &widths))?;
        }
        Ok(())
    }

    /// One JSON document.
    pub(crate) fn print_json(&mut self, value: &Value) -> Result<(), Failure> {
        let text = if self.tty { format!("{value:#}") } else { value.to_string() };
        writeln!(self.out, "{}", escaped(&text))?;
        Ok(())
    }

    /// A line of the result, cleaned.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        writeln!(self.out, "{}", clean(text))?;
        self.out.flush()?;
        Ok(())
    }

    /// A line about how things go: with the results, or beside them when those are JSON.
    pub(crate) fn progress(&mut self, text: &str) -> Result<(), Failure> {
        if self.json {
            self.note(text);
            return Ok(());
        }
        self.line(text)
    }

    /// A line that is no result. Whether it can be written does not matter.
    pub(crate) fn note(&mut self, text: &str) {
        let _ = writeln!(self.notes, "{}", clean(text));
        let _ = self.notes.flush();
    }

    /// A failure, with what to do about it.
    pub(crate) fn fail(&mut self, failure: &Failure) {
        if self.json {
            let error = json!({"error": {"code": failure.code, "message": failure.message, "hint": failure.hint}});
            let _ = writeln!(self.notes, "{}", escaped(&error.to_string()));
            return;
        }
        self.note(&format!("error: {}", failure.message));
        if let Some(hint) = failure.hint.clone() {
            self.note(&format!("  {hint}"));
        }
    }

    /// A word in the colour of its tone.
    pub(crate) fn toned(&self, word: &str, tone: Tone) -> String {
        let code = match tone {
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Busy => "33",
            Tone::Neutral => return word.to_owned(),
        };
        if self.colour { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() }
    }

    /// A line of the result that begins with a word in the colour of its tone.
    pub(crate) fn toned_line(&mut self, word: &str, tone: Tone, rest: &str) -> Result<(), Failure> {
        let word = self.toned(&clean(word), tone);
        writeln!(self.out, "{word}{}", clean(rest))?;
        Ok(())
    }

    /// A point in time: its age for a person, RFC 3339 for a program.
    pub(crate) fn time(&self, at: Option<Timestamp>) -> String {
        match at {
            None => "-".to_owned(),
            Some(at) if self.tty => at_age(at),
            Some(at) => rfc3339(at),
        }
    }
}

fn at_age(at: Timestamp) -> String {
    now().since(at).to_string()
}

/// RFC 3339 in UTC, to the second.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    let time = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn aligned(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
    }
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_steers_no_terminal_and_means_the_same() {
        let hostile = "a\u{9b}2Jb\u{7f}c\u{202e}d\u{2028}e\u{1b}[31m\u{200f}é\t";
        let document = json!({"text": hostile, "k\u{85}": 1});
        for tty in [true, false] {
            let (mut out, mut notes) = (Vec::new(), Vec::new());
            let mut output = Output { out: &mut out, notes: &mut notes, answers: None, json: true, tty, colour: false };
            output.print_json(&document).expect("a vector takes everything");
            output.fail(&Failure::usage(hostile));
            for written in [out, notes] {
                let written = String::from_utf8(written).expect("UTF-8");
                assert!(written.trim_end().lines().all(|line| clean(line) == line), "{written:?}");
                assert!(written.contains("a\\u009b2Jb\\u007fc\\u202ed\\u2028e\\u001b[31m\\u200fé\\t"), "{written}");
                let read: Value = serde_json::from_str(&written).expect("JSON");
                assert!(read == document || read["error"]["message"] == hostile);
            }
        }
    }
}
