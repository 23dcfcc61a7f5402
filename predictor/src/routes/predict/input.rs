//! From bytes to the text that is to be judged; everything else becomes a problem that names the fault.
//!
//! The quick way takes good bodies without a copy; only bad ones are read a second time, to say what is wrong.

use crate::problem::Problem;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

#[derive(Deserialize)]
struct TextBody<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

/// The `text` of a JSON body.
///
/// # Errors
/// 400 if the body is not JSON in UTF-8; 422 with a pointer if the text is missing or not a string.
pub(super) fn text_of_body(body: &[u8]) -> Result<Cow<'_, str>, Problem> {
    let body = std::str::from_utf8(body).map_err(|error| {
        Problem::malformed(format!("The body is not UTF-8: there is a bad byte at offset {}.", error.valid_up_to()))
    })?;
    match serde_json::from_str::<TextBody<'_>>(body) {
        Ok(TextBody { text }) if body.trim_ascii_start().starts_with('{') => Ok(text),
        // A list would fill the fields in order.
        Ok(_) => Err(Problem::field("", "must be an object, not a list")),
        Err(error) => Err(fault_of(body, &error)),
    }
}

/// The `text` of a query, `None` if there is none.
///
/// # Errors
/// 400 for bad percent-encoding, bytes that are not UTF-8, or more than one text.
pub(super) fn text_of_query(query: &str) -> Result<Option<String>, Problem> {
    let mut found = None;
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if decode(name)? != "text" {
            continue;
        }
        if found.replace(decode(value)?).is_some() {
            return Err(Problem::malformed("The query has more than one text; send one."));
        }
    }
    Ok(found)
}

fn fault_of(body: &str, error: &serde_json::Error) -> Problem {
    let value = match serde_json::from_str::<Value>(body) {
        Ok(value) => value,
        Err(error) => return Problem::malformed(syntax_words(body, &error)),
    };
    let Value::Object(fields) = value else {
        return Problem::field("", format!("must be an object, not {}", name_of(&value)));
    };
    match fields.get("text") {
        None => Problem::field("/text", "is required"),
        Some(Value::String(_)) if error.to_string().starts_with("duplicate field") => {
            Problem::field("/text", "is given more than once")
        }
        Some(Value::String(_)) => Problem::malformed(syntax_words(body, error)),
        Some(value) => Problem::field("/text", format!("must be a string, not {}", name_of(value))),
    }
}

/// Place and kind of a syntax error; serde_json's words may quote the body, so only their beginning is taken.
fn syntax_words(body: &str, error: &serde_json::Error) -> String {
    if body.trim_ascii().is_empty() {
        return "The body is empty; send {\"text\": \"…\"}.".to_owned();
    }
    let (line, column) = (error.line(), error.column());
    let kind = if error.is_eof() { "it ends early" } else { "a syntax error" };
    format!("The body is not JSON: {kind} at line {line}, column {column}.")
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Undoes form encoding: `+` is a space, `%XX` a byte.
fn decode(encoded: &str) -> Result<String, Problem> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = (rest.next().and_then(hex_digit), rest.next().and_then(hex_digit));
                let (Some(high), Some(low)) = digits else {
                    return Err(Problem::malformed("The query has a % without two hexadecimal digits behind it."));
                };
                high << 4 | low
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| Problem::malformed("The query does not decode to UTF-8."))
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn good_bodies_give_their_text() {
        let check =
            |body: &str, expect: &str| assert_eq!(text_of_body(body.as_bytes()).as_deref(), Ok(expect), "{body}");
        check(r#"{"text": "plain"}"#, "plain");
        check(" {\"text\":\"\"}\n", "");
        check(r#"{"other": [1, {"text": 3}], "text": "a\n\u00e9 \ud83d\ude42"}"#, "a\né 🙂");
        check("{\"text\": \"schön\"}", "schön");
        check(r#"{"text": "null \u0000 inside"}"#, "null \0 inside");
    }

    #[test]
    fn bad_bodies_are_named() {
        let malformed = |words: &str| Problem::malformed(words);
        let check = |body: &[u8], expect: Problem| {
            assert_eq!(text_of_body(body), Err(expect), "{}", String::from_utf8_lossy(body));
        };
        check(b"", malformed("The body is empty; send {\"text\": \"…\"}."));
        check(b" \n ", malformed("The body is empty; send {\"text\": \"…\"}."));
        check(b"{", malformed("The body is not JSON: it ends early at line 1, column 1."));
        check(b"{\"text\": \"a\"} x", malformed("The body is not JSON: a syntax error at line 1, column 15."));
        check(b"{\"text\": 1e999}", malformed("The body is not JSON: a syntax error at line 1, column 14."));
        check(b"text=hello", malformed("The body is not JSON: a syntax error at line 1, column 2."));
        check(b"{\"text\": \"\xff\"}", malformed("The body is not UTF-8: there is a bad byte at offset 10."));
        check(br#"{"text": "\ud800"}"#, malformed("The body is not JSON: a syntax error at line 1, column 17."));
        check(b"{}", Problem::field("/text", "is required"));
        check(br#"{"Text": "a"}"#, Problem::field("/text", "is required"));
        check(br#"{"text": null}"#, Problem::field("/text", "must be a string, not null"));
        check(br#"{"text": 5}"#, Problem::field("/text", "must be a string, not a number"));
        check(br#"{"text": ["a"]}"#, Problem::field("/text", "must be a string, not a list"));
        check(br#"{"text": {}}"#, Problem::field("/text", "must be a string, not an object"));
        check(br#"{"text": true}"#, Problem::field("/text", "must be a string, not a boolean"));
        check(br#"{"text": "a", "text": "b"}"#, Problem::field("/text", "is given more than once"));
        check(br#"["a"]"#, Problem::field("", "must be an object, not a list"));
        check(br#""a""#, Problem::field("", "must be an object, not a string"));
        check(b"null", Problem::field("", "must be an object, not null"));
        check(&[b'['; 100_000], malformed("The body is not JSON: a syntax error at line 1, column 128."));
    }

    #[test]
    fn queries_give_their_text() {
        let check = |query: &str, expect: Option<&str>| {
            assert_eq!(text_of_query(query), Ok(expect.map(str::to_owned)), "{query}");
        };
        check("", None);
        check("other=1", None);
        check("text", Some(""));
        check("text=", Some(""));
        check("text=a+b%20c%2B", Some("a b c+"));
        check("x=1&te%78t=caf%C3%A9=", Some("café="));
        for bad in ["text=%", "text=%4", "text=%zz", "text=%-1", "text=%ff", "%=1", "text=a&text=b", "text=%+1"] {
            assert_eq!(text_of_query(bad).expect_err(bad).into_response().status(), 400, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_body_gives_a_text_or_a_problem(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = text_of_body(&body);
        }

        #[test]
        fn any_text_survives_both_ways(text in any::<String>()) {
            let body = serde_json::json!({ "text": text }).to_string();
            prop_assert_eq!(text_of_body(body.as_bytes()), Ok(Cow::Borrowed(text.as_str())));
            let query: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(text_of_query(&format!("text={query}")), Ok(Some(text)));
        }

        #[test]
        fn any_query_gives_a_text_or_a_problem(query in "[ -~]{0,60}") {
            let _ = text_of_query(&query);
        }
    }
}
