//! Lines that leave the pane: copied, saved, opened whole. All of a line, cleaned line by line, so that what is pasted
//! or read with `cat` holds no control characters either.

use jiff::tz::TimeZone;
use serde_json::Value;

use super::buffer::Held;
use crate::model::LogLine;
use crate::text::clean;
use crate::widgets::clock;

/// The message, with its line breaks and without any other control character.
#[must_use]
pub(super) fn message(line: &LogLine) -> String {
    let text = line.text.trim_end_matches(['\n', '\r']);
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

/// Time, stream and message of each line.
#[must_use]
pub(super) fn file<'a>(lines: impl Iterator<Item = &'a Held>, zone: &TimeZone) -> String {
    let mut text = String::new();
    for held in lines {
        let at = clock::format(held.line.at, zone, "%Y-%m-%dT%H:%M:%S%.3f%:z");
        text.push_str(&format!("{at} {} {}\n", clean(&held.line.stream), message(&held.line)));
    }
    text
}

/// Everything about one line: where it comes from, and the message, JSON set out.
#[must_use]
pub(super) fn whole(line: &LogLine, zone: &TimeZone) -> String {
    let time = |at| clock::format(at, zone, "%Y-%m-%d %H:%M:%S%.3f %Z");
    let head = format!(
        "time      {}\ningested  {}\nstream    {}\nevent id  {}\nbytes     {}\n\n",
        time(line.at),
        time(line.ingested_at),
        clean(&line.stream),
        clean(&line.id),
        line.text.len()
    );
    head + &set_out(line).unwrap_or_else(|| message(line))
}

fn set_out(line: &LogLine) -> Option<String> {
    let value: Value =
        serde_json::from_str(&line.text).ok().filter(|value: &Value| value.is_object() || value.is_array())?;
    let text = serde_json::to_string_pretty(&value).ok()?;
    Some(text.split('\n').map(clean).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn line(text: &str) -> LogLine {
        LogLine {
            id: "1".into(),
            at: Timestamp(1_000),
            ingested_at: Timestamp(2_000),
            stream: "p/c/t".into(),
            text: text.into(),
        }
    }

    #[test]
    fn nothing_that_leaves_holds_control_characters_but_line_breaks() {
        for text in ["\u{1b}[31mred\u{1b}[0m\nnext\r\n", "{\"a\":\"\u{1b}]0;x\u{7}\"}", "plain\u{7}"] {
            let line = line(text);
            for out in [message(&line), whole(&line, &TimeZone::UTC)] {
                assert!(!out.chars().any(|c| c.is_control() && c != '\n'), "{out:?}");
            }
        }
    }

    #[test]
    fn a_json_line_is_set_out() {
        let text = whole(&line(r#"{"a":{"b":1}}"#), &TimeZone::UTC);
        assert!(
            text.contains("1970-01-01 00:00:01.000 UTC") && text.ends_with("{\n  \"a\": {\n    \"b\": 1\n  }\n}"),
            "{text}"
        );
    }
}
